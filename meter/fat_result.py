"""One result of a tool that is far larger than usual, and what it costs to carry it along."""

from __future__ import annotations

from dataclasses import dataclass

from meter.money import PICO_PER_DOLLAR, Pico
from meter.outlook import Outlook
from meter.thread_tab import ThreadTab

TIMES_USUAL = 10
"""A result is fat only beside what its own session is used to: so many times the segment's median."""


@dataclass(frozen=True, slots=True)
class FatResult:
    """What the tool calls of one turn brought into the context."""

    turn: int
    """Number of the turn that sent it first."""
    results: int
    """Tool calls of the turn before; when there are several, the tokens are theirs together."""
    tokens: int
    """Estimate: what the turn added, without the answer of the turn before."""
    resent: int
    """How many turns have sent it again."""
    paid: Pico
    """What these turns have paid for it, at the cache read price of each."""
    per_turn: float
    """Dollars that it costs each turn from here."""


def fat_result(main: ThreadTab, outlook: Outlook) -> FatResult | None:
    """Return the largest fat result that the next turn sends again; None without one."""
    state = main.state
    largest = max(state.load.heavy, key=lambda heavy: (heavy.tokens, heavy.turn), default=None)
    if largest is None or largest.tokens < TIMES_USUAL * state.usual_new:
        return None
    return FatResult(
        turn=largest.turn,
        results=largest.results,
        tokens=largest.tokens,
        resent=state.turns - largest.turn,
        paid=largest.tokens * (state.load.read_prices - largest.read_prices),
        per_turn=carried(outlook, largest.tokens),
    )


def carried(outlook: Outlook, tokens: float) -> float:
    """Return the dollars that re-sending tokens costs the next turn, from a warm cache."""
    return tokens * outlook.tariff.at(outlook.context + outlook.growth).read / PICO_PER_DOLLAR
