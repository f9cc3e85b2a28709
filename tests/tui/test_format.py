"""How figures are written: the section Numbers of the screen design."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meter.money import PICO_PER_DOLLAR, Certainty
from tui.format import axis_money, exact_money, money, plural, share, span, sum_of_money, tokens, whole_share, window


def pico(dollars: str) -> int:
    """Return an amount from decimal text, without a float in between."""
    whole, _, part = dollars.partition(".")
    sign = -1 if whole.startswith("-") else 1
    return sign * (abs(int(whole)) * PICO_PER_DOLLAR + int(part.ljust(12, "0")))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "$0"),
        ("0.000000000001", "<$0.0001"),
        ("0.00004999", "<$0.0001"),
        ("0.00005", "$0.0001"),
        ("0.0042", "$0.0042"),
        ("0.00994", "$0.0099"),
        ("0.00995", "$0.01"),
        ("0.01", "$0.01"),
        ("0.014999", "$0.01"),
        ("0.015", "$0.02"),
        ("3.6370375", "$3.64"),
        ("12.345", "$12.35"),
        ("999.994", "$999.99"),
        ("999.995", "$1,000.00"),
        ("1234.5", "$1,234.50"),
        ("9999.99", "$9,999.99"),
        ("9999.995", "$10.0K"),
        ("12345", "$12.3K"),
        ("1234567", "$1,234.6K"),
        ("-97.85", "-$97.85"),
        ("-0.0042", "-$0.0042"),
    ],
)
def test_dollars(amount: str, text: str) -> None:
    assert money(pico(amount)) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "$0.0000"),
        ("0.00001", "<$0.0001"),
        ("0.02846", "$0.0285"),
        ("3.6370375", "$3.6370"),
        ("1234.56789", "$1,234.5679"),
        ("-0.5", "-$0.5000"),
    ],
)
def test_dollars_of_a_detail_always_have_four_decimals(amount: str, text: str) -> None:
    assert exact_money(pico(amount)) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (845, "845"),
        (999, "999"),
        (1_000, "1.0K"),
        (3_949, "3.9K"),
        (142_301, "142.3K"),
        (999_949, "999.9K"),
        (999_950, "1.0M"),
        (1_200_000, "1.2M"),
        (999_949_999, "999.9M"),
        (999_950_000, "1.0B"),
        (1_400_000_000, "1.4B"),
    ],
)
def test_tokens(count: int, text: str) -> None:
    assert tokens(count) == text


@pytest.mark.parametrize(("count", "text"), [(200_000, "200K"), (1_000_000, "1M"), (128_500, "128.5K")])
def test_a_window_is_a_round_number(count: int, text: str) -> None:
    assert window(count) == text


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (0, "0%"),
        (0.0001, "0.1%"),
        (0.004, "0.4%"),
        (0.01, "1%"),
        (0.706, "71%"),
        (0.98, "98%"),
        (0.99, "99.0%"),
        (0.9964, "99.6%"),
        (0.99999, "99.9%"),
        (1, "100%"),
    ],
)
def test_shares(part: float, text: str) -> None:
    assert share(part) == text


@pytest.mark.parametrize(
    ("dollars", "text"),
    [
        (0, "$0"),
        (0.0025, "$.0025"),
        (0.05, "$0.05"),
        (2.5, "$2.50"),
        (50, "$50"),
        (5_000, "$5,000"),
        (12_500, "$12.5K"),
    ],
)
def test_amounts_beside_grid_lines_are_short(dollars: float, text: str) -> None:
    assert axis_money(dollars) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(0, 5, "0%"), (1, 3, "33%"), (999, 1_000, "99%"), (1_000, 1_000, "100%")]
)
def test_only_all_of_it_is_a_whole(part: int, whole: int, text: str) -> None:
    assert whole_share(part, whole) == text


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(seconds=12), "12 s"),
        (timedelta(minutes=19, seconds=40), "19 min"),
        (timedelta(hours=7, minutes=34), "7h 34m"),
        (timedelta(hours=1, minutes=4), "1h 04m"),
        (timedelta(days=2, hours=1), "2 days"),
        (timedelta(seconds=-5), "0 s"),
    ],
)
def test_spans(length: timedelta, text: str) -> None:
    assert span(length) == text


@pytest.mark.parametrize(
    ("certainty", "unpriced", "priced", "text"),
    [
        (Certainty.EXACT, 0, 5, "$0.30"),
        (Certainty.ESTIMATED, 0, 5, "≈ $0.30"),
        (Certainty.LOWER_BOUND, 0, 5, "≥ $0.30"),
        (Certainty.UNPRICED, 3, 2, "$0.30 + 3 unpriced turns"),
        (Certainty.UNPRICED, 1, 2, "$0.30 + 1 unpriced turn"),
        (Certainty.UNPRICED, 3, 0, "? (3 unpriced turns)"),
    ],
)
def test_a_sum_says_how_sure_it_is(certainty: Certainty, unpriced: int, priced: int, text: str) -> None:
    assert sum_of_money(pico("0.3"), certainty, unpriced, priced) == text


@given(st.integers(0, 10**17), st.integers(0, 10**17))
def test_a_larger_amount_never_looks_smaller(one: int, other: int) -> None:
    def value(text: str) -> float:
        number = text.removeprefix("<").removeprefix("$").replace(",", "")
        return float(number.removesuffix("K")) * (1_000 if number.endswith("K") else 1)

    small, large = sorted((one, other))
    assert value(money(small)) <= value(money(large))


def test_words_follow_their_number() -> None:
    assert [plural(count, "turn") for count in (0, 1, 2)] == ["turns", "turn", "turns"]
