"""The rules of ``pricing``, one by one, with figures worked out by hand."""

from __future__ import annotations

import pytest

from meter.money import Certainty, dollars
from meter.pricing import Price, price_turn, turn_prices
from meter.rates import list_prices
from parsers.turns import Turn
from tests.support import Json, turn, written

MILLION = 1_000_000


def price(one: Turn) -> Price:
    found = price_turn(one, list_prices())
    assert found is not None
    return found


def usd(one: Turn) -> float:
    return dollars(price(one).cost)


def test_each_turn_is_priced_by_the_model_that_was_requested() -> None:
    assert usd(turn(model="claude-opus-4-6", requested="claude-haiku-4-5", input_tokens=MILLION)) == 1.0
    assert usd(turn(model="claude-opus-4-6", input_tokens=MILLION)) == 5.0


def test_a_turn_of_an_unknown_model_has_no_price() -> None:
    assert price_turn(turn(model="claude-sonnet-4-6-turbo", input_tokens=5), list_prices()) is None
    assert price_turn(turn(model="claude-opus-4-6", requested="my-own-model-1", input_tokens=5), list_prices()) is None
    assert price_turn(turn(model="", input_tokens=5), list_prices()) is None


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"input_tokens": MILLION}, 3.0),
        ({"output_tokens": MILLION}, 15.0),
        ({"cache_read_input_tokens": MILLION}, 0.3),
        (written(five_minutes=MILLION), 3.75),
        (written(one_hour=MILLION), 6.0),
        (written(one_hour=400_000, five_minutes=600_000), 0.4 * 6 + 0.6 * 3.75),
    ],
)
def test_each_kind_of_token_has_its_own_price(counts: Json, expected: float) -> None:
    assert usd(turn(**counts)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"cache_creation_input_tokens": MILLION}, 3.75),
        ({"cache_creation_input_tokens": MILLION, "cache_creation": None}, 3.75),
        ({**written(one_hour=100_000), "cache_creation_input_tokens": MILLION}, 0.1 * 6 + 0.9 * 3.75),
        ({**written(one_hour=3 * MILLION), "cache_creation_input_tokens": MILLION}, 6.0),
        ({"cache_creation": written(one_hour=MILLION)["cache_creation"]}, 6.0),
    ],
    ids=["no split", "null split", "declared in part", "over-declared", "no total"],
)
def test_undeclared_writes_are_5m_and_the_declared_hour_is_clamped(usage: Json, expected: float) -> None:
    assert usd(turn(**usage)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("model", "a_million_read"),
    [
        ("claude-opus-5-5", 0.2),
        ("claude-sonnet-5-5", 0.1),
        ("claude-fable-5-2", 0.2),
        ("claude-mythos-5-1", 0.25),
        ("claude-opus-5", 0.5),
        ("claude-3-haiku", 0.03),
    ],
)
def test_the_price_of_a_cache_read_comes_from_the_row(model: str, a_million_read: float) -> None:
    assert usd(turn(model=model, cache_read_input_tokens=MILLION)) == a_million_read


@pytest.mark.parametrize(("context", "rate"), [(100_000, 0.1), (100_001, 0.5)])
def test_the_long_prompt_price_of_haiku_5_5_begins_strictly_above_100_000_tokens(context: int, rate: float) -> None:
    assert usd(turn(model="claude-haiku-5-5", input_tokens=context)) == pytest.approx(context * rate / MILLION)


def test_the_long_prompt_price_holds_for_all_five_kinds_and_counts_the_whole_prompt() -> None:
    usage: Json = {"input_tokens": 1, "cache_read_input_tokens": 40_000, "output_tokens": 1_000}
    one = turn(model="claude-haiku-5-5", **usage, **written(one_hour=30_000, five_minutes=30_000))
    assert usd(one) == pytest.approx((1 * 0.5 + 40_000 * 0.05 + 1_000 * 2.5 + 30_000 * 1.0 + 30_000 * 0.625) / MILLION)


