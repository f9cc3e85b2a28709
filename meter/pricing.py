"""A turn to its price, by the rules of the client's own bill."""

from __future__ import annotations

from dataclasses import dataclass

from meter.money import Certainty, Pico
from meter.rates import Charge, Found, Prices, RateTable, utc_day
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
        # Written out: a chart sums it over thousands of turns.
        return self.input + self.write_5m + self.write_1h + self.read + self.output + self.searches + self.advisor


def price_turn(turn: Turn, rates: RateTable, *, usage: Usage | None = None, model: str | None = None) -> Price | None:
    """Return the price of a turn at the rates of its day; None when its model is unknown.

    With ``usage`` or ``model``: what it would have cost with those in place of its own.
    """
    usage = usage or turn.usage
    charge = rates.charge(model or turn.billed_id, utc_day(turn.at), turn.speed, turn.geo, turn.tier)
    if charge is None:
        return None
    parts = _parts(turn, usage, charge)
    money = [_amounts(part, charge.at(part.context)) for part in parts]
    spent = money[0] if len(money) == 1 else [sum(column) for column in zip(*money, strict=True)]
    new, write_5m, write_1h, read, output = spent
    advisor, advisor_known = _advisor(turn, rates) if turn.iterations else (0, True)
    return Price(
        prices=charge.at(parts[-1].context),
        input=new,
        write_5m=write_5m,
        write_1h=write_1h,
        read=read,
        output=output,
        searches=usage.web_searches * WEB_SEARCH,
        advisor=advisor,
        certainty=_certainty(turn, charge.found, advisor_known=advisor_known),
    )


def charge_of(turn: Turn, rates: RateTable) -> Charge | None:
    """Return what a turn's model charges on its day, at its speed, geo and tier; None when it is unknown."""
    return rates.charge(turn.billed_id, utc_day(turn.at), turn.speed, turn.geo, turn.tier)


def turn_prices(turn: Turn, context: int, rates: RateTable) -> Prices | None:
    """Return the prices a prompt of another size would have at this turn's model, day, speed and geo."""
    charge = charge_of(turn, rates)
    return None if charge is None else charge.at(context)


def _amounts(usage: Usage, prices: Prices) -> tuple[Pico, Pico, Pico, Pico, Pico]:
    return (
        usage.input * prices.input,
        usage.write_5m * prices.write_5m,
        usage.write_1h * prices.write_1h,
        usage.cache_read * prices.read,
        usage.output * prices.output,
    )


def _parts(turn: Turn, usage: Usage, charge: Charge) -> list[Usage]:
    """Return the usages that are tested for the long prompt one by one.

    A response that the API made in several calls lists them; they count apart only when they add up.
    """
    if charge.above is charge.below or len(turn.iterations) < 2:
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
    charge = rates.charge(model, utc_day(turn.at), part.speed, part.geo, part.tier)
    if charge is None:
        return None
    return sum(_amounts(part.usage, charge.at(part.usage.context))) + part.usage.web_searches * WEB_SEARCH


def _certainty(turn: Turn, found: Found, *, advisor_known: bool) -> Certainty:
    if not turn.final or turn.damaged or not advisor_known:
        return Certainty.LOWER_BOUND
    if found.cloud or found.row.uncertain or turn.tier == "priority" or turn.at is None:
        return Certainty.ESTIMATED
    return Certainty.EXACT
