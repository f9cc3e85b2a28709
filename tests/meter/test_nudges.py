"""The nudges: what is advised and when, with its money, against plain arithmetic at list prices."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from fixtures.session import Session
from fixtures.spend import LIST, LONG, PICO, Spend
from meter.budget import Budgets, Overspent, Scope
from meter.cache import Cause
from meter.level import Level, LevelSettings
from meter.money import Certainty
from meter.nudge import (
    Broke,
    Cold,
    CompactionNear,
    Expiring,
    Fat,
    HeavyPreamble,
    Kind,
    Moment,
    Nudge,
    PriceStep,
    Reset,
    Switch,
)
from meter.nudges import foremost, nudges
from meter.outlook import Outlook
from meter.session import SessionState
from tests.conftest import SHARED
from tests.made import sessions
from tests.support import read_file, state_of_session

LONG_50 = "client/long-50-turns/projects/-tmp-demo-project/0163e776-629f-479c-91f1-b9df859b16f1.jsonl"
OH_MY_POSH = "public/JanDeDobbeleer__oh-my-posh/02/54bffa0c17/1/full.jsonl"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the real sessions are not here")

OPUS, SONNET, HAIKU = "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"
_, OUTPUT, _, WRITE, READ = (price / PICO for price in LIST[OPUS])
"""Dollars a token of Opus 5.5, writes kept for an hour."""


def session_of(
    adds: Sequence[int],
    *,
    model: str = OPUS,
    output: int = 0,
    prompts: Collection[int] = (1,),
    broken: Collection[int] = (),
    tools: int = 1,
) -> Session:
    """Return a session whose turns add so many tokens each; numbers, from 1, tell which a prompt begins.

    Each turn calls tools. A ``broken`` one writes the whole context again.
    """
    session, context = Session(model=model), 0
    for number, add in enumerate(adds, 1):
        if number in prompts:
            session.main.prompt()
        else:
            session.main.results()
        context += add
        read = 0 if number in broken else context - add
        session.main.turn(Spend(write_1h=context - read, read=read, output=output), tools=("Read",) * tools)
    return session


def state_of(adds: Sequence[int], **told: object) -> SessionState:
    return state_of_session(session_of(adds, **told))  # type: ignore[arg-type]


def about(value: float | tuple[float, ...], *, rel: float | None = None, abs: float | None = None) -> Any:  # noqa: A002
    """Return what equals any float near this one, wherever a float is asked for."""
    return pytest.approx(value, rel=rel, abs=abs)


def of_kind(found: Sequence[Nudge], kind: Kind) -> Nudge:
    (nudge,) = [nudge for nudge in found if nudge.kind is kind]
    return nudge


def kinds(found: Sequence[Nudge]) -> set[Kind]:
    return {nudge.kind for nudge in found}


def outlook_of(state: SessionState) -> Outlook:
    assert state.main.outlook is not None
    return state.main.outlook


CALM = [20_000, *[1_000] * 30]
WATCH = [20_000, *[1_000] * 100]
ACT = [20_000, *[1_000] * 200]


# --- /clear and /compact ------------------------------------------------------------------------------------------


@needs_shared
def test_the_example_of_the_design() -> None:
    state = read_file(SHARED / LONG_50)
    clear = of_kind(nudges(state), Kind.CLEAR)
    assert (clear.kind, clear.level, clear.horizon_turns) == (Kind.CLEAR, Level.WATCH, 50)
    assert clear.saving == about(7.05196625 - 4.18487, rel=1e-9)
    assert isinstance(clear.facts, Reset)
    assert (clear.facts.instead_of, clear.facts.cost) == about((7.05196625, 4.18487), rel=1e-9)
    assert clear.certainty is Certainty.ESTIMATED

    # Opus 4.6 at $0.50 read, $6.25 written, $25 for output; turn by turn, from the session's own last 20 turns.
    turns = state.main.turns
    growth = sum(one.new_tokens for one in turns[-20:]) / 20
    output = sum(one.turn.usage.output for one in turns[-20:]) / 20
    opening = max(growth, sum(one.new_tokens for one in turns[1:21]) / 20)
    kept, fresh = float(turns[-1].turn.usage.context), float(turns[0].turn.usage.context)
    going = sent_going = sent_fresh = 0.0
    cleared = fresh * (6.25 - 0.50)
    paid_back = None
    for turn in range(1, 51):
        grows = opening if turn <= 20 else growth
        going += kept * 0.50 + growth * 6.25 + output * 25
        cleared += fresh * 0.50 + grows * 6.25 + output * 25
        kept, fresh = kept + growth, fresh + grows
        sent_going, sent_fresh = sent_going + kept, sent_fresh + fresh
        paid_back = paid_back or (turn if going > cleared else None)
    assert going / 1e6 == about(7.05196625, rel=1e-9)
    assert clear.pays_back_turns == paid_back == 2
    assert (clear.facts.instead_of_tokens, clear.facts.tokens) == about((sent_going, sent_fresh), rel=1e-9)


@pytest.mark.parametrize(("adds", "level"), [(CALM, Level.CALM), (WATCH, Level.WATCH), (ACT, Level.ACT)])
def test_the_history_is_a_matter_only_from_watch_on(adds: list[int], level: Level) -> None:
    state = state_of(adds)
    assert state.main.state.level.compounding is level
    found = nudges(state)
    if level is Level.CALM:
        assert not kinds(found) & {Kind.CLEAR, Kind.COMPACT}
    else:
        assert of_kind(found, Kind.CLEAR).level is level


def test_nothing_is_advised_that_saves_nothing() -> None:
    state = replace(state_of(WATCH), levels=LevelSettings(horizon=1))
    assert not kinds(nudges(state)) & {Kind.CLEAR, Kind.COMPACT}


def test_what_clearing_saves() -> None:
    """The histories differ by 100,000 tokens, turn for turn, less the preamble's one write."""
    clear = of_kind(nudges(state_of(WATCH)), Kind.CLEAR)
    once = 20_000 * (WRITE - READ)
    assert clear.saving == clear.at_stake == about(50 * 100_000 * READ - once, rel=1e-9)
    assert clear.pays_back_turns == next(turn for turn in range(1, 101) if turn * 100_000 * READ > once)


