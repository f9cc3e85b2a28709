"""The second row: should I do something? A chip and one sentence."""

from __future__ import annotations

from textwrap import wrap

from meter.level import Level
from meter.nudge import Nudge
from tui.cells import EMPTY, Row, fit, row, spread, width
from tui.format import plural
from tui.nudge_words import calm_sentence, sentence
from tui.view import View
from tui.widgets.notice import notice

_CHIPS = {Level.CALM: "○ calm", Level.WATCH: "▲ watch", Level.ACT: "■ act"}
_STYLES = {
    Level.CALM: ("$muted", "$muted", ""),
    Level.WATCH: ("$watch bold", "$foreground", "$watch-row"),
    Level.ACT: ("$background on $act bold", "$bright bold", "$act-row"),
}


def verdict(view: View, columns: int, lines: int) -> list[Row]:
    """Return the verdict in this many rows; what there is to say about the watching goes before a calm one."""
    said = EMPTY if view.is_empty else notice(view)
    nudge = view.nudge
    level = nudge.level if nudge else Level.CALM
    if said and nudge is None:
        return _wrapped(row(" "), said, columns, lines)
    chip_style, words_style, tint = _STYLES[level]
    chip = row((f" {_CHIPS[level]} ", chip_style), " ")
    words = _words(_sentence(view, nudge, columns - width(chip) - 1, lines), level, words_style)
    if said and lines == 1 and width(chip) + width(words) + width(said) + 3 <= columns:
        rows = [spread(row(*chip, *words), row(*said, " "), columns)]
    else:
        rows = _wrapped(chip, words, columns, lines)
    return [_tinted(fit(cells, columns), tint) for cells in rows]


def _words(sentence_: str, level: Level, style: str) -> Row:
    """Return a sentence with its action, which stands before the colon, in bold."""
    action, colon, rest = sentence_.partition(": ")
    if level is Level.CALM or not colon:
        return row((sentence_, style))
    return row((f"{action}: ", f"{style} bold"), (rest, style))


def _sentence(view: View, nudge: Nudge | None, room: int, lines: int) -> str:
    """Return the longest form of what is to be said that fits into the rows, broken at blanks."""
    if view.state is None or not view.state.main.turns:
        return ""
    forms = _calm_forms(view) if nudge is None else _forms(view, nudge)
    return next((form for form in forms if len(wrap(form, max(1, room))) <= lines), forms[-1])


def _forms(view: View, nudge: Nudge) -> list[str]:
    return [sentence(nudge, columns=columns, subscription=view.subscription) for columns in (100, 60, 40)]


def _calm_forms(view: View) -> list[str]:
    calm = calm_sentence(view.state) if view.state else ""
    left = max((view.snoozed.get(found.kind, 0) for found in view.nudges), default=0)
    if left:
        snoozed = f"snoozed, {left} {plural(left, 'turn')} left"
        return [f"{calm} ({snoozed})", f"Keep going. ({snoozed})", snoozed.capitalize()]
    return [calm, "Keep going."]


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
