"""A person's own prices: they override and add, and a bad file is refused in one line that names line and key."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from meter.money import dollars
from meter.price_file import PriceFileError, with_own_prices
from meter.pricing import price_turn
from meter.rates import RateTable, list_prices
from tests.support import Json, turn

ROW: Json = {
    "canonical_id": "claude-sonnet-4-6",
    "input": 1.5,
    "output": 7.5,
    "cache_write_5m": 1.875,
    "cache_write_1h": 3,
    "cache_read": 0.15,
}


def table(models: list[Json] | None = None, **keys: object) -> RateTable:
    return with_own_prices(list_prices(), json.dumps({"models": models or [], **keys}))


def usd(rates: RateTable, model: str = "claude-sonnet-4-6", **usage: Any) -> float | None:
    found = price_turn(turn(model=model, **(usage or {"input_tokens": 1_000_000})), rates)
    return None if found is None else dollars(found.cost)


def test_a_row_overrides_the_list() -> None:
    assert usd(table([ROW])) == 1.5
    assert usd(table([ROW]), "claude-opus-4-6") == 5.0


def test_a_row_overrides_the_list_under_every_dress_of_the_id() -> None:
    assert usd(table([ROW]), "us.anthropic.claude-sonnet-4-6-v1:0") == 1.5


def test_a_row_adds_a_model_that_the_list_does_not_know() -> None:
    rates = table([{**ROW, "canonical_id": "tidal-model-1", "input": 0.5}])
    assert usd(rates, "tidal-model-1") == 0.5
    assert usd(rates, "tidal-model-2") is None


def test_a_router_id_with_a_slash_can_be_named_as_it_is() -> None:
    rates = table([{**ROW, "canonical_id": "nvidia/nemotron-3:free", "input": 0, "output": 0}])
    assert usd(rates, "nvidia/nemotron-3:free") == 0.0


def test_patterns_name_several_ids() -> None:
    rates = table([{**ROW, "id_patterns": ["^tidal-.*$"]}])
    assert (usd(rates, "tidal-9"), usd(rates, "claude-sonnet-4-6")) == (1.5, 3.0)


def test_rows_hold_between_their_dates() -> None:
    old = {**ROW, "valid_to": "2026-11-20", "input": 1}
    new = {**ROW, "valid_from": "2026-11-20", "input": 2}
    assert usd(table([old, new])) == 2.0


def test_a_discount_lowers_every_token_price_and_no_search() -> None:
    rates = table(discount=0.9)
    assert usd(rates) == pytest.approx(2.7)
    with_search = turn(input_tokens=1_000_000, server_tool_use={"web_search_requests": 1})
    found = price_turn(with_search, rates)
    assert found is not None
    assert dollars(found.cost) == pytest.approx(2.71)


def test_a_discount_rounds_the_price_of_a_token_to_whole_micro_dollars() -> None:
    """$0.30 a million less a third is 200,001 micro-dollars at 0.66667, not 200,000.1 or 200,001.0000001."""
    assert table(discount=0.66667).discount * 300_000 == 200_001
    odd = price_turn(turn(cache_read_input_tokens=7), table(discount=0.333333))
    assert odd is not None
    assert odd.cost == 7 * round(300_000 * 0.333333) == 7 * 100_000


def test_decimals_are_read_as_written() -> None:
    found = price_turn(turn(input_tokens=1), table([{**ROW, "input": 0.1, "cache_read": 0.07}]))
    assert found is not None
    assert (found.prices.input, found.prices.read) == (100_000, 70_000)


def test_the_table_tells_that_it_is_not_the_list() -> None:
    assert not table().custom
    assert table([ROW]).custom
    assert table(discount=0.5).custom
    assert table([ROW]).as_of == list_prices().as_of == date(2026, 11, 22)


def test_long_prompts_and_fast_mode_of_an_own_row_hold() -> None:
    premium = {key: value * 2 for key, value in ROW.items() if isinstance(value, (int, float))}
    rates = table([{**ROW, "long_context": {**premium, "threshold_tokens": 1_000}, "fast": premium}])
    assert usd(rates, input_tokens=1_000) == pytest.approx(0.0015)
    assert usd(rates, input_tokens=1_001) == pytest.approx(0.003003)
    fast = price_turn(turn(input_tokens=10, speed="fast"), rates)
    assert fast is not None
    assert dollars(fast.cost) == pytest.approx(0.00003)


def lines(*rows: str) -> str:
    return "\n".join(rows)


GOOD = json.dumps(ROW)
BAD_ROW = lines('{"models": [', GOOD + ",", "%s", "]}")


def row(**changes: object) -> str:
    return BAD_ROW % json.dumps({**ROW, **changes})


def row_without(key: str) -> str:
    return BAD_ROW % json.dumps({name: value for name, value in ROW.items() if name != key})


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("", 1, "JSON"),
        ("{", 1, "JSON"),
        ('{\n "models": [\n oops\n]}', 3, "JSON"),
        ("[]", 1, "object"),
        ("3", 1, "object"),
        ('{"models": {}}', 1, "models"),
        ('{"models": [],\n "discont": 0.9}', 2, "discont"),
        ('{"models": [],\n "discount": 0}', 2, "discount"),
        ('{"models": [],\n "discount": 1.5}', 2, "discount"),
        ('{"models": [],\n "discount": -1}', 2, "discount"),
        ('{"models": [],\n "discount": "cheap"}', 2, "discount"),
        ('{"models": [],\n "discount": null}', 2, "discount"),
        ('{"models": [],\n "discount": NaN}', 2, "discount"),
        (row(input=-1), 3, "input"),
        (row(input="free"), 3, "input"),
        (row(input=None), 3, "input"),
        (row_without("output"), 3, "output"),
        (row_without("canonical_id"), 3, "canonical_id"),
        (row(canonical_id=""), 3, "canonical_id"),
        (row(cache_reed=1), 3, "cache_reed"),
        (row(valid_from="someday"), 3, "valid_from"),
        (row(valid_to="2026-13-01"), 3, "valid_to"),
        (row(id_patterns=["("]), 3, "id_patterns"),
        (row(id_patterns=[]), 3, "id_patterns"),
        (row(batch_multiplier=0), 3, "batch_multiplier"),
        (row(context_window=0), 3, "context_window"),
        (row(long_context={"threshold_tokens": 0}), 3, "long_context"),
        (row(fast={"input": 1}), 3, "fast"),
        (BAD_ROW % "7", 3, "row 2"),
    ],
)
def test_a_bad_file_is_refused_in_one_line_that_names_line_and_key(text: str, line: int, word: str) -> None:
    with pytest.raises(PriceFileError) as refused:
        with_own_prices(list_prices(), text)
    message = str(refused.value)
    assert message.startswith(f"line {line}: ")
    assert word in message
    assert "\n" not in message


def test_a_bad_row_far_down_is_found_by_its_line() -> None:
    text = json.dumps({"models": [ROW, ROW, {**ROW, "input": "x"}]}, indent=1)
    expected = 1 + text[: text.rindex('"canonical_id"')].count("\n") - 1
    with pytest.raises(PriceFileError, match=rf"^line {expected}: row 3: input"):
        with_own_prices(list_prices(), text)
