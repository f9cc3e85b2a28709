"""What a thread has cost so far: its turns folded one by one into frozen states."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypedDict

from meter.cache import CacheBreak, Change, cache_break
from meter.carry import Carry, divide, saved_by_cache
from meter.heavy import NO_LOAD, Load
from meter.hidden import unbilled
from meter.level import CALM, DEFAULT_LEVELS, LevelSettings, LevelState
from meter.money import Certainty, Pico
from meter.outlook import NO_PACE, Outlook, Pace, outlook_of, quantile
from meter.pricing import Price, price_turn
from meter.rates import RateTable
from meter.tally import NOTHING, Tally
from meter.window import UNKNOWN, Window, proves_more, window_of
from parsers.prompts import Prompt
from parsers.transcript import Changed, Compaction, Event, Thread
from parsers.turns import Turn

HUGE_PREAMBLE = 64_000
"""Tokens; the 95th percentile of first contexts in public sessions: above it the start is not a fresh one."""
USUAL_PREAMBLE = 20_000
"""Tokens; taken when nothing in the thread tells its preamble."""


@dataclass(frozen=True, slots=True)
class MeteredTurn:
    """A turn with its money."""

    turn: Turn
    number: int
    """Counts from 1 in its thread."""
    prompt: int
    """Number of the prompt that owns it, from 1; 0 before any."""
    resent: int
    """Tokens that the previous turn had already sent."""
    price: Price | None
    parts: Carry | None
    owned: bool = True
    """Paid by this session; a copied turn may be another's, when several are reported together."""
    cost: Pico = field(init=False)
    """Kept, as lists and charts sum it over thousands of turns; 0 without a price."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "cost", self.price.cost if self.price else 0)

    @property
    def new_tokens(self) -> int:
        return self.turn.usage.context - self.resent

    @property
    def certainty(self) -> Certainty:
        return self.price.certainty if self.price else Certainty.UNPRICED


@dataclass(frozen=True, slots=True)
class Preamble:
    """What a fresh session carries, in tokens."""

    tokens: int
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class ThreadState:
    """A thread after some of its events; the sums hold the turns that the session owns."""

    last: MeteredTurn | None = None
    turns: int = 0
    """Turns of the thread, copied ones included."""
    context: int = 0
    """Tokens of the newest turn's prompt; 0 between a compaction and the next turn."""
    peak: int = 0
    compacted: bool = False
    """The next turn begins a new segment."""
    segment_start: int = 0
    """Number of turns before the segment's first one."""
    compactions: int = 0
    prompts: int = 0
    pace: Pace = NO_PACE
    level: LevelState = CALM
    breaks: int = 0
    changes: frozenset[Change] = frozenset()
    """What the client changed since the last turn."""
    proven: frozenset[str] = frozenset()
    """Billed ids of models whose prompts proved a window above their default."""
    window: Window = UNKNOWN
    tally: Tally = NOTHING
    inherited: Tally = NOTHING
    """Turns that another session owns, when several are reported together."""
    models: Mapping[str, Tally] = field(default_factory=lambda: MappingProxyType({}))
    load: Load = NO_LOAD
    usual_new: float = 0.0
    """New tokens of a turn of the segment, median; its first turn left out."""
    unbilled: Pico = 0
    """Estimate of requests behind its turns that their usage leaves out."""


class _Judgement(TypedDict, total=False):
    """The parts of a state that only the main thread has."""

    pace: Pace
    level: LevelState
    breaks: int
    proven: frozenset[str]
    window: Window
    load: Load
    usual_new: float


