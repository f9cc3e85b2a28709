"""The rate table: list prices per model and period, and a person's own prices on top."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache
from pkgutil import get_data
from typing import Any

from meter.money import MICRO_PER_DOLLAR

FAR_PAST, FAR_FUTURE = date.min, date.max


@dataclass(frozen=True, slots=True)
class Prices:
    """Micro-dollars per million tokens, which is pico-dollars per token."""

    input: int
    output: int
    write_5m: int
    write_1h: int
    read: int

    def times(self, factor: Fraction) -> Prices:
        """Return the prices with a factor on them, rounded to whole micro-dollars."""
        return self if factor == 1 else _times(self, factor)


@cache
def _times(prices: Prices, factor: Fraction) -> Prices:
    """Keep the few results there are: fractions are slow, and turns are many."""
    columns = (prices.input, prices.output, prices.write_5m, prices.write_1h, prices.read)
    return Prices(*(round(price * factor) for price in columns))


@dataclass(frozen=True, slots=True)
class Premium:
    """Prices that replace a row's own in some period: fast mode, or prompts above a threshold of tokens."""

    prices: Prices
    valid_from: date
    valid_to: date
    threshold: int = 0

    def holds(self, day: date | None) -> bool:
        """Tell whether the premium is in force on a day; without a day, whether it still is."""
        return self.valid_to == FAR_FUTURE if day is None else self.valid_from <= day < self.valid_to


@dataclass(frozen=True, slots=True)
class Row:
    """One model's list prices in one period; ``valid_to`` is the first day on which they no longer hold."""

    canonical_id: str
    name: str
    patterns: tuple[re.Pattern[str], ...]
    prices: Prices
    long_prompt: Premium | None
    fast: Premium | None
    batch: Fraction
    us_geo: Fraction
    context_window: int | None
    default_window: int | None
    valid_from: date
    valid_to: date
    retired: date
    limited: bool
    uncertain: bool
    """The sources disagree about this price."""

    def matches(self, names: Iterable[str]) -> bool:
        return any(pattern.fullmatch(name) for pattern in self.patterns for name in names)


@dataclass(frozen=True, slots=True)
class Found:
    """A row for a model id; ``cloud`` when the id is one of a cloud that bills by its own list."""

    row: Row
    cloud: bool


@dataclass(frozen=True, slots=True)
class Charge:
    """What a model charges on a day at one speed, geo and tier, for prompts up to a threshold and above it."""

    found: Found
    below: Prices
    above: Prices
    threshold: int

    def at(self, context: int) -> Prices:
        """Return the prices for a prompt of this many tokens."""
        return self.above if context > self.threshold else self.below


class RateTable:
    """Finds the row of a model on a day; a person's own rows win over the list."""

    def __init__(
        self, listed: tuple[Row, ...], as_of: date, *, own: tuple[Row, ...] = (), discount: Fraction = Fraction(1)
    ) -> None:
        self.as_of = as_of
        self.rows = listed
        self.own = own
        self.discount = discount
        self._found: dict[tuple[str, date | None], Found | None] = {}
        self._charges: dict[tuple[str, date | None, str | None, str | None, str | None], Charge | None] = {}

    @property
    def custom(self) -> bool:
        """A person's own prices or discount are in force."""
        return bool(self.own) or self.discount != 1

    def find(self, model: str, day: date | None) -> Found | None:
        """Return the row valid on the day, the oldest one before any, the newest one without a day; None if unknown."""
        key = (model, day)
        if key not in self._found:
            self._found[key] = self._find(model, day)
        return self._found[key]

    def charge(
        self, model: str, day: date | None, speed: str | None, geo: str | None, tier: str | None
    ) -> Charge | None:
        """Return what a model charges, discount and all factors on it; None if it is unknown."""
        key = (model, day, speed, geo, tier)
        if key not in self._charges:
            found = self.find(model, day)
            self._charges[key] = None if found is None else self._charge(found, day, speed, geo, tier)
        return self._charges[key]

    def _charge(self, found: Found, day: date | None, speed: str | None, geo: str | None, tier: str | None) -> Charge:
        row = found.row
        factors = (row.us_geo if geo == "us" else 1) * (row.batch if tier == "batch" else 1) * self.discount
        if speed == "fast" and row.fast is not None and row.fast.holds(day):
            below, premium = row.fast.prices, None
        else:
            below, premium = row.prices, row.long_prompt
        if premium is None or not premium.holds(day):
            prices = below.times(factors)
            return Charge(found, prices, prices, 0)
        return Charge(found, below.times(factors), premium.prices.times(factors), premium.threshold)

    def _find(self, model: str, day: date | None) -> Found | None:
        canonical, cloud = canonicalize(model)
        names = (canonical, model.strip().lower())
        own = [row for row in self.own if row.matches(names)]
        listed = [row for row in self.rows if row.matches((canonical,))]
        row = _valid(own, day) or _valid(listed, day) or _nearest(listed or own, day)
        return Found(row, cloud) if row else None


