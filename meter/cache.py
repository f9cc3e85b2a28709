"""The prompt cache of a thread: when it was lost, why, what that cost, and when it will expire."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from meter.money import Pico
from meter.rates import canonicalize
from parsers.turns import Turn

if TYPE_CHECKING:  # the thread's fold imports this module
    from meter.thread import MeteredTurn

SMALL_PREFIX = 8_000
"""Tokens; the loss of a smaller prefix is no cache break."""


class Change(StrEnum):
    """What the client did to the prompt since the thread's previous turn; values are the transcript's own names."""

    MICROCOMPACTION = "microcompact_boundary"
    TOOLS = "deferred_tools_delta"
    MCP = "mcp_instructions_delta"
    AGENTS = "agent_listing_delta"


class Cause(StrEnum):
    """Why a cache broke; the first that fits, in this order."""

    MODEL = "model_switch"
    MICROCOMPACTION = "microcompaction"
    IDLE = "idle"
    VERSION = "client_version"
    TOOLS = "tools"
    MCP = "mcp"
    AGENTS = "agents"
    EFFORT = "effort"
    REWRITTEN = "history_rewritten"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Cause.MODEL: "model switched",
    Cause.MICROCOMPACTION: "old tool results dropped",
    Cause.IDLE: "idle too long",
    Cause.VERSION: "client updated",
    Cause.TOOLS: "tools changed",
    Cause.MCP: "MCP servers changed",
    Cause.AGENTS: "agents changed",
    Cause.EFFORT: "effort changed",
    Cause.REWRITTEN: "history rewritten",
    Cause.UNKNOWN: "unknown cause",
}


@dataclass(frozen=True, slots=True)
class CacheBreak:
    """A turn that paid again for a prefix which should have been read from the cache."""

    turn: int
    """Number of the turn in its thread."""
    cause: Cause
    tokens: int
    """Re-sent tokens that were not read from the cache."""
    cost: Pico | None
    """What a warm cache would have saved; None for an unpriced turn."""


@dataclass(frozen=True, slots=True)
class CacheClock:
    """When the cache of a thread expires, and what it costs to let it."""

    ttl: timedelta
    expires_at: datetime | None
    """UTC; None when the transcript tells no time."""
    extra: Pico | None
    """What the next turn costs more if the cache is cold by then; None for an unpriced model."""

    def left(self, now: datetime) -> timedelta | None:
        """Return how long the cache stays warm, from zero to its lifetime; None when that cannot be told."""
        return None if self.expires_at is None else min(self.ttl, max(self.expires_at - now, timedelta()))


def ttl_of(*, one_hour: bool) -> timedelta:
    """Return how long a cache entry lives unused, by the bucket of the thread's newest write."""
    return timedelta(hours=1) if one_hour else timedelta(minutes=5)


def cache_clock(last: MeteredTurn, *, one_hour: bool) -> CacheClock:
    """Return the clock as the thread's last turn set it; ``one_hour`` is the bucket of its newest write."""
    ttl, done_at = ttl_of(one_hour=one_hour), last.turn.done_at
    extra = None
    if last.price is not None:
        prices = last.price.prices
        extra = last.turn.usage.context * ((prices.write_1h if one_hour else prices.write_5m) - prices.read)
    return CacheClock(ttl, None if done_at is None else done_at + ttl, extra)


def cache_break(
    turn: MeteredTurn, before: MeteredTurn, *, one_hour: bool, preamble: int, changes: Collection[Change] = ()
) -> CacheBreak | None:
    """Return the break that a turn shows against the one before it in the same segment, if it shows any.

    ``one_hour`` is the bucket of the thread's newest write before the turn; ``changes`` came between the two.
    """
    usage, prior = turn.turn.usage, before.turn.usage
    expected = prior.cache_read + prior.cache_creation
    # In whole numbers: R < E/2 and writes > 0.3 E.
    if expected <= SMALL_PREFIX or 2 * usage.cache_read >= expected or 10 * usage.cache_creation <= 3 * expected:
        return None
    return CacheBreak(
        turn=turn.number,
        cause=_cause(turn, before, ttl_of(one_hour=one_hour), preamble, changes),
        tokens=turn.resent - usage.cache_read,
        cost=turn.parts.miss if turn.parts else None,
    )


def _cause(
    metered: MeteredTurn, before: MeteredTurn, ttl: timedelta, preamble: int, changes: Collection[Change]
) -> Cause:
    turn, prior = metered.turn, before.turn
    if _model(turn) != _model(prior):
        return Cause.MODEL
    if Change.MICROCOMPACTION in changes:
        return Cause.MICROCOMPACTION
    if turn.at is not None and prior.done_at is not None and turn.at - prior.done_at > ttl:
        return Cause.IDLE
    if _differ(turn.version, prior.version):
        return Cause.VERSION
    for change, cause in _CHANGED:
        if change in changes:
            return cause
    if _differ(turn.effort, prior.effort):
        return Cause.EFFORT
    if metered.prompt != before.prompt and 3 * turn.usage.cache_read >= preamble:
        return Cause.REWRITTEN
    return Cause.UNKNOWN


_CHANGED = ((Change.TOOLS, Cause.TOOLS), (Change.MCP, Cause.MCP), (Change.AGENTS, Cause.AGENTS))


def _model(turn: Turn) -> str:
    """Return the model that answered: it is the one that holds the cache, whatever name asked for it."""
    return canonicalize(turn.model or turn.billed_id)[0]


def _differ(a: str | None, b: str | None) -> bool:
    """Tell whether both are known and not the same: what older clients do not write has not changed."""
    return a is not None and b is not None and a != b
