"""Published figures that must come out of the program's own functions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fixtures.session import Session, Ticking
from fixtures.spend import Spend
from meter.money import Pico, dollars
from meter.pricing import Price, price_turn
from meter.rates import list_prices
from meter.session import SessionMeter
from meter.tally import Tally
from meter.what_if import AsItWas, Compacted, Routed, look_back
from parsers.session_log import SessionLog
from tests.support import Json, state_of_session, turn, written
from tui.format import money, share

# Rows 1 to 4 are one session on three models: 45,000 input, 13,000 output, 38,000 cache read.
SESSION: Json = {"input_tokens": 45_000, "output_tokens": 13_000, "cache_read_input_tokens": 38_000}


def price(model: str, **usage: Any) -> Price:
    found = price_turn(turn(model=model, **usage), list_prices())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("model", "parts", "total", "shown"),
    [
        ("claude-sonnet-4-6", (0.135, 0.195, 0.0114), 0.3414, "$0.34"),
        ("claude-opus-4-6", (0.225, 0.325, 0.019), 0.569, "$0.57"),
        ("claude-haiku-4-5", (0.045, 0.065, 0.0038), 0.1138, "$0.11"),
    ],
    ids=["row 1", "row 2", "row 3"],
)
def test_the_published_session(model: str, parts: tuple[float, float, float], total: float, shown: str) -> None:
    found = price(model, **SESSION)
    assert (dollars(found.input), dollars(found.output), dollars(found.read)) == parts
    assert dollars(found.cost) == total
    assert money(found.cost) == shown


def test_row_4_what_was_read_from_the_cache_costs_ten_times_as_input() -> None:
    assert dollars(price("claude-sonnet-4-6", input_tokens=38_000).cost) == 0.114


def test_row_7_a_system_prompt_sent_200_times_without_caching() -> None:
    assert dollars(200 * price("claude-sonnet-4-6", input_tokens=3_000).cost) == 1.8


def test_row_8_the_same_written_once_and_read_199_times() -> None:
    write = price("claude-sonnet-4-6", **written(five_minutes=3_000)).cost
    reads = 199 * price("claude-sonnet-4-6", cache_read_input_tokens=3_000).cost
    assert (dollars(write), dollars(reads), dollars(write + reads)) == (0.01125, 0.1791, 0.19035)
    assert money(write + reads) == "$0.19"
    assert share(1 - (write + reads) / (200 * price("claude-sonnet-4-6", input_tokens=3_000).cost)) == "89%"


def test_row_11_compaction_of_each_prompt_from_200k_to_80k() -> None:
    session = Session(model="claude-sonnet-4-6")
    session.main.turn(Spend(input=200_000))
    assert [dollars(amount) for amount in compaction(session)] == [0.60, 0.24]
    for _ in range(199):
        session.main.turn(Spend(input=200_000))
    before, after = compaction(session)
    assert (dollars(before), dollars(after), share(1 - after / before)) == (120, 48, "60%")


def compaction(session: Session) -> tuple[Pico, Pico]:
    """Return what the session cost, and what it would have cost with each prompt 60 % smaller."""
    found = {type(line.way): line.cost for line in look_back(state_of_session(session), list_prices(), percent=60)}
    return found[AsItWas], found[Compacted]


def test_row_12_routing_of_70_20_10_by_input_price() -> None:
    session = Session(model="claude-opus-4-6", clock=Ticking(datetime(2026, 3, 20, tzinfo=UTC)))
    for _ in range(7):
        session.main.turn(Spend(input=100_000), tools=("Read",))
    for _ in range(2):
        session.main.turn(Spend(input=100_000))
    session.main.turn(Spend(input=100_000, output=1_001))
    lines = {type(line.way): line for line in look_back(state_of_session(session), list_prices())}
    assert lines[Routed].way == Routed(("claude-haiku-4-5", "claude-sonnet-4-6", "claude-opus-4-6"), (7, 2, 1))
    answer = 1_001 * 25 * 10**6  # what makes the last turn a hard one is written by Opus in either case
    before, after = lines[AsItWas].cost - answer, lines[Routed].cost - answer
    assert (dollars(before), dollars(after), share(1 - after / before)) == (5, 1.8, "64%")


def test_row_17_batch_is_half() -> None:
    usage = {**SESSION, **written(one_hour=2_500, five_minutes=700)}
    for model in ("claude-sonnet-4-6", "claude-opus-4-6", "claude-haiku-4-5"):
        assert 2 * price(model, service_tier="batch", **usage).cost == price(model, **usage).cost


def test_row_18_the_hit_rate_of_the_published_session_with_2500_written() -> None:
    tally = Tally(input=45_000, cache_read=38_000, write_5m=2_500)
    assert tally.hit_rate is not None
    assert round(100 * tally.hit_rate, 1) == 44.4


def test_the_published_session_read_from_a_transcript() -> None:
    line = (
        b'{"type":"assistant","uuid":"u","timestamp":"2026-11-20T09:00:00Z","message":{"id":"msg_1",'
        b'"model":"claude-sonnet-4-6","stop_reason":"end_turn","usage":{"input_tokens":45000,'
        b'"output_tokens":13000,"cache_read_input_tokens":38000,"cache_creation_input_tokens":0}}}\n'
    )
    log = SessionLog("a.jsonl")
    log.feed(log.main, line)
    assert dollars(SessionMeter(log, list_prices()).update().tally.cost) == 0.3414
