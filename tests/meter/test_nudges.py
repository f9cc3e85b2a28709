"""The nudges: what is advised and when, with its money, against plain arithmetic at list prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from fixtures.session import Session
from fixtures.spend import LIST, PICO
from meter.budget import Budgets
from meter.level import Level, LevelSettings
from meter.money import Certainty
from meter.nudge import Broke, Expiring, Kind, Moment, Nudge, Reset, Switch
from meter.nudges import foremost, nudges
from tests.conftest import SHARED
from tests.made import sessions
from tests.meter.nudged import (
    ACT,
    CALM,
    HAIKU,
    LONG_50,
    MINUTES,
    OH_MY_POSH,
    OPUS,
    OUTPUT,
    READ,
    SONNET,
    WATCH,
    WRITE,
    about,
    kinds,
    needs_shared,
    of_kind,
    outlook_of,
    session_of,
    state_of,
)
from tests.support import read_file, state_of_session

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
