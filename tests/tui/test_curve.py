"""The compounding curve as text: scales, columns, and areas exact to an eighth of a row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.widgets.curve import (
    EIGHTHS,
    Area,
    Cell,
    column_of,
    column_turns,
    dotted,
    draw_area,
    grid_step,
    joined,
    nice_top,
    scale_for,
)
from tui.widgets.curve_drawing import divide

FLAT, AMBER = "$flat-area", "$carry-area"
BOTH = f"{FLAT} on {AMBER}"

amounts = st.floats(0.0001, 1e6)


def text(cells: Sequence[Sequence[Cell | None]]) -> list[str]:
    return ["".join(cell[0] if cell else " " for cell in line) for line in cells]


def colours(cells: Sequence[Sequence[Cell | None]]) -> list[str]:
    """Return the colours of the cells: flat, amber, or both in one cell."""
    letters = {FLAT: "f", AMBER: "a", BOTH: "B"}
    return ["".join(letters[cell[1]] if cell else " " for cell in line) for line in cells]


def heights(cells: Sequence[Sequence[Cell | None]]) -> list[int]:
    """Return how high each column is drawn, in eighths of a row."""
    return [sum(_filled(line[column]) for line in cells) for column in range(len(cells[0]))]


def flats(cells: Sequence[Sequence[Cell | None]]) -> list[int]:
    """Return how high the lower area of each column is drawn, in eighths of a row."""
    return [
        sum(EIGHTHS.index(cell[0]) for line in cells if (cell := line[column]) and cell[1] != AMBER)
        for column in range(len(cells[0]))
    ]


def _filled(cell: Cell | None) -> int:
    if cell is None:
        return 0
    return 8 if cell[1] == BOTH else EIGHTHS.index(cell[0])


def one_cell(low: int, high: int) -> Cell | None:
    """Return the drawing of one cell with its edges so many eighths above its floor."""
    (((cell),),) = draw_area(Area([low], [high]), 1, 1, 8.0)
    return cell


@pytest.mark.parametrize(
    ("value", "top"),
    [(0.0, 1.0), (0.00042, 0.0005), (0.9, 1.0), (1.0, 1.0), (1.01, 1.25), (3.64, 4.0), (100.0, 100.0), (137.79, 160.0)],
)
def test_a_scale_ends_at_the_next_round_step(value: float, top: float) -> None:
    assert nice_top(value) == pytest.approx(top)


@given(amounts)
def test_a_scale_holds_its_value_and_wastes_little(value: float) -> None:
    assert value * (1 - 1e-9) <= nice_top(value) <= value * 1.3


@given(amounts)
def test_a_scale_moves_only_when_it_is_passed(value: float) -> None:
    top = nice_top(value)
    assert nice_top(top) == pytest.approx(top)
    assert nice_top((value + top) / 2) == pytest.approx(top)


@given(amounts, st.integers(1, 5))
def test_a_grid_has_at_most_so_many_round_steps(top: float, most: int) -> None:
    step = grid_step(top, most)
    assert step * most >= top * (1 - 1e-9)
    digits = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert any(digits == pytest.approx(size) for size in (1, 2, 2.5, 5))


@given(amounts, st.integers(1, 40))
def test_grid_lines_stand_on_whole_rows_at_one_distance_with_round_values(value: float, rows: int) -> None:
    scale = scale_for(value, rows)
    assert scale.top >= value * (1 - 1e-9)
    assert scale_for(scale.top, rows).top == pytest.approx(scale.top)
    digits = scale.step / 10 ** math.floor(math.log10(scale.step) + 1e-9)
    assert any(digits == pytest.approx(size) for size in (1, 2, 2.5, 5))
    for row, line in scale.lines.items():
        assert line == pytest.approx(scale.top * (rows - 1 - row) / rows)
    if rows >= 4:
        assert 2 <= len(scale.lines) <= 6  # zero is one of them
        assert scale.top <= value * 2 * (1 + 1e-9)


@pytest.mark.parametrize(
    ("turns", "columns", "ahead"),
    [
        (50, 116, 29),  # as many as there were: half, but a third of 89 at most
        (150, 116, 22),  # a quarter of 89 columns
        (5_000, 116, 8),
        (50, 44, 14),
        (5_000, 44, 6),
    ],
)
def test_the_turns_ahead_have_their_share_of_the_axis(turns: int, columns: int, ahead: int) -> None:
    plot = divide(columns, 12, 50 / (turns + 50))
    assert plot.ahead == ahead
    assert plot.axis + plot.columns + plot.ahead + plot.labels == columns


def test_a_column_shows_the_last_turn_of_its_bin() -> None:
    assert column_turns(6, 3) == [1, 3, 5]
    assert column_turns(5, 3) == [1, 3, 4]
    assert column_turns(2, 6) == [0, 0, 0, 1, 1, 1]
    assert column_turns(1, 3) == [0, 0, 0]


@given(st.integers(1, 6_000), st.integers(1, 220))
def test_columns_go_through_all_turns_to_the_newest(turns: int, columns: int) -> None:
    shown = column_turns(turns, columns)
    assert len(shown) == columns
    assert shown == sorted(shown)
    assert shown[0] >= 0
    assert shown[-1] == turns - 1
    if columns >= turns:
        assert set(shown) == set(range(turns))


@given(st.integers(1, 6_000), st.integers(1, 220), st.data())
def test_a_turn_stands_in_the_first_column_that_holds_it(turns: int, columns: int, data: st.DataObject) -> None:
    turn = data.draw(st.integers(0, turns - 1))
    shown = column_turns(turns, columns)
    column = column_of(turn, turns, columns)
    assert shown[column] >= turn
    assert column == 0 or shown[column - 1] < turn


def test_an_area_without_growth_is_a_ramp_of_eighths() -> None:
    values = [float(eighths) for eighths in range(1, 17)]
    cells = draw_area(Area(values, values), 16, 2, 16.0)
    assert text(cells) == [
        "        ▁▂▃▄▅▆▇█",
        "▁▂▃▄▅▆▇█████████",
    ]
    assert colours(cells) == [" " * 8 + "f" * 8, "f" * 16]


def test_amber_lies_on_flat_up_to_what_was_paid() -> None:
    cells = draw_area(Area([8, 8, 10, 12], [8, 12, 20, 24]), 4, 3, 24.0)
    assert text(cells) == [
        "  ▄█",
        " ▄▂▄",
        "████",
    ]
    assert colours(cells) == [
        "  aa",
        " aBB",
        "ffff",
    ]


@pytest.mark.parametrize(
    ("low", "high", "cell"),
    [
        (3, 7, ("▃", BOTH)),  # an eighth too high: better than three of the wrong colour
        (1, 5, ("▅", AMBER)),  # an eighth of flat is drawn amber: better than three eighths too high
        (4, 8, ("▄", BOTH)),
        (0, 5, ("▅", AMBER)),
        (8, 8, ("█", FLAT)),
        (5, 5, ("▅", FLAT)),
        (0, 0, None),
    ],
)
def test_edges_in_one_cell_take_the_drawing_with_the_smallest_wrong_area(low: int, high: int, cell: Cell) -> None:
    assert one_cell(low, high) == cell


def test_a_gap_under_three_eighths_is_all_flat_up_to_what_was_paid() -> None:
    assert one_cell(3, 5) == ("▅", FLAT)
    assert one_cell(3, 6) == ("▃", BOTH)


@given(st.integers(0, 8), st.integers(0, 8))
def test_no_other_drawing_of_a_cell_is_nearer(low: int, gap: int) -> None:
    high = min(8, low + gap)
    wanted = ["f"] * low + ["a"] * (high - low) + [" "] * (8 - high)
    if high - low < 3:
        wanted = ["f"] * high + [" "] * (8 - high)

    def wrong(cell: Cell | None) -> int:
        glyph, style = cell or (" ", FLAT)
        filled = EIGHTHS.index(glyph)
        above = {FLAT: " ", AMBER: " ", BOTH: "a"}[style]
        drawn = ["a" if style == AMBER else "f"] * filled + [above] * (8 - filled)
        return sum(one != other for one, other in zip(wanted, drawn, strict=True))

    every = [wrong((glyph, style)) for glyph in EIGHTHS for style in (FLAT, AMBER, BOTH)]
    assert wrong(one_cell(low, high)) == min(every)


def test_amber_begins_only_where_the_gap_stays() -> None:
    lower = [8.0] * 8
    upper = [8.0, 12.0, 12.0, 10.0, 12.0, 11.0, 14.0, 16.0]
    cells = draw_area(Area(lower, upper), 8, 2, 16.0)
    assert colours(cells)[0] == " fffaaaa"  # the early bump is what was paid, but no amber
    assert text(cells)[0] == " ▄▄▂▄▃▆█"
    assert heights(cells) == [8, 12, 12, 10, 12, 11, 14, 16]


def test_a_thin_gap_at_the_end_leaves_no_amber_at_all() -> None:
    cells = draw_area(Area([8, 8, 8], [16, 16, 10]), 3, 2, 16.0)
    assert "a" not in "".join(colours(cells))


def test_what_is_above_the_scale_is_cut_at_its_top() -> None:
    assert text(draw_area(Area([1, 1], [4, 400]), 2, 2, 4.0)) == ["██", "▄▄"]


@st.composite
def curves(draw: st.DrawFn) -> tuple[list[float], list[float]]:
    """Two curves that only rise, the lower one never above the upper one."""
    steps = draw(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 1)), min_size=1, max_size=120))
    lower, upper = [0.0], [0.0]
    for step, part in steps:
        upper.append(upper[-1] + step)
        lower.append(lower[-1] + step * part)
    return lower[1:], upper[1:]


@given(curves(), st.integers(1, 90), st.integers(1, 14))
def test_every_column_is_as_high_as_its_turn(curve: tuple[list[float], list[float]], columns: int, rows: int) -> None:
    lower, upper = curve
    top = nice_top(upper[-1])
    cells = draw_area(Area(lower, upper), columns, rows, top)
    assert [len(line) for line in cells] == [columns] * rows
    ambers = colours(cells)
    for column, turn in enumerate(column_turns(len(upper), columns)):
        high, low = upper[turn] / top * rows * 8, lower[turn] / top * rows * 8
        drawn = heights(cells)[column]
        has_amber = any(line[column] in "aB" for line in ambers)
        one_cell = has_amber and round(low) // 8 == (round(high) - 1) // 8 and round(low) % 8
        # Where both edges lie in one cell, that holds two colours at most: at most two eighths go wrong.
        assert abs(drawn - high) <= (2.5 if one_cell else 0.5) + 1e-6
        if has_amber and not one_cell:
            assert abs(flats(cells)[column] - low) <= 0.5 + 1e-6


@given(curves(), st.integers(1, 90), st.integers(1, 14))
def test_only_eighths_and_the_two_colours_are_drawn(
    curve: tuple[list[float], list[float]], columns: int, rows: int
) -> None:
    lower, upper = curve
    for line in draw_area(Area(lower, upper), columns, rows, nice_top(upper[-1])):
        for cell in line:
            assert cell is None or (cell[0] in EIGHTHS[1:] and cell[1] in (FLAT, AMBER, BOTH))


@given(curves(), st.integers(1, 90), st.integers(1, 14))
def test_what_only_grows_is_drawn_so(curve: tuple[list[float], list[float]], columns: int, rows: int) -> None:
    lower, upper = curve
    cells = draw_area(Area(lower, upper), columns, rows, nice_top(upper[-1]))
    assert all(one <= other for one, other in pairwise(heights(cells)))
    amber = ["a" in column or "B" in column for column in zip(*colours(cells), strict=True)]
    drawn = [high > 0 for high in heights(cells)]
    first = amber.index(True) if True in amber else columns
    assert all(amber[first:])
    assert not any(amber[:first])
    assert drawn == sorted(drawn)


def test_a_dotted_line_rises_by_quarters_of_a_row() -> None:
    assert dotted(lambda part: part * 2, 8, 2, 2.0) == [
        ["", "", "", "", "⡀", "⠄", "⠂", "⠁"],
        ["⡀", "⠄", "⠂", "⠁", "", "", "", ""],
    ]


def test_a_dotted_line_leaves_the_plot_at_its_top() -> None:
    lines = dotted(lambda part: part * 10, 6, 3, 5.0)
    assert [sum(bool(cell) for cell in column) for column in zip(*lines, strict=True)] == [1, 1, 1, 0, 0, 0]


@given(st.floats(0, 3), st.floats(0, 3), st.integers(1, 40), st.integers(1, 12))
def test_a_dotted_line_has_one_dot_a_column(start: float, slope: float, columns: int, rows: int) -> None:
    lines = dotted(lambda part: start + slope * part, columns, rows, 4.0)
    assert [len(line) for line in lines] == [columns] * rows
    for column in zip(*lines, strict=True):
        dots = [cell for cell in column if cell]
        assert len(dots) <= 1
        assert all(0x2800 < ord(dot) < 0x2900 and (ord(dot) - 0x2800).bit_count() == 1 for dot in dots)


@given(st.lists(st.tuples(st.text(max_size=3), st.sampled_from(["", "$a", "$b"])), max_size=12))
def test_neighbours_of_one_style_are_joined(cells: list[Cell]) -> None:
    spans = joined(cells)
    assert "".join(part for part, _ in spans) == "".join(part for part, _ in cells)
    assert all(one[1] != other[1] for one, other in pairwise(spans))
