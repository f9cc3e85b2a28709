"""The right column of a very wide screen: the ways out, the coming turns, the breaks, and where the money went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from meter.cache import CacheBreak
from meter.level import best_advice
from meter.outlook import Alternative, Outlook
from tui.cells import EMPTY, Row, fit, row, spread, width
from tui.format import money, share, tokens
from tui.view import View, short_model
from tui.widgets.curve import Cell, joined, lined, nice_top
from tui.widgets.gauge import gauge
from tui.widgets.next_turn import dollars_to_pico
from tui.widgets.panel import Panel

_NOT_YET = [EMPTY, row(("known from the second turn on", "$muted"))]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to go on, with its cost over the horizon in dollars."""

    name: str
    cost: float
    way: Alternative | None
    """None for going on as it is."""
    style: str


def ways(view: View, outlook: Outlook) -> list[Way]:
    """Return the ways to go on: as it is, the two resets, then the models by what they cost."""
    state = view.state
    if state is None:
        return []
    horizon, cold = state.horizon, view.is_cold

    def compacted(turns: int) -> float:
        return outlook.compact(turns, cold=cold)

    found = [Way("keep going", outlook.keep_going(horizon, cold=cold), None, "$carry")]
    if outlook.context >= 2 * outlook.preamble:
        found.append(Way("/clear", outlook.clear(horizon), outlook.clear, "$new"))
    found.append(Way("/compact", compacted(horizon), compacted, "$foreground"))

    def switched(model: str) -> Alternative:
        return lambda turns: outlook.switch(turns, state.switch[model])

    models = [Way(short_model(name), switched(name)(horizon), switched(name), "$muted") for name in state.switch]
    return found + sorted(models, key=lambda way: -way.cost)


class IfYouPanel(Panel):
    """What the horizon costs on each way, what that saves, and when it pays back."""

    def title(self, view: View, size: int) -> tuple[Row, Row]:
        return row(("If you", "$foreground bold")), row(("≈ estimated", "$muted"))

    def body(self, view: View, columns: int, lines: int) -> list[Row]:
        outlook, state = view.outlook, view.state
        if outlook is None or state is None:
            return list(_NOT_YET)
        found = ways(view, outlook)
        dearest = max(way.cost for way in found) or 1.0
        head = f"{f'next {state.horizon} turns':<12}{'':<12}{'cost':>9}{'saves':>10}{'pays back':>13}"
        rows = [row((head, "$faint"))]
        for way in found:
            saving = found[0].cost - way.cost
            within = outlook.pays_back(way.way, cold=view.is_cold) if way.way else None
            back = "" if way.way is None else f"after {within}" if within else "not in 100"
            saves = "" if way.way is None else _signed(saving)
            rows.append(
                row(
                    (f"{way.name:<12}", "$foreground"),
                    *gauge(way.cost / dearest, 10, way.style),
                    (f"{_dollars(way.cost):>11}", "$bright"),
                    (f"{saves:>10}", "$foreground" if saving > 0 else "$muted"),
                    (f"{back:>13}", "$muted"),
                )
            )
        return rows


class ComingPanel(Panel):
    """The coming turns on a scale of their own: as they are, after a reset."""

    def title(self, view: View, size: int) -> tuple[Row, Row]:
        horizon = view.state.horizon if view.state else 50
        return row((f"Next {horizon} turns", "$foreground bold")), row(("≈ estimated", "$muted"))

    def body(self, view: View, columns: int, lines: int) -> list[Row]:
        outlook, state = view.outlook, view.state
        if outlook is None or state is None or lines < 4:
            return list(_NOT_YET)
        shown = [way for way in ways(view, outlook) if way.style != "$muted"]
        horizon, plot, rows = state.horizon, columns - 20, lines - 1
        top = nice_top(max(way.cost for way in shown))
        cells: list[list[Cell]] = [[(" ", "")] * plot for _ in range(rows)]
        for way in reversed(shown):
            cost = way.way or partial(outlook.keep_going, cold=view.is_cold)
            drawn = lined(_after(cost, horizon), plot, rows, top)
            for line, dots in enumerate(drawn):
                for column, dot in enumerate(dots):
                    if dot:
                        cells[line][column] = (dot, way.style)
        labels = _labels(shown, rows, top)
        body = [row(*joined(cells[line]), *labels.get(line, EMPTY)) for line in range(rows)]
        advice = best_advice(outlook, horizon, cold=view.is_cold)
        chosen = next((way.way for way in shown if way.name == f"/{advice.kind}"), None)
        within = outlook.pays_back(chosen, cold=view.is_cold) if chosen else None
        ahead = f"/{advice.kind} is ahead from turn {within}" if within else ""
        body.append(
            spread(row(("now", "$faint"), (f"  {ahead}", "$muted")), row((f"+{horizon}" + " " * 20, "$faint")), columns)
        )
        return body


