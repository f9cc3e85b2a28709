"""A nudge: an advice with its money, and the figures of which a screen makes its sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from meter.budget import Overspent
from meter.cache import Cause
from meter.fat_result import FatResult
from meter.level import Level
from meter.money import Certainty, Pico


class Kind(StrEnum):
    """What a nudge is about."""

    CLEAR = "clear"
    COMPACT = "compact"
    SWITCH = "switch"
    CACHE_EXPIRING = "cache_expiring"
    CACHE_BROKE = "cache_broke"
    FAT_RESULT = "fat_result"
    PREAMBLE = "preamble"
    BUDGET = "budget"
    COMPACTION_NEAR = "compaction_near"
    PRICE_STEP = "price_step"


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment at which a live session is looked at."""

    left: timedelta | None
    """How long its cache stays warm; None when that cannot be told."""
    waiting: bool
    """The session is idle and waits for the person: no request is in flight, for which no clock runs down."""
    finished: bool = False
    """Nobody is likely to go on with it: there is nothing to hurry for."""

    @property
    def cold(self) -> bool:
        return self.waiting and self.left is not None and self.left <= timedelta()


@dataclass(frozen=True, slots=True)
class Reset:
    """``/clear`` or ``/compact``: the coming turns with it and without, in dollars and in tokens sent."""

    cost: float
    instead_of: float
    tokens: float
    instead_of_tokens: float
    warm_for: timedelta | None
    """How long the cache stays warm; None when it is cold or nobody knows."""


@dataclass(frozen=True, slots=True)
class Switch:
    """Another model, which writes the whole context to its own cache first."""

    model: str
    """Its id, as a transcript may have written it."""
    alias: str | None
    """The name by which the client knows it, such as ``sonnet``; None when that name means another model."""
    cold_start: float
    """Dollars, once."""
    tokens: int
    """What it writes once."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """The cache is still warm, not for long."""

    left: timedelta
    extra: float
    """Dollars that the next turn costs more after that."""
    tokens: int
    """What it writes again then."""


@dataclass(frozen=True, slots=True)
class Cold:
    """The cache has expired, as far as a clock can tell."""

    tokens: int
    """What the next turn writes again."""
    cost: float
    """Dollars of that."""
    clear_tokens: int | None
    """Tokens that the next turn sends less after ``/clear``; None when that is not offered."""


@dataclass(frozen=True, slots=True)
class Broke:
    """The newest cache break."""

    turn: int
    tokens: int
    cost: Pico
    cause: Cause


@dataclass(frozen=True, slots=True)
class Fat:
    """A fat tool result, and whether ``/clear`` is a way to be rid of it that pays."""

    result: FatResult
    clear_pays: bool


@dataclass(frozen=True, slots=True)
class HeavyPreamble:
    """What every fresh session starts with."""

    tokens: int
    certainty: Certainty
    per_turn: float
    """Dollars."""


@dataclass(frozen=True, slots=True)
class CompactionNear:
    """The client is going to compact by itself."""

    turns: int | None
    """Which coming turn is the first above the point; 0: the context is above it; None: not in sight."""
    context: int
    point: int


@dataclass(frozen=True, slots=True)
class PriceStep:
    """A prompt size from which on all tokens of a turn cost more."""

    turns: int
    """Which coming turn is the first to cost more."""
    threshold: int
    times: float
    """How many times as much."""
    clear_pays: bool


Facts = Reset | Switch | Expiring | Cold | Broke | Fat | HeavyPreamble | Overspent | CompactionNear | PriceStep


@dataclass(frozen=True, slots=True)
class Nudge:
    """An advice with its money."""

    kind: Kind
    level: Level
    saving: float | None
    """Dollars over the horizon; None where there is nothing that saves a known amount."""
    at_stake: float
    """Dollars by which nudges are ranked: the saving, else what the matter costs."""
    horizon_turns: int
    pays_back_turns: int | None
    """None: not within 100 turns, or there is nothing to be paid back."""
    certainty: Certainty
    facts: Facts
