"""The compounding curve: what was paid, what it would have been without growth, and the area between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui.cells import Row

EIGHTHS = " ▁▂▃▄▅▆▇█"
_AMBER_FROM = 3
"""Eighths of a row: a thinner gap is not drawn, so that there are no stray blocks."""
_TOPS = (1.0, 1.25, 1.6, 2.0, 2.5, 3.2, 4.0, 5.0, 6.4, 8.0, 10.0)
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""Braille bits by column, from the bottom up."""

Cell = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Area:
    """Two stacked areas over turns: ``lower`` and, on top of it, the rest up to ``upper``; any one unit."""

    lower: Sequence[float]
    upper: Sequence[float]
    lower_style: str = "flat-area"
    upper_style: str = "carry-area"


def nice_top(value: float) -> float:
    """Return the top of a scale: the next of a few round steps, so that it does not move with each turn."""
    return _round_up(value, _TOPS)


def grid_step(top: float, most: int) -> float:
    """Return a round step with at most so many steps below the top."""
    return _round_up(top / max(1, most), _STEPS)


@dataclass(frozen=True, slots=True)
class Scale:
    """A vertical scale whose grid lines stand on whole rows, all at one distance."""

    step: float
    every: int
    """Rows from one grid line to the next."""
    rows: int

    @property
    def top(self) -> float:
        """The value at the upper edge of the highest row."""
        return self.step * self.rows / self.every

    @property
    def lines(self) -> dict[int, float]:
        """The value of each row, counted from the top, on whose floor a grid line runs; zero is the last."""
        return {
            self.rows - 1 - count * self.every: count * self.step for count in range((self.rows - 1) // self.every + 1)
        }


def scale_for(value: float, rows: int) -> Scale:
    """Return the lowest scale with two to five round steps that holds a value."""
    widest = max(1, rows // 2)
    choices = range(min(widest, -(-rows // 5)), widest + 1)
    scales = [Scale(_round_up(value * every / rows, _STEPS), every, rows) for every in choices]
    return min(scales, key=lambda scale: scale.top)


def _round_up(value: float, steps: Sequence[float]) -> float:
    if value <= 0:
        return 1.0
    size = 1.0
    while size * 10 <= value:
        size *= 10
    while size > value:
        size /= 10
    return next(step * size for step in steps if step * size >= value * (1 - 1e-12))


def column_turns(turns: int, columns: int) -> list[int]:
    """Return the index of the turn that each column shows: the last one of its bin."""
    return [max(0, -(-(column + 1) * turns // columns) - 1) for column in range(columns)]


def column_of(turn: int, turns: int, columns: int) -> int:
    """Return the column in which a turn, counted from 0, stands."""
    return min(columns - 1, turn * columns // max(1, turns))


def draw_area(area: Area, columns: int, rows: int, top: float) -> list[list[Cell | None]]:
    """Return the cells of the areas, top row first; None where nothing is drawn."""
    turns = column_turns(len(area.upper), columns)
    lows = [_eighths(area.lower[turn], rows, top) for turn in turns]
    highs = [_eighths(area.upper[turn], rows, top) for turn in turns]
    amber = columns
    while amber and highs[amber - 1] - lows[amber - 1] >= _AMBER_FROM:
        amber -= 1
    lows = [high if column < amber else low for column, (low, high) in enumerate(zip(lows, highs, strict=True))]
    drawn = [
        [_cell(low - 8 * row, high - 8 * row, area) for low, high in zip(lows, highs, strict=True)]
        for row in range(rows)
    ]
    return drawn[::-1]


def _eighths(value: float, rows: int, top: float) -> int:
    return min(8 * rows, max(0, round(value / top * rows * 8)))


def _cell(low: int, high: int, area: Area) -> Cell | None:
    """Return one cell whose lower area ends ``low`` and whose upper one ends ``high`` eighths above its floor."""
    if high <= 0:
        return None
    if low >= 8:
        return ("█", f"${area.lower_style}")
    if low <= 0:
        return (EIGHTHS[min(8, high)], f"${area.upper_style}")
    if high >= 8:
        return (EIGHTHS[low], f"${area.lower_style} on ${area.upper_style}")
    # Both edges in one cell, which holds two colours at most: the drawing with the smallest wrong area.
    wrong = {"both": 8 - high, "upper": low, "lower": high - low}
    best = min(wrong, key=lambda name: wrong[name])
    if best == "both":
        return (EIGHTHS[low], f"${area.lower_style} on ${area.upper_style}")
    return (EIGHTHS[high], f"${area.upper_style if best == 'upper' else area.lower_style}")


def draw_stack(layers: Sequence[tuple[Sequence[float], str]], rows: int, top: float) -> list[list[Cell | None]]:
    """Return the cells of areas on top of each other, top row first.

    Each layer has one height a column, that of its upper edge above the ground, and a style; the lowest comes first.
    """
    columns = len(layers[0][0]) if layers else 0
    edges = [[_eighths(heights[column], rows, top) for heights, _ in layers] for column in range(columns)]
    styles = [style for _, style in layers]
    return [[_stacked(ends, styles, 8 * row) for ends in edges] for row in reversed(range(rows))]


def _stacked(ends: Sequence[int], styles: Sequence[str], floor: int) -> Cell | None:
    """Return one cell of a stack: two colours at most, the lowest ones that reach into it."""
    inside = [(min(8, end - floor), style) for end, style in zip(ends, styles, strict=True) if end > floor]
    if not inside:
        return None
    true = [next((style for height, style in inside if height > eighth), None) for eighth in range(8)]
    # The boundary and the two colours, the upper one may be none, with the smallest wrong area.
    drawings = [
        (sum(true[eighth] != (below if eighth < height else above) for eighth in range(8)), height, below, above)
        for height, below in inside
        for above in (None, *(style for _, style in inside if style != below))
    ]
    _, height, below, above = min(drawings, key=lambda drawing: drawing[0])
    return (EIGHTHS[height], f"${below}" if above is None or height == 8 else f"${below} on ${above}")


def dotted(value: Callable[[float], float], columns: int, rows: int, top: float) -> list[list[str]]:
    """Return a dotted line over cells, top row first; ``value`` takes the share of the way from 0 to 1."""
    return _braille(value, columns, rows, top, step=2)


def lined(value: Callable[[float], float], columns: int, rows: int, top: float) -> list[list[str]]:
    """Return a line over cells, top row first; ``value`` takes the share of the way from 0 to 1."""
    return _braille(value, columns, rows, top, step=1)


def _braille(value: Callable[[float], float], columns: int, rows: int, top: float, step: int) -> list[list[str]]:
    bits = [[0] * columns for _ in range(rows)]
    for x in range(0, 2 * columns, step):
        height = value((x + 1) / (2 * columns)) / top * rows * 4
        y = int(height)
        if 0 <= y < rows * 4:
            bits[rows - 1 - y // 4][x // 2] |= _DOTS[x % 2][y % 4]
    return [[chr(0x2800 + cell) if cell else "" for cell in line] for line in bits]


def joined(cells: Sequence[Cell]) -> Row:
    """Return a row of cells with neighbours of one style joined."""
    spans: list[Cell] = []
    for text, style in cells:
        if spans and spans[-1][1] == style:
            spans[-1] = (spans[-1][0] + text, style)
        else:
            spans.append((text, style))
    return tuple(spans)
