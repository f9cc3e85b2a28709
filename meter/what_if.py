"""Looking back: what a session would have cost, had it been led another way. The same turns are assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from meter.altered import smaller, warm_start
from meter.counterfactual import Mark, had_marked
from meter.level import newest_models, on_offer
from meter.money import Certainty, Pico
from meter.pricing import price_turn
from meter.rates import RateTable, utc_day
from meter.routing import Effort, effort_of, routed
from meter.session import SessionState
from meter.thread import MeteredTurn
from meter.thread_tab import ThreadTab
from meter.window import window_at
from parsers.turns import Usage

COMPACTED = 60
"""Percent by which compaction before each call is taken to make a prompt smaller."""


@dataclass(frozen=True, slots=True)
class AsItWas:
    """What it did cost."""

    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flat:
    """The context had not grown: no history carried."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """``/clear`` after the turn at which the level watch was entered."""

    turn: int


@dataclass(frozen=True, slots=True)
class Unbroken:
    """What had been sent before was always read from the cache."""

    breaks: int


@dataclass(frozen=True, slots=True)
class Uncached:
    """All prompts as plain input."""


@dataclass(frozen=True, slots=True)
class Compacted:
    """Each prompt made smaller before it is sent; the compacting itself is not counted."""

    percent: int


@dataclass(frozen=True, slots=True)
class AtModel:
    """All turns at one model's prices."""

    model: str
    window: int | None
    too_small_from: int | None
    """Number of the first turn of the main thread whose prompt is beyond the window."""


@dataclass(frozen=True, slots=True)
class Routed:
    """Each turn at the model that would have done for it; the caches of all three are taken as warm."""

    models: tuple[str, ...]
    """Small, middle, large."""
    turns: tuple[int, ...]
    """Turns that each of them takes."""


@dataclass(frozen=True, slots=True)
class Stacked:
    """Cleared, nothing sent twice outside the cache, and routed."""

    cleared: int | None
    models: tuple[str, ...]


Way = AsItWas | Flat | Cleared | Unbroken | Uncached | Compacted | AtModel | Routed | Stacked


@dataclass(frozen=True, slots=True)
class LookBack:
    """One way that the session could have been led, and its cost."""

    way: Way
    cost: Pico
    certainty: Certainty
    """Of the turns that have a price. Exact: the same tokens at list price, whatever else the way assumes."""


def look_back(
    state: SessionState, rates: RateTable, *, models: Iterable[str] | None = None, percent: int = COMPACTED
) -> tuple[LookBack, ...]:
    """Return what the session cost, then what it would have cost; nothing before a turn has a price.

    ``models`` are compared with, the session's candidates when left out. Turns without a price count in no line.
    """
    tally = state.tally
    if tally.turns == tally.unpriced_turns:
        return ()
    back = _LookingBack(state, rates)
    guessed = any(tab.preamble and tab.preamble.certainty is Certainty.ESTIMATED for tab in state.threads)
    broken = sum(len(tab.breaks) for tab in state.threads)
    return (
        LookBack(AsItWas(tuple(state.models)), tally.cost, back.real),
        LookBack(Flat(), tally.flat, Certainty.ESTIMATED if guessed else back.real),
        *back.cleared(),
        LookBack(Unbroken(broken), tally.cost - tally.miss, back.real),
        LookBack(Uncached(), tally.cost + tally.saved, back.real),
        back.compacted(percent),
        *sorted(back.at_models(state.candidates if models is None else models), key=lambda line: -line.cost),
        *back.routed(),
    )


