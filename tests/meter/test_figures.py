"""Published figures that must come out of the program's own functions."""

from __future__ import annotations

from typing import Any

import pytest

from meter.money import dollars
from meter.pricing import Price, price_turn
from meter.rates import list_prices
from meter.session import SessionMeter
from meter.tally import Tally
from parsers.session_log import SessionLog
from tests.support import Json, turn, written
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