def test_compacting_where_a_fresh_session_would_read_much_again() -> None:
    state = state_of([20_000, *[8_000] * 20, *[500] * 25], output=500)
    found = nudges(state)
    compact = of_kind(found, Kind.COMPACT)
    assert Kind.CLEAR not in kinds(found)
    facts = compact.facts
    assert isinstance(facts, Reset)
    context = 20_000 + 160_000 + 12_500
    request = context * READ + 4_000 * OUTPUT
    after = sum((29_000 + k * 500) * READ + 500 * WRITE + 500 * OUTPUT for k in range(50))
    assert facts.cost == about(request + after + 29_000 * (WRITE - READ), rel=1e-9)
    assert facts.tokens == context + sum(29_000 + (k + 1) * 500 for k in range(50))
    assert facts.warm_for is None
    warm = of_kind(nudges(state, moment=Moment(timedelta(minutes=40), waiting=True)), Kind.COMPACT).facts
    assert warm == replace(facts, warm_for=timedelta(minutes=40))


def test_a_cold_cache_makes_clearing_worth_more() -> None:
    state = state_of(WATCH)
    warm = of_kind(nudges(state), Kind.CLEAR)
    cold = of_kind(nudges(state, moment=Moment(timedelta(), waiting=True)), Kind.CLEAR)
    assert warm.saving is not None
    assert cold.saving == about(warm.saving + 120_000 * (WRITE - READ), rel=1e-9)
    # While a request is in flight no clock runs down.
    assert of_kind(nudges(state, moment=Moment(timedelta(), waiting=False)), Kind.CLEAR) == warm


# --- another model ------------------------------------------------------------------------------------------------


def test_a_switch_goes_to_the_next_cheaper_family_at_most() -> None:
    state = state_of(CALM)
    assert set(state.switch) == {SONNET, HAIKU}
    switch = of_kind(nudges(state), Kind.SWITCH)
    _, _, _, write, read = (price / PICO for price in LIST[SONNET])
    extra = 50_000 * (write - read)
    assert switch.facts == Switch(SONNET, "sonnet", about(extra), 50_000)

    def gain(turns: int) -> float:
        return sum((50_000 + k * 1_000) * (READ - read) + 1_000 * (WRITE - write) for k in range(turns)) - extra

    assert switch.saving == about(gain(50), rel=1e-9)
    assert switch.pays_back_turns == next(turn for turn in range(1, 101) if gain(turn) > 0)
    assert switch.level is Level.CALM