class _LookingBack:
    """Prices a session's turns once more, in other ways."""

    def __init__(self, state: SessionState, rates: RateTable) -> None:
        self._state = state
        self._rates = rates
        last = state.main.state.last
        self._day = utc_day(last.turn.at) if last else None
        self._watch = state.main.state.level.watch_turn
        marks = [] if self._watch is None else [Mark(self._watch)]
        self._cleared = had_marked(state.main, marks, rates)
        self._sent: list[Sequence[Usage]] = [[metered.turn.usage for metered in tab.turns] for tab in state.threads]
        self.real = max((metered.certainty for metered, _ in self._turns(self._sent)), default=Certainty.EXACT)

    def cleared(self) -> Iterator[LookBack]:
        """Give the line of the clear, if there was a turn to clear at."""
        if self._watch is not None:
            main = zip(self._cleared.costs, self._state.main.turns, strict=True)
            agents = sum(tab.state.tally.cost for tab in self._state.agents)
            cost = agents + sum(cost for cost, metered in main if metered.owned)
            yield LookBack(Cleared(self._watch), cost, Certainty.ESTIMATED)

    def compacted(self, percent: int) -> LookBack:
        sent = [[smaller(usage, percent) for usage in usages] for usages in self._sent]
        return LookBack(Compacted(percent), self._sum(sent, lambda *_: None), Certainty.ESTIMATED)

    def at_models(self, models: Iterable[str]) -> Iterator[LookBack]:
        """Give a line for each model that anybody can have, but for one that took all turns anyway."""
        used = on_offer(self._state.models, self._day, self._rates)
        for model, row in on_offer(models, self._day, self._rates).items():
            if {row.canonical_id} == {one.canonical_id for one in used.values()}:
                continue
            window = self._window(model)
            beyond = (one.number for one in self._state.main.turns if window and one.turn.usage.context > window)
            way = AtModel(model, window, next(beyond, None))
            fits = way.too_small_from is None
            cost = self._sum(self._sent, partial(_always, model))
            yield LookBack(way, cost, self.real if fits else Certainty.ESTIMATED)

    def routed(self) -> Iterator[LookBack]:
        """Give the lines of routing: alone, and on top of a clear and of caches that never break."""
        models = tuple(newest_models(self._rates, self._day))
        if len(models) != len(Effort):
            return
        windows = [self._window(model) for model in models]

        def choose(metered: MeteredTurn, usage: Usage) -> str:
            return models[routed(effort_of(metered.turn), usage.context, windows)]

        taken = Counter(choose(metered, usage) for metered, usage in self._turns(self._sent))
        way = Routed(models, tuple(taken[model] for model in models))
        yield LookBack(way, self._sum(self._sent, choose), Certainty.ESTIMATED)
        sent = [self._cleared.usages, *self._sent[1:]]
        warm = [_warm(tab, usages, self._watch) for tab, usages in zip(self._state.threads, sent, strict=True)]
        yield LookBack(Stacked(self._watch, models), self._sum(warm, choose), Certainty.ESTIMATED)

    def _window(self, model: str) -> int | None:
        return window_at(model, self._day, self._state.main.state.proven, self._rates)

    def _turns(self, sent: Sequence[Sequence[Usage]]) -> Iterator[tuple[MeteredTurn, Usage]]:
        """Give the turns that count, each with its usage."""
        for tab, usages in zip(self._state.threads, sent, strict=True):
            for metered, usage in zip(tab.turns, usages, strict=True):
                if metered.owned and metered.price is not None:
                    yield metered, usage

    def _sum(self, sent: Sequence[Sequence[Usage]], model: Callable[[MeteredTurn, Usage], str | None]) -> Pico:
        prices = (
            price_turn(metered.turn, self._rates, usage=usage, model=model(metered, usage))
            for metered, usage in self._turns(sent)
        )
        return sum(price.cost for price in prices if price)


def _always(model: str, *_: object) -> str:
    return model


def _warm(tab: ThreadTab, sent: Sequence[Usage], cleared: int | None) -> list[Usage]:
    """Return a thread's usages, had each turn read from the cache all that the turn before had sent."""
    starts = {0, *(before for before, _ in tab.compactions)}
    if tab.agent_id is None and cleared is not None:
        starts.add(cleared)
    warm: list[Usage] = []
    for place, usage in enumerate(sent):
        warm.append(usage if place in starts else warm_start(usage, min(usage.context, sent[place - 1].context)))
    return warm
