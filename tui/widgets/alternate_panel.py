"""What would have been: the session with the person's marks beside the real one, with what that assumes."""

from __future__ import annotations

from dataclasses import replace

from meter.counterfactual import Mark
from meter.money import Pico
from tui.cells import EMPTY, Row, first_fit, row, width
from tui.format import money, plural, tokens
from tui.view import Alternate, View, Whole, short_model
from tui.widgets.next_turn import dollars_to_pico
from tui.widgets.panel import Panel

_GAP = "   "
_ASSUMED = "≈ same work, nothing read again"
_TITLED_FROM = 60
"""Columns from which the title says it."""


class AlternatePanel(Panel):
    """Figures as of the moment that is shown, and at the end of the session."""

    def depends_on(self, view: View) -> object:
        return (super().depends_on(view), view.alternate)

    def title(self, view: View, size: int) -> tuple[Row, Row]:
        if view.alternate is None:
            return EMPTY, EMPTY
        marks = view.alternate.result.marks
        keys = row(("x", "$bright bold"), (" remove", "$muted"))
        asked, short, counted = (
            row((words, "$foreground bold")) for words in (had_you(marks), in_short(marks), _counted(marks))
        )
        assumed = row(*asked, (f"  {_ASSUMED}", "$muted"))
        sides = 6 if self.boxed else 4
        room = size - width(keys) - sides - 5
        fitting = [form for form in (assumed, asked, short) if width(form) <= room]
        return (fitting[0] if fitting else first_fit(size - sides, short, counted)), keys

    def body(self, view: View, columns: int, lines: int) -> list[Row]:
        if view.alternate is None or view.whole is None or view.state is None:
            return []
        found = figures(view, view.alternate, view.whole)
        if columns < _TITLED_FROM:  # the title has no room for what is assumed
            found.insert(3 if view.alternate.result.too_small_from is None else 4, row((_ASSUMED, "$muted")))
        return flowed(found, columns, lines)


def had_you(marks: tuple[Mark, ...]) -> str:
    """Write the question that the marks ask."""
    if len(marks) > 2:
        return _counted(marks)
    parts = [
        f"gone on with {short_model(mark.model)} from turn {mark.turn}"
        if mark.model
        else f"cleared at turn {mark.turn}"
        for mark in marks
    ]
    return f"Had you {' and '.join(parts)}"


def in_short(marks: tuple[Mark, ...]) -> str:
    """Write it for a narrow panel."""
    parts = [f"{short_model(mark.model)} from" if mark.model else "/clear at" for mark in marks]
    turns = "turn " if len(marks) == 1 else ""
    return ", ".join(f"{part} {turns}{mark.turn}" for part, mark in zip(parts, marks, strict=True))


def _counted(marks: tuple[Mark, ...]) -> str:
    count = len({mark.turn for mark in marks})
    return f"Had you done so at {count} {plural(count, 'turn')}"


def figures(view: View, alternate: Alternate, whole: Whole) -> list[Row]:
    """Return each figure in words, the most wanted first."""
    result, turns = alternate.result, len(view.paid)
    found: list[Row] = []
    # Agents of the newest turn may still have to work: the turns' differences are told, not their sums.
    saved = whole.paid[turns - 1] - alternate.paid[turns - 1] if turns else 0
    if result.too_small_from is not None:  # first: it says that the rest could not have been
        found.append(row((f"past the model's window from turn {result.too_small_from}", "$watch")))
    if saved:
        found += [_instead("so far", view.paid[-1] - saved, view.paid[-1]), _difference(saved)]
    found.append(_instead("at the end", alternate.paid[-1], whole.paid[-1]))
    if not saved:
        found.append(_difference(whole.paid[-1] - alternate.paid[-1]))
    context = result.contexts[turns - 1] if turns else 0
    real_context = view.state.main.state.context if view.state else 0
    if turns and context != real_context:
        found.append(
            row(("context ", "$muted"), (tokens(context), "$bright"), (f" instead of {tokens(real_context)}", "$muted"))
        )
        if view.outlook is not None and not any(mark.model for mark in result.marks):
            price = replace(view.outlook, context=context, preamble=min(view.outlook.preamble, context)).next_turn
            found.append(row(("next turn ", "$muted"), (f"≈ {money(dollars_to_pico(price))}", "$bright")))
    cost = sum({mark.turn: restart.cost for mark, restart in zip(result.marks, result.restarts, strict=True)}.values())
    again = sum(
        {mark.turn: restart.tokens for mark, restart in zip(result.marks, result.restarts, strict=True)}.values()
    )
    if again:
        itself = "the clear itself" if not any(mark.model for mark in result.marks) else "the cold start"
        found.append(
            row((f"{itself} ", "$muted"), (f"+{money(cost)}", "$foreground"), (f" for {tokens(again)}", "$muted"))
        )
    if result.unpriced:
        found.append(row((f"{result.unpriced} {plural(result.unpriced, 'turn')} without a price", "$muted")))
    return found


def _instead(when: str, amount: Pico, real: Pico) -> Row:
    return row((f"{when} ", "$muted"), (f"≈ {money(amount)}", "$bright bold"), (f" instead of {money(real)}", "$muted"))


def _difference(saved: Pico) -> Row:
    if saved >= 0:
        return row(("saved ", "$muted"), (money(saved), "$bright bold"))
    return row((f"+{money(-saved)}", "$act bold"), (" dearer", "$muted"))


def flowed(parts: list[Row], columns: int, lines: int) -> list[Row]:
    """Return the parts one after another over rows; what finds no room is left out."""
    rows: list[Row] = []
    for part in parts:
        joined = row(*rows[-1], _GAP, *part) if rows else part
        if rows and width(joined) <= columns:
            rows[-1] = joined
        elif len(rows) < lines:
            rows.append(first_fit(columns, part))
    return rows
