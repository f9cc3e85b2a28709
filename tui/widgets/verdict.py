"""The second row: should I do something? A chip and one sentence."""

from __future__ import annotations

from meter.level import Level, best_advice
from tui.cells import EMPTY, Row, fit, row, width
from tui.format import money, plural
from tui.view import View
from tui.widgets.next_turn import dollars_to_pico
from tui.widgets.notice import notice

_CHIPS = {Level.CALM: "○ calm", Level.WATCH: "▲ watch", Level.ACT: "■ act"}
_STYLES = {
    Level.CALM: ("$muted", "$muted", ""),
    Level.WATCH: ("$watch bold", "$foreground", "$watch-row"),
    Level.ACT: ("$background on $act bold", "$bright bold", "$act-row"),
}


def verdict(view: View, columns: int, lines: int) -> list[Row]:
    """Return the verdict in this many rows; what there is to say about the watching goes before a calm one."""
    level = view.level
    said = EMPTY if view.is_empty else notice(view)
    if said and level is Level.CALM:
        return _wrapped(row(" "), said, columns, lines)
    chip_style, words_style, tint = _STYLES[level]
    chip = row((f" {_CHIPS[level]} ", chip_style), " ")
    sentence = _sentence(view, wide=columns >= 100)
    head, _, rest = sentence.partition(": ")
    words = (
        row((f"{head}: ", f"{words_style} bold"), (rest, words_style))
        if rest and level
        else row((sentence, words_style))
    )
    rows = _wrapped(chip, words, columns, lines)
    if said and width(rows[0]) + width(said) + 2 <= columns and lines == 1:
        rows[0] = (*fit(rows[0], columns - width(said) - 1), *said, (" ", ""))
    return [_tinted(fit(cells, columns), tint) for cells in rows]


def _tinted(cells: Row, tint: str) -> Row:
    if not tint:
        return cells
    return tuple((text, style if " on " in style else f"{style} on {tint}".strip()) for text, style in cells)


def _wrapped(chip: Row, words: Row, columns: int, lines: int) -> list[Row]:
    """Return words after a chip, broken at blanks over the rows, each under the first."""
    room = columns - width(chip) - 1
    rows: list[list[tuple[str, str]]] = [[]]
    used = 0
    for text, style in words:
        for piece in _pieces(text):
            if used + len(piece.rstrip()) > room and used and len(rows) < lines:
                rows.append([])
                used = 0
                piece = piece.lstrip()
            rows[-1].append((piece, style))
            used += len(piece)
    heads = [chip] + [row(" " * width(chip))] * (len(rows) - 1)
    drawn = [fit((*head, *cells), columns) for head, cells in zip(heads, rows, strict=True)]
    return drawn + [EMPTY] * (lines - len(drawn))


def _pieces(text: str) -> list[str]:
    words = text.split(" ")
    return [f"{word} " for word in words[:-1]] + ([words[-1]] if words[-1] else [])


def _sentence(view: View, *, wide: bool) -> str:
    state, outlook = view.state, view.outlook
    if state is None or not state.main.turns:
        return ""
    if outlook is None:
        return "The next turn tells what the history costs."
    horizon = state.horizon
    advice = best_advice(outlook, horizon)
    way = outlook.clear if advice.kind == "clear" else outlook.compact
    within = outlook.pays_back(way)
    saves = money(dollars_to_pico(advice.saving)) if advice.saving > 0 else ""
    if view.level is Level.CALM:
        if not saves or within is None:
            return f"Keep going: /{advice.kind} would not pay back within {horizon} turns."
        return f"Keep going: /{advice.kind} would save ≈ {saves} in {horizon} turns."
    when = "now" if view.level is Level.ACT else "after this task"
    back = f", pays back in {within} {plural(within, 'turn')}" if within is not None else ""
    if not saves:
        return f"/{advice.kind} {when}: the context is nearly full."
    if wide:
        going = money(dollars_to_pico(outlook.keep_going(horizon)))
        cost = money(dollars_to_pico(advice.cost))
        return f"/{advice.kind} {when}: next {horizon} turns ≈ {cost} instead of {going}{back}."
    return f"/{advice.kind} {when}: saves ≈ {saves} in {horizon} turns{back}."
