"""The price of coming turns: closed forms against plain loops, the published figures, and real sessions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meter.money import Certainty
from meter.outlook import (
    Outlook,
    Pace,
    Rate,
    Step,
    Tariff,
    outlook_of,
    quantile,
    tariff_of,
    tokens_in_all,
    turns_a_prompt,
    turns_within,
)
from meter.pricing import turn_prices
from meter.rates import list_prices
from meter.thread_tab import ThreadTab
from parsers.turns import Turn, Usage
from tests.conftest import SHARED
from tests.support import read_file

RATES = list_prices()
LONG_50 = "client/long-50-turns/projects/-tmp-demo-project/0163e776-629f-479c-91f1-b9df859b16f1.jsonl"
OH_MY_POSH = "public/JanDeDobbeleer__oh-my-posh/02/54bffa0c17/1/full.jsonl"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the real sessions are not here")


def made_turn(
    context: int = 50_000,
    *,
    output: int = 500,
    write_1h: int = 0,
    write_5m: int = 0,
    model: str = "claude-opus-5-5",
    final: bool = True,
    copied_from: str | None = None,
    speed: str | None = None,
    at: datetime | None = datetime(2026, 11, 20, tzinfo=UTC),
) -> Turn:
    """Return a turn with a prompt of this many tokens, read from the cache but for the writes."""
    writes = write_1h + write_5m
    return Turn(
        id="msg_1",
        usage=Usage(0, output, writes, write_1h, context - writes),
        model=model,
        requested_model=None,
        at=at,
        done_at=at,
        final=final,
        damaged=False,
        speed=speed,
        geo=None,
        tier=None,
        iterations=(),
        copied_from=copied_from,
        tools=(),
        ends_with_tool=False,
        stop_reason="end_turn",
        version=None,
        effort=None,
    )


def pace_of(turns: Iterable[Turn], *, compacted_before: frozenset[int] = frozenset()) -> Pace:
    """Return the pace of a thread; the numbers, from 1, are those of the turns that follow a compaction."""
    pace, before = Pace(), 0
    for number, turn in enumerate(turns, 1):
        compacted = number in compacted_before
        resent = turn.usage.cache_read if compacted else min(before, turn.usage.context)
        first = number == 1 or compacted
        pace = pace.after(turn, turn.usage.context - resent, first=first, compacted=compacted)
        before = turn.usage.context
    return pace


def outlook_after(
    turns: list[Turn], preamble: int = 20_000, *, compacted_before: frozenset[int] = frozenset()
) -> Outlook:
    outlook = outlook_of(turns[-1], pace_of(turns, compacted_before=compacted_before), preamble, RATES)
    assert outlook is not None
    return outlook


def outlook_of_tab(tab: ThreadTab) -> Outlook:
    """Return the outlook at the end of a real thread."""
    after = frozenset(before + 1 for before, _ in tab.compactions)
    assert tab.preamble is not None
    return outlook_after([metered.turn for metered in tab.turns], tab.preamble.tokens, compacted_before=after)


# --- the arithmetic, against a loop that looks the prices up for each simulated prompt ---------------------------


def loop_next(turn: Turn, context: float, growth: float, output: float, *, one_hour: bool) -> float:
    prices = turn_prices(turn, int(context + growth) + (context + growth > int(context + growth)), RATES)
    assert prices is not None
    write = prices.write_1h if one_hour else prices.write_5m
    return context * prices.read + growth * write + output * prices.output


def loop_cold(turn: Turn, context: float, growth: float, *, one_hour: bool) -> float:
    paid = loop_next(turn, context, growth, 0, one_hour=one_hour)
    return loop_next(turn, 0, context + growth, 0, one_hour=one_hour) - paid


turns_of_any_model = st.builds(
    made_turn,
    st.integers(1, 150_000),
    model=st.sampled_from(["claude-haiku-5-5", "claude-opus-5-5", "claude-sonnet-4-6"]),
    speed=st.sampled_from([None, "fast"]),
    at=st.sampled_from([None, datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)]),
)
tokens = st.integers(0, 160_000)
# Means of up to twenty whole numbers, as the outlook has them.
means = st.builds(lambda total, count: total / count, st.integers(0, 60_000), st.integers(1, 20))


@given(
    turn=turns_of_any_model,
    preamble=tokens,
    growth=means,
    opening=means,
    output=means,
    n=st.integers(1, 100),
    one_hour=st.booleans(),
    cold=st.booleans(),
)
def test_sums_equal_a_plain_loop(
    turn: Turn, preamble: int, growth: float, opening: float, output: float, n: int, *, one_hour: bool, cold: bool
) -> None:
    context, opening = turn.usage.context, max(growth, opening)
    preamble = min(preamble, context)
    tariff = tariff_of(turn, RATES, one_hour=one_hour)
    assert tariff is not None
    outlook = Outlook(
        context, preamble, growth, growth, opening, output, output, 9_000, tariff, (), Certainty.ESTIMATED
    )

    def run(start: float, grows: float, turns: int) -> float:
        return sum(loop_next(turn, start + k * grows, grows, output, one_hour=one_hour) for k in range(turns))

    def extra(start: float, grows: float) -> float:
        return loop_cold(turn, start, grows, one_hour=one_hour)

    keep_going = run(context, growth, n) + (extra(context, growth) if cold else 0)
    assert outlook.keep_going(n, cold=cold) * 1e12 == pytest.approx(keep_going, rel=1e-9)
    assert outlook.switch(n, tariff) * 1e12 == pytest.approx(run(context, growth, n) + extra(context, growth), rel=1e-9)

    late = run(preamble + 20 * opening, growth, n - 20) if n > 20 else 0
    cleared = run(preamble, opening, min(n, 20)) + late + extra(preamble, opening)
    assert outlook.clear(n) * 1e12 == pytest.approx(cleared, rel=1e-9)

    request = loop_next(turn, context, 0, 4_000, one_hour=one_hour) + (
        loop_cold(turn, context, 0, one_hour=one_hour) if cold else 0
    )
    compacted = request + run(preamble + 9_000, growth, n) + extra(preamble + 9_000, growth)
    assert outlook.compact(n, cold=cold) * 1e12 == pytest.approx(compacted, rel=1e-9)


@given(tokens, tokens, means, st.integers(0, 100))
def test_turns_within_a_limit_are_counted_as_a_loop_counts_them(
    limit: int, start: int, growth: float, turns: int
) -> None:
    counted = sum(start + k * growth + growth <= limit for k in range(turns))
    assert turns_within(limit, start, growth, turns) == counted


@given(turns_of_any_model, st.integers(0, 100_000), means, st.integers(1, 100))
def test_a_longer_history_never_lowers_the_cost_of_going_on(turn: Turn, more: int, growth: float, n: int) -> None:
    tariff = tariff_of(turn, RATES, one_hour=True)
    assert tariff is not None
    short = Outlook(turn.usage.context, 0, growth, growth, growth, 9, 9, 9, tariff, (), Certainty.ESTIMATED)
    longer = replace(short, context=short.context + more)
    assert longer.keep_going(n) >= short.keep_going(n)


@given(turns_of_any_model, means, st.integers(1, 100))
def test_a_switch_to_the_model_in_use_saves_nothing_and_pays_its_cold_write(turn: Turn, growth: float, n: int) -> None:
    tariff = tariff_of(turn, RATES, one_hour=False)
    assert tariff is not None
    outlook = Outlook(turn.usage.context, 0, growth, growth, growth, 9, 9, 9, tariff, (), Certainty.ESTIMATED)
    saving = outlook.saving(lambda turns: outlook.switch(turns, tariff), n)
    assert saving == pytest.approx(-outlook.going_cold, rel=1e-6)
    assert outlook.saving(lambda turns: outlook.switch(turns, tariff), n, cold=True) == 0


@given(st.integers(1, 200_000), st.integers(2, 40))
def test_without_growth_a_turn_costs_what_a_fresh_one_does(context: int, turns: int) -> None:
    outlook = outlook_after([made_turn(context)] * turns, context)
    assert (outlook.factor, outlook.mean_growth) == (1.0, 0.0)


def test_the_factor_is_never_below_one() -> None:
    assert outlook_after([made_turn(30_000), made_turn(10_000)], preamble=30_000).factor == 1.0


# --- what tells the pace ------------------------------------------------------------------------------------------


def test_the_last_twenty_turns_of_the_segment_tell_the_pace() -> None:
    # 25 turns that grow by 1, 2, 3, ... thousand tokens: the last twenty grow by 5 to 24 thousand.
    contexts = [10_000 + 1_000 * k * (k + 1) // 2 for k in range(25)]
    outlook = outlook_after([made_turn(context, output=k) for k, context in enumerate(contexts)], 10_000)
    assert (outlook.growth, outlook.mean_growth) == (14_500, 14_500)
    assert (outlook.output, outlook.mean_output) == (14.5, 14.5)
    # Turns 2 to 21 grew by 1 to 20 thousand, less than now: the pace of now is taken.
    assert outlook.opening_growth == 14_500


def test_the_first_turn_of_a_segment_is_left_out() -> None:
    outlook = outlook_after([made_turn(20_000, output=9_999), made_turn(21_000, output=100)])
    assert (outlook.growth, outlook.output) == (1_000, 100)


def test_the_opening_is_that_of_the_own_turns_2_to_21() -> None:
    copied = [made_turn(10_000, copied_from="s"), made_turn(90_000, copied_from="s")]
    own = [made_turn(95_000), *(made_turn(95_000 + 700 * k) for k in range(1, 21))]  # turns 2 to 21 of its own
    later = [made_turn(own[-1].usage.context + k) for k in range(1, 31)]
    outlook = outlook_after([*copied, *own, *later])
    assert (outlook.mean_growth, outlook.opening_growth) == (1.0, 700.0)


def test_after_a_compaction_the_segment_before_tells_the_pace_until_the_second_turn() -> None:
    turns = [made_turn(20_000), made_turn(23_000), made_turn(26_000), made_turn(31_000, output=7)]
    outlook = outlook_after(turns, compacted_before=frozenset({4}))
    assert (outlook.growth, outlook.output, outlook.summary) == (3_000, 500, 11_000)
    assert outlook.certainty is Certainty.ESTIMATED
    more = outlook_after([*turns, made_turn(31_400, output=9)], compacted_before=frozenset({4}))
    assert (more.growth, more.output, more.summary) == (400, 9, 11_000)


def test_without_any_turn_but_a_segments_first_no_growth_is_assumed() -> None:
    outlook = outlook_after([made_turn(20_000), made_turn(31_000, output=7)], compacted_before=frozenset({2}))
    assert (outlook.growth, outlook.output) == (0, 7)
    assert outlook.certainty is Certainty.LOWER_BOUND


def test_a_compaction_that_left_less_than_the_preamble_tells_nothing() -> None:
    turns = [made_turn(20_000), made_turn(90_000), made_turn(15_000), made_turn(90_000)]
    assert outlook_after(turns, compacted_before=frozenset({3})).summary == 9_000


def test_only_final_outputs_count_unless_there_is_none() -> None:
    first, cut, whole = made_turn(), made_turn(output=1, final=False), made_turn(output=900)
    assert outlook_after([first, cut, whole]).output == 900
    assert outlook_after([first, cut, whole]).certainty is Certainty.ESTIMATED
    assert outlook_after([first, cut, cut]).output == 1
    assert outlook_after([first, cut, cut]).certainty is Certainty.LOWER_BOUND


def test_the_newest_write_tells_the_bucket() -> None:
    assert pace_of([made_turn(write_1h=5)]).one_hour
    assert pace_of([made_turn(write_1h=5), made_turn()]).one_hour
    assert not pace_of([made_turn(write_1h=5), made_turn(write_5m=5)]).one_hour


def test_an_unknown_model_has_no_outlook() -> None:
    turn = made_turn(model="tidal-model-1")
    assert outlook_of(turn, pace_of([turn, turn]), 20_000, RATES) is None


def test_a_price_step_is_seen_ahead() -> None:
    turns = [made_turn(context, model="claude-haiku-5-5") for context in (90_000, 93_000, 96_000)]
    outlook = outlook_after(turns)
    # Prompts of 99,000 and 102,000 tokens come next; Haiku 5.5 costs five times as much above 100,000.
    assert outlook.turns_until(outlook.tariff.threshold) == 2
    assert outlook.tariff.above == Rate(*(5 * price for price in outlook.tariff.below))
    assert outlook.turns_until(95_000) is None
    assert replace(outlook, mean_growth=0.0).turns_until(100_000) is None


def test_the_band_spans_from_the_smallest_tenth_to_the_largest() -> None:
    steps = tuple(Step(1_000 * k, 100 * k, final=True) for k in range(11))
    tariff = Tariff(Rate(1, 10, 100), Rate(1, 10, 100), 0)
    outlook = Outlook(50_000, 0, 0, 0, 0, 0, 0, 0, tariff, steps, Certainty.ESTIMATED)
    assert outlook.band == ((50_000 + 10_000 + 10_000) / 1e12, (50_000 + 90_000 + 90_000) / 1e12)


def test_the_median_prompt_tells_the_next_one() -> None:
    assert turns_a_prompt([0, 4], 6, over=True) == 9  # before there are three
    assert turns_a_prompt([0, 4, 6], 15, over=True) == 4  # 4, 2 and 9 turns
    assert turns_a_prompt([0, 4, 6], 15, over=False) == 9  # the third is not answered yet
    assert turns_a_prompt([0, 4, 6, 15], 20, over=True) == 5  # 4.5: halves count up
    assert turns_a_prompt([0, 4, 4, 6], 15, over=True) == 4  # a prompt without a turn is none


def test_the_next_prompt_is_its_turns_of_median_size() -> None:
    outlook = outlook_after([made_turn(20_000), made_turn(30_000), made_turn(40_000)])
    # Opus 5.5: 40,000 + 50,000 re-sent at $0.20, 2 x 10,000 written at $5, 2 x 500 answered at $20 per million.
    assert outlook.next_prompt(2) == pytest.approx(0.018 + 0.1 + 0.02, rel=1e-12)


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=30))
def test_the_median_lies_in_the_middle(values: list[int]) -> None:
    ordered = sorted(values)
    assert quantile(ordered, 0) == ordered[0]
    assert quantile(ordered, 1) == ordered[-1]
    assert quantile(ordered, 0.5) == (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


# --- published figures (FIGURES.md) -------------------------------------------------------------------------------

SONNET_4_6_UNCACHED = Rate(3_000_000, 3_000_000, 15_000_000)


def test_figure_5_a_context_that_grows_by_4000_a_turn() -> None:
    tariff = Tariff(SONNET_4_6_UNCACHED, SONNET_4_6_UNCACHED, 0)
    sent = {turn: tariff.run(4_000 * (turn - 1), 4_000, 0, 1) for turn in (1, 10, 50)}
    assert sent == {1: 4_000 * 3_000_000, 10: 40_000 * 3_000_000, 50: 200_000 * 3_000_000}
    assert tokens_in_all(4_000, 4_000, 50) == 5_100_000
    assert tariff.run(0, 4_000, 0, 50) == 15_300_000_000_000


def test_figure_6_a_flat_context_costs_a_fifth() -> None:
    tariff = Tariff(SONNET_4_6_UNCACHED, SONNET_4_6_UNCACHED, 0)
    assert tokens_in_all(20_000, 0, 50) == 1_000_000
    assert tariff.run(20_000, 0, 0, 50) == 3_000_000_000_000
    assert tariff.run(0, 4_000, 0, 50) / tariff.run(20_000, 0, 0, 50) == pytest.approx(5.1)


def test_figure_9_wasted_tokens_are_sent_every_turn() -> None:
    assert tokens_in_all(1_000, 0, 30) == 30_000


def test_figure_10_a_preamble_is_repeated_every_call() -> None:
    assert tokens_in_all(3_000, 0, 200) == 600_000


# --- real sessions ------------------------------------------------------------------------------------------------


@needs_shared
def test_the_example_of_the_design() -> None:
    outlook = outlook_of_tab(read_file(SHARED / LONG_50).main)
    assert (outlook.growth, outlook.output) == (2962.5, 713.5)
    assert outlook.next_turn == pytest.approx(0.104768125, rel=1e-12)
    assert outlook.next_parts() == pytest.approx((0.068415, 0.018515625, 0.0178375), rel=1e-12)
    assert outlook.factor == pytest.approx(2.3099257258609054, rel=1e-12)
    assert outlook.keep_going(50) == pytest.approx(7.05196625, rel=1e-12)
    assert outlook.clear(50) == pytest.approx(4.18487, rel=1e-12)
    assert outlook.compact(50) == pytest.approx(4.630035, rel=1e-12)
    assert outlook.going_cold == pytest.approx(136_830 * 5.75e-6, rel=1e-12)


@needs_shared
def test_the_session_of_610_turns() -> None:
    outlook = outlook_of_tab(read_file(SHARED / Path(OH_MY_POSH)).main)
    assert round(outlook.next_turn, 2) == 0.30
    assert round(outlook.factor, 1) == 7.3
    assert outlook.saving(outlook.clear, 50) == pytest.approx(12.50, abs=0.05)
    assert outlook.pays_back(outlook.clear) == next(
        n for n in range(1, 101) if outlook.keep_going(n) > outlook.clear(n)
    )
    assert outlook.pays_back(lambda _: float("inf")) is None
