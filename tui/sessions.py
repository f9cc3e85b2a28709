"""Reads sessions for the commands that look once and end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from meter.rates import RateTable
from meter.session import SessionMeter, SessionState
from meter.settings import DEFAULT_SETTINGS, MeterSettings
from parsers.labels import clean
from parsers.ownership import divide_ownership
from parsers.reader import SessionReader
from parsers.session_files import ProjectFolder
from tui.long_read import long_read

Complain = Callable[[str], None]
"""Takes one line about something that could not be read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A transcript to read."""

    path: Path
    project: ProjectFolder
    target: str = ""
    """What the person named."""
    named: bool = False
    """This one was meant: it is missed when it holds nothing."""


def read_sessions(
    wanted: Iterable[Wanted],
    rates: RateTable,
    complain: Complain,
    *,
    keep_labels: bool = True,
    settings: MeterSettings = DEFAULT_SETTINGS,
) -> list[SessionState]:
    """Return the sessions with turns, each message counted once over all of them."""
    with long_read():
        readers = [reader for item in wanted if (reader := _read(item, complain, keep_labels=keep_labels)) is not None]
        # A session that was asked for alone counts all that its files hold, copies included.
        foreign = divide_ownership([reader.log for reader in readers]) if len(readers) > 1 else {}
        return [
            SessionMeter(reader.log, rates, foreign.get(reader.log.path, frozenset()), settings).update()
            for reader in readers
        ]


def _read(item: Wanted, complain: Complain, *, keep_labels: bool) -> SessionReader | None:
    reader = SessionReader(item.path, project=item.project, keep_labels=keep_labels)
    try:
        reader.poll()
    except OSError as error:
        complain(f"{clean(str(item.path))}: {error.strerror or error}")
        return None
    for path, reason in reader.unreadable.items():
        complain(f"{clean(str(path))}: {reason}; this agent's turns are not counted")
    if any(thread.visible for thread in reader.log.threads()):
        return reader
    if item.named:
        complain(f"{clean(str(item.path))}: {nothing_in(reader)}")
    return None


def nothing_in(reader: SessionReader) -> str:
    """Say why a transcript without turns has none."""
    main = reader.log.main
    if reader.missing:
        return "no such file"
    if main.records:
        return "a Claude Code transcript without any response yet"
    return "not a Claude Code transcript" if reader.bytes_read else "the file is empty"


def by_start(states: Sequence[SessionState]) -> list[SessionState]:
    """Return the sessions, newest last, those without a time first."""
    return sorted(states, key=lambda state: (state.started_at is not None, state.started_at or 0, state.path))
