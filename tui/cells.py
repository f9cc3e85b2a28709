"""Rows of styled text, and how they are cut, padded and joined to a width in cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size
from textual.content import Content

Span = tuple[str, str]
"""Text and its style: theme variables such as ``$carry bold``, or empty."""
Row = tuple[Span, ...]

EMPTY: Row = ()


def row(*parts: str | Span) -> Row:
    """Return a row of its parts; plain text has no style of its own."""
    return tuple((part, "") if isinstance(part, str) else part for part in parts if part)


def width(cells: Row) -> int:
    return sum(cell_len(text) for text, _ in cells)


def fit(cells: Row, size: int) -> Row:
    """Cut the row with an ellipsis, or pad it, to exactly this many cells."""
    missing = size - width(cells)
    if missing >= 0:
        return (*cells, (" " * missing, "")) if missing else cells
    if size <= 0:
        return EMPTY
    kept: list[Span] = []
    left = size - 1
    for text, style in cells:
        length = cell_len(text)
        if length > left:
            kept.append((set_cell_size(text, left).rstrip() if left else "", style))
            left -= cell_len(kept[-1][0])
            kept.append(("…", style))
            break
        kept.append((text, style))
        left -= length
    return (*kept, (" " * left, "")) if left > 0 else tuple(kept)


def spread(left: Row, right: Row, size: int, gap: int = 1) -> Row:
    """Put one row at each end; the left one is cut when they meet."""
    if not right:
        return fit(left, size)
    if width(right) >= size:
        return fit(right, size)
    return (*fit(left, max(0, size - width(right) - gap)), (" " * gap, ""), *right)


def first_fit(size: int, *forms: Row) -> Row:
    """Return the first of several forms that fits, from the longest to the shortest, which is taken at the last."""
    return next((form for form in forms if width(form) <= size), forms[-1])


def indent(cells: Row, size: int, by: int = 1) -> Row:
    return fit((((" " * by), ""), *fit(cells, size - 2 * by)), size)


def content(rows: Iterable[Row]) -> Content:
    """Return the rows as one piece of content, a line each."""
    return Content("\n").join(Content.assemble(*cells) for cells in rows)


def plain(rows: Sequence[Row]) -> list[str]:
    """Return the rows as text, for tests."""
    return ["".join(text for text, _ in cells) for cells in rows]