def _after(cost: Alternative, horizon: int) -> Callable[[float], float]:
    return lambda part: cost(max(1, round(part * horizon)))


def _labels(shown: list[Way], rows: int, top: float) -> dict[int, Row]:
    """Return the names at the right ends of the lines, each on a row of its own."""
    labels: dict[int, Row] = {}
    for way in sorted(shown, key=lambda way: -way.cost):
        line = max(0, min(rows - 1, rows - 1 - int(way.cost / top * rows)))
        while line in labels and line < rows - 1:
            line += 1
        labels[line] = row((f" {_dollars(way.cost)}", "$bright"), (f" {way.name}", way.style))
    return labels


class BreaksPanel(Panel):
    """Each cache break with its cause, newest last."""

    def title(self, view: View, size: int) -> tuple[Row, Row]:
        cost = sum(found.cost or 0 for found in view.state.main.breaks) if view.state else 0
        return row(("Cache breaks", "$foreground bold"), (f"  {money(cost)}", "$muted")), EMPTY

    def body(self, view: View, columns: int, lines: int) -> list[Row]:
        breaks = view.state.main.breaks if view.state else ()
        if not breaks:
            return [row(("none: what was sent before was read from the cache", "$muted"))]
        rows = [row((f"{'turn':>5}{'re-sent':>10}{'cost':>9}   cause", "$faint"))]
        return rows + [_break_row(found) for found in breaks[-(lines - 1) :]]


def _break_row(found: CacheBreak) -> Row:
    return row(
        (f"{found.turn:>5}", "$muted"),
        (f"{tokens(found.tokens):>10}", "$foreground"),
        (f"{money(found.cost or 0):>9}   ", "$bright"),
        (found.cause.words, "$foreground"),
    )


class WhereItWentPanel(Panel):
    """The tab, divided: history, preamble, new tokens, output, agents."""

    def title(self, view: View, size: int) -> tuple[Row, Row]:
        cost = money(view.state.tally.cost) if view.state else "$0"
        return row(("Where the tab went", "$foreground bold")), row((cost, "$bright"))

    def body(self, view: View, columns: int, lines: int) -> list[Row]:
        state = view.state
        if state is None or not state.tally.cost:
            return [row(("nothing spent yet", "$muted"))]
        main = state.main.state.tally
        parts = [
            ("history carry", main.history, "$carry"),
            ("preamble carry", main.carry - main.history, "$carry"),
            ("new", main.new, "$new"),
            ("output", main.output_cost + main.fees, "$output"),
        ]
        if view.agents.cost:
            parts.append(("agents", view.agents.cost, "$foreground"))
        room = max(6, columns - 34)
        rows = []
        for name, amount, style in parts:
            part = amount / state.tally.cost
            left = row((f"{name:<15}", "$foreground"), (f"{money(amount):>10}  ", "$bright"), *gauge(part, room, style))
            rows.append(spread(left, row((share(part), "$muted")), columns))
        saved = row(("caching saved ", "$muted"), (money(main.saved), "$foreground"))
        return [*rows, fit(saved, columns) if width(saved) > columns else saved]


def _dollars(amount: float) -> str:
    return money(dollars_to_pico(amount))


def _signed(amount: float) -> str:
    """Write a saving; what costs more has a plus, as everywhere."""
    return _dollars(amount) if amount >= 0 else f"+{_dollars(-amount)}"
