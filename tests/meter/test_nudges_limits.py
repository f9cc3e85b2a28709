"""Nudges about limits: budgets, a compaction or a price step ahead."""

from __future__ import annotations

import pytest

from fixtures.spend import LIST, LONG, PICO, Spend
from meter.budget import Budgets, Overspent, Scope
from meter.level import Level
from meter.money import Certainty
from meter.nudge import CompactionNear, Kind, PriceStep
from meter.nudges import nudges
from tests.meter.nudged import ACT, CALM, HAIKU, OPUS, about, kinds, of_kind, session_of, state_of
from tests.support import state_of_session


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
