"""A snapshot at a moment: what the panels show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from types import MappingProxyType

from meter.budget import Budgets
from meter.cache import CacheClock, cache_clock
from meter.counterfactual import Counterfactual
from meter.level import DEFAULT_LEVELS, Level, LevelSettings
from meter.money import Pico
from meter.nudge import Kind, Moment, Nudge
from meter.nudges import SOON, foremost, nudges
from meter.outlook import Outlook
from meter.session import SessionState
from meter.tally import NOTHING, Tally
from meter.thread import MeteredTurn
from parsers.labels import clean
from tui.follow import Phase, Snapshot

HOUR = timedelta(hours=1)
IDLE_AFTER = timedelta(minutes=15)
ANSWER_AT_MOST = timedelta(minutes=15)
"""After so long without a line an answer is taken to be over, or broken off."""
STREAM_PAUSE = timedelta(seconds=30)
"""Clients that write while they stream leave the stop reason open: more lines of the response may come so long."""
NONE_SNOOZED: Mapping[Kind, int] = MappingProxyType({})
_ALWAYS = (Kind.CACHE_EXPIRING, Kind.CACHE_BROKE)
"""Kinds that are worth the verdict row at any level: they pass."""


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """A session to its end, of which a replay shows a moment."""

    state: SessionState
    paid: tuple[Pico, ...]
    """What the whole session had cost after each turn of the main thread."""
    flat: tuple[Pico, ...]
    earlier: Pico = 0
    """What the sessions before it cost, where several are replayed as one."""


@dataclass(frozen=True, slots=True, eq=False)
class Alternate:
    """The same session with marks: cleared, or gone on with another model, after some of its turns."""

    result: Counterfactual
    paid: tuple[Pico, ...]
    """What the whole session would have cost after each turn of the main thread."""


def alternate(whole: Whole, result: Counterfactual) -> Alternate:
    """Return what the session would have cost after each turn; its agents cost what they did."""
    turns = zip(whole.paid, whole.state.main.turns, result.costs, strict=True)
    more, paid = 0, []
    for real, metered, cost in turns:
        more += cost - metered.cost
        paid.append(real + more)
    return Alternate(result, tuple(paid))


@dataclass(frozen=True, slots=True)
class View:
    """What a screen shows: the source's snapshot, and the moment it is looked at."""

    snapshot: Snapshot
    now: datetime
    """Aware; in the time zone that the screen shows."""
    spent_last_hour: Pico = 0
    spent_today: Pico = 0
    paid: tuple[Pico, ...] = ()
    """What the whole session had cost after each turn of the main thread."""
    flat: tuple[Pico, ...] = ()
    """The same, had the main thread's context not grown."""
    nudges: tuple[Nudge, ...] = ()
    """What is to be said, the most urgent first."""
    snoozed: Mapping[Kind, int] = field(default_factory=dict)
    """Kinds of nudges that the person does not want to see for now, each with its turns left."""
    judged: object = None
    """What the nudges were made of: while it is equal they are the same."""
    subscription: bool = False
    """Sentences speak of tokens first: the person pays no per-token bill."""
    ascii: bool = False
    """Nothing but ASCII may be drawn: no digits of blocks."""
    whole: Whole | None = None
    """What is still to come in a replay."""
    alternate: Alternate | None = None
    """The same with the person's marks."""

    @property
    def state(self) -> SessionState | None:
        return self.snapshot.state

    @property
    def last_turn(self) -> MeteredTurn | None:
        return self.state.main.state.last if self.state else None

    @property
    def agents(self) -> Tally:
        return sum((tab.state.tally for tab in self.state.agents), NOTHING) if self.state else NOTHING

    @property
    def is_unpriced(self) -> bool:
        """No turn has a price: there are tokens to show, but no money."""
        return self.state is not None and self.state.tally.unpriced_turns == self.state.tally.turns > 0

    @property
    def is_idle(self) -> bool:
        """Nothing has happened for a while, and no process is known to run the session."""
        ended = self.state.ended_at if self.state else None
        return self.snapshot.process is None and ended is not None and self.now - ended > IDLE_AFTER

    @property
    def is_empty(self) -> bool:
        """There is nothing to show yet."""
        return self.state is None or not self.state.tally.turns

    def beside(self, alternate: Alternate | None) -> View:
        """Return the view with what would have been."""
        return replace(self, alternate=alternate)

    @property
    def title(self) -> str:
        state = self.state
        if state is None:
            return ""
        return state.title or clean(state.session_id)[:8]

    @property
    def project(self) -> str:
        """The last part of the working directory."""
        cwd = self.state.cwd if self.state else None
        return clean(cwd.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]) if cwd else ""

    @property
    def model(self) -> str:
        """A short name of the newest turn's model: ``Opus 5`` for ``claude-opus-5``."""
        return short_model(self.last_turn.turn.billed_id) if self.last_turn else ""

    @property
    def nudge(self) -> Nudge | None:
        """The one that stands in the verdict row: calm ones leave it to the calm sentence."""
        found = [nudge for nudge in self.nudges if nudge.level > Level.CALM or nudge.kind in _ALWAYS]
        return foremost(found, snoozed=self.snoozed.keys())

    @property
    def outlook(self) -> Outlook | None:
        return self.state.main.outlook if self.state else None

    @property
    def level(self) -> Level:
        return self.state.main.state.level.level if self.state else Level.CALM

    @property
    def level_style(self) -> str:
        """The colour of figures that the level is about."""
        return ("$foreground", "$watch", "$act")[self.level]

    @property
    def level_settings(self) -> LevelSettings:
        return self.state.levels if self.state else DEFAULT_LEVELS

    @property
    def clock(self) -> CacheClock | None:
        """When the cache of the main thread expires; None before anything was cached."""
        if self.state is None or self.last_turn is None or not self.state.main.state.tally.prompt_tokens:
            return None
        if not (self.last_turn.turn.usage.cache_creation or self.last_turn.turn.usage.cache_read):
            return None
        return cache_clock(self.last_turn, one_hour=self.state.main.state.pace.one_hour)

    @property
    def is_cold(self) -> bool:
        """The cache has expired, as far as a clock can tell: the next turn writes the whole context again."""
        return self.clock is not None and self.clock.left(self.now) == timedelta() and not self.answering

    @property
    def next_parts(self) -> tuple[float, float, float]:
        """What the next turn will cost by now, in dollars: carry, new, output; only with an outlook."""
        assert self.outlook is not None  # noqa: S101 - the panels ask for it first
        return self.outlook.next_parts(cold=self.is_cold)

    @property
    def moment(self) -> Moment:
        """How the session stands right now; nobody is hurried who has left it."""
        left = self.clock.left(self.now) if self.clock else None
        return Moment(left, waiting=not self.answering, finished=self.is_idle)

    @property
    def answering(self) -> bool:
        """A request may be in flight: a prompt waits for its answer, or a tool was called."""
        state = self.state
        if state is None or self.last_turn is None:
            return False
        process = self.snapshot.process
        if process is not None and process.status is not None:
            return process.status != "idle"
        turn = self.last_turn.turn
        quiet = self.now - state.ended_at if state.ended_at else ANSWER_AT_MOST
        if quiet >= ANSWER_AT_MOST:
            return False
        unanswered = bool(state.main.prompts) and state.main.prompts[-1][0] >= state.main.state.turns
        streaming = turn.stop_reason is None and quiet < STREAM_PAUSE
        return unanswered or turn.ends_with_tool or turn.stop_reason == "tool_use" or streaming