class ThreadMeter:
    """Folds the events of one thread; keeps the state after each, so that a revised turn is re-folded from there."""

    def __init__(
        self,
        thread: Thread,
        rates: RateTable,
        foreign: frozenset[str] = frozenset(),
        settings: LevelSettings = DEFAULT_LEVELS,
    ) -> None:
        self.thread = thread
        self.preamble: Preamble | None = None
        self.turns: list[MeteredTurn] = []
        self.prompts: list[tuple[int, Prompt]] = []
        """Each with the number of turns before it."""
        self.breaks: list[CacheBreak] = []
        self.compactions: list[tuple[int, Compaction]] = []
        self.priced = 0
        """Turns priced so far: the work done, counted."""
        self._rates = rates
        self._foreign = foreign
        self._settings = settings
        self._wide_models: frozenset[str] = frozenset()
        self._new: list[int] = []
        """New tokens of the segment's turns but its first, in order of size."""
        self._states: list[ThreadState] = [ThreadState()]
        self._seen = 0

    @property
    def state(self) -> ThreadState:
        return self._states[-1]

    @property
    def outlook(self) -> Outlook | None:
        return self.outlook_after(self.state)

    def outlook_after(self, state: ThreadState) -> Outlook | None:
        """Return the coming turns; None before the second turn, after a compaction, or after a turn without price."""
        if state.last is None or state.turns < 2 or state.compacted or self.preamble is None:
            return None
        return outlook_of(state.last.turn, state.pace, self.preamble.tokens, self._rates)

    def state_after(self, events: int) -> ThreadState:
        """Return the state after so many of the events that were folded, each as it was revised since."""
        return self._states[events]

    def update(self, wide_models: frozenset[str] = frozenset()) -> bool:
        """Fold what the thread has new or revised and tell whether there was anything.

        ``wide_models`` are ids with the suffix ``[1m]``, known from elsewhere: they tell the window.
        """
        events = self.thread.events
        revised = self.thread.revised[self._seen :]
        self._seen += len(revised)
        start = min([len(self._states) - 1, *revised])
        if start == len(events) and wide_models == self._wide_models:
            return False
        preamble = preamble_of(self.thread)
        if (preamble, wide_models) != (self.preamble, self._wide_models):
            self.preamble, self._wide_models, start = preamble, wide_models, 0
        self._forget(start)
        for event in events[start:]:
            self._states.append(self._fold(self.state, event))
        return True

    def _forget(self, start: int) -> None:
        if start + 1 >= len(self._states):
            return
        del self._states[start + 1 :]
        del self.turns[self.state.turns :]
        del self.prompts[self.state.prompts :]
        del self.breaks[self.state.breaks :]
        del self.compactions[self.state.compactions :]
        self._new = sorted(metered.new_tokens for metered in self.turns[self.state.segment_start + 1 :])

    def _fold(self, state: ThreadState, event: Event) -> ThreadState:
        match event:
            case Prompt():
                self.prompts.append((state.turns, event))
                return replace(state, prompts=state.prompts + 1)
            case Compaction():
                self.compactions.append((state.turns, event))
                return replace(state, context=0, compacted=True, compactions=state.compactions + 1)
            case Changed():
                return replace(state, changes=state.changes | {Change(event.kind)})
            case Turn():
                return state if event.id in self.thread.hidden else self._fold_turn(state, event)

    def _fold_turn(self, state: ThreadState, turn: Turn) -> ThreadState:
        usage = turn.usage
        resent = _resent(state, turn)
        price = price_turn(turn, self._rates)
        owned = turn.id not in self._foreign
        self.priced += 1
        metered = MeteredTurn(
            turn,
            number=state.turns + 1,
            prompt=state.prompts,
            resent=resent,
            price=price,
            parts=divide(usage, price, resent, self.preamble.tokens if self.preamble else 0) if price else None,
            owned=owned,
        )
        self.turns.append(metered)
        share = _share(metered)
        tally = state.tally + share if owned else state.tally
        judgement = self._judge(state, metered) if self.thread.agent_id is None else {}
        return ThreadState(
            last=metered,
            turns=state.turns + 1,
            context=usage.context,
            peak=max(state.peak, usage.context),
            compacted=False,
            segment_start=state.turns if state.compacted else state.segment_start,
            compactions=state.compactions,
            prompts=state.prompts,
            tally=tally,
            inherited=state.inherited if owned else state.inherited + share,
            models=_with_model(state, turn.billed_id, share, tally) if owned else state.models,
            unbilled=state.unbilled + unbilled(turn, self._rates),
            **judgement,
        )

    def _judge(self, before: ThreadState, metered: MeteredTurn) -> _Judgement:
        """Return what only the main thread is judged by: cache breaks, the pace, the level."""
        turn, first = metered.turn, before.turns == 0 or before.compacted
        preamble = self.preamble.tokens if self.preamble else 0
        if before.last is not None and not first:
            found = cache_break(
                metered, before.last, one_hour=before.pace.one_hour, preamble=preamble, changes=before.changes
            )
            if found is not None:
                self.breaks.append(found)
        pace = before.pace.after(turn, metered.new_tokens, first=first, compacted=before.compacted)
        proven = before.proven | {turn.billed_id} if proves_more(turn, self._rates) else before.proven
        window = window_of(turn, self._wide_models, proven, self._rates)
        outlook = outlook_of(turn, pace, preamble, self._rates) if before.turns else None
        level = before.level.after(metered.number, turn.usage.context, window.tokens, outlook, self._settings)
        if first:
            self._new = []
        else:
            insort(self._new, metered.new_tokens)
        return {
            "pace": pace,
            "level": level,
            "breaks": len(self.breaks),
            "proven": proven,
            "window": window,
            "load": before.load.after(metered, None if first else before.last),
            "usual_new": quantile(self._new, 0.5) if self._new else 0.0,
        }


