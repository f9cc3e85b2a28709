"""Gauges: as wide as asked, filled to half a cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.cells import Row, plain
from tui.widgets.gauge import gauge


def filled(cells: Row) -> float:
    """Return the filled cells; what is not filled has the colour of the track."""
    return sum(len(text) * (0.5 if text == "╸" else 1) for text, style in cells if style != "$track")


@pytest.mark.parametrize(
    ("part", "drawn"),
    [(0.0, 0.0), (0.04, 0.5), (0.02, 0.0), (0.5, 5.0), (0.55, 5.5), (0.976, 10.0), (0.97, 9.5), (1.0, 10.0)],
)
def test_a_gauge_is_filled_to_half_a_cell(part: float, drawn: float) -> None:
    cells = gauge(part, 10)
    assert filled(cells) == drawn
    assert plain([cells]) == ["━" * int(drawn) + ("╸" if drawn % 1 else "") + "━" * int(10 - drawn)]


def test_a_gauge_has_the_colour_of_what_it_measures() -> None:
    assert [span for span in gauge(0.5, 4, "$carry") if span[0]] == [("━━", "$carry"), ("━━", "$track")]
    assert [span for span in gauge(0.5, 4) if span[0]] == [("━━", "$gauge"), ("━━", "$track")]


@given(st.floats(allow_nan=False), st.integers(0, 200))
def test_a_gauge_has_its_width_whatever_it_measures(part: float, size: int) -> None:
    cells = gauge(part, size)
    assert len(plain([cells])[0]) == size
    assert abs(filled(cells) - min(1.0, max(0.0, part)) * size) <= 0.25 + 1e-9


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 200))
def test_more_is_never_drawn_shorter(one: float, other: float, size: int) -> None:
    low, high = sorted((one, other))
    assert filled(gauge(low, size)) <= filled(gauge(high, size))
