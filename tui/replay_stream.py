"""``replay --json``: the lines that ``watch --json`` would have printed, at speed or as fast as possible."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from meter.rates import RateTable
from meter.session import SessionMeter, SessionState
from meter.settings import DEFAULT_SETTINGS, MeterSettings
from parsers.recording import Recording
from tui.arguments import complain
from tui.follow import Phase, Snapshot
from tui.player import Speed, wait_of
from tui.session_clock import NEVER, SessionClock
from tui.stream import EventLog, print_event


def replay_stream(
    paths: Sequence[Path],
    rates: RateTable,
    *,
    speed: Speed,
    at_turn: int = 0,
    keep_labels: bool,
    settings: MeterSettings = DEFAULT_SETTINGS,
    out: TextIO | None = None,
) -> bool:
    """Print the session's lines until its end, or until the program is told to stop; tell whether it has any turn.

    The first line holds the session as it was before its first turn, or at the turn to start at. Raises OSError
    when the main transcript cannot be read.
    """
    out = out or sys.stdout
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    tell, told = _Teller(out), None
    at, held = NEVER, None
    for now, turns, state in _states(paths, rates, settings, keep_labels=keep_labels):
        begins = turns > at_turn or bool(state.tally.turns and not at_turn)
        if held is not None and (told is not None or begins):
            if told is not None and stopped.wait(wait_of(at - told, speed)):
                break
            told = now if at is NEVER else at
            tell(held, told)
        at, held = now, state
    if held is None or (told is None and not held.tally.turns):
        return False
    if not stopped.is_set():
        tell(held, at)
    tell.end(at)
    return True


def _states(
    paths: Sequence[Path], rates: RateTable, settings: MeterSettings, *, keep_labels: bool
) -> Iterator[tuple[datetime, int, SessionState]]:
    """Return each session as it stood after each of its lines that changed it.

    With what the clock said, and the turns of the main threads so far.
    """
    clock, before = SessionClock(), 0
    for path in paths:
        recording = Recording(path, keep_labels=keep_labels)
        meter = SessionMeter(recording.log, rates, settings=settings)
        state = meter.update()
        yield clock.now, before, state
        for _ in recording.play():
            state = meter.update()
            yield clock.at(meter.moment()), before + state.main.state.turns, state
        for agent, reason in recording.unreadable.items():
            complain(f"{agent}: {reason}; this agent's turns are not counted")
        before += state.main.state.turns


class _Teller:
    """Prints states as events, and says when they go on with another session."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._log = EventLog("")
        self._last: SessionState | None = None
        self._from: str | None = None

    def __call__(self, state: SessionState, at: datetime) -> None:
        if self._last is not None and self._last.path != state.path:
            self._from = self._last.session_id
        self._last = state
        for event in self._log.events(Snapshot(Phase.REPLAY, state, 1.0, moved_from=self._from), at):
            print_event(event, self._out)

    def end(self, at: datetime) -> None:
        print_event(self._log.end(at), self._out)
