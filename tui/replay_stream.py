"""``replay --json``: the lines that ``watch --json`` would have printed, at speed or as fast as possible."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TextIO

from meter.rates import RateTable
from meter.session import SessionMeter, SessionState
from meter.settings import DEFAULT_SETTINGS, MeterSettings
from parsers.recording import Recording
from tui.follow import Phase, Snapshot
from tui.player import Speed, wait_of
from tui.session_clock import NEVER, SessionClock
from tui.stream import EventLog, print_event


def replay_stream(
    path: Path,
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
    recording = Recording(path, keep_labels=keep_labels)
    log, told = EventLog(str(path)), None
    at, held = NEVER, None
    for now, state in _states(recording, rates, settings):
        begins = state.main.state.turns > at_turn or bool(state.tally.turns and not at_turn)
        if held is not None and (told is not None or begins):
            if told is not None and stopped.wait(wait_of(at - told, speed)):
                break
            told = now if at is NEVER else at
            _tell(log, held, told, out)
        at, held = now, state
    if held is None or not held.tally.turns:
        return False
    if not stopped.is_set():
        _tell(log, held, at, out)
    print_event(log.end(at), out)
    return True


def _states(recording: Recording, rates: RateTable, settings: MeterSettings) -> Iterator[tuple[datetime, SessionState]]:
    """Return the session as it stood after each of its lines that changed it, with what its clock said."""
    meter, clock = SessionMeter(recording.log, rates, settings=settings), SessionClock()
    yield clock.now, meter.update()
    for _ in recording.play():
        yield clock.at(meter.moment()), meter.update()


def _tell(log: EventLog, state: SessionState, at: datetime, out: TextIO) -> None:
    for event in log.events(Snapshot(Phase.REPLAY, state, 1.0), at):
        print_event(event, out)
