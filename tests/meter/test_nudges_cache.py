"""Nudges about the cache: about to expire, cold, broken, with their money."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fixtures.spend import PICO
from meter.cache import Cause
from meter.level import Level
from meter.nudge import Broke, Cold, Expiring, Kind, Moment
from meter.nudges import nudges
from tests.meter.nudged import MINUTES, READ, WATCH, WRITE, about, kinds, of_kind, state_of


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
