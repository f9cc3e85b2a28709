"""A thread's fold: preamble, segments, what was re-sent, and where the money of a turn went."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.session import Session
from fixtures.spend import Spend
from meter.carry import divide, saved_by_cache
from meter.money import Certainty
from meter.pricing import price_turn
from meter.rates import list_prices
from meter.session import SessionState
from meter.thread import MeteredTurn, Preamble
from parsers.turns import Usage
from tests.support import state_of_session, turn

# Prices of Opus 5.5 in pico-dollars a token.
INPUT, OUTPUT, W5, W1, READ = 4_000_000, 20_000_000, 5_000_000, 8_000_000, 200_000


def turns(state: SessionState) -> tuple[MeteredTurn, ...]:
    return state.main.turns


def resent(session: Session) -> list[int]:
    return [one.resent for one in turns(state_of_session(session))]


def test_the_first_turn_re_sends_nothing_even_when_it_reads_the_cache() -> None:
    session = Session()
    session.main.turn(Spend(input=5, read=12_000, write_5m=3_000))
    assert resent(session) == [0]


def test_a_turn_re_sends_the_previous_context_as_far_as_it_holds_it() -> None:
    session = Session()
    session.main.turn(Spend(input=10, write_5m=990))
    session.main.turn(Spend(input=5, read=990, write_5m=500))
    session.main.turn(Spend(input=5, read=700))
    session.main.turn(Spend(input=5, read=700, write_5m=4_000))
    assert resent(session) == [0, 1_000, 705, 705]


def test_the_first_turn_after_a_compaction_re_sends_what_it_reads() -> None:
    session = Session()
    session.main.turn(Spend(write_5m=50_000))
    session.main.compact()
    session.main.turn(Spend(write_5m=6_000, read=20_000))
    session.main.turn(Spend(write_5m=100, read=26_000))
    assert resent(session) == [0, 20_000, 26_000]


def test_the_first_turn_of_a_file_re_sends_nothing_after_a_leading_compaction_either() -> None:
    session = Session()
    session.main.compact()
    session.main.turn(Spend(write_5m=6_000, read=20_000))
    assert resent(session) == [0]


def test_a_compaction_begins_a_segment_and_the_peak_stays() -> None:
    session = Session()
    session.main.turn(Spend(write_5m=50_000))
    session.main.compact()
    session.main.turn(Spend(read=20_000))
    state = state_of_session(session).main.state
    assert (state.segment_start, state.peak, state.context, state.compactions) == (1, 50_000, 20_000, 1)


def test_agents_have_a_context_of_their_own() -> None:
    session = Session()
    session.main.turn(Spend(write_5m=50_000))
    agent = session.agent()
    agent.turn(Spend(write_5m=9_000))
    session.main.turn(Spend(read=50_000, write_5m=10))
    agent.turn(Spend(read=9_000, write_5m=10))
    state = state_of_session(session)
    assert resent(session) == [0, 50_000]
    assert [one.resent for one in state.agents[0].turns] == [0, 9_000]
    assert (state.main.state.context, state.agents[0].state.context) == (50_010, 9_010)


def preamble(session: Session) -> Preamble | None:
    return state_of_session(session).main.preamble


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (Spend(input=5, write_5m=18_000), Preamble(18_005, Certainty.EXACT)),
        (Spend(input=5, read=9_000, write_5m=9_000), Preamble(18_005, Certainty.EXACT)),
        (Spend(write_5m=64_000), Preamble(64_000, Certainty.EXACT)),
        (Spend(write_5m=64_001), Preamble(20_000, Certainty.ESTIMATED)),
        (Spend(write_5m=50_000, read=15_000), Preamble(15_000, Certainty.ESTIMATED)),
    ],
)
def test_the_preamble_is_the_first_context_unless_that_is_huge(first: Spend, expected: Preamble) -> None:
    session = Session()
    session.main.turn(first)
    session.main.turn(Spend(read=70_000))
    assert preamble(session) == expected


@pytest.mark.parametrize(("read", "tokens"), [(14_000, 14_000), (0, 20_000)])
def test_the_preamble_of_a_thread_that_begins_compacted_is_what_its_first_turn_reads(read: int, tokens: int) -> None:
    session = Session()
    session.main.compact()
    session.main.turn(Spend(write_5m=5_000, read=read))
    assert preamble(session) == Preamble(tokens, Certainty.ESTIMATED)


@pytest.mark.parametrize(("read", "tokens"), [(33_000, 33_000), (0, 20_000)])
def test_the_preamble_of_a_fork_is_what_its_first_own_turn_reads(read: int, tokens: int) -> None:
    origin = Session(1)
    origin.main.turn(Spend(write_5m=18_000))
    fork = origin.fork(2)
    fork.main.turn(Spend(write_5m=1_000, read=read))
    assert preamble(fork) == Preamble(tokens, Certainty.ESTIMATED)


def test_a_thread_without_turns_has_no_preamble() -> None:
    session = Session()
    session.main.prompt()
    assert preamble(session) is None


def test_each_agent_has_its_own_preamble() -> None:
    session = Session()
    session.main.turn(Spend(write_5m=18_000))
    session.agent().turn(Spend(write_5m=7_000))
    (agent,) = state_of_session(session).agents
    assert agent.preamble == Preamble(7_000, Certainty.EXACT)


def parts(re_sent: int, preamble_tokens: int, **usage: Any) -> tuple[int, int, int, int]:
    """Return carry, new, miss and history of an Opus 5.5 turn."""
    one = turn(model="claude-opus-5-5", output_tokens=100, **usage)
    price = price_turn(one, list_prices())
    assert price is not None
    found = divide(one.usage, price, re_sent, preamble_tokens)
    return found.carry, found.new, found.miss, found.history


def test_a_warm_turn_carries_what_it_reads() -> None:
    carry = 10_000 * READ
    assert parts(10_000, 4_000, cache_read_input_tokens=10_000, cache_creation_input_tokens=500) == (
        carry,
        500 * W5,
        0,
        carry * 6_000 // 10_000,
    )


def test_a_cold_turn_carries_the_price_of_writing_its_history_again() -> None:
    """11,000 tokens written, of which 10,000 had been sent: 10/11 of the prompt money."""
    again = 11_000 * W5 * 10_000 // 11_000
    assert parts(10_000, 4_000, cache_creation_input_tokens=11_000) == (
        again,
        11_000 * W5 - again,
        again - 10_000 * READ,
        again * 6_000 // 10_000,
    )


def test_a_turn_that_reads_more_than_was_sent_carries_only_the_share_that_was() -> None:
    assert parts(8_000, 0, cache_read_input_tokens=10_000) == (8_000 * READ, 2_000 * READ, 0, 8_000 * READ)


def test_a_turn_in_between_carries_its_read_and_the_rest_at_the_price_of_its_own_uncached_tokens() -> None:
    """6,000 of 10,000 re-sent tokens came from the cache; 200 input and 5,000 written tokens share the rest's price."""
    uncached = 200 * INPUT + 5_000 * W5
    again = uncached * 4_000 // 5_200
    usage = {"cache_read_input_tokens": 6_000, "input_tokens": 200, "cache_creation_input_tokens": 5_000}
    assert parts(10_000, 10_000, **usage) == (
        6_000 * READ + again,
        uncached - again,
        again - 4_000 * READ,
        0,
    )


