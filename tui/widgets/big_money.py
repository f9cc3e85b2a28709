"""An amount in large digits."""

from __future__ import annotations

from tui.cells import EMPTY, Row, row
from tui.widgets.digits import GLYPHS, large, large_width


def big_money(figure: str, style: str, columns: int, mark: str = "", *, blocks: bool = True) -> list[Row]:
    """Return three rows: large digits with the dollar sign beside them, without cents where there is no room.

    When even those do not fit, or blocks cannot be drawn, the figure stands in one bold line.
    """
    whole, _, cents = figure.partition(".")
    shorter = (whole,) if len(cents) == 2 and cents.isdigit() and whole != "$0" else ()
    for text in (figure, *shorter) if blocks else ():
        digits = text.replace("$", "")
        if all(char in GLYPHS for char in digits) and large_width(digits) + 2 <= columns:
            top, middle, bottom = large(digits)
            return [
                row(("$ ", "$muted"), (top, style)),
                row((f"{mark or ' '} ", "$muted"), (middle, style)),
                row("  ", (bottom, style)),
            ]
    return [EMPTY, row((f"{mark} {figure}".strip(), f"{style} bold")), EMPTY]
