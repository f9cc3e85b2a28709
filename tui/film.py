"""Finished sessions as a film: a frame for each moment at which they changed, and what happened there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from itertools import pairwise
from pathlib import Path

from meter.level import Level, LevelState
from meter.rates import RateTable
from meter.session import Moment, SessionMeter, SessionState
from meter.settings import DEFAULT_SETTINGS, MeterSettings
from parsers.recording import Recording
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
    CLEAR = 3
    BREAK = 4
    WATCH = 5
    ACT = 6


@dataclass(frozen=True, slots=True)
class Marker:
    """Something that happened at a turn of the film."""

    turn: int
    """Number of the main thread's turn, from 1."""
    what: What
    words: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One moment of a session."""

    at: datetime
    """The session's clock: never earlier than in the frame before."""
    turns: int
    """Turns of the main thread by then, those of the parts before included."""
    part: int
    moment: Moment


class Part:
    """One session of a film; a film of several shows how they went on after ``/clear``."""

    def __init__(self, recording: Recording, meter: SessionMeter, before: int) -> None:
        self.before = before
        """Turns of the parts before: what a turn's number in the film is ahead of its number in the session."""
        self.meter = meter
        self.end = meter.update()
        """The state that the session ended in."""
        self.levels = meter.levels()
        self.unreadable = recording.unreadable


class Film:
    """All moments of a session, or of several in a row, from the first turn on; any of them can be shown at once."""

    def __init__(self, parts: Sequence[Part], frames: Sequence[Frame]) -> None:
        self.parts = parts
        self.frames = frames
        self.markers = [marker for part in parts for marker in _markers(part)]
        self.prompt_turns = [
            part.before + before + 1
            for part in parts
            for before, _ in part.end.main.prompts
            if before < len(part.end.main.turns)
        ]
        """The first turn of each prompt."""
        self._turns = [frame.turns for frame in frames]
        self._marked = [marker.turn for marker in self.markers]

    @property
    def turns(self) -> int:
        """Turns of the main thread in all."""
        return self._turns[-1]

    @property
    def has_turns(self) -> bool:
        return any(part.end.tally.turns for part in self.parts)

    def part(self, frame: int) -> int:
        """Return the index of the part that a frame is of."""
        return self.frames[frame].part

    def state(self, frame: int) -> SessionState:
        """Return the session as it stood at a frame."""
        shown = self.frames[frame]
        return self.parts[shown.part].meter.state_at(shown.moment)

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
        return self.markers[bisect_left(self._marked, turn) : bisect_right(self._marked, turn)]


def load_film(
    paths: Sequence[Path],
    rates: RateTable,
    *,
    keep_labels: bool = True,
    settings: MeterSettings = DEFAULT_SETTINGS,
    on_progress: OnProgress | None = None,
) -> Film:
    """Read the files of a session, or of several in a row, as a film; raises OSError when one cannot be read."""
    parts: list[Part] = []
    frames: list[Frame] = []
    clock = SessionClock()
    for number, path in enumerate(paths):

        def told(read: int, size: int, number: int = number) -> None:
            if on_progress is not None:
                on_progress((number + read / max(1, size)) / len(paths))

        recording = Recording(path, keep_labels=keep_labels)
        meter = SessionMeter(recording.log, rates, settings=settings)
        before = frames[-1].turns if frames else 0
        moments = [(meter.moment(), clock.now)]
        for _ in recording.play(told):
            moment = meter.moment()
            if _shows(moment) != _shows(moments[-1][0]):
                moments.append((moment, clock.at(moment)))
        last = meter.moment()
        if _shows(last) == _shows(moments[-1][0]):
            moments.pop()  # the last lines told only of their time
        moments.append((last, clock.at(last)))
        part = Part(recording, meter, before)
        parts.append(part)
        counted = [(meter.turns_at(moment), moment, at) for moment, at in moments]
        frames += [Frame(at, before + turns[0], number, moment) for turns, moment, at in counted if any(turns)]
    if not frames:
        frames.append(Frame(clock.now, 0, len(parts) - 1, parts[-1].meter.moment()))
    return Film(parts, _timed(frames))


def _timed(frames: list[Frame]) -> list[Frame]:
    """Return the frames, those before the first time with that time."""
    first = next((frame.at for frame in frames if frame.at > NEVER), NEVER)
    return [replace(frame, at=max(first, frame.at)) for frame in frames]


def _shows(moment: Moment) -> tuple[object, ...]:
    """Return what a frame is made for: a later time alone is none."""
    facts = moment.facts
    counts = tuple(events for _, events in moment.events)
    return (counts, facts.title, facts.prompts, facts.damaged_lines, facts.client_cost_usd)


def _markers(part: Part) -> list[Marker]:
    """Return what happened in a session, in the order of the turns."""
    main = part.end.main
    last = len(main.turns)
    if not last:
        return []
    found: list[tuple[int, What, str]] = [(1, What.CLEAR, "/clear began a new session")] if part.before else []
    for number, (before, prompt) in enumerate(main.prompts, 1):
        label = f": {prompt.label}" if prompt.label else ""
        found.append((min(before + 1, last), What.PROMPT, f"prompt {number}{label}"))
    for one, other in pairwise(main.turns):
        if one.turn.billed_id != other.turn.billed_id:
            found.append((other.number, What.MODEL, f"model switched to {short_model(other.turn.billed_id)}"))
    for before, compaction in main.compactions:
        sizes = f" from {tokens(compaction.before)}" if compaction.before else ""
        sizes += f" to {tokens(compaction.after)}" if compaction.after else ""
        found.append((min(before + 1, last), What.COMPACTION, f"compacted{sizes}"))
    for broke in main.breaks:
        cost = f" {money(broke.cost)}" if broke.cost is not None else ""
        found.append((broke.turn, What.BREAK, f"cache break{cost}: {broke.cause.words}"))
    found += [(turn, What.ACT if now.level is Level.ACT else What.WATCH, words) for turn, now, words in _crossed(part)]
    return [Marker(part.before + turn, what, words) for turn, what, words in sorted(found, key=lambda one: one[:2])]


def _crossed(part: Part) -> Iterator[tuple[int, LevelState, str]]:
    """Return the turns at which a level was entered, with why."""
    level = Level.CALM
    for turn, now in enumerate(part.levels, 1):
        if now.level > level:
            times = limit(part.end.levels.entry(now.level).factor)
            dear = now.compounding is now.level
            why = f"a turn costs {times} a fresh one" if dear else "the context is nearly full"
            yield turn, now, f"{now.level.words}: {why}"
        level = now.level