def test_the_first_turn_is_all_new() -> None:
    assert parts(0, 18_000, cache_creation_input_tokens=18_000) == (0, 18_000 * W5, 0, 0)


def test_an_empty_prompt_divides_into_nothing() -> None:
    assert parts(0, 0) == (0, 0, 0, 0)


def test_what_the_cache_saved_is_the_read_discount_less_the_write_premium() -> None:
    usage = Usage(cache_read=10_000, cache_creation=300, one_hour=100)
    one = turn(
        model="claude-opus-5-5",
        cache_read_input_tokens=10_000,
        cache_creation_input_tokens=300,
        cache_creation={"ephemeral_1h_input_tokens": 100},
    )
    price = price_turn(one, list_prices())
    assert price is not None
    assert saved_by_cache(usage, price) == 10_000 * (INPUT - READ) - 200 * (W5 - INPUT) - 100 * (W1 - INPUT)


def test_writes_that_nobody_reads_are_a_loss() -> None:
    session = Session()
    session.main.turn(Spend(write_1h=1_000))
    assert state_of_session(session).tally.saved == -1_000 * (W1 - INPUT)


def test_turns_know_their_number_and_their_prompt() -> None:
    session = Session()
    session.main.turn(Spend(input=1))
    session.main.prompt()
    session.main.turn(Spend(input=1), tools=("Read",))
    session.main.results()
    session.main.turn(Spend(input=1))
    session.main.prompt()
    session.main.turn(Spend(input=1))
    assert [(one.number, one.prompt) for one in turns(state_of_session(session))] == [(1, 0), (2, 1), (3, 1), (4, 2)]


def test_an_unpriced_turn_is_counted_and_costs_nothing() -> None:
    session = Session()
    session.main.turn(Spend(input=1_000))
    session.main.turn(Spend(input=1_000), model="tidal-model-1")
    state = state_of_session(session)
    assert (state.tally.turns, state.tally.unpriced_turns, state.tally.cost) == (2, 1, 1_000 * INPUT)
    assert (turns(state)[1].cost, turns(state)[1].certainty) == (0, Certainty.UNPRICED)


def test_models_are_keyed_by_what_was_asked_for_without_the_window() -> None:
    session = Session()
    session.main.turn(Spend(input=1), wide=True)
    session.main.turn(Spend(input=1))
    assert list(state_of_session(session).models) == ["claude-opus-5-5"]
