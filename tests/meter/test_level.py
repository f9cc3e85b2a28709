"""The level: entered with both figures, left with a margin; and the ways out that are offered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.session import Session
from fixtures.spend import Spend
from meter.level import (
    Entry,
    Level,
    LevelSettings,
    LevelState,
    best_advice,
    compaction_point,
    newest_models,
    switch_candidates,
)
from meter.money import Certainty
from meter.outlook import Outlook, Pace, Rate, Tariff, outlook_of
from meter.rates import list_prices
from tests.conftest import SHARED
from tests.meter.test_outlook import made_turn
from tests.support import read_file, state_of_session

RATES = list_prices()
SETTINGS = LevelSettings()
OH_MY_POSH = "public/JanDeDobbeleer__oh-my-posh/02/54bffa0c17/1/full.jsonl"
LONG_50 = "client/long-50-turns/projects/-tmp-demo-project/0163e776-629f-479c-91f1-b9df859b16f1.jsonl"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the real sessions are not here")


def figures(factor: float, saving: float) -> Outlook:
    """Return an outlook with this factor and, in dollars, this saving of ``/clear`` over 50 turns.

    The context is ten preambles and does not grow; what a fresh turn costs beside its preamble is output.
    """
    preamble, context = 20_000, 200_000
    fresh = saving * 1e12 / 50 / (factor - 1)
    read = saving * 1e12 / 50 / (context - preamble)
    rate = Rate(round(read), round(read), round(fresh - preamble * read))
    return Outlook(context, preamble, 0, 0, 0, 1, 1, 9_000, Tariff(rate, rate, 0), (), Certainty.ESTIMATED)


def levels(*steps: tuple[float, float]) -> list[Level]:
    """Return the levels of turns with these factors and savings."""
    state, found = LevelState(), []
    for turn, step in enumerate(steps, 1):
        state = state.after(turn, 0, None, figures(*step), SETTINGS)
        found.append(state.level)
    return found


def test_the_made_up_figures_are_what_they_say() -> None:
    outlook = figures(2.5, 1.5)
    assert (outlook.factor, best_advice(outlook, 50).saving) == pytest.approx((2.5, 1.5), rel=1e-4)


def test_a_level_needs_both_figures() -> None:
    assert levels((1.99, 9)) == [Level.CALM]
    assert levels((9, 0.49)) == [Level.CALM]
    assert levels((2.01, 0.51)) == [Level.WATCH]
    assert levels((2.49, 9)) == [Level.WATCH]
    assert levels((9, 1.49)) == [Level.WATCH]
    assert levels((2.51, 1.51)) == [Level.ACT]


def test_a_level_is_left_only_a_tenth_below_its_entry() -> None:
    watch, act, calm = Level.WATCH, Level.ACT, Level.CALM
    assert levels((2.1, 1), (1.81, 1), (2.1, 0.46)) == [watch, watch, watch]
    assert levels((2.1, 1), (1.79, 1), (1.9, 1)) == [watch, calm, calm]
    assert levels((2.1, 1), (2.1, 0.44)) == [watch, calm]
    assert levels((3, 2), (2.26, 2), (3, 1.36)) == [act, act, act]
    assert levels((3, 2), (2.24, 2), (2.4, 2)) == [act, watch, watch]
    assert levels((3, 2), (1.81, 2), (1.79, 2)) == [act, watch, calm]


def test_without_an_outlook_the_level_stays() -> None:
    state = LevelState().after(1, 0, None, figures(3, 2), SETTINGS)
    assert state.after(2, 0, None, None, SETTINGS) is state
    assert LevelState().after(1, 0, None, None, SETTINGS).level is Level.CALM


@pytest.mark.parametrize(
    ("contexts", "expected"),
    [
        # Of 167,000 tokens: 80 % are 133,600, 95 % are 158,650; a tenth less is 120,240 and 142,785.
        ([133_599, 133_600, 120_250, 120_230], [Level.CALM, Level.WATCH, Level.WATCH, Level.CALM]),
        ([158_649, 158_650, 142_790, 142_780], [Level.WATCH, Level.ACT, Level.ACT, Level.WATCH]),
    ],
)
def test_a_nearly_full_context_is_a_level_of_its_own(contexts: list[int], expected: list[Level]) -> None:
    state, found = LevelState(), []
    for turn, context in enumerate(contexts, 1):
        state = state.after(turn, context, 200_000, None, SETTINGS)
        found.append(state.level)
    assert found == expected


def test_the_size_of_the_context_can_be_left_out() -> None:
    settings = replace(SETTINGS, watch=Entry(2.0, 0.5, None), act=Entry(2.5, 1.5, None))
    assert LevelState().after(1, 199_000, 200_000, None, settings).level is Level.CALM


def test_one_reason_to_stay_is_not_the_other() -> None:
    """A level entered for a full context is not kept up by figures that never entered it."""
    state = LevelState().after(1, 140_000, 200_000, figures(1.9, 1), SETTINGS)
    assert (state.compounding, state.fullness) == (Level.CALM, Level.WATCH)
    assert state.after(2, 50_000, 200_000, figures(1.9, 1), SETTINGS).level is Level.CALM


def test_the_turns_of_entry_are_noted() -> None:
    turns = [(1.1, 0.1), (2.1, 1.0), (3.0, 2.0), (2.4, 1.4), (2.2, 1.0), (1.1, 0.1), (3.0, 2.0)]
    state, entered = LevelState(), []
    for turn, step in enumerate(turns, 1):
        state = state.after(turn, 0, None, figures(*step), SETTINGS)
        entered.append((state.level.words, state.watch_turn, state.act_turn))
    assert entered == [
        ("calm", None, None),
        ("watch", 2, None),
        ("act", 2, 3),
        ("act", 2, 3),
        ("watch", 2, 3),
        ("calm", 2, 3),
        ("act", 7, 7),
    ]


@given(st.lists(st.tuples(st.floats(1.01, 5), st.floats(0.01, 5)), max_size=30))
def test_a_level_never_flickers_within_the_margin(steps: list[tuple[float, float]]) -> None:
    state = LevelState()
    for turn, step in enumerate(steps, 1):
        outlook = figures(*step)
        after = state.after(turn, 0, None, outlook, SETTINGS)
        saving = best_advice(outlook, SETTINGS.horizon).saving
        if after.level < state.level:
            left = SETTINGS.entry(state.level)
            assert outlook.factor < 0.9 * left.factor or saving < 0.9 * left.saving
        if after.level > state.level:
            entered = SETTINGS.entry(after.level)
            assert outlook.factor >= entered.factor
            assert saving >= entered.saving
        state = after


def test_clear_is_not_offered_below_twice_the_preamble() -> None:
    rate = Rate(1, 1, 0)
    outlook = Outlook(39_999, 20_000, 0, 0, 0, 0, 0, 9_000, Tariff(rate, rate, 0), (), Certainty.ESTIMATED)
    assert best_advice(outlook, 50).kind == "compact"
    assert best_advice(replace(outlook, context=40_000), 50).kind == "clear"


def test_compacting_wins_when_a_fresh_session_would_read_much_again() -> None:
    rate = Rate(200_000, 5_000_000, 20_000_000)
    tariff = Tariff(rate, rate, 0)
    outlook = Outlook(150_000, 20_000, 500, 500, 8_000, 500, 500, 9_000, tariff, (), Certainty.ESTIMATED)
    advice = best_advice(outlook, 50)
    assert advice.kind == "compact"
    assert advice.cost == outlook.compact(50)
    assert advice.saving == outlook.keep_going(50) - outlook.compact(50)
    assert best_advice(outlook, 50, cold=True).cost == outlook.compact(50, cold=True)


def test_the_point_at_which_the_client_compacts() -> None:
    assert [compaction_point(window) for window in (200_000, 1_000_000, 40_000)] == [167_000, 967_000, 20_000]


# --- candidates of a switch ---------------------------------------------------------------------------------------


def candidates(model: str, context: int, growth: int, at: datetime, *named: str) -> list[str]:
    turn = made_turn(context, model=model, at=at)
    pace = Pace().after(turn, context, first=True, compacted=False).after(turn, growth, first=False, compacted=False)
    outlook = outlook_of(turn, pace, 20_000, RATES)
    assert outlook is not None
    return list(switch_candidates(turn, outlook, named, RATES, one_hour=False))


NOVEMBER = datetime(2026, 11, 20, tzinfo=UTC)


def test_the_newest_model_of_each_family() -> None:
    assert newest_models(RATES, NOVEMBER.date()) == ["claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"]
    assert newest_models(RATES, None) == ["claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"]
    assert newest_models(RATES, date(2026, 3, 1)) == ["claude-haiku-4-5", "claude-sonnet-4-6", "claude-opus-4-6"]


def test_the_model_in_use_is_no_candidate() -> None:
    named = ("claude-opus-5-5-20260922", "claude-sonnet-5-5", "claude-sonnet-5-5-20261007")
    assert candidates("claude-opus-5-5", 50_000, 0, NOVEMBER, *named) == ["claude-sonnet-5-5"]


def test_what_cannot_be_had_is_no_candidate() -> None:
    named = ("claude-opus-4-1", "claude-mythos-5-2", "tidal-model-1", "claude-sonnet-4-5")
    assert candidates("claude-opus-5-5", 50_000, 0, NOVEMBER, *named) == ["claude-sonnet-4-5"]
    # Sonnet 4.5 retires on 30 November 2026.
    assert candidates("claude-opus-5-5", 50_000, 0, datetime(2026, 11, 30, tzinfo=UTC), *named) == []


def test_the_window_must_hold_the_horizon() -> None:
    assert candidates("claude-opus-5-5", 150_000, 1_000, NOVEMBER, "claude-haiku-4-5") == ["claude-haiku-4-5"]
    assert candidates("claude-opus-5-5", 150_000, 1_001, NOVEMBER, "claude-haiku-4-5") == []


def test_a_candidate_has_its_own_prices() -> None:
    turn = made_turn(50_000, at=NOVEMBER)
    outlook = outlook_of(turn, Pace(), 20_000, RATES)
    assert outlook is not None
    found = switch_candidates(turn, outlook, ["claude-haiku-5-5"], RATES, one_hour=True)
    below, above = Rate(10_000, 200_000, 500_000), Rate(50_000, 1_000_000, 2_500_000)
    assert found == {"claude-haiku-5-5": Tariff(below, above, 100_000)}


# --- real sessions ------------------------------------------------------------------------------------------------


def level_at_the_end(name: str) -> LevelState:
    session = read_file(SHARED / name)
    main, pace, state = session.main, Pace(), LevelState()
    assert main.preamble is not None
    after_compaction = {before + 1 for before, _ in main.compactions}
    for one in main.turns:
        compacted = one.number in after_compaction
        pace = pace.after(one.turn, one.new_tokens, first=one.number == 1 or compacted, compacted=compacted)
        outlook = outlook_of(one.turn, pace, main.preamble.tokens, RATES) if one.number > 1 else None
        state = state.after(one.number, one.turn.usage.context, session.window.tokens, outlook, SETTINGS)
    return state


@needs_shared
def test_the_example_of_the_design_reaches_watch() -> None:
    assert level_at_the_end(LONG_50).level is Level.WATCH


@needs_shared
def test_the_session_of_610_turns_reaches_act() -> None:
    state = level_at_the_end(OH_MY_POSH)
    assert state.level is Level.ACT
    assert state.watch_turn is not None
    assert state.act_turn is not None
    assert state.watch_turn < state.act_turn


@given(st.integers(1_000, 60_000), st.integers(2, 60), st.integers(0, 5_000))
def test_a_session_without_growth_stays_calm_at_factor_one(context: int, turns: int, output: int) -> None:
    session = Session(seed=3)
    session.main.prompt()
    session.main.turn(Spend(write_1h=context, output=output))
    for _ in range(turns - 1):
        session.main.turn(Spend(read=context, output=output))
    main = state_of_session(session).main
    assert main.outlook is not None
    assert main.outlook.factor == 1.0
    assert main.state.level == LevelState()
