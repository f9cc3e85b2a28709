"""Nudges about parts of the history: one fat result, a heavy preamble, with their money."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fixtures.spend import LIST, Spend
from meter.level import Level
from meter.money import Certainty
from meter.nudge import Fat, HeavyPreamble, Kind
from meter.nudges import nudges
from tests.meter.nudged import HAIKU, OPUS, READ, about, kinds, of_kind, session_of, state_of
from tests.support import state_of_session


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