@pytest.mark.parametrize(("model", "to"), [(SONNET, HAIKU), ("claude-fable-5-2", OPUS), (HAIKU, None)])
def test_the_family_below(model: str, to: str | None) -> None:
    state = state_of(CALM, model=model)
    assert state.switch
    outlook = outlook_of(state)
    cheaper = to is not None and outlook.switch(50, state.switch[to]) < outlook.keep_going(50)
    named = [nudge.facts.model for nudge in nudges(state) if isinstance(nudge.facts, Switch)]
    assert named == ([to] if cheaper else [])


def test_a_switch_that_saves_nothing_is_not_named() -> None:
    state = state_of([20_000, *[10] * 30])
    # Two turns: no time to get the cold write back.
    assert Kind.SWITCH in kinds(nudges(state))
    assert Kind.SWITCH not in kinds(nudges(replace(state, levels=LevelSettings(horizon=2))))


def test_an_older_model_has_no_short_name() -> None:
    state = state_of(CALM)
    older = replace(state, switch={"claude-sonnet-4-5": state.switch[SONNET]})
    facts = of_kind(nudges(older), Kind.SWITCH).facts
    assert isinstance(facts, Switch)
    assert (facts.model, facts.alias) == ("claude-sonnet-4-5", None)


# --- the cache ----------------------------------------------------------------------------------------------------

MINUTES = [timedelta(minutes=count) for count in range(7)]


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (None, False),
        (Moment(None, waiting=True), False),
        (Moment(MINUTES[6], waiting=True), False),
        (Moment(MINUTES[5], waiting=True), True),
        (Moment(MINUTES[1], waiting=False), False),
    ],
)
def test_the_cache_is_about_to_expire(moment: Moment | None, *, told: bool) -> None:
    found = nudges(state_of(WATCH), moment=moment)
    assert (Kind.CACHE_EXPIRING in kinds(found)) == told
    if told:
        nudge = of_kind(found, Kind.CACHE_EXPIRING)
        extra = 120_000 * (WRITE - READ)
        assert nudge.facts == Expiring(MINUTES[5], about(extra), 120_000)
        assert (nudge.saving, nudge.horizon_turns, nudge.level) == (about(extra), 1, Level.WATCH)


def test_a_small_cache_may_expire() -> None:
    # $7.80 per million: $0.50 are 64,103 tokens.
    moment = Moment(MINUTES[1], waiting=True)
    assert Kind.CACHE_EXPIRING not in kinds(nudges(state_of([20_000, 44_102, 0]), moment=moment))
    assert Kind.CACHE_EXPIRING in kinds(nudges(state_of([20_000, 44_103, 0]), moment=moment))
    assert Kind.CACHE_EXPIRING not in kinds(
        nudges(state_of([20_000, 44_102, 0]), moment=Moment(MINUTES[0], waiting=True))
    )


def test_a_cold_cache() -> None:
    nudge = of_kind(nudges(state_of(WATCH), moment=Moment(timedelta(), waiting=True)), Kind.CACHE_EXPIRING)
    assert nudge.facts == Cold(120_000, about(120_000 * WRITE), 100_000)
    assert (nudge.saving, nudge.horizon_turns) == (about(100_000 * WRITE), 1)
    assert nudge.level is Level.CALM


def test_clearing_a_cold_session_is_offered_from_two_preambles_on() -> None:
    cold = Moment(timedelta(), waiting=True)
    short = of_kind(nudges(state_of([60_000, *[1_000] * 59]), moment=cold), Kind.CACHE_EXPIRING)
    assert short.facts == Cold(119_000, about(119_000 * WRITE), None)
    assert short.saving is None
    enough = of_kind(nudges(state_of([60_000, *[1_000] * 60]), moment=cold), Kind.CACHE_EXPIRING)
    assert isinstance(enough.facts, Cold)
    assert enough.facts.clear_tokens == 60_000


def test_the_newest_break_is_named_while_it_is_news() -> None:
    broken = [20_000, *[2_000] * 60]
    found = nudges(state_of(broken, broken={30, 61}))
    cost = (20_000 + 59 * 2_000) * (WRITE - READ)
    nudge = of_kind(found, Kind.CACHE_BROKE)
    assert nudge.facts == Broke(61, 138_000, round(cost * PICO), Cause.UNKNOWN)
    assert (nudge.at_stake, nudge.saving) == (about(cost), None)
    assert Kind.CACHE_BROKE in kinds(nudges(state_of(broken, broken={42})))
    assert Kind.CACHE_BROKE not in kinds(nudges(state_of(broken, broken={41})))
    assert Kind.CACHE_BROKE not in kinds(nudges(state_of(broken, broken={55}, prompts={1, 56})))