@pytest.mark.parametrize(
    ("model", "day", "rate"),
    [
        ("claude-sonnet-4-6", "2026-03-12", 6.0),
        ("claude-sonnet-4-6", "2026-03-13", 3.0),
        ("claude-opus-4-6", "2026-03-12", 10.0),
        ("claude-opus-4-6", "2026-03-13", 5.0),
        ("claude-sonnet-4-5", "2026-04-29", 6.0),
        ("claude-sonnet-4-5", "2026-04-30", 3.0),
        ("claude-sonnet-4", "2025-08-11", 3.0),
        ("claude-sonnet-4", "2025-08-12", 6.0),
    ],
)
def test_the_old_long_prompt_prices_held_between_their_dates(model: str, day: str, rate: float) -> None:
    one = turn(model=model, at=f"{day}T23:59:59.999Z", input_tokens=200_001)
    assert usd(one) == pytest.approx(200_001 * rate / MILLION)
    assert usd(turn(model=model, at=f"{day}T00:00:00.000Z", input_tokens=200_000)) == pytest.approx(
        200_000 * min(rate, {"claude-opus-4-6": 5.0}.get(model, 3.0)) / MILLION
    )


def test_iterations_that_add_up_are_tested_for_the_long_prompt_one_by_one() -> None:
    half = {"type": "message", "input_tokens": 60_000, "output_tokens": 10}
    both = turn(model="claude-haiku-5-5", input_tokens=120_000, output_tokens=20, iterations=[half, half])
    assert usd(both) == pytest.approx((120_000 * 0.1 + 20 * 0.5) / MILLION)
    one = turn(model="claude-haiku-5-5", input_tokens=120_000, output_tokens=20, iterations=[half])
    assert usd(one) == pytest.approx((120_000 * 0.5 + 20 * 2.5) / MILLION)


def test_iterations_mixed_below_and_above_the_threshold_pay_each_their_own() -> None:
    parts = [{"type": "message", "input_tokens": size} for size in (100_001, 99_999)]
    one = turn(model="claude-haiku-5-5", input_tokens=200_000, iterations=parts)
    assert usd(one) == pytest.approx((100_001 * 0.5 + 99_999 * 0.1) / MILLION)


@pytest.mark.parametrize(
    ("model", "day", "rate"),
    [
        ("claude-opus-5-5", "2026-11-20", 8.0),
        ("claude-opus-4-8", "2026-11-29", 10.0),
        ("claude-opus-4-8", "2026-11-30", 5.0),
        ("claude-opus-4-7", "2026-05-11", 5.0),
        ("claude-opus-4-7", "2026-05-12", 30.0),
        ("claude-opus-4-7", "2026-07-24", 5.0),
        ("claude-opus-4-6", "2026-06-28", 30.0),
        ("claude-opus-4-6", "2026-06-29", 5.0),
        ("claude-sonnet-5-5", "2026-11-20", 2.0),
    ],
)
def test_fast_has_its_price_where_and_while_the_row_gives_one(model: str, day: str, rate: float) -> None:
    one = turn(model=model, at=f"{day}T12:00:00.000Z", input_tokens=1_000, speed="fast")
    assert usd(one) == pytest.approx(1_000 * rate / MILLION)


@pytest.mark.parametrize(
    ("model", "rate"), [("claude-opus-5-5", 4.4), ("claude-sonnet-4-6", 3.3), ("claude-haiku-4-5", 1.0)]
)
def test_us_inference_costs_a_tenth_more_where_the_row_says_so(model: str, rate: float) -> None:
    assert usd(turn(model=model, input_tokens=1_000, inference_geo="us")) == pytest.approx(rate / 1_000)


@pytest.mark.parametrize("geo", ["", "global", "not_available", None])
def test_other_geographies_cost_the_list_price(geo: str | None) -> None:
    assert usd(turn(input_tokens=1_000, inference_geo=geo)) == pytest.approx(0.003)


@pytest.mark.parametrize(
    "usage",
    [
        {"input_tokens": 10_000},
        {"output_tokens": 10_000},
        {"cache_read_input_tokens": 10_000},
        written(five_minutes=10_000),
        written(one_hour=10_000),
    ],
    ids=["input", "output", "read", "5m", "1h"],
)
def test_batch_halves_every_token_price(usage: Json) -> None:
    """FIGURES row 17."""
    for model in ("claude-sonnet-4-6", "claude-opus-4-6", "claude-haiku-4-5", "claude-opus-5-5"):
        whole = price(turn(model=model, service_tier="standard", **usage)).cost
        assert 2 * price(turn(model=model, service_tier="batch", **usage)).cost == whole > 0


