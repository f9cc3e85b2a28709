"""The rate table: which row a model id finds on a day, and every row against an independent list."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from genai_prices import data as oracle
from genai_prices.types import ModelPrice, TieredPrices

from meter.rates import FAR_FUTURE, FAR_PAST, Prices, Row, canonicalize, list_prices

CANONICAL = [
    ("claude-sonnet-4-6", "claude-sonnet-4-6"),
    ("  Claude-Sonnet-4-6 ", "claude-sonnet-4-6"),
    ("claude-sonnet-4-6[1m]", "claude-sonnet-4-6"),
    ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
    ("claude-sonnet-4-5-20250929[1m]", "claude-sonnet-4-5"),
    ("claude-sonnet-4-5-2025-09-29", "claude-sonnet-4-5"),
    ("claude-opus-5-latest", "claude-opus-5"),
    ("claude-3-7-sonnet-latest", "claude-3-7-sonnet"),
    ("claude-sonnet-4.6", "claude-sonnet-4-6"),
    ("anthropic/claude-opus-5.5", "claude-opus-5-5"),
    ("vertex_ai/claude-haiku-4-5@20251001", "claude-haiku-4-5"),
    ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5"),
    ("claude-opus-4-6@default", "claude-opus-4-6"),
    ("claude-opus-4-6@latest", "claude-opus-4-6"),
    ("anthropic.claude-opus-4-6-v1", "claude-opus-4-6"),
    ("anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
    ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
    ("global.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5"),
    ("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
    ("eu.anthropic.claude-opus-4-6-v1:0[1m]", "claude-opus-4-6"),
    (
        "arn:aws:bedrock:us-east-1:123:inference-profile/us.anthropic.claude-opus-4-6-v1:0",
        "claude-opus-4-6",
    ),
    ("openrouter/anthropic/claude-3.5-haiku", "claude-3-5-haiku"),
    ("claude-4-sonnet", "claude-sonnet-4"),
    ("claude-opus-4-0", "claude-opus-4"),
    ("claude-3-5-sonnet-20241022", "claude-3-5-sonnet"),
]
CLOUD = [name for name, _ in CANONICAL if "/" in name or "anthropic." in name or "@" in name]

UNKNOWN = [
    "claude-sonnet-4-6-turbo",
    "claude-sonnet-4-60",
    "my-claude-sonnet-4-6",
    "claude-sonnet",
    "sonnet",
    "gpt-5",
    "glm-4.7",
    "nvidia/nemotron-3-nano:free",
    "anthropic/claude-sonnet-4-6:free",
    "claude-opus-9",
    "",
    "[1m]",
    "claude-sonnet-4-6\nclaude-opus-5",
]

AFTER_ALL = date(2026, 11, 22)


def found(model: str, day: date | None = AFTER_ALL) -> Row:
    row = list_prices().find(model, day)
    assert row is not None
    return row.row


@pytest.mark.parametrize(("model", "canonical"), CANONICAL, ids=[name.strip() for name, _ in CANONICAL])
def test_an_id_finds_its_row_in_whatever_dress(model: str, canonical: str) -> None:
    assert found(model).canonical_id == canonical


@pytest.mark.parametrize("model", UNKNOWN, ids=repr)
def test_an_id_that_is_not_wholly_known_finds_nothing(model: str) -> None:
    assert list_prices().find(model, AFTER_ALL) is None


@pytest.mark.parametrize("model", [name for name, _ in CANONICAL])
def test_ids_of_clouds_and_routers_are_marked(model: str) -> None:
    row = list_prices().find(model, AFTER_ALL)
    assert row is not None
    assert row.cloud == (model in CLOUD)


def test_a_date_or_a_suffix_is_no_mark_of_a_cloud() -> None:
    assert canonicalize("Claude-Sonnet-4-5-20250929[1m]") == ("claude-sonnet-4-5", False)


@pytest.mark.parametrize(
    ("day", "read"),
    [
        (date(2026, 9, 1), 200_000),
        (date(2026, 9, 28), 200_000),
        (date(2026, 10, 6), 200_000),
        (date(2026, 10, 7), 100_000),
        (date(2027, 1, 1), 100_000),
        (None, 100_000),
    ],
    ids=str,
)
def test_the_row_is_the_one_valid_on_the_day_the_oldest_before_and_the_newest_without_one(
    day: date | None, read: int
) -> None:
    """Sonnet 5.5 read at $0.20 until 2026-10-07 and at $0.10 from that day on."""
    assert found("claude-sonnet-5-5", day).prices.read == read


def test_every_row_is_found_by_its_own_id_on_its_days() -> None:
    for row in list_prices().rows:
        day = row.valid_from if row.valid_from != FAR_PAST else AFTER_ALL
        assert found(row.canonical_id, day) is row


def test_no_two_rows_of_a_model_hold_on_the_same_day() -> None:
    rows = list_prices().rows
    for one in rows:
        for other in rows:
            if one is not other and one.canonical_id == other.canonical_id:
                assert one.valid_to <= other.valid_from or other.valid_to <= one.valid_from


# What the independent list does not hold or says otherwise, with the reason.
NOT_LISTED = {
    "claude-mythos-5": "limited model",
    "claude-mythos-5-1": "limited model",
    "claude-mythos-preview": "limited model, never on the price page",
}
UNDATED_READ = {
    ("claude-sonnet-5-5", date(2026, 9, 28)): "our superseded row: read at $0.20 until 2026-10-07, not dated there",
}
UNDATED_TIERS = {
    "claude-sonnet-4-5": "its long-prompt tier ended 2026-04-30, not dated there",
    "claude-sonnet-4": "its long-prompt tier of 2025-08-12 to 2026-04-30 is not there",
}


def oracle_price(model: str, day: date) -> ModelPrice | None:
    """Return what the independent list says of a model on a day."""
    (provider,) = (one for one in oracle.providers if one.id == "anthropic")
    for entry in provider.models:
        if entry.is_match(model):
            return entry.get_prices(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    return None


def micro(price: Decimal | TieredPrices | None, *, tier: bool) -> int | None:
    if isinstance(price, TieredPrices):
        price = price.tiers[0].price if tier else price.base
    return None if price is None else int(Fraction(price) * 1_000_000)


def listed(price: ModelPrice, *, tier: bool = False) -> list[int | None]:
    parts = (
        price.input_mtok,
        price.output_mtok,
        price.cache_write_mtok,
        price.cache_write_1h_mtok,
        price.cache_read_mtok,
    )
    return [micro(part, tier=tier) for part in parts]


def ours(prices: Prices) -> list[int | None]:
    return [prices.input, prices.output, prices.write_5m, prices.write_1h, prices.read]


def row_ids() -> list[str]:
    return [f"{row.canonical_id} from {row.valid_from}" for row in list_prices().rows]


@pytest.mark.parametrize("row", list_prices().rows, ids=row_ids())
def test_a_row_agrees_with_the_independent_list(row: Row) -> None:
    price = oracle_price(row.canonical_id, row.valid_from)
    if row.canonical_id in NOT_LISTED:
        assert price is None, "listed by now: take it out of the exceptions"
        return
    assert price is not None
    theirs, mine = listed(price), ours(row.prices)
    if (row.canonical_id, row.valid_from) in UNDATED_READ:
        assert theirs[:4] == mine[:4]
        assert theirs[4] != mine[4]
    else:
        assert theirs == mine


@pytest.mark.parametrize(
    "row", [row for row in list_prices().rows if row.long_prompt], ids=lambda row: row.canonical_id
)
def test_a_long_prompt_premium_agrees_with_the_independent_list(row: Row) -> None:
    premium = row.long_prompt
    assert premium is not None
    price = oracle_price(row.canonical_id, premium.valid_from)
    assert price is not None
    if row.canonical_id == "claude-sonnet-4":
        assert not isinstance(price.input_mtok, TieredPrices), UNDATED_TIERS[row.canonical_id]
        return
    assert isinstance(price.input_mtok, TieredPrices)
    assert price.input_mtok.tiers[0].start == premium.threshold
    assert listed(price, tier=True) == ours(premium.prices)
    if premium.valid_to != FAR_FUTURE and row.canonical_id not in UNDATED_TIERS:
        after = oracle_price(row.canonical_id, premium.valid_to)
        assert after is not None
        assert not isinstance(after.input_mtok, TieredPrices)


def test_every_model_of_the_independent_list_that_claude_code_ran_on_has_a_row() -> None:
    (provider,) = (one for one in oracle.providers if one.id == "anthropic")
    older = {"claude-2", "claude-v1", "claude-3-sonnet"}  # before Claude Code
    for entry in provider.models:
        assert (list_prices().find(entry.id, AFTER_ALL) is None) == (entry.id in older), entry.id


def test_prices_are_whole_micro_dollars_and_writes_cost_more_than_reads() -> None:
    for row in list_prices().rows:
        for prices in [row.prices, *(premium.prices for premium in (row.fast, row.long_prompt) if premium)]:
            assert all(isinstance(price, int) for price in ours(prices))
            assert 0 < prices.read < prices.input < prices.write_5m < prices.write_1h < prices.output