def make_view(
    snapshot: Snapshot,
    now: datetime,
    last: View | None = None,
    *,
    budgets: Budgets | None = None,
    snoozed: Mapping[Kind, int] = NONE_SNOOZED,
    subscription: bool = False,
    ascii: bool = False,  # noqa: A002 - the setting's name
    whole: Whole | None = None,
) -> View:
    """Return the view of a snapshot at a moment; the one before spares what did not change."""
    state = snapshot.state
    if state is None or snapshot.phase is Phase.WAITING:
        return View(snapshot, now, ascii=ascii)
    if last is not None and last.state is state:
        paid, flat = last.paid, last.flat
    else:
        paid, flat = cumulative(state, last) if whole is None else _so_far(state, whole)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    today = _spent_since(state, midnight)
    view = View(
        snapshot,
        now,
        spent_last_hour=_spent_since(state, now - HOUR),
        spent_today=today,
        paid=paid,
        flat=flat,
        snoozed=snoozed,
        subscription=subscription,
        ascii=ascii,
        whole=whole,
    )
    moment = view.moment
    judged = (
        state,
        moment.cold,
        moment.waiting,
        moment.finished,
        moment.left if moment.waiting and not _is_far(moment.left) else None,
        today,
    )
    if last is not None and last.judged == judged:
        return replace(view, nudges=last.nudges, judged=judged)
    return replace(view, nudges=nudges(state, moment=moment, budgets=budgets, today=today), judged=judged)


