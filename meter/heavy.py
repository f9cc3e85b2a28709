"""Tool results that are large enough to be worth a word, as long as they are sent again: folded turn by turn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from meter.money import Pico

if TYPE_CHECKING:  # the thread's fold imports this module
    from meter.thread import MeteredTurn

FAT = 20_000
"""Tokens: more than 99 of 100 calls of public sessions add (14,190), and near what the client cuts a read off at."""


@dataclass(frozen=True, slots=True)
class Heavy:
    """What the tool calls of one turn brought into the context."""

    turn: int
    """Number of the turn that sent it first."""
    results: int
    """Tool calls of the turn before."""
    tokens: int
    """Estimate: what the turn added, without the answer of the turn before."""
    context: int
    """Of the turn that sent it first: a later context below it has lost something."""
    read_prices: Pico
    """Sum of the cache read prices of the turns up to that one."""


@dataclass(frozen=True, slots=True)
class Load:
    """What the next turn sends again of heavy results."""

    heavy: tuple[Heavy, ...] = ()
    read_prices: Pico = 0
    """Sum of the cache read prices of the turns so far: what a token costs that is sent in all of them."""

    def after(self, metered: MeteredTurn, before: MeteredTurn | None) -> Load:
        """Return the load with one more turn; ``before`` is None for a segment's first one."""
        read_prices = self.read_prices + (metered.price.prices.read if metered.price else 0)
        if before is None:
            return Load((), read_prices)
        context = metered.turn.usage.context
        # A context that shrinks has lost something, and the transcript does not say what.
        kept = self.heavy
        if kept and any(one.context > context for one in kept):
            kept = tuple(one for one in kept if one.context <= context)
        tokens = metered.new_tokens - before.turn.usage.output
        # What came with a typed prompt may as well be the prompt's own text.
        if tokens >= FAT and before.turn.tools and metered.prompt == before.prompt:
            kept = (*kept, Heavy(metered.number, len(before.turn.tools), tokens, context, read_prices))
        return replace(self, heavy=kept, read_prices=read_prices)


NO_LOAD = Load()
