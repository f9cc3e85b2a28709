"""Had it been cleared, or gone on with another model: sessions worked out by hand, and what must hold on any."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.session import Session
from fixtures.spend import Spend
from meter.counterfactual import Counterfactual, Mark, Restart, had_marked
from meter.money import Certainty
from meter.pricing import Price, price_turn
from meter.rates import RateTable, list_prices
from meter.session import SessionState
from meter.thread import Preamble
from meter.thread_tab import ThreadTab
from parsers.turns import Turn
from tests.made import MODELS, sessions
from tests.support import state_of_session

RATES = list_prices()

# Opus 5.5 in pico-dollars a token: written for 5 minutes, for 1 hour, read, plain input, answered.
W5, W1, READ, INPUT, OUTPUT = 5_000_000, 8_000_000, 200_000, 4_000_000, 20_000_000
# Haiku 5.5: the same, up to a prompt of 100,000 tokens and above it.
HAIKU = (125_000, 200_000, 10_000, 100_000, 500_000)
LONG_HAIKU = (625_000, 1_000_000, 50_000, 500_000, 2_500_000)


def of(session: Session, *marks: Mark) -> Counterfactual:
    return had_marked(state_of_session(session).main, marks, RATES)


def growing(*, one_hour: bool = False) -> Session:
    """Four turns: 20,000 to begin with, then 10,000 more each, always warm; 100 answered."""
    session = Session()
    for turn in range(4):
        new = 10_000 if turn else 20_000
        read = turn and 10_000 + 10_000 * turn
        session.main.turn(
            Spend(read=read, output=100, write_1h=new if one_hour else 0, write_5m=0 if one_hour else new)
        )
    return session


REAL = [
    20_000 * W5 + 100 * OUTPUT,
    20_000 * READ + 10_000 * W5 + 100 * OUTPUT,
    30_000 * READ + 10_000 * W5 + 100 * OUTPUT,
    40_000 * READ + 10_000 * W5 + 100 * OUTPUT,
]


def test_without_a_mark_nothing_changes() -> None:
    found = of(growing())
    assert list(found.costs) == REAL
    assert found.contexts == (20_000, 30_000, 40_000, 50_000)
    assert (found.cost, found.certainty, found.restarts) == (sum(REAL), Certainty.EXACT, ())


def test_after_a_clear_only_the_preamble_goes_on_and_is_written_once() -> None:
    found = of(growing(), Mark(2))
    # The context of turn 2 was 30,000, its preamble 20,000: 10,000 are gone from turns 3 and 4.
    assert list(found.costs) == [
        REAL[0],
        REAL[1],
        20_000 * W5 + 10_000 * W5 + 100 * OUTPUT,
        30_000 * READ + 10_000 * W5 + 100 * OUTPUT,
    ]
    assert found.contexts == (20_000, 30_000, 30_000, 40_000)
    assert found.restarts == (Restart(20_000, 20_000 * (W5 - READ)),)
    assert found.certainty is Certainty.ESTIMATED


def test_the_cold_write_goes_to_the_bucket_of_the_newest_write() -> None:
    found = of(growing(one_hour=True), Mark(2))
    assert found.costs[2] == 20_000 * W1 + 10_000 * W1 + 100 * OUTPUT
    assert found.restarts == (Restart(20_000, 20_000 * (W1 - READ)),)


def test_a_clear_where_the_context_is_the_preamble_changes_only_the_cold_write() -> None:
    found = of(growing(), Mark(1))
    assert list(found.costs) == [REAL[0], REAL[1] + 20_000 * (W5 - READ), REAL[2], REAL[3]]
    assert found.contexts == (20_000, 30_000, 40_000, 50_000)


def test_a_later_clear_takes_the_place_of_the_one_before() -> None:
    found = of(growing(), Mark(3), Mark(1))
    # After turn 3 the context was 40,000: 20,000 are gone from turn 4, whatever the clear after turn 1 did.
    assert found.contexts == (20_000, 30_000, 40_000, 30_000)
    assert found.costs[3] == 20_000 * W5 + 10_000 * W5 + 100 * OUTPUT
    assert found.marks == (Mark(1), Mark(3))
    assert [restart.tokens for restart in found.restarts] == [20_000, 20_000]


def test_a_compaction_ends_what_a_clear_did() -> None:
    session = growing()
    session.main.compact()
    session.main.turn(Spend(read=20_000, write_5m=9_000, output=100))
    session.main.turn(Spend(read=29_000, write_5m=1_000, output=100))
    real, cleared = of(session), of(session, Mark(2))
    assert cleared.contexts == (20_000, 30_000, 30_000, 40_000, 29_000, 30_000)
    assert cleared.costs[4:] == real.costs[4:]


def test_a_clear_right_before_a_compaction_changes_nothing() -> None:
    session = growing()
    session.main.compact()
    session.main.turn(Spend(read=20_000, write_5m=9_000, output=100))
    assert replace(of(session, Mark(4)), marks=(), restarts=()) == of(session)
    assert of(session, Mark(4)).restarts == (Restart(0, 0),)


def test_what_a_turn_did_not_read_is_taken_from_its_writes_and_then_from_its_input() -> None:
    session = Session()
    session.main.turn(Spend(write_1h=20_000))
    session.main.turn(Spend(read=20_000, write_1h=80_000))
    # A break after the mark: 100,000 were sent, 20,000 of them are kept, and so are the 5,000 new ones.
    session.main.turn(Spend(write_1h=60_000, write_5m=35_000, input=10_000))
    found = of(session, Mark(2))
    # 80,000 are gone: all 60,000 written for an hour, 20,000 of those for 5 minutes. Nothing was read: nothing is cold.
    assert found.costs[2] == 15_000 * W5 + 10_000 * INPUT
    assert found.contexts[2] == 25_000
    assert found.restarts == (Restart(0, 0),)
    session.main.turn(Spend(write_1h=1_000, write_5m=2_000, input=100_000))
    # 77,000 of the input go with all of the writes.
    assert of(session, Mark(2)).costs[3] == 23_000 * INPUT


def test_a_prompt_that_shrank_loses_no_more_than_it_had() -> None:
    session = growing()
    session.main.turn(Spend(read=21_000, write_5m=500))
    session.main.turn(Spend(read=5_000))
    found = of(session, Mark(4))
    # After turn 4 the context was 50,000: of 21,500 tokens 1,500 stand above the preamble, of 5,000 none.
    assert found.contexts[4:] == (20_000, 5_000)
    assert found.costs[4:] == (20_000 * W5, 5_000 * READ)


def test_the_price_step_of_a_long_prompt_is_looked_up_anew() -> None:
    session = Session(model="claude-haiku-5-5")
    session.main.turn(Spend(write_5m=20_000))
    session.main.turn(Spend(read=20_000, write_5m=90_000))
    session.main.turn(Spend(read=110_000, write_5m=1_000))
    session.main.turn(Spend(read=111_000, write_5m=1_000))
    write, _, read, *_ = HAIKU
    long_write, _, long_read, *_ = LONG_HAIKU
    assert of(session).costs[3] == 111_000 * long_read + 1_000 * long_write
    assert of(session, Mark(2)).costs[3] == 21_000 * read + 1_000 * write


def test_another_model_has_its_prices_from_the_mark_on_and_starts_cold() -> None:
    found = of(growing(), Mark(2, "claude-haiku-5-5"))
    write, _, read, _, output = HAIKU
    assert list(found.costs) == [
        REAL[0],
        REAL[1],
        40_000 * write + 100 * output,
        40_000 * read + 10_000 * write + 100 * output,
    ]
    assert found.contexts == (20_000, 30_000, 40_000, 50_000)
    assert found.restarts == (Restart(30_000, 30_000 * (write - read)),)
    assert found.too_small_from is None


def test_a_later_model_takes_the_place_of_the_one_before() -> None:
    found = of(growing(), Mark(1, "claude-haiku-5-5"), Mark(3, "claude-opus-5-5"))
    write, _, read, _, output = HAIKU
    assert found.costs[2] == 30_000 * read + 10_000 * write + 100 * output
    assert found.costs[3] == 50_000 * W5 + 100 * OUTPUT


def test_a_clear_and_a_model_after_one_turn_share_their_cold_start() -> None:
    found = of(growing(), Mark(2), Mark(2, "claude-haiku-5-5"))
    write, _, read, _, output = HAIKU
    assert found.costs[2:] == (
        30_000 * write + 100 * output,
        30_000 * read + 10_000 * write + 100 * output,
    )
    assert found.restarts == (Restart(20_000, 20_000 * (write - read)),) * 2


def test_a_model_goes_on_over_a_compaction_and_starts_cold_behind_one() -> None:
    session = growing()
    session.main.compact()
    session.main.turn(Spend(read=20_000, write_5m=9_000))
    write, _, read, *_ = HAIKU
    assert of(session, Mark(1, "claude-haiku-5-5")).costs[4] == 20_000 * read + 9_000 * write
    assert of(session, Mark(4, "claude-haiku-5-5")).costs[4] == 29_000 * write


def test_a_prompt_beyond_the_models_window_is_named() -> None:
    session = growing()
    session.main.turn(Spend(read=50_000, write_5m=150_000))
    session.main.turn(Spend(read=200_000, write_5m=1))
    assert of(session, Mark(1, "claude-haiku-4-5")).too_small_from == 6  # its window holds 200,000
    assert of(session, Mark(1, "claude-haiku-4-5"), Mark(4)).too_small_from is None
    assert of(session, Mark(1, "claude-haiku-4-5[1m]")).too_small_from is None


def test_a_turn_without_a_price_stays_without_one() -> None:
    session = growing()
    session.main.turn(Spend(read=50_000, write_5m=1_000), model="tidal-model-1")
    session.main.turn(Spend(read=51_000, write_5m=1_000))
    for mark in (Mark(2), Mark(4, "claude-haiku-5-5")):
        found = of(session, mark)
        assert (found.costs[4], found.unpriced, found.certainty) == (0, 1, Certainty.ESTIMATED)
    unknown = of(session, Mark(4, "tidal-model-2"))
    assert (unknown.costs[4:], unknown.unpriced) == ((0, 0), 2)


def test_fees_and_answers_stay() -> None:
    session = Session()
    session.main.turn(Spend(write_5m=20_000))
    session.main.turn(Spend(read=20_000, write_5m=30_000))
    session.main.turn(Spend(read=50_000, output=7, searches=2), advisors=(("claude-opus-4-6", Spend(input=1_000)),))
    # Two searches at $0.01, and 1,000 tokens of advice at $5 per million.
    fees = 2 * 10**10 + 1_000 * 5_000_000
    assert of(session, Mark(2)).costs[2] == 20_000 * W5 + 7 * OUTPUT + fees


def test_an_empty_session_has_nothing_to_change() -> None:
    found = of(Session(), Mark(1))
    assert (found.costs, found.contexts, found.cost, found.unpriced) == ((), (), 0, 0)


# --- on any session -----------------------------------------------------------------------------------------------


states = sessions(steps=40).map(state_of_session)
marks = st.lists(
    st.builds(Mark, st.integers(1, 30), st.one_of(st.none(), st.sampled_from(MODELS))), max_size=5, unique=True
)


def real_costs(state: SessionState) -> tuple[int, ...]:
    return tuple(metered.cost for metered in state.main.turns)


@settings(max_examples=200)
@given(states, marks)
def test_before_the_first_mark_and_without_one_all_is_as_it_was(state: SessionState, some: list[Mark]) -> None:
    real, found = real_costs(state), had_marked(state.main, some, RATES)
    first = min((mark.turn for mark in some), default=len(real))
    assert found.costs[:first] == real[:first]
    assert had_marked(state.main, [], RATES).costs == real
    after = [Mark(len(real)), Mark(len(real) + 3, "claude-haiku-4-5")]
    unchanged = had_marked(state.main, after, RATES)
    assert (unchanged.costs, unchanged.restarts) == (real, (Restart(0, 0),) * 2)


@settings(max_examples=200)
@given(states, marks)
def test_the_order_of_marks_does_not_matter(state: SessionState, some: list[Mark]) -> None:
    assert had_marked(state.main, some, RATES) == had_marked(state.main, reversed(some), RATES)


def without_history(tab: ThreadTab, turn: int) -> ThreadTab:
    """Return the thread with the context of a turn as its preamble."""
    return replace(tab, preamble=Preamble(tab.turns[turn - 1].turn.usage.context, Certainty.EXACT))


@settings(max_examples=200)
@given(states, st.data())
def test_a_clear_without_history_changes_nothing_but_the_cold_write(state: SessionState, data: st.DataObject) -> None:
    if not state.main.turns:
        return
    turn = data.draw(st.integers(1, len(state.main.turns)))
    tab = without_history(state.main, turn)
    found = had_marked(tab, [Mark(turn)], RATES)
    expected = list(real_costs(state))
    if turn < len(expected):
        expected[turn] += found.restarts[0].cost
    assert list(found.costs) == expected
    assert found.contexts == tuple(metered.turn.usage.context for metered in tab.turns)


@settings(max_examples=200)
@given(states, st.data())
def test_the_model_in_use_changes_nothing_but_the_cold_write(state: SessionState, data: st.DataObject) -> None:
    turn = data.draw(st.integers(0, len(state.main.turns)))
    models = {metered.turn.billed_id for metered in state.main.turns[turn:]}
    if turn == 0 or len(models) != 1:
        return
    found = had_marked(state.main, [Mark(turn, models.pop())], RATES)
    expected = list(real_costs(state))
    expected[turn] += found.restarts[0].cost
    assert list(found.costs) == expected


@settings(max_examples=200)
@given(states, marks)
def test_a_clear_never_lengthens_a_prompt(state: SessionState, some: list[Mark]) -> None:
    contexts = had_marked(state.main, some, RATES).contexts
    real = [metered.turn.usage.context for metered in state.main.turns]
    preamble = state.main.preamble.tokens if state.main.preamble else 0
    for cleared, context in zip(contexts, real, strict=True):
        assert min(context, preamble) <= cleared <= context


@pytest.mark.parametrize("model", [None, "claude-haiku-4-5"])
def test_turns_that_do_not_change_are_not_priced_anew(model: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    priced: list[Turn] = []

    def counted(turn: Turn, rates: RateTable, **instead: Any) -> Price | None:
        priced.append(turn)
        return price_turn(turn, rates, **instead)

    monkeypatch.setattr("meter.counterfactual.price_turn", counted)
    of(growing(), Mark(3, model))
    assert len(priced) == 1
