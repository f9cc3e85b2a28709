"""All sessions, newest first: for ``runningtab sessions`` and for the picker."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from meter.money import dollars
from meter.rates import RateTable
from meter.session import SessionState
from parsers.labels import clean
from parsers.targets import Library
from tui.format import ago, plural, sum_of_money
from tui.session_json import iso
from tui.sessions import Wanted, read_sessions


@dataclass(frozen=True, slots=True)
class Entry:
    """One session of the list; without a state it was not read yet, or holds no response."""

    path: Path
    project: str
    written_at: datetime
    live: bool
    state: SessionState | None = None

    @property
    def session_id(self) -> str:
        return self.state.session_id if self.state else self.path.stem

    @property
    def title(self) -> str:
        return clean((self.state.title if self.state else None) or self.session_id[:8])

    @property
    def turns(self) -> int:
        return self.state.tally.turns if self.state else 0

    @property
    def cost(self) -> str:
        """The tab as text; empty while it is not known."""
        if self.state is None or not self.turns:
            return ""
        tally = self.state.tally
        return sum_of_money(tally.cost, tally.certainty) if tally.unpriced_turns < tally.turns else "?"

    def matches(self, words: str) -> bool:
        """Tell whether every word stands somewhere in the title, the project or the id."""
        text = f"{self.title} {self.project} {self.session_id}".lower()
        return all(word in text for word in words.lower().split())


def list_entries(library: Library) -> tuple[list[Entry], list[str]]:
    """Return all sessions without reading them, newest first, and a line for each folder that cannot be read."""
    found, troubles = library.sessions()
    live = {process.session_id for process in library.live()}
    entries = []
    for path, _ in found:
        try:
            written = path.stat().st_mtime
        except OSError:
            written = 0.0
        at = datetime.fromtimestamp(written, UTC)
        entries.append(Entry(path, clean(path.parent.name), at, path.stem in live))
    return sorted(entries, key=lambda entry: (entry.written_at, str(entry.path)), reverse=True), troubles


def read_entries(entries: Iterable[Entry], library: Library, rates: RateTable) -> Iterator[Entry]:
    """Return the entries with their sessions read, one after the other; what cannot be read stays as it is."""
    projects = dict(library.sessions()[0])
    for entry in entries:
        project = projects.get(entry.path)
        if project is None:
            continue
        states = read_sessions([Wanted(entry.path, project)], rates, lambda _: None)
        if states:
            cwd = states[0].cwd
            name = clean(cwd.rstrip("/").rsplit("/", 1)[-1]) if cwd else entry.project
            yield replace(entry, state=states[0], project=name)


def sessions_text(entries: list[Entry], now: datetime) -> str:
    """Return the list as text, newest first."""
    rows = [("", "Age", "Turns", "Cost", "Project", "Session")]
    for entry in entries:
        name = f"{clean(entry.session_id)[:8]}  {entry.title}"
        mark = "●" if entry.live else ""
        rows.append((mark, ago(now - entry.written_at), str(entry.turns or ""), entry.cost, entry.project, name))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    right = (1, 2, 3)
    lines = [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    live = sum(entry.live for entry in entries)
    lines.append(f"\n{len(entries)} {plural(len(entries), 'session')}, {live} live")
    return "\n".join(lines) + "\n"


def sessions_json(entries: list[Entry]) -> str:
    """Return the list as JSON; ``cost_usd`` is null where nothing has a price."""
    return json.dumps({"schema": 1, "sessions": [_entry_json(entry) for entry in entries]}) + "\n"


def _entry_json(entry: Entry) -> dict[str, Any]:
    state = entry.state
    priced = state is not None and state.tally.unpriced_turns < state.tally.turns
    return {
        "session_id": entry.session_id,
        "path": str(entry.path),
        "title": state.title if state else None,
        "cwd": state.cwd if state else None,
        "live": entry.live,
        "written_at": iso(entry.written_at),
        "turns": entry.turns,
        "cost_usd": dollars(state.tally.cost) if state and priced else None,
        "certainty": state.tally.certainty.words if state else None,
    }
