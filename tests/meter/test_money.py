"""Money is whole pico-dollars; certainty is ordered, and the worst wins."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meter.money import Certainty, dollars
from meter.tally import Tally

tallies = st.builds(
    Tally,
    turns=st.integers(0, 9),
    input=st.integers(0, 10**9),
    cost=st.integers(0, 10**18),
    certainty=st.sampled_from(Certainty),
)


def test_a_pico_dollar_is_a_millionth_of_a_millionth() -> None:
    assert dollars(1) == 1e-12
    assert dollars(3_637_037_500_000) == 3.6370375


@given(st.lists(tallies, max_size=6))
def test_sums_are_the_same_in_any_order(parts: list[Tally]) -> None:
    forward = sum(parts, Tally())
    assert sum(reversed(parts), Tally()) == forward
    assert forward.cost == sum(part.cost for part in parts)


def test_certainty_is_ordered_and_has_the_words_of_the_report() -> None:
    assert Certainty.UNPRICED > Certainty.LOWER_BOUND > Certainty.ESTIMATED > Certainty.EXACT
    assert [one.words for one in Certainty] == ["exact", "estimated", "lower bound", "unpriced"]


def test_a_tally_without_prompt_tokens_has_no_hit_rate() -> None:
    assert Tally(output=5).hit_rate is None