def test_a_small_break_is_not_named() -> None:
    state = state_of([20_000, 20_000, 1_000, 1_000], broken={4})
    assert state.main.breaks  # 41,000 tokens for $0.32
    assert Kind.CACHE_BROKE not in kinds(nudges(state))


# --- parts of the history -----------------------------------------------------------------------------------------


def test_a_fat_result() -> None:
    state = state_of([20_000, *[500] * 29, 48_200, *[500] * 30])
    nudge = of_kind(nudges(state), Kind.FAT_RESULT)
    assert isinstance(nudge.facts, Fat)
    result = nudge.facts.result
    assert (result.turn, result.tokens, result.results, result.resent) == (31, 48_200, 1, 30)
    assert result.paid == 30 * 48_200 * LIST[OPUS][4]
    assert result.per_turn == about(48_200 * READ)
    assert nudge.at_stake == about(50 * 48_200 * READ)
    assert (nudge.saving, nudge.certainty, nudge.level) == (None, Certainty.ESTIMATED, Level.CALM)
    assert nudge.facts.clear_pays


def fat(adds: Sequence[int], **told: object) -> Fat | None:
    return next((nudge.facts for nudge in nudges(state_of(adds, **told)) if isinstance(nudge.facts, Fat)), None)


def test_when_a_result_is_fat() -> None:
    def of(size: int, usual: int = 500) -> bool:
        return fat([20_000, *[usual] * 9, size, *[usual] * 9]) is not None

    assert [of(19_999), of(20_000)] == [False, True]
    assert [of(29_999, 3_000), of(30_000, 3_000)] == [False, True]


def test_the_answer_before_is_no_part_of_the_result() -> None:
    assert fat([20_000, *[500] * 9, 20_300, *[500] * 9], output=301) is None
    found = fat([20_000, *[500] * 9, 20_300, *[500] * 9], output=300)
    assert found is not None
    assert found.result.tokens == 20_000


def test_what_a_person_typed_is_no_result() -> None:
    assert fat([20_000, *[500] * 9, 48_200, *[500] * 9], prompts={1, 11}) is None
    assert fat([20_000, *[500] * 9, 48_200, *[500] * 9], tools=0) is None


def test_several_results_of_one_turn_are_told_together() -> None:
    found = fat([20_000, *[500] * 9, 48_200, *[500] * 9], tools=3)
    assert found is not None
    assert found.result.results == 3


def test_the_largest_result_is_told() -> None:
    found = fat([20_000, *[500] * 9, 40_000, 50_000, 30_000, *[500] * 9])
    assert found is not None
    assert (found.result.turn, found.result.resent) == (12, 10)


def test_a_result_that_may_be_gone_is_not_named() -> None:
    session = session_of([20_000, *[500] * 9, 48_200, *[500] * 9])
    session.main.turn(Spend(read=72_000), tools=("Read",))
    assert Kind.FAT_RESULT not in kinds(nudges(state_of_session(session)))


def test_a_compaction_ends_a_fat_result() -> None:
    session = session_of([20_000, *[500] * 9, 48_200, *[500] * 9])
    session.main.compact()
    session.main.turn(Spend(read=20_000, write_1h=30_000), tools=("Read",))
    for number in range(9):
        session.main.turn(Spend(read=50_000 + number * 500, write_1h=500), tools=("Read",))
    assert Kind.FAT_RESULT not in kinds(nudges(state_of_session(session)))


def test_a_fat_result_that_costs_little_is_not_named() -> None:
    # Haiku 5.5 reads a million tokens for a cent: 50 turns of 48,200 tokens are $0.02.
    assert fat([20_000, *[500] * 9, 48_200, *[100] * 9], model=HAIKU) is None


def test_clearing_is_no_way_out_below_two_preambles() -> None:
    found = fat([60_000, *[500] * 9, 30_000, *[500] * 9])
    assert found is not None
    assert not found.clear_pays