def test_batch_and_us_inference_multiply() -> None:
    one = turn(input_tokens=1_000, inference_geo="us", service_tier="batch")
    assert usd(one) == pytest.approx(0.003 * 1.1 * 0.5)


def test_priority_costs_the_standard_price_and_is_an_estimate() -> None:
    one = turn(input_tokens=1_000, service_tier="priority")
    assert usd(one) == pytest.approx(0.003)
    assert price(one).certainty is Certainty.ESTIMATED


def test_a_web_search_is_a_cent_outside_all_factors_and_a_fetch_is_free() -> None:
    use = {"web_search_requests": 3, "web_fetch_requests": 5}
    one = turn(input_tokens=1_000, inference_geo="us", service_tier="batch", server_tool_use=use)
    assert usd(one) == pytest.approx(0.003 * 1.1 * 0.5 + 0.03)
    assert dollars(price(one).fees) == pytest.approx(0.03)


def advisor(model: str, **usage: object) -> Json:
    return {"type": "advisor_message", "model": model, **usage}


def test_an_advisor_is_billed_on_top_at_its_own_model_and_shown_as_a_fee() -> None:
    advice = advisor("claude-opus-4-6", input_tokens=30_000, output_tokens=700)
    found = price(turn(input_tokens=100, output_tokens=50, iterations=[advice]))
    assert dollars(found.advisor) == pytest.approx(30_000 * 5e-6 + 700 * 25e-6)
    assert dollars(found.cost) == pytest.approx(100 * 3e-6 + 50 * 15e-6 + 0.1675)
    assert found.fees == found.advisor


def test_two_advisors_of_different_models_are_both_billed() -> None:
    advice = [advisor("claude-opus-4-6", input_tokens=1_000), advisor("claude-haiku-4-5", input_tokens=1_000)]
    assert dollars(price(turn(input_tokens=1, iterations=advice)).advisor) == pytest.approx(0.006)


def test_an_advisor_of_an_unknown_model_makes_the_price_a_lower_bound() -> None:
    found = price(turn(input_tokens=1_000, iterations=[advisor("tidal-model-1", input_tokens=9)]))
    assert dollars(found.cost) == pytest.approx(0.003)
    assert found.certainty is Certainty.LOWER_BOUND


@pytest.mark.parametrize("kind", ["compaction", "message", "fallback_message", "tidal"])
def test_other_iterations_are_not_added(kind: str) -> None:
    entry = {"type": kind, "input_tokens": 100_000, "output_tokens": 900}
    assert usd(turn(input_tokens=1_000, iterations=[entry])) == pytest.approx(0.003)


@pytest.mark.parametrize(
    ("one", "certainty"),
    [
        (turn(input_tokens=1), Certainty.EXACT),
        (turn(input_tokens=1, stop_reason=None), Certainty.LOWER_BOUND),
        (turn(input_tokens="many"), Certainty.LOWER_BOUND),
        (turn(model="us.anthropic.claude-sonnet-4-6-v1:0", input_tokens=1), Certainty.ESTIMATED),
        (turn(model="claude-mythos-preview", input_tokens=1), Certainty.ESTIMATED),
        (turn(at=None, input_tokens=1), Certainty.ESTIMATED),
    ],
    ids=["plain", "never finalised", "damaged count", "cloud", "sources disagree", "no date"],
)
def test_how_sure_a_price_is(one: Turn, certainty: Certainty) -> None:
    assert price(one).certainty is certainty


@pytest.mark.parametrize("damaged", [-5, 1.5, "7", True, None, [3]])
def test_a_count_that_is_no_whole_number_reads_as_nothing(damaged: object) -> None:
    assert price(turn(input_tokens=damaged, output_tokens=1_000)).cost == 15_000_000_000


def test_prices_for_another_prompt_size_step_at_the_threshold() -> None:
    one = turn(model="claude-haiku-5-5", input_tokens=1)
    below, above = (turn_prices(one, size, list_prices()) for size in (100_000, 100_001))
    assert below is not None
    assert above is not None
    assert (below.input, above.input) == (100_000, 500_000)
