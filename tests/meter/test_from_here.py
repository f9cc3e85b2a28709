"""The ways to go on: each against the outlook that it comes from."""

from __future__ import annotations

import pytest

from fixtures.session import Session
from fixtures.spend import Spend
from meter.from_here import FromHere, Going, Step, TooSmall, from_here
from meter.rates import list_prices
from meter.session import SessionState
from tests.conftest import SHARED
from tests.support import read_file, state_of_session

RATES = list_prices()
OH_MY_POSH = SHARED / "public/JanDeDobbeleer__oh-my-posh/02/54bffa0c17/1/full.jsonl"


def grown(turns: int = 30, *, model: str = "claude-opus-5-5") -> SessionState:
    """20,000 to begin with, 10,000 more a turn, 100 answered: for turn n a prompt of 10,000 + 10,000 n."""
    session = Session(model=model)
    for turn in range(turns):
        new = 10_000 if turn else 20_000
        session.main.turn(Spend(read=turn and 10_000 + 10_000 * turn, output=100, write_5m=new))
    return state_of_session(session)


def ways(state: SessionState, horizon: int = 10, *, cold: bool = False) -> dict[tuple[Step, str | None], Going]:
    found = from_here(state, RATES, horizon=horizon, cold=cold)
    assert found is not None
    return {(way.step, way.model): way for way in found.ways if isinstance(way, Going)}


def test_each_way_is_worked_out() -> None:
    found = ways(grown())  # the context is 310,000
    new = 10 * (10_000 * 5.0 + 100 * 20.0)  # ten turns of new tokens and answers, in dollars a million
    sent = 10 * 310_000 + 10_000 * 45
    assert found[Step.KEEP, None].cost == pytest.approx((sent * 0.2 + new) / 1e6)
    clear = found[Step.CLEAR, None]
    assert clear.tokens == 20_000
    assert clear.begin == pytest.approx(20_000 * 4.8 / 1e6)
    assert clear.cost == pytest.approx(((10 * 20_000 + 10_000 * 45) * 0.2 + new + 20_000 * 4.8) / 1e6)
    assert clear.saving == pytest.approx(found[Step.KEEP, None].cost - clear.cost)
    # 290,000 less to read, at $0.20 a million: $0.058 a turn, against the $0.096 of the cold start.
    assert clear.pays_back == 2
    compact = found[Step.COMPACT, None]
    # The request reads 310,000 and writes 4,000; a summary of 9,000 goes on above the preamble.
    assert compact.tokens == 29_000
    assert compact.begin == pytest.approx((310_000 * 0.2 + 4_000 * 20 + 29_000 * 4.8) / 1e6)
    sonnet = found[Step.SWITCH, "claude-sonnet-5-5"]
    assert sonnet.tokens == 310_000
    assert sonnet.begin == pytest.approx(310_000 * 2.4 / 1e6)
    assert sonnet.cost == pytest.approx((sent * 0.1 + new / 2 + 310_000 * 2.4) / 1e6)
    both = found[Step.CLEAR_AND_SWITCH, "claude-sonnet-5-5"]
    assert both.cost == pytest.approx(clear.cost / 2)
    assert both.begin == pytest.approx(clear.begin / 2)


def test_a_cold_cache_is_the_cost_of_going_on() -> None:
    warm, cold = ways(grown()), ways(grown(), cold=True)
    keep = cold[Step.KEEP, None]
    assert keep.tokens == 310_000
    assert keep.begin == pytest.approx(310_000 * 4.8 / 1e6)
    assert keep.cost == pytest.approx(warm[Step.KEEP, None].cost + keep.begin)
    assert cold[Step.CLEAR, None].cost == warm[Step.CLEAR, None].cost
    assert cold[Step.CLEAR, None].pays_back == 1


def test_a_model_whose_window_is_too_small_has_no_price() -> None:
    session = from_here(grown(), RATES, horizon=10, models=["claude-haiku-4-5", "claude-opus-5-5", "claude-mythos-5-2"])
    assert session is not None
    assert [way for way in session.ways if isinstance(way, TooSmall)] == [
        TooSmall("claude-haiku-4-5", 310_000, 200_000)
    ]
    assert [way.model for way in session.ways] == [None, None, None, "claude-haiku-4-5"]


def test_a_clear_and_a_switch_go_to_the_next_cheaper_family_at_most() -> None:
    assert [model for step, model in ways(grown()) if step is Step.CLEAR_AND_SWITCH] == ["claude-sonnet-5-5"]
    haiku = ways(grown(5, model="claude-haiku-5-5"))
    assert [model for step, model in haiku if step is Step.CLEAR_AND_SWITCH] == []


def best(found: FromHere | None) -> Going | TooSmall:
    assert found is not None
    return found.ways[found.best]


def test_the_best_is_the_reset_that_saves_most_before_any_other_model() -> None:
    way = best(from_here(grown(), RATES, horizon=10))
    assert isinstance(way, Going)
    assert way.step is Step.CLEAR


def test_a_switch_is_the_best_where_no_reset_saves_and_going_on_where_nothing_does() -> None:
    session = Session()
    for _ in range(3):
        session.main.turn(Spend(read=20_000, output=100))  # no history: there is nothing to clear
    state = state_of_session(session)
    way = best(from_here(state, RATES, horizon=20))
    assert isinstance(way, Going)
    # Haiku 5.5 writes 20,000 once for $0.0023 more, and saves $0.0038 a turn in reading and $0.00195 in answers.
    assert (way.step, way.model) == (Step.SWITCH, "claude-haiku-5-5")
    alone = best(from_here(state, RATES, horizon=20, models=[]))
    assert isinstance(alone, Going)
    assert alone.step is Step.KEEP


def test_before_the_second_turn_there_is_no_way_to_tell() -> None:
    assert from_here(grown(1), RATES) is None
    assert from_here(grown(2, model="tidal-model-1"), RATES) is None
    assert from_here(state_of_session(Session()), RATES) is None


def test_the_horizon_is_the_settings_own_when_none_is_given() -> None:
    found = from_here(grown(), RATES)
    assert found is not None
    assert found.horizon == 50


@pytest.mark.skipif(not OH_MY_POSH.is_file(), reason="the real sessions are not here")
def test_the_session_of_610_turns() -> None:
    state = read_file(OH_MY_POSH)
    found = ways(state, 50)
    outlook = state.main.outlook
    assert outlook is not None
    assert found[Step.KEEP, None].cost == outlook.keep_going(50)
    assert found[Step.CLEAR, None].saving == pytest.approx(12.50, abs=0.05)