def _resent(state: ThreadState, turn: Turn) -> int:
    if state.turns == 0:
        return 0
    if state.compacted:
        return turn.usage.cache_read
    return min(turn.usage.context, state.context)


def preamble_of(thread: Thread) -> Preamble | None:
    """Return what a fresh session of this thread's kind carries: the context of its first own turn.

    That turn tells it exactly only when it is the first of all, follows no compaction and is not huge.
    """
    clean_start, guess = True, None
    for event in thread.events:
        if isinstance(event, Compaction):
            clean_start = False
        elif isinstance(event, Turn) and event.id not in thread.hidden:
            usage = event.usage
            if event.copied_from is None and clean_start and usage.context <= HUGE_PREAMBLE:
                return Preamble(usage.context, Certainty.EXACT)
            estimate = Preamble(usage.cache_read or USUAL_PREAMBLE, Certainty.ESTIMATED)
            if event.copied_from is None:
                return estimate
            clean_start, guess = False, guess or estimate
    return guess


def _share(metered: MeteredTurn) -> Tally:
    """Return one turn as a tally, to be added."""
    usage, price, parts = metered.turn.usage, metered.price, metered.parts
    write_5m, write_1h = usage.write_5m, usage.write_1h
    counts = (1, usage.input, usage.output, usage.cache_read, write_5m, write_1h, usage.web_searches)
    if price is None or parts is None:
        return Tally(*counts, unpriced_turns=1, certainty=Certainty.UNPRICED)
    return Tally(
        *counts,
        cost=price.cost,
        fees=price.fees,
        output_cost=price.output,
        carry=parts.carry,
        new=parts.new,
        miss=parts.miss,
        history=parts.history,
        saved=saved_by_cache(usage, price),
        input_cost=price.input,
        write_cost=price.write_5m + price.write_1h,
        read_cost=price.read,
        certainty=price.certainty,
    )


def _with_model(before: ThreadState, model: str, share: Tally, tally: Tally) -> Mapping[str, Tally]:
    """Return the models' tallies with one more turn; a thread's only model has the tally of the thread itself."""
    own = before.models.get(model, NOTHING)
    return MappingProxyType({**before.models, model: tally if own is before.tally else own + share})
