"""What a main thread would have cost, had it been cleared, or gone on with another model, after some of its turns.

The same work is assumed: each later turn sends the same new tokens and gets the same answer, nothing is read again,
and compactions come where they came.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from meter.altered import cold_start, without
from meter.money import Certainty, Pico
from meter.pricing import Price, price_turn
from meter.rates import RateTable, utc_day
from meter.thread import MeteredTurn
from meter.thread_tab import ThreadTab
from meter.window import window_at
from parsers.turns import Turn, Usage


@dataclass(frozen=True, slots=True)
class Mark:
    """A turn of the main thread after which something else is done."""

    turn: int
    """Its number, from 1."""
    model: str | None = None
    """The model to go on with from here; None: ``/clear`` here."""


@dataclass(frozen=True, slots=True)
class Restart:
    """The cold start behind a mark: what the next turn reads from the cache no more."""

    tokens: int
    """Written instead of read; 0 when no turn follows, and behind a clear that a compaction follows."""
    cost: Pico
    """Above the price of reading them, at the prices of the turn that writes them."""


NO_RESTART = Restart(0, 0)


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """The turns of a main thread as they would have been; aligned with its own."""

    marks: tuple[Mark, ...]
    """In order of turns."""
    costs: tuple[Pico, ...]
    usages: tuple[Usage, ...]
    restarts: tuple[Restart, ...]
    """One for each mark; two marks after one turn share theirs."""
    too_small_from: int | None
    """Number of the first turn whose prompt is beyond the window of the model chosen for it."""
    unpriced: int
    """Turns without a price: they cost 0 here, as they do in the real sum."""
    certainty: Certainty
    """Of the turns that have a price; estimated as soon as any is another than it was."""

    @property
    def contexts(self) -> tuple[int, ...]:
        """Tokens of each turn's prompt."""
        return tuple(usage.context for usage in self.usages)

    @property
    def cost(self) -> Pico:
        return sum(self.costs)


def had_marked(tab: ThreadTab, marks: Iterable[Mark], rates: RateTable) -> Counterfactual:
    """Return the thread as it would have been with these marks, in any order.

    After ``/clear`` the history that had grown above the preamble is gone from the prompts that follow, up to the
    next compaction or clear; after another model all turns that follow have its prices, up to the next such mark.
    The first turn behind a mark writes what it would have read. A mark behind the last turn changes nothing.
    """
    ordered = tuple(sorted(set(marks), key=lambda mark: (mark.turn, mark.model or "")))
    course = _Course(tab, ordered, rates)
    turns = [course.turn(metered) for metered in tab.turns]
    prices = [price for _, price in turns]
    real = max((price.certainty for price in prices if price), default=Certainty.EXACT)
    return Counterfactual(
        marks=ordered,
        costs=tuple(price.cost if price else 0 for price in prices),
        usages=tuple(usage for usage, _ in turns),
        restarts=tuple(course.restarts.get(mark.turn, NO_RESTART) for mark in ordered),
        too_small_from=course.too_small_from,
        unpriced=sum(price is None for price in prices),
        certainty=Certainty.ESTIMATED if course.differs else real,
    )


class _Course:
    """Goes along a thread's turns once, and keeps what the marks behind it have changed."""

    def __init__(self, tab: ThreadTab, marks: Iterable[Mark], rates: RateTable) -> None:
        self.restarts: dict[int, Restart] = {}
        self.too_small_from: int | None = None
        self.differs = False
        self._rates = rates
        self._preamble = tab.preamble.tokens if tab.preamble else 0
        self._compacted = {before for before, _ in tab.compactions}
        self._proven = tab.state.proven
        self._marks: dict[int, list[Mark]] = {}
        for mark in marks:
            self._marks.setdefault(mark.turn, []).append(mark)
        self._gone_to = 0  # prompt positions from the preamble up to here are gone
        self._model: str | None = None
        self._cold = False
        self._one_hour = False

    def turn(self, metered: MeteredTurn) -> tuple[Usage, Price | None]:
        """Return the next turn's usage and price."""
        real = metered.turn
        if metered.number - 1 in self._compacted:
            self._gone_to = 0
        kept = without(real.usage, self._preamble, self._gone_to)
        sent = cold_start(kept, one_hour=self._one_hour) if self._cold else kept
        price = metered.price
        if price is not None and (sent is not real.usage or self._model is not None):
            price = self._price(real, sent, metered.number)
        if self._cold:
            self.restarts[metered.number - 1] = _restart(kept, price, one_hour=self._one_hour)
        self._pass(metered)
        return sent, price

    def _price(self, turn: Turn, sent: Usage, number: int) -> Price | None:
        self.differs = True
        if self._model is not None and self.too_small_from is None:
            window = window_at(self._model, utc_day(turn.at), self._proven, self._rates)
            if window is not None and sent.context > window:
                self.too_small_from = number
        return price_turn(turn, self._rates, usage=sent, model=self._model)

    def _pass(self, metered: MeteredTurn) -> None:
        """Take in the marks behind a turn."""
        usage, self._cold = metered.turn.usage, False
        if usage.cache_creation:
            self._one_hour = usage.write_1h > 0
        for mark in self._marks.get(metered.number, ()):
            if mark.model is not None:
                self._model, self._cold = mark.model, True
            elif metered.number not in self._compacted:  # else the compaction cleared, and nothing is left to do
                self._gone_to, self._cold = usage.context, True


def _restart(kept: Usage, price: Price | None, *, one_hour: bool) -> Restart:
    if price is None:
        return Restart(kept.cache_read, 0)
    write = price.prices.write_1h if one_hour else price.prices.write_5m
    return Restart(kept.cache_read, kept.cache_read * (write - price.prices.read))
