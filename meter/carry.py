"""Where the money of a turn went: history re-sent, and what is new."""

from __future__ import annotations

from dataclasses import dataclass

from meter.money import Pico
from meter.pricing import Price
from parsers.turns import Usage


@dataclass(frozen=True, slots=True)
class Carry:
    """The prompt money of a turn, divided; ``carry + new`` is the prompt money, to the pico-dollar."""

    carry: Pico
    """Paid for tokens that the previous turn had already sent."""
    new: Pico
    miss: Pico
    """The part of carry that a warm cache would have saved."""
    history: Pico
    """The part of carry above the preamble: what growth cost."""


def divide(usage: Usage, price: Price, resent: int, preamble: int) -> Carry:
    """Divide the prompt money of a turn that re-sent this many tokens of a thread with this preamble."""
    context, read = usage.context, usage.cache_read
    uncached = context - read
    outside = max(0, resent - read)
    repaid = (price.prompt - price.read) * outside // uncached if uncached else 0
    from_cache = price.read if resent >= read else price.read * resent // read
    carry = from_cache + repaid
    return Carry(
        carry=carry,
        new=price.prompt - carry,
        miss=max(0, repaid - outside * price.prices.read),
        history=carry * max(0, resent - preamble) // resent if resent else 0,
    )


def saved_by_cache(usage: Usage, price: Price) -> Pico:
    """Return what the turn would have cost more without caching; negative when its writes were not read again."""
    prices = price.prices
    return (
        usage.cache_read * (prices.input - prices.read)
        - usage.write_5m * (prices.write_5m - prices.input)
        - usage.write_1h * (prices.write_1h - prices.input)
    )
