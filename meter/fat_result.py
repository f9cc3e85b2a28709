"""One result of a tool that is far larger than usual, and what it costs to carry it along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from meter.money import PICO_PER_DOLLAR, Pico
from meter.outlook import Outlook
from meter.thread import MeteredTurn
from meter.thread_tab import ThreadTab

FAT = 20_000
"""Tokens: more than 99 of 100 calls of public sessions add (14,190), and near what the client cuts a read off at."""
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
    segment = main.turns[main.state.segment_start :]
    if len(segment) < 2:
        return None
    usual = median(metered.new_tokens for metered in segment[1:])
    least = max(FAT, TIMES_USUAL * usual)
    tokens, index = max(((_tokens(segment, index), index) for index in _still_sent(segment)), default=(0, 0))
    if tokens < least:
        return None
    since = segment[index + 1 :]
    return FatResult(
        turn=segment[index].number,
        results=len(segment[index - 1].turn.tools),
        tokens=tokens,
        resent=len(since),
        paid=sum(tokens * metered.price.prices.read for metered in since if metered.price),
        per_turn=carried(outlook, tokens),
    )


def carried(outlook: Outlook, tokens: float) -> float:
    """Return the dollars that re-sending tokens costs the next turn, from a warm cache."""
    return tokens * outlook.tariff.at(outlook.context + outlook.growth).read / PICO_PER_DOLLAR


def _still_sent(segment: Sequence[MeteredTurn]) -> list[int]:
    """Return the indexes of the turns that brought tool results which no later turn can have dropped.

    A context that shrinks below what a turn had sent has lost something, and the transcript does not say what.
    """
    indexes = []
    smallest = segment[-1].turn.usage.context
    for index in range(len(segment) - 1, 0, -1):
        turn, before = segment[index], segment[index - 1]
        context = turn.turn.usage.context
        # What came with a typed prompt may as well be the prompt's own text.
        if context <= smallest and before.turn.tools and turn.prompt == before.prompt:
            indexes.append(index)
        smallest = min(smallest, context)
    return indexes


def _tokens(segment: Sequence[MeteredTurn], index: int) -> int:
    return segment[index].new_tokens - segment[index - 1].turn.usage.output
