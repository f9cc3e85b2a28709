"""What stands where the meters will be, while there is nothing to show yet."""

from __future__ import annotations

from collections.abc import Sequence

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
        digits = big_money("$0.00", "$faint", columns)
        shift = " " * ((columns - width(digits[0])) // 2)
        rows += [row(shift, *cells) for cells in digits] + [EMPTY, EMPTY]
    rows += _centred(_sentence(view), columns)
    if view.snapshot.phase is Phase.WAITING and places:
        rows.append(EMPTY)
        size = max(len(place) for place, _ in places)
        left = max(0, (columns - size - 24) // 2)
        for index, (place, found) in enumerate(places):
            head = "Looking in  " if index == 0 else " " * 12
            rows.append(
                row(" " * left, (head, "$muted"), (f"{place:<{size}}", "$foreground"), (f"  {found}", "$muted"))
            )
    rows.append(EMPTY)
    rows += _centred(row(("runningtab demo", "$bright bold"), (" shows a made-up session", "$muted")), columns)
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


def _centred(cells: Row, columns: int) -> list[Row]:
    """Return a sentence in the middle, on two lines where one is too short for it."""
    if width(cells) <= columns or len(cells) != 1:
        return [row(" " * max(0, (columns - width(cells)) // 2), *cells)]
    text, style = cells[0]
    cut = text.rfind(" ", 0, columns)
    if cut <= 0:
        return [cells]
    return [*_centred(((text[:cut], style),), columns), *_centred(((text[cut + 1 :], style),), columns)]
