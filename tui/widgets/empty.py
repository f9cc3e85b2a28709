"""What stands where the meters will be, while there is nothing to show yet."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from parsers.labels import clean
from tui.cells import EMPTY, Row, row, width
from tui.follow import Phase
from tui.view import View
from tui.widgets.big_money import big_money
from tui.widgets.panel import Panel

Place = tuple[str, str]
"""A folder that was looked into, and what is there."""


class EmptyPanel(Panel):
    """Says what it waits for and where it looks; it watches on."""

    framed = False
    places: Sequence[Place] = ()

    def depends_on(self, view: View) -> object:
        return (view.snapshot, tuple(self.places))

    def title(self, view: View, size: int) -> tuple[Row, Row]:
        return EMPTY, EMPTY

    def body(self, view: View, columns: int, lines: int) -> list[Row]:
        return empty_rows(view, columns, lines, self.places)


def empty_rows(view: View, columns: int, lines: int, places: Sequence[Place]) -> list[Row]:
    """Return the rows, centred as one block; what matters least goes first where there is little room."""
    rows: list[Row] = []
    if lines >= 12:
        digits = big_money("$0.00", "$faint", columns, blocks=not view.ascii)
        shift = " " * ((columns - width(digits[0])) // 2)
        rows += [row(shift, *cells) for cells in digits] + [EMPTY, EMPTY]
    rows += _centred(_sentence(view), columns)
    if view.snapshot.phase is Phase.WAITING and places:
        rows += [EMPTY, *_places(places, columns)]
    rows.append(EMPTY)
    demo = "runningtab demo shows a made-up session"
    rows += _centred(row((demo, "$foreground")), columns)
    rows += _centred(row(("Everything stays on this machine; nothing is written.", "$faint")), columns)
    above = max(0, (lines - len(rows)) // 2)
    return ([EMPTY] * above + rows)[:lines]


def _sentence(view: View) -> Row:
    snapshot = view.snapshot
    match snapshot.phase:
        case Phase.FAILED:
            return row((clean(snapshot.trouble or "The transcript cannot be read."), "$act"))
        case Phase.READING:
            return row((f"Reading the transcript: {snapshot.progress:.0%}", "$foreground"))
        case Phase.WAITING:
            return row(("Start claude in another terminal: its tab appears here.", "$foreground"))
        case _:
            return row(("No response yet: the tab starts with the first one.", "$foreground"))


def _places(places: Sequence[Place], columns: int) -> list[Row]:
    """Return the folders that are looked into, each with what is there, under it where there is no room beside."""
    size = max(len(place) for place, _ in places)
    if size + 30 > columns:
        return [
            line
            for place, found in places
            for line in (*_centred(row((place, "$foreground")), columns), *_centred(row((found, "$muted")), columns))
        ]
    left = " " * ((columns - size - 26) // 2)
    heads = ["Looking in  ", *[" " * 12] * (len(places) - 1)]
    return [
        row(left, (head, "$muted"), (f"{place:<{size}}", "$foreground"), (f"  {found}", "$muted"))
        for head, (place, found) in zip(heads, places, strict=True)
    ]


def _centred(cells: Row, columns: int) -> list[Row]:
    """Return one piece of text in the middle, on as many lines as it needs."""
    ((text, style),) = cells
    return [row(" " * ((columns - width(((line, ""),))) // 2), (line, style)) for line in wrap(text, max(8, columns))]