def _valid(rows: list[Row], day: date | None) -> Row | None:
    """Return the row that holds on a day; without a day the newest."""
    rows = rows if day is None else [row for row in rows if row.valid_from <= day < row.valid_to]
    return max(rows, key=lambda row: row.valid_from, default=None)


def _nearest(rows: list[Row], day: date | None) -> Row | None:
    """Return the oldest row for a day before any, else the newest."""
    by_age = sorted(rows, key=lambda row: row.valid_from)
    return by_age[0 if day is not None and day < by_age[0].valid_from else -1] if by_age else None


_CLOUD_PREFIX = re.compile(
    r"^(?:(?:us|eu|apac|jp|au|ca|sa|us-gov|global)\.)?anthropic\.|^(?:us|eu|apac|jp|au|ca|sa|us-gov|global)\."
)
_CLOUD_VERSION = re.compile(r"-v\d+(?::\d+)?$")
_AT_VERSION = re.compile(r"@(?:\d[\d-]*|default|latest)$")
_DATE = re.compile(r"-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$")
_DOT = re.compile(r"(?<=\d)\.(?=\d)")


def canonicalize(model: str) -> tuple[str, bool]:
    """Return the id that the rows' patterns match, and whether it is one of a cloud (Bedrock, Vertex, a router)."""
    name = model.strip().lower().removesuffix("[1m]")
    bare = name.rsplit("/", 1)[-1]
    for mark in (_CLOUD_PREFIX, _CLOUD_VERSION, _AT_VERSION):
        bare = mark.sub("", bare)
    return _DOT.sub("-", _DATE.sub("", bare)), bare != name


@cache
def list_prices() -> RateTable:
    """Return the list prices that the package ships."""
    data = json.loads(get_data("meter", "rates.json") or b"")  # importlib.resources would load for 10 ms
    return RateTable(tuple(row_of(row) for row in data["models"]), date.fromisoformat(data["as_of"]))


def row_of(raw: Mapping[str, Any]) -> Row:
    """Return the row of an entry in the shape of ``rates.json``; dollars become whole micro-dollars."""
    return Row(
        canonical_id=raw["canonical_id"],
        name=raw.get("name") or raw["canonical_id"],
        patterns=tuple(
            re.compile(pattern, re.IGNORECASE) for pattern in raw.get("id_patterns") or [re.escape(raw["canonical_id"])]
        ),
        prices=_prices(raw),
        long_prompt=_premium(raw.get("long_context")),
        fast=_premium(raw.get("fast")),
        batch=_factor(raw.get("batch_multiplier")),
        us_geo=_factor(raw.get("us_geo_multiplier")),
        context_window=raw.get("context_window"),
        default_window=raw.get("claude_code_window_default"),
        valid_from=_day(raw.get("valid_from"), FAR_PAST),
        valid_to=_day(raw.get("valid_to"), FAR_FUTURE),
        retired=_day(raw.get("api_retired"), FAR_FUTURE),
        limited=bool(raw.get("limited")),
        uncertain=str(raw.get("confidence") or "").startswith("low"),
    )


def _prices(raw: Mapping[str, Any]) -> Prices:
    keys = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read")
    return Prices(*(round(Fraction(str(raw[key])) * MICRO_PER_DOLLAR) for key in keys))


def _premium(raw: Mapping[str, Any] | None) -> Premium | None:
    if not raw:
        return None
    return Premium(
        _prices(raw),
        _day(raw.get("valid_from"), FAR_PAST),
        _day(raw.get("valid_to"), FAR_FUTURE),
        raw.get("threshold_tokens", 0),
    )


def _factor(raw: float | None) -> Fraction:
    return Fraction(1) if raw is None else Fraction(str(raw))


def _day(raw: str | None, default: date) -> date:
    """Return the day at the start of a text such as ``2026-11-30 (announced)``."""
    return date.fromisoformat(raw[:10]) if raw else default


def utc_day(at: datetime | None) -> date | None:
    if at is None:
        return None
    return at.date() if at.tzinfo is UTC else at.astimezone(UTC).date()
