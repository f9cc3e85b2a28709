"""A session led another way: sessions worked out by hand, and what must hold on any."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings

from fixtures.session import Session, Ticking
from fixtures.spend import Spend
from meter.money import Certainty
from meter.rates import list_prices
from meter.session import SessionState
from meter.what_if import (
    AsItWas,
    AtModel,
    Cleared,
    Compacted,
    Flat,
    LookBack,
    Routed,
    Stacked,
    Unbroken,
    Uncached,
    look_back,
)
from tests.made import sessions
from tests.support import read_folder, state_of_session

RATES = list_prices()

# In pico-dollars a token: written for 5 minutes, read, plain input, answered.
OPUS = (5_000_000, 200_000, 4_000_000, 20_000_000)
SONNET = (2_500_000, 100_000, 2_000_000, 10_000_000)
HAIKU = (125_000, 10_000, 100_000, 500_000)
NEWEST = ("claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5")


def lines(state: SessionState, models: Iterable[str] | None = None) -> dict[object, LookBack]:
    """Return the lines by their kind, those at a model by its id."""
    return {
        line.way.model if isinstance(line.way, AtModel) else type(line.way): line
        for line in look_back(state, RATES, models=models)
    }


def paid(prices: tuple[int, int, int, int], *, write: int = 0, read: int = 0, input: int = 0, output: int = 0) -> int:  # noqa: A002
    return write * prices[0] + read * prices[1] + input * prices[2] + output * prices[3]


def worked_out() -> Session:
    """Three turns of Opus 5.5: a step, an edit, and a long answer behind a broken cache."""
    session = Session()
    session.main.turn(Spend(write_5m=20_000, output=100), tools=("Read",))
    session.main.turn(Spend(read=20_000, write_5m=10_000, output=100), tools=("Edit",))
    session.main.turn(Spend(write_5m=40_000, input=10, output=2_000))
    return session


REAL = (
    paid(OPUS, write=20_000, output=100)
    + paid(OPUS, read=20_000, write=10_000, output=100)
    + paid(OPUS, write=40_000, input=10, output=2_000)
)


def test_each_line_is_what_the_turns_would_have_cost() -> None:
    found = lines(state_of_session(worked_out()))
    assert found[AsItWas].cost == REAL
    everything = 20_000 + 30_000 + 40_010
    assert found[Uncached].cost == paid(OPUS, input=everything, output=2_200)
    assert found["claude-haiku-5-5"].cost == paid(HAIKU, write=70_000, read=20_000, input=10, output=2_200)
    assert found["claude-sonnet-5-5"].cost == paid(SONNET, write=70_000, read=20_000, input=10, output=2_200)
    # Each prompt with 40 % of its tokens, the answers as they were.
    assert found[Compacted].cost == paid(OPUS, write=28_000, read=8_000, input=4, output=2_200)
    # The step is easy, the edit medium, the long answer hard.
    assert found[Routed].cost == (
        paid(HAIKU, write=20_000, output=100)
        + paid(SONNET, read=20_000, write=10_000, output=100)
        + paid(OPUS, write=40_000, input=10, output=2_000)
    )
    assert found[Routed].way == Routed(NEWEST, (1, 1, 1))
    # The third turn had 30,000 of its tokens sent before: a warm cache would have held them.
    assert found[Stacked].cost == (
        paid(HAIKU, write=20_000, output=100)
        + paid(SONNET, read=20_000, write=10_000, output=100)
        + paid(OPUS, read=30_000, write=10_000, input=10, output=2_000)
    )
    assert "claude-opus-5-5" not in found  # it took all turns anyway
    assert Cleared not in found  # watch was never entered


def test_what_changed_the_turns_is_an_estimate_and_what_only_changed_their_prices_is_exact() -> None:
    certainty = {kind: line.certainty for kind, line in lines(state_of_session(worked_out())).items()}
    exact = {kind for kind, sure in certainty.items() if sure is Certainty.EXACT}
    assert exact == {AsItWas, Flat, Unbroken, Uncached, "claude-haiku-5-5", "claude-sonnet-5-5"}
    assert set(certainty.values()) == {Certainty.EXACT, Certainty.ESTIMATED}


def long_one() -> Session:
    """Grow by 10,000 a turn until the level watch is far behind."""
    session = Session()
    for turn in range(41):
        new = 10_000 if turn else 20_000
        session.main.turn(Spend(read=turn and 10_000 + 10_000 * turn, output=100, write_5m=new))
    return session


def test_it_is_cleared_where_watch_was_entered_and_stacked_on_that() -> None:
    session = long_one()
    session.agent().turn(Spend(write_5m=5_000, output=20), tools=("Read",))
    state = state_of_session(session)
    at = state.main.state.level.watch_turn
    assert at is not None
    grown = 10_000 * (at - 1)  # what the history had grown to, and what every later turn lacks
    # The turn behind the clear writes the preamble of 20,000 again, all later ones read `grown` less.
    saved = (41 - at) * grown * 200_000 - 20_000 * (5_000_000 - 200_000)
    found = lines(state)
    assert found[Cleared] == LookBack(Cleared(at), state.tally.cost - saved, Certainty.ESTIMATED)
    # All turns of the main thread are short answers: medium; nothing broke; the agent's only one is easy.
    sent = sum(10_000 + 10_000 * turn for turn in range(1, 41)) - (41 - at) * grown - 20_000
    writes = 20_000 + 40 * 10_000 + 20_000
    assert found[Stacked].cost == (
        paid(SONNET, read=sent, write=writes, output=41 * 100) + paid(HAIKU, write=5_000, output=20)
    )
    assert found[Stacked].way == Stacked(at, NEWEST)


def test_a_prompt_beyond_a_models_window_makes_its_line_an_estimate() -> None:
    found = lines(state_of_session(long_one()), models=["claude-haiku-4-5", "claude-haiku-5-5", "claude-opus-5-5[1m]"])
    # Turn n sends 10,000 + 10,000 n: the window of 200,000 is passed at turn 20.
    assert found["claude-haiku-4-5"].way == AtModel("claude-haiku-4-5", 200_000, 20)
    assert found["claude-haiku-4-5"].certainty is Certainty.ESTIMATED
    assert found["claude-haiku-5-5"].way == AtModel("claude-haiku-5-5", 1_000_000, None)
    assert "claude-opus-5-5[1m]" not in found


def test_models_that_not_everybody_can_have_are_left_out() -> None:
    found = lines(state_of_session(worked_out()), models=["claude-mythos-5-2", "claude-opus-4-1", "claude-fable-5-2"])
    assert {kind for kind in found if isinstance(kind, str)} == {"claude-fable-5-2"}  # limited, retired, neither


def test_with_two_models_in_use_each_has_a_line() -> None:
    session = worked_out()
    session.main.turn(Spend(input=10), model="claude-haiku-5-5")
    found = lines(state_of_session(session))
    assert {"claude-opus-5-5", "claude-haiku-5-5"} <= set(found)


def test_the_models_of_the_day_are_routed_to() -> None:
    session = Session(model="claude-opus-4-6", clock=Ticking(datetime(2026, 3, 20, tzinfo=UTC)))
    session.main.turn(Spend(input=10))
    way = lines(state_of_session(session))[Routed].way
    assert way == Routed(("claude-haiku-4-5", "claude-sonnet-4-6", "claude-opus-4-6"), (0, 1, 0))


def test_a_turn_without_a_price_counts_in_no_line() -> None:
    session = worked_out()
    before = lines(state_of_session(session))
    session.main.turn(Spend(read=40_000, input=99), model="tidal-model-1")
    after = lines(state_of_session(session))
    same = (AsItWas, Uncached, Compacted, Routed, "claude-haiku-5-5")
    assert {kind: after[kind].cost for kind in same} == {kind: before[kind].cost for kind in same}
    assert {kind: after[kind].certainty for kind in same} == {kind: before[kind].certainty for kind in same}


def test_without_a_price_or_a_turn_there_is_nothing_to_look_back_at() -> None:
    session = Session(model="tidal-model-1")
    assert look_back(state_of_session(session), RATES) == ()
    session.main.turn(Spend(input=10))
    assert look_back(state_of_session(session), RATES) == ()


def test_a_fork_looks_back_at_its_own_turns(tmp_path: Path) -> None:
    origin = worked_out()
    fork = origin.fork(2)
    fork.main.turn(Spend(read=40_000, write_5m=1_000, output=600))
    for session in (origin, fork):
        session.write_to(tmp_path)
    state = next(one for one in read_folder(tmp_path) if one.session_id == fork.id)
    found = lines(state)
    assert found[AsItWas].cost == paid(OPUS, read=40_000, write=1_000, output=600)
    assert found["claude-haiku-5-5"].cost == paid(HAIKU, read=40_000, write=1_000, output=600)
    assert found[Routed].way == Routed(NEWEST, (0, 1, 0))


@settings(max_examples=150)
@given(sessions(steps=40))
def test_on_any_session(session: Session) -> None:
    state = state_of_session(session)
    found = lines(state, models=["claude-opus-5-5", "claude-haiku-4-5"])
    if not found:
        assert state.tally.turns == state.tally.unpriced_turns
        return
    assert found[AsItWas].cost == state.tally.cost
    assert found[Flat].cost <= state.tally.cost
    assert found[Unbroken].cost <= state.tally.cost
    fees = state.tally.output_cost + state.tally.fees
    prompts = state.tally.cost - fees
    # A prompt of two fifths costs no more than two fifths: each count is rounded down, and no price step is behind.
    assert fees <= found[Compacted].cost <= fees + prompts * 2 // 5
    assert all(line.cost >= 0 for line in found.values())
    nothing_changed = look_back(state, RATES, percent=0)
    (compacted,) = [line for line in nothing_changed if isinstance(line.way, Compacted)]
    assert compacted.cost == state.tally.cost
