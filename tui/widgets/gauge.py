"""A thin gauge: how full something is, to half a cell."""

from __future__ import annotations

from tui.cells import Row, row


def gauge(part: float, size: int, style: str = "$gauge") -> Row:
    """Return a bar of this many cells filled to a share between 0 and 1."""
    halves = round(min(1.0, max(0.0, part)) * size * 2)
    full, half = divmod(halves, 2)
    return row(
        ("━" * full, style),
        ("╸" if half else "", style),
        ("━" * (size - full - half), "$track"),
    )
