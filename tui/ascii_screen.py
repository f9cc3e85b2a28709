"""A screen in ASCII: what colour tells of an area or a gauge is told by its character, and all else is replaced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tui.ascii import to_ascii
from tui.cells import Row, Span

_AREAS = {
    "$flat-area": "#",
    "$carry-area": ":",
    "$gauge": "#",
    "$track": ".",
    "$carry": "c",
    "$new": "n",
    "$output": "o",
}
"""How an area of a style is filled; the parts of money by their first letters."""
_FILLED = {char: eighths for chars in ("▁▂▃▄▅▆▇█", "▏▎▍▌▋▊▉█") for eighths, char in enumerate(chars, 1)}
"""Blocks and how many eighths of a cell they fill with their first colour."""


def ascii_rows(rows: Iterable[Row]) -> list[Row]:
    """Return rows whose blocks and gauges keep their meaning without colours: the rest is left to ``AsciiFilter``."""
    return [tuple(_span(span) for span in cells) for cells in rows]


def _span(span: Span) -> Span:
    text, style = span
    if text.isascii():
        return span
    front, _, back = style.partition(" on ")
    mark, behind = _AREAS.get(front), _AREAS.get(back) if back else " "
    if mark is None or behind is None:
        return span
    if front == "$track":
        text = text.replace("━", "-")
    # A cell is one character: the area that fills most of it.
    return "".join((mark if _FILLED[char] >= 4 else behind) if char in _FILLED else char for char in text), style


class AsciiFilter(LineFilter):
    """Replaces what is left, of any widget, the moment before it is written."""

    def apply(self, segments: Sequence[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.text.isascii() else Segment(_as_wide(segment.text), segment.style, segment.control)
            for segment in segments
        ]


@lru_cache(maxsize=4096)
def _as_wide(text: str) -> str:
    """Return the text in ASCII, in as many cells; several characters may have shared one."""
    size = cell_len(text)
    return to_ascii(text)[:size].ljust(size, "?")
