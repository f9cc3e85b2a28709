"""A turn to its price, by the rules of the client's own bill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from meter.money import Certainty, Pico
from meter.rates import Prices, RateTable, Row, utc_day
from parsers.turns import Iteration, Turn, Usage

WEB_SEARCH: Pico = 10**10
"""$10 per thousand searches, outside all factors."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the receipt: count times price per token."""

    what: str
    count: int
    price: Pico

    @property
    def amount(self) -> Pico:
        return self.count * self.price


@dataclass(frozen=True, slots=True)
class Price:
    """What one turn cost, and the prices that held for it."""

    prices: Prices
    input: Pico
    write_5m: Pico
    write_1h: Pico
    read: Pico
    output: Pico
    searches: Pico
    advisor: Pico
    """Fees for other models that the response consulted."""
    certainty: Certainty

    @property
    def prompt(self) -> Pico:
        """The cost without output and fees."""
        return self.input + self.write_5m + self.write_1h + self.read

    @property
    def fees(self) -> Pico:
        return self.searches + self.advisor

    @property
    def cost(self) -> Pico:
        return self.prompt + self.output + self.fees


def price_turn(turn: Turn, rates: RateTable, *, usage: Usage | None = None, model: str | None = None) -> Price | None:
    """Return the price of a turn at the rates of its day; None when its model is unknown.

    With ``usage`` or ``model``: what it would have cost with those in place of its own.
    """
    day = utc_day(turn.at)
    usage = usage or turn.usage
    found = rates.find(model or turn.billed_id, day)
    if found is None:
        return None
    factors = _factors(found.row, turn.geo, turn.tier, rates.discount)
    parts = [
        (part, prices_for(found.row, day, part.context, turn.speed).times(factors))
        for part in _parts(turn, usage, found.row)
    ]
    amounts = [_amounts(*part) for part in parts]
    money = amounts[0] if len(amounts) == 1 else [sum(column) for column in zip(*amounts, strict=True)]
    advisor, advisor_known = _advisor(turn, rates)
    return Price(
        prices=parts[-1][1],
        input=money[0],
        write_5m=money[1],
        write_1h=money[2],
        read=money[3],
        output=money[4],
        searches=usage.web_searches * WEB_SEARCH,
        advisor=advisor,
        certainty=_certainty(turn, found.row, cloud=found.cloud, advisor_known=advisor_known),
    )


def prices_for(row: Row, day: date | None, context: int, speed: str | None) -> Prices:
    """Return a row's prices for a prompt of this many tokens, before geo, batch and discount."""
    if speed == "fast" and row.fast is not None and row.fast.holds(day):
        return row.fast.prices
    if row.long_prompt is not None and row.long_prompt.holds(day) and context > row.long_prompt.threshold:
        return row.long_prompt.prices
    return row.prices


def turn_prices(turn: Turn, context: int, rates: RateTable) -> Prices | None:
    """Return the prices a prompt of another size would have at this turn's model, day, speed and geo."""
    day = utc_day(turn.at)
    found = rates.find(turn.billed_id, day)
    if found is None:
        return None
    factors = _factors(found.row, turn.geo, turn.tier, rates.discount)
    return prices_for(found.row, day, context, turn.speed).times(factors)


def _factors(row: Row, geo: str | None, tier: str | None, discount: Fraction) -> Fraction:
    factor = discount * row.us_geo if geo == "us" else discount
    return factor * row.batch if tier == "batch" else factor


def _amounts(usage: Usage, prices: Prices) -> tuple[Pico, Pico, Pico, Pico, Pico]:
    return (
        usage.input * prices.input,
        usage.write_5m * prices.write_5m,
        usage.write_1h * prices.write_1h,
        usage.cache_read * prices.read,
        usage.output * prices.output,
    )


def _parts(turn: Turn, usage: Usage, row: Row) -> list[Usage]:
    """Return the usages that are tested for the long prompt one by one.

    A response that the API made in several calls lists them; they count apart only when they add up.
    """
    if row.long_prompt is None or len(turn.iterations) < 2:
        return [usage]
    calls = [part.usage for part in turn.iterations if part.kind == "message"]
    adds_up = _totals(calls) == _totals([usage])
    return calls if adds_up else [usage]


def _totals(usages: list[Usage]) -> tuple[int, int, int, int, int]:
    return (
        sum(usage.input for usage in usages),
        sum(usage.write_5m for usage in usages),
        sum(usage.write_1h for usage in usages),
        sum(usage.cache_read for usage in usages),
        sum(usage.output for usage in usages),
    )


def _advisor(turn: Turn, rates: RateTable) -> tuple[Pico, bool]:
    """Return the fees of the advisor's messages, and whether all of them could be priced."""
    fee, known = 0, True
    for part in turn.iterations:
        if part.kind == "advisor_message":
            price = price_usage(part, part.model or "", turn, rates)
            fee += price or 0
            known = known and price is not None
    return fee, known


def price_usage(part: Iteration, model: str, turn: Turn, rates: RateTable) -> Pico | None:
    """Return the price of one of a turn's iterations at a model's rates of that day; None when it is unknown."""
    day = utc_day(turn.at)
    found = rates.find(model, day)
    if found is None:
        return None
    factors = _factors(found.row, part.geo, part.tier, rates.discount)
    prices = prices_for(found.row, day, part.usage.context, part.speed).times(factors)
    return sum(_amounts(part.usage, prices)) + part.usage.web_searches * WEB_SEARCH


def _certainty(turn: Turn, row: Row, *, cloud: bool, advisor_known: bool) -> Certainty:
    if not turn.final or turn.damaged or not advisor_known:
        return Certainty.LOWER_BOUND
    if cloud or row.uncertain or turn.tier == "priority" or turn.at is None:
        return Certainty.ESTIMATED
    return Certainty.EXACT
