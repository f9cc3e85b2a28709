"""The next turn: its price, how many times a fresh one that is, and where the money goes."""

from __future__ import annotations

from collections.abc import Sequence

from meter.money import PICO_PER_DOLLAR, Pico
from meter.outlook import Outlook
from tui.cells import EMPTY, Row, first_fit, row, spread, width
from tui.format import bare_money, factor, money, plural
from tui.view import View
from tui.widgets.big_money import big_money
from tui.widgets.digits import large, large_width
from tui.widgets.panel import Panel

PART_STYLES = ("$carry", "$new", "$output")


class NextTurnPanel(Panel):
    """What no other tool shows."""

    def title(self, view: View, size: int) -> tuple[Row, Row]:
        return row(("Next turn", "$foreground bold")), EMPTY

    def footer(self, view: View, size: int) -> Row:
        return next_prompt(view, full=size >= 40)

    def body(self, view: View, columns: int, lines: int) -> list[Row]:
        outlook = view.outlook
        if outlook is None:
            if view.last_turn and not view.last_turn.price:
                return [EMPTY, row(("no known price", "$muted"))]
            return [
                EMPTY,
                first_fit(columns, row(("known from the next turn on", "$muted")), row(("after the next", "$muted"))),
            ]
        price = money(dollars_to_pico(sum(view.next_parts)))
        digits = big_money(price, "$next", columns, mark="≈", blocks=not view.ascii)
        beside = _beside(view, outlook, columns - max(width(cells) for cells in digits) - 2)
        rows = [spread(cells, right, columns) for cells, right in zip(digits, beside, strict=True)]
        rows += [split_bar(view.next_parts, columns), parts_row(view.next_parts, columns)]
        return rows if lines >= len(rows) else rows[:lines]


def _beside(view: View, outlook: Outlook, room: int) -> list[Row]:
    """Return the factor beside the price: in large digits where there is room."""
    times = factor(outlook.factor)
    style = view.level_style
    figure = times.removesuffix("x")
    if room >= large_width(figure) + 16 and not view.ascii:
        top, middle, bottom = large(figure)
        return [
            row((top, style), " " * 10),
            row((middle, style), (" x a fresh", "$muted")),
            row((bottom, style), ("   turn   ", "$muted")),
        ]
    if room < 7:
        return [row((times, f"{style} bold")), EMPTY, EMPTY] if room >= len(times) else [EMPTY] * 3
    if view.is_cold:
        return [row((times, f"{style} bold")), row(("once", "$muted")), row(("warm", "$muted"))]
    return [row((times, f"{style} bold")), row(("a fresh", "$muted")), row(("turn", "$muted"))]


def next_prompt(view: View, *, full: bool) -> Row:
    """Return what the next prompt is expected to cost, as people think in prompts."""
    outlook, state = view.outlook, view.state
    if outlook is None or state is None:
        return EMPTY
    turns = state.next_prompt_turns
    price = money(dollars_to_pico(outlook.next_prompt(turns) + (outlook.going_cold if view.is_cold else 0)))
    return row(
        ("next prompt ≈ ", "$muted"),
        (price, "$foreground"),
        (f" ({turns} {plural(turns, 'turn')})" if full else "", "$muted"),
    )


def split_bar(parts: Sequence[float], columns: int) -> Row:
    """Return a bar over the whole width, divided into carry, new and output to an eighth of a cell."""
    total = sum(parts)
    if total <= 0 or columns <= 0:
        return EMPTY
    ends = [round(sum(parts[: index + 1]) / total * columns * 8) for index in range(3)]
    cells: list[tuple[str, str]] = []
    for cell in range(columns):
        start, end = cell * 8, cell * 8 + 8
        here = [index for index in range(3) if (ends[index - 1] if index else 0) < end and ends[index] > start]
        first = here[0] if here else 2
        if len(here) < 2:
            cells.append(("█", PART_STYLES[first]))
        else:
            filled = ends[first] - start
            cells.append((_LEFT_EIGHTHS[filled], f"{PART_STYLES[first]} on {PART_STYLES[here[-1]]}"))
    return tuple(cells)


_LEFT_EIGHTHS = " ▏▎▍▌▋▊▉█"


def parts_row(parts: Sequence[float], columns: int) -> Row:
    """Return the three parts in dollars, as long as the width allows."""
    amounts = [dollars_to_pico(part) for part in parts]
    forms = []
    for names, full in (
        (("carry", "new", "output"), True),
        (("carry", "new", "output"), False),
        (("carry", "new", "out"), False),
        (("c", "n", "o"), False),
    ):
        cells: list[tuple[str, str]] = []
        for name, amount, style in zip(names, amounts, PART_STYLES, strict=True):
            gap = ("   " if full else " ") if cells else ""
            cells += [
                (gap, ""),
                (name, style),
                (" ", ""),
                (money(amount) if full else bare_money(amount), "$foreground"),
            ]
        forms.append(row(*cells))
    return first_fit(columns, *forms)


def dollars_to_pico(amount: float) -> Pico:
    return Pico(round(amount * PICO_PER_DOLLAR))
