"""How urgent the history has become, judged after each turn of the main thread, and the ways out that are offered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum

from meter.outlook import Outlook, Tariff, tariff_of
from meter.rates import RateTable, Row, canonicalize, utc_day
from parsers.turns import Turn

COMPACTION_BUFFER = 33_000
"""Tokens that the client keeps free: it compacts by itself when the context comes that near to the window's end."""
FAMILIES = ("haiku", "sonnet", "opus")
"""Model families whose newest one is a candidate for a switch."""
RELEASE = 0.9
"""A level is left when a figure falls below this share of what it was entered with: no flicker at the edge."""


class Level(IntEnum):
    """How urgent it is."""

    CALM = 0
    WATCH = 1
    ACT = 2

    @property
    def words(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Entry:
    """What enters a level: factor and saving together, or the context alone."""

    factor: float
    saving: float
    """Dollars over the horizon, of the better of ``/clear`` and ``/compact``."""
    context: float | None
    """Share of the auto-compaction point; None: the size of the context is no matter."""


@dataclass(frozen=True, slots=True)
class LevelSettings:
    """When to warn."""

    horizon: int = 50
    """Turns over which a saving is judged: about five prompts."""
    watch: Entry = Entry(2.0, 0.50, 0.80)
    act: Entry = Entry(2.5, 1.50, 0.95)

    def entry(self, level: Level) -> Entry:
        return self.act if level is Level.ACT else self.watch


DEFAULT_LEVELS = LevelSettings()


@dataclass(frozen=True, slots=True)
class LevelState:
    """The level after a turn, why, and since when."""

    compounding: Level = Level.CALM
    """As the price of the history has it."""
    fullness: Level = Level.CALM
    """As the size of the context has it."""
    watch_turn: int | None = None
    """Number of the turn at which watch, or act from calm, was last entered; it stays when the level is left."""
    act_turn: int | None = None
    """Number of the turn at which act was last entered."""

    @property
    def level(self) -> Level:
        return max(self.compounding, self.fullness)

    def after(
        self, turn: int, context: int, window: int | None, outlook: Outlook | None, settings: LevelSettings
    ) -> LevelState:
        """Return the level after the turn of this number; a figure that cannot be told leaves it as it was."""
        compounding = self.compounding if outlook is None else _compounding(self.compounding, outlook, settings)
        fullness = self.fullness if window is None else _fullness(self.fullness, context, window, settings)
        if compounding is self.compounding and fullness is self.fullness:
            return self
        before, level = self.level, max(compounding, fullness)
        return LevelState(
            compounding,
            fullness,
            watch_turn=turn if before is Level.CALM and level is not Level.CALM else self.watch_turn,
            act_turn=turn if before is not Level.ACT and level is Level.ACT else self.act_turn,
        )


CALM = LevelState()


@dataclass(frozen=True, slots=True)
class Advice:
    """The better way to be rid of the history, with its saving in dollars over the horizon."""

    kind: str
    """``clear`` or ``compact``, as the nudges name them."""
    cost: float
    saving: float


def best_advice(outlook: Outlook, turns: int, *, cold: bool = False) -> Advice:
    """Return the better of ``/clear`` and ``/compact`` over this many turns, whether it saves anything or not.

    ``/clear`` is left out while the context is below twice the preamble: there is little to be rid of.
    """
    kind, cost = "compact", outlook.compact(turns, cold=cold)
    if outlook.context >= 2 * outlook.preamble and (clear := outlook.clear(turns)) < cost:
        kind, cost = "clear", clear
    return Advice(kind, cost, outlook.keep_going(turns, cold=cold) - cost)


def switch_candidates(
    turn: Turn, outlook: Outlook, models: Iterable[str], rates: RateTable, *, one_hour: bool, horizon: int = 50
) -> dict[str, Tariff]:
    """Return the models that the last turn's thread could go on with, by the ids given.

    ``models`` are those in use and those wanted. A candidate is another one than the turn's, has a price, can be
    had on the turn's day, and its window holds the context of the horizon's last turn.
    """
    day = utc_day(turn.at)
    here = rates.find(turn.billed_id, day)
    candidates: dict[str, Tariff] = {}
    for model, row in on_offer(models, day, rates).items():
        holds = (row.default_window or 0) >= outlook.context + horizon * outlook.mean_growth
        tariff = tariff_of(replace(turn, model=model, requested_model=None), rates, one_hour=one_hour)
        if tariff and holds and not (here and row.canonical_id == here.row.canonical_id):
            candidates[model] = tariff
    return candidates


def on_offer(models: Iterable[str], day: date | None, rates: RateTable) -> dict[str, Row]:
    """Return the rows of those models that anybody can have on a day, each model once, by the ids given."""
    rows: dict[str, Row] = {}
    seen: set[str] = set()
    for model in models:
        found = rates.find(model, day)
        if found is None or found.row.limited or (day or rates.as_of) >= found.row.retired:
            continue
        if found.row.canonical_id not in seen:
            seen.add(found.row.canonical_id)
            rows[model] = found.row
    return rows


def all_models(rates: RateTable, day: date | None) -> list[str]:
    """Return all models of the table that were out on a day; without a day, all there are."""
    rows = [row for row in (*rates.own, *rates.rows) if day is None or row.valid_from <= day]
    return list(dict.fromkeys(row.canonical_id for row in rows))


def newest_models(rates: RateTable, day: date | None) -> list[str]:
    """Return the newest model of each family that was out on a day; without a day, of all."""
    newest: list[str] = []
    for family in FAMILIES:
        rows = [row for row in (*rates.rows, *rates.own) if family in row.canonical_id and not row.limited]
        out = [row for row in rows if day is None or row.valid_from <= day]
        if out:
            newest.append(max(out, key=lambda row: row.valid_from).canonical_id)
    return newest


def near_families(model: str) -> tuple[str, ...]:
    """Return the model's own family and the next cheaper one; a family that is none of them is above all."""
    own = family_of(model)
    place = FAMILIES.index(own) if own else len(FAMILIES)
    return FAMILIES[max(0, place - 1) : place + 1]


def family_of(model: str) -> str | None:
    name = canonicalize(model)[0]
    return next((family for family in FAMILIES if family in name), None)


def compaction_point(window: int) -> int:
    """Return the tokens of context at which the client compacts by itself.

    The buffer is the same for every window; one that is hardly larger than the buffer gives half of itself.
    """
    return max(window - COMPACTION_BUFFER, window // 2)


def _compounding(before: Level, outlook: Outlook, settings: LevelSettings) -> Level:
    factor = outlook.factor
    if factor < settings.watch.factor * RELEASE and factor < settings.act.factor * RELEASE:
        return Level.CALM
    saving = best_advice(outlook, settings.horizon).saving
    for level in (Level.ACT, Level.WATCH):
        entry, ease = settings.entry(level), _ease(before, level)
        if factor >= entry.factor * ease and saving >= entry.saving * ease:
            return level
    return Level.CALM


def _fullness(before: Level, context: int, window: int, settings: LevelSettings) -> Level:
    share = context / compaction_point(window)
    for level in (Level.ACT, Level.WATCH):
        entry = settings.entry(level)
        if entry.context is not None and share >= entry.context * _ease(before, level):
            return level
    return Level.CALM


def _ease(before: Level, level: Level) -> float:
    return RELEASE if before >= level else 1.0