def _is_far(left: timedelta | None) -> bool:
    """Tell whether the end of the cache is so far that no nudge counts it down."""
    return left is None or left > SOON


def cumulative(state: SessionState, last: View | None = None) -> tuple[tuple[Pico, ...], tuple[Pico, ...]]:
    """Return what the session had cost after each main turn, agents included by their time, and without growth.

    What stands in the view before is taken from there, unless agents' turns may have come between.
    """
    if last is not None and last.state is not None and not state.agents and not last.state.agents:
        kept = min(len(last.paid), state.main.kept_from(last.state.main))
        return _continued(last.paid[:kept], last.flat[:kept], state.main.turns[kept:])
    agents = sorted(
        ((metered.turn.at, metered.cost) for tab in state.agents for metered in tab.turns if metered.turn.at),
        key=lambda item: item[0],
    )
    timeless = sum(metered.cost for tab in state.agents for metered in tab.turns if metered.turn.at is None)
    turns = state.main.turns
    paid: list[Pico] = []
    flat: list[Pico] = []
    spent, history, begun = timeless, 0, 0
    for index, metered in enumerate(turns):
        until = turns[index + 1].turn.at if index + 1 < len(turns) else None
        spent += metered.cost
        history += metered.parts.history if metered.parts else 0
        while begun < len(agents) and (index + 1 == len(turns) or (until is not None and agents[begun][0] < until)):
            spent += agents[begun][1]
            begun += 1
        paid.append(spent)
        flat.append(spent - history)
    return tuple(paid), tuple(flat)


def _so_far(state: SessionState, whole: Whole) -> tuple[tuple[Pico, ...], tuple[Pico, ...]]:
    """Return the sums of a session's moment: what came before its newest turn is known from the whole."""
    turns = len(state.main.turns)
    if not turns:
        return (), ()
    spent = state.tally.cost + state.inherited.cost
    history = state.main.state.tally.history + state.main.state.inherited.history
    return (*whole.paid[: turns - 1], spent), (*whole.flat[: turns - 1], spent - history)


def _continued(
    paid: tuple[Pico, ...], flat: tuple[Pico, ...], turns: Sequence[MeteredTurn]
) -> tuple[tuple[Pico, ...], tuple[Pico, ...]]:
    """Return the sums with more turns added."""
    grown = [metered.parts.history if metered.parts else 0 for metered in turns]
    costs = [metered.cost for metered in turns]
    without = [cost - history for cost, history in zip(costs, grown, strict=True)]
    _, *more_paid = accumulate(costs, initial=paid[-1] if paid else 0)
    _, *more_flat = accumulate(without, initial=flat[-1] if flat else 0)
    return (*paid, *more_paid), (*flat, *more_flat)


def _spent_since(state: SessionState, since: datetime) -> Pico:
    """Return what the turns since a moment cost; looks back no further than it has to."""
    since = since.astimezone(UTC)
    spent = 0
    for tab in state.threads:
        for metered in reversed(tab.turns):
            if metered.turn.at is None:
                continue
            if metered.turn.at < since:
                break
            spent += metered.cost
    return spent


def short_model(model: str) -> str:
    """Return a model id as people say it; an unknown shape is returned cleaned."""
    name = clean(model).rsplit("/", 1)[-1].removeprefix("claude-")
    words = [part for part in name.split("-") if not (part.isdigit() and len(part) == 8)]
    family = [part for part in words if not part.isdigit()]
    version = [part for part in words if part.isdigit()]
    if len(family) == 1 and family[0] in ("opus", "sonnet", "haiku", "fable", "mythos"):
        return f"{family[0].capitalize()} {'.'.join(version)}".strip()
    return clean(model)
