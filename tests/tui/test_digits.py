"""Large digits: whole, of one height, and legible as what they say."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.cells import plain, width
from tui.widgets.big_money import big_money
from tui.widgets.digits import GLYPHS, large, large_width


def lines(rows: Iterable[str]) -> list[str]:
    return [row.rstrip() for row in rows]


def test_a_figure_is_three_rows_with_a_cell_between_its_digits() -> None:
    assert lines(large("137.79")) == [
        "▄█  ▀▀█ ▀▀█   ▀▀█ █▀█",
        " █  ▀▀█   █     █ ▀▀█",
        "▀▀▀ ▀▀▀   ▀ ▀   ▀ ▀▀▀",
    ]
    assert lines(large("2,045.68"))[1] == "█▀▀   █ █ ▀▀█ ▀▀█   █▀█ █▀█"


@pytest.mark.parametrize("char", sorted(GLYPHS))
def test_a_glyph_is_a_block_of_half_blocks(char: str) -> None:
    rows = GLYPHS[char]
    assert len(rows) == 3
    assert len({len(row) for row in rows}) == 1
    assert set("".join(rows)) <= set("▀▄█ ")
    if char.isdigit():
        assert len(rows[0]) == 3


def test_no_two_glyphs_are_alike() -> None:
    assert len(set(GLYPHS.values())) == len(GLYPHS)


def test_a_point_is_small_and_at_the_bottom() -> None:
    assert GLYPHS["."] == (" ", " ", "▀")


@given(st.text(alphabet=sorted(GLYPHS), max_size=12))
def test_the_width_is_that_of_the_rows(figure: str) -> None:
    assert {len(row) for row in large(figure)} == {large_width(figure)}


def test_other_characters_are_refused() -> None:
    with pytest.raises(KeyError):
        large("1 2")


def test_up_to_ten_thousand_dollars_fit_into_34_cells() -> None:
    rows = big_money("$9,999.99", "$bright", 34)
    assert max(width(cells) for cells in rows) <= 34
    assert lines(plain(rows)) == [
        "$ █▀█   █▀█ █▀█ █▀█   █▀█ █▀█",
        "  ▀▀█   ▀▀█ ▀▀█ ▀▀█   ▀▀█ ▀▀█",
        "  ▀▀▀ ▄ ▀▀▀ ▀▀▀ ▀▀▀ ▀ ▀▀▀ ▀▀▀",
    ]


def test_an_amount_has_a_small_dollar_and_its_certainty_below() -> None:
    assert lines(plain(big_money("$0.10", "$next", 20, mark="≈"))) == [
        "$ █▀█   ▄█  █▀█",
        "≈ █ █    █  █ █",
        "  ▀▀▀ ▀ ▀▀▀ ▀▀▀",
    ]


def test_without_room_the_cents_go_first_and_then_the_large_digits() -> None:
    assert lines(plain(big_money("$137.79", "", 23)))[0] == "$ ▄█  ▀▀█ ▀▀█   ▀▀█ █▀█"
    assert lines(plain(big_money("$137.79", "", 22)))[0] == "$ ▄█  ▀▀█ ▀▀█"
    assert lines(plain(big_money("$137.79", "", 12))) == ["", "$137.79", ""]
    assert lines(plain(big_money("$137.79", "", 12, mark="≈"))) == ["", "≈ $137.79", ""]


@given(st.integers(100, 99_999_99), st.integers(12, 60))
def test_large_or_small_an_amount_stays_in_its_width(cents: int, columns: int) -> None:
    rows = big_money(f"${cents // 100:,}.{cents % 100:02d}", "", columns, mark="≥")
    assert len(rows) == 3
    assert all(width(cells) <= columns for cells in rows)
