"""A finished session as a film: a frame for each moment at which it changed, and what happened there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from pathlib import Path

from meter.level import Level
from meter.rates import RateTable
from meter.session import Moment, SessionMeter, SessionState
from meter.settings import DEFAULT_SETTINGS, MeterSettings
from parsers.recording import Recording
from parsers.session_files import ProjectFolder
from tui.format import limit, money, tokens
from tui.session_clock import NEVER, SessionClock
from tui.view import short_model

OnProgress = Callable[[float], None]
"""Takes the share of the session's bytes that was read; may raise to end the reading."""


class What(IntEnum):
    """What a marker is about; where several share a place the highest one is drawn."""

    PROMPT = 0
    MODEL = 1
    COMPACTION = 2
    BREAK = 3
    WATCH = 4
    ACT = 5


@dataclass(frozen=True, slots=True)
class Marker:
    """Something that happened at a turn of the session."""

    turn: int
    """Number of the main thread's turn, from 1."""
    what: What
    words: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One moment of the session."""

    at: datetime
    """The session's clock: never earlier than in the frame before."""
    turns: int
    """Turns of the main thread by then."""
    moment: Moment


class Film:
    """All moments of a session from its first turn on, in order; any of them can be shown at once."""

    def __init__(self, frames: Sequence[Frame], meter: SessionMeter, unreadable: dict[Path, str]) -> None:
        self.frames = frames
        self.unreadable = unreadable
        self._meter = meter
        self.end = meter.state_at(frames[-1].moment)
        """The state that the session ended in."""
        self.markers = _markers(self.end, meter)
        self._turns = [frame.turns for frame in frames]
        self._marked = [marker.turn for marker in self.markers]

    @property
    def turns(self) -> int:
        """Turns of the main thread in all."""
        return self._turns[-1]

    def state(self, frame: int) -> SessionState:
        """Return the session as it stood at a frame."""
        return self._meter.state_at(self.frames[frame].moment)

    def frame_of(self, turn: int) -> int:
        """Return the first frame that holds a turn, the last one if there is no such turn."""
        return min(bisect_left(self._turns, turn), len(self.frames) - 1)

    def next_marker(self, turn: int) -> Marker | None:
        """Return the first marker after a turn."""
        place = bisect_right(self._marked, turn)
        return self.markers[place] if place < len(self.markers) else None

    def marker_before(self, turn: int) -> Marker | None:
        """Return the last marker before a turn."""
        place = bisect_left(self._marked, turn)
        return self.markers[place - 1] if place else None

    def markers_at(self, turn: int) -> list[Marker]:
        return list(self.markers[bisect_left(self._marked, turn) : bisect_right(self._marked, turn)])


def load_film(
    path: Path,
    rates: RateTable,
    *,
    project: ProjectFolder | None = None,
    keep_labels: bool = True,
    settings: MeterSettings = DEFAULT_SETTINGS,
    on_progress: OnProgress | None = None,
) -> Film:
    """Read a session's files as a film; raises OSError when the main transcript cannot be read."""
    recording = Recording(path, project=project, keep_labels=keep_labels)
    meter = SessionMeter(recording.log, rates, settings=settings)
    frames: list[Frame] = []
    clock = SessionClock()

    def told(read: int, size: int) -> None:
        if on_progress is not None:
            on_progress(read / max(1, size))

    for _ in recording.play(told):
        moment = meter.moment()
        begun = bool(frames) or any(thread.visible for thread, _ in moment.events)
        if begun and (not frames or _shows(moment) != _shows(frames[-1].moment)):
            frames.append(_frame(moment, clock))
    meter.update()
    frames.append(_frame(meter.moment(), clock))
    if len(frames) > 1 and _shows(frames[-1].moment) == _shows(frames[-2].moment):
        del frames[-2]  # the last lines told only of their time
    return Film(_timed(frames), meter, recording.unreadable)


def _frame(moment: Moment, clock: SessionClock) -> Frame:
    main, _ = moment.events[0]
    return Frame(clock.at(moment), main.visible, moment)


def _timed(frames: list[Frame]) -> list[Frame]:
    """Return the frames, those before the first time with that time."""
    first = next((frame.at for frame in frames if frame.at > NEVER), NEVER)
    return [replace(frame, at=max(first, frame.at)) for frame in frames]


def _shows(moment: Moment) -> tuple[object, ...]:
    """Return what a frame is made for: a later time alone is none."""
    facts = moment.facts
    counts = tuple(events for _, events in moment.events)
    return (counts, facts.title, facts.prompts, facts.damaged_lines, facts.client_cost_usd)


def _markers(end: SessionState, meter: SessionMeter) -> list[Marker]:
    """Return what happened, in the order of the turns."""
    main = end.main
    last = len(main.turns)
    found = [
        Marker(min(before + 1, last), What.PROMPT, f"prompt {number}{f': {prompt.label}' if prompt.label else ''}")
        for number, (before, prompt) in enumerate(main.prompts, 1)
    ]
    for before, after in zip(main.turns, main.turns[1:], strict=False):
        if before.turn.billed_id != after.turn.billed_id:
            words = f"model switched to {short_model(after.turn.billed_id)}"
            found.append(Marker(after.number, What.MODEL, words))
    for place, compaction in main.compactions:
        sizes = f" from {tokens(compaction.before)}" if compaction.before else ""
        sizes += f" to {tokens(compaction.after)}" if compaction.after else ""
        found.append(Marker(min(place + 1, last), What.COMPACTION, f"compacted{sizes}"))
    for broke in main.breaks:
        cost = f" {money(broke.cost)}" if broke.cost is not None else ""
        found.append(Marker(broke.turn, What.BREAK, f"cache break{cost}: {broke.cause.words}"))
    level, settings = Level.CALM, end.levels
    for number, state in enumerate(meter.levels(), 1):
        if state.level > level:
            what = What.ACT if state.level is Level.ACT else What.WATCH
            times = limit(settings.entry(state.level).factor)
            words = f"{state.level.words}: a turn costs {times} a fresh one" if state.compounding is state.level else ""
            found.append(Marker(number, what, words or f"{state.level.words}: the context is nearly full"))
        level = state.level
    return sorted(found, key=lambda marker: (marker.turn, marker.what)) if last else []
