"""Rows of cells: cut, padded and joined to an exact width, whatever the width of their characters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.cells import EMPTY, Row, content, fit, indent, plain, row, spread, width
from tui.widgets.panel import edge

CHARACTERS = "ab ─…≈█漢字あ한🌊e\u0301\ufe0f"
spans = st.tuples(st.text(alphabet=CHARACTERS, max_size=14), st.sampled_from(["", "$muted", "$bright bold"]))
rows = st.lists(spans, max_size=5).map(tuple)


def text(cells: Row) -> str:
    return plain([cells])[0]


def test_a_row_is_made_of_words_and_styled_words() -> None:
    assert row("a", ("b", "$muted"), "") == (("a", ""), ("b", "$muted"))


def test_a_short_row_is_padded() -> None:
    assert text(fit(row("tab"), 6)) == "tab   "
    assert fit(row("tab"), 3) == row("tab")


def test_a_long_row_is_cut_with_an_ellipsis_of_its_own_style() -> None:
    assert fit(row("ab", ("cdef", "$muted")), 5) == (("ab", ""), ("cd", "$muted"), ("…", "$muted"))
    assert text(fit(row("abcdef"), 1)) == "…"
    assert fit(row("abcdef"), 0) == EMPTY
    assert fit(row("abcdef"), -3) == EMPTY


def test_no_blank_stands_before_the_ellipsis() -> None:
    assert text(fit(row("Compare the page"), 9)) == "Compare… "


def test_a_wide_character_is_never_cut_in_half() -> None:
    assert text(fit(row("漢字漢字"), 8)) == "漢字漢字"
    assert text(fit(row("漢字漢字"), 7)) == "漢字漢…"
    assert text(fit(row("漢字漢字"), 6)) == "漢字… "
    assert text(fit(row("漢字"), 2)) == "… "


def test_rows_stand_at_both_ends() -> None:
    assert text(spread(row("left"), row("right"), 12)) == "left   right"
    assert text(spread(row("left"), EMPTY, 6)) == "left  "


def test_the_left_one_is_cut_where_they_meet() -> None:
    assert text(spread(row("a long title"), row("09:00"), 12)) == "a lon… 09:00"
    assert text(spread(row("漢字漢字"), row("09:00"), 12)) == "漢字…  09:00"
    assert text(spread(row("left"), row("too long"), 6)) == "too l…"


@given(rows, st.integers(0, 60))
def test_fit_gives_exactly_the_width(cells: Row, size: int) -> None:
    fitted = fit(cells, size)
    assert width(fitted) == size
    if width(cells) <= size:
        assert text(fitted).rstrip() == text(cells).rstrip()
    elif size > 0:
        assert "…" in text(fitted)


@given(rows, rows, st.integers(1, 60), st.integers(0, 2))
def test_spread_gives_exactly_the_width(left: Row, right: Row, size: int, gap: int) -> None:
    both = spread(left, right, size, gap)
    if width(right) + gap <= size:
        assert width(both) == size


@given(rows, st.integers(0, 60))
def test_an_indented_row_gives_exactly_the_width(cells: Row, size: int) -> None:
    assert width(indent(cells, size)) == size


@given(rows, rows, st.integers(4, 90))
def test_an_edge_gives_exactly_the_width(left: Row, right: Row, size: int) -> None:
    assert width(edge("╭─", "─╮", left, right, size)) == size


@given(rows, st.integers(0, 60))
def test_the_width_is_that_of_the_terminal(cells: Row, size: int) -> None:
    assert content([fit(cells, size)]).cell_length == size


def test_rows_become_lines_that_interpret_nothing() -> None:
    lines = content([row("[red]a[/red]"), row(("[link=x]b", "$muted"))])
    assert lines.plain == "[red]a[/red]\n[link=x]b"