@pytest.mark.parametrize(("tokens", "heavy"), [(42_399, False), (42_400, True), (62_100, True)])
def test_a_heavy_preamble(tokens: int, *, heavy: bool) -> None:
    found = nudges(state_of([tokens, *[500] * 9]))
    assert (Kind.PREAMBLE in kinds(found)) == heavy
    if heavy:
        nudge = of_kind(found, Kind.PREAMBLE)
        assert nudge.facts == HeavyPreamble(tokens, Certainty.EXACT, about(tokens * READ))
        assert nudge.at_stake == about(50 * (tokens - 35_300) * READ)


def test_a_heavy_preamble_that_costs_little_is_not_named() -> None:
    assert Kind.PREAMBLE not in kinds(nudges(state_of([62_100, *[500] * 9], model=HAIKU)))


# --- limits -------------------------------------------------------------------------------------------------------


def test_budgets_are_off_by_default() -> None:
    assert Kind.BUDGET not in kinds(nudges(state_of(ACT), today=10**15))


def test_each_budget() -> None:
    session = session_of(CALM)
    state, totals = state_of_session(session), session.totals
    turn = 49_000 * LIST[OPUS][4] + 1_000 * LIST[OPUS][3]

    def passed(budgets: Budgets) -> Overspent | None:
        found = [nudge.facts for nudge in nudges(state, budgets=budgets, today=31_200_000_000_000)]
        return next((facts for facts in found if isinstance(facts, Overspent)), None)

    cost = state.tally.cost
    assert totals.turns == 31
    assert passed(Budgets(turn=turn / PICO)) is None
    assert passed(Budgets(turn=0.01)) == Overspent(Scope.TURN, PICO // 100, turn, Certainty.EXACT)
    assert passed(Budgets(session=cost / PICO)) is None
    assert passed(Budgets(session=0.10)) == Overspent(Scope.SESSION, PICO // 10, cost, Certainty.EXACT)
    assert passed(Budgets(day=31.20)) is None
    day = Overspent(Scope.DAY, 30 * PICO, 31_200_000_000_000, Certainty.EXACT)
    assert passed(Budgets(day=30)) == day
    assert passed(Budgets(turn=0.01, session=0.10, day=30)) == day


def test_a_budget_is_ranked_by_what_was_spent_above_it() -> None:
    nudge = of_kind(nudges(state_of(CALM), budgets=Budgets(day=30), today=31 * PICO), Kind.BUDGET)
    assert (nudge.at_stake, nudge.level, nudge.saving) == (1.0, Level.WATCH, None)


def test_a_day_that_nobody_knows_passes_no_budget() -> None:
    assert Kind.BUDGET not in kinds(nudges(state_of(CALM), budgets=Budgets(day=0.0)))


@pytest.mark.parametrize(
    ("adds", "facts", "level"),
    [
        # A window of 200,000 tokens compacts at 167,000; watch begins at 133,600.
        ([20_000, *[10_000] * 4], None, Level.CALM),
        ([20_000, *[10_000] * 5], CompactionNear(10, 70_000, 167_000), Level.CALM),
        ([20_000, *[10_000] * 13], CompactionNear(2, 150_000, 167_000), Level.WATCH),
        ([20_000, *[10_000] * 14], CompactionNear(1, 160_000, 167_000), Level.ACT),
        ([20_000, *[10_000] * 15], CompactionNear(0, 170_000, 167_000), Level.ACT),
        ([20_000, 120_000, *[0] * 21], CompactionNear(None, 140_000, 167_000), Level.WATCH),
    ],
)
def test_compaction_is_near(adds: list[int], facts: CompactionNear | None, level: Level) -> None:
    state = state_of(adds, model="claude-haiku-4-5")
    assert state.window.tokens == 200_000
    assert state.main.state.level.fullness is level
    found = [nudge for nudge in nudges(state) if nudge.kind is Kind.COMPACTION_NEAR]
    assert [(nudge.facts, nudge.level) for nudge in found] == ([(facts, level)] if facts else [])
    for nudge in found:
        # Haiku 4.5: the request reads the context and writes 4,000; what is left is written anew.
        request = max(167_000, adds[0] + sum(adds[1:])) * 0.1 + 4_000 * 5
        assert nudge.at_stake == about((request + 29_000 * (2 - 0.1)) / 1e6)


@pytest.mark.parametrize(("turns", "ahead"), [(35, None), (36, 10), (43, 3), (45, 1), (46, None)])
def test_a_price_step_ahead(turns: int, ahead: int | None) -> None:
    """Haiku 5.5 costs five times as much above 100,000 tokens of prompt."""
    state = state_of([10_000, *[2_000] * turns], model=HAIKU, output=100)
    steps = [nudge for nudge in nudges(state) if nudge.kind is Kind.PRICE_STEP]
    assert [nudge.facts.turns for nudge in steps if isinstance(nudge.facts, PriceStep)] == ([ahead] if ahead else [])
    for nudge in steps:
        assert nudge.facts == PriceStep(ahead or 0, 100_000, about(5), clear_pays=True)
        context, stake = 10_000 + 2_000 * turns, 0
        for turn in range(50):
            spend = Spend(read=context + turn * 2_000, write_1h=2_000, output=100)
            stake += spend.cost(LONG[HAIKU]) - spend.cost(LIST[HAIKU]) if turn + 1 >= (ahead or 0) else 0
        assert nudge.at_stake == about(stake / PICO)
        assert nudge.level is Level.WATCH


# --- the list -----------------------------------------------------------------------------------------------------


def test_the_most_money_comes_first() -> None:
    state = state_of([62_000, *[500] * 29, 100_000, *[500] * 100], broken={131})
    found = nudges(state, moment=Moment(MINUTES[3], waiting=True), budgets=Budgets(day=1), today=2 * PICO)
    assert kinds(found) == {
        Kind.CLEAR,
        Kind.SWITCH,
        Kind.CACHE_EXPIRING,
        Kind.CACHE_BROKE,
        Kind.FAT_RESULT,
        Kind.PREAMBLE,
        Kind.BUDGET,
    }
    assert ranks(found) == sorted(ranks(found), reverse=True)


def ranks(found: Sequence[Nudge]) -> list[tuple[int, float]]:
    """Return what they are ordered by: the level, then the money."""
    return [(nudge.level, nudge.at_stake) for nudge in found]


def test_the_one_to_show_is_the_most_urgent() -> None:
    found = nudges(state_of(ACT), budgets=Budgets(day=1), today=100 * PICO)
    assert max(found, key=lambda nudge: nudge.at_stake).kind is Kind.BUDGET
    shown = foremost(found)
    assert shown is not None
    assert (shown.kind, shown.level) == (Kind.CLEAR, Level.ACT)
    after = foremost(found, snoozed={Kind.CLEAR})
    assert after is not None
    assert (after.kind, after.level) == (Kind.BUDGET, Level.WATCH)
    assert foremost(found, snoozed=set(Kind)) is None
    assert foremost(()) is None


def test_between_a_compaction_and_the_next_turn_there_is_nothing_to_foretell() -> None:
    session = session_of(ACT, broken={200})
    session.main.compact()
    assert kinds(nudges(state_of_session(session))) == {Kind.CACHE_BROKE}


@settings(max_examples=60)
@given(sessions())
def test_any_session_has_each_kind_at_most_once(session: Session) -> None:
    state = state_of_session(session)
    for moment in (None, Moment(MINUTES[2], waiting=True), Moment(timedelta(), waiting=True)):
        found = nudges(state, moment=moment, budgets=Budgets(0.0, 0.0, 0.0), today=1)
        assert len(kinds(found)) == len(found)
        assert ranks(found) == sorted(ranks(found), reverse=True)
        assert all(nudge.saving is None or nudge.saving > 0 for nudge in found)


@needs_shared
def test_a_real_session_of_610_turns() -> None:
    """As the screen design has it: $5.26 when it goes cold, $2.11 of cold start, $4.91 for a break."""
    found = nudges(read_file(SHARED / OH_MY_POSH), moment=Moment(MINUTES[4], waiting=True))
    clear = of_kind(found, Kind.CLEAR)
    assert (clear.level, clear.saving) == (Level.ACT, about(12.5, abs=0.05))
    facts = [of_kind(found, kind).facts for kind in (Kind.CACHE_EXPIRING, Kind.SWITCH, Kind.CACHE_BROKE)]
    expiring, switch, broke = facts
    assert isinstance(expiring, Expiring)
    assert isinstance(switch, Switch)
    assert isinstance(broke, Broke)
    figures = (expiring.extra, switch.cold_start, broke.cost / PICO)
    assert figures == about((5.26, 2.11, 4.91), abs=0.005)
    assert (switch.alias, broke.turn) == ("sonnet", 608)
