"""Where a session goes on after ``/clear``, and which processes run beside it."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from parsers.reader import SessionReader
from parsers.roots import LiveProcess
from parsers.session_files import ProjectFolder
from parsers.session_log import SessionLog
from parsers.targets import Library

_LOOK_EVERY = 1.0


class Successors:
    """Looks for the file in which a followed session goes on.

    ``/clear`` begins a new file. It is ours when its records name the session that our process began with, or
    when the registry says that our process now runs it. A headless ``/clear`` leaves no such link: then the new
    session is only offered. Forks name us too, but they hold copies of our turns.
    """

    def __init__(self, path: Path, library: Library) -> None:
        self.next: Path | None = None
        self.offered: str | None = None
        self.process: LiveProcess | None = None
        self.live_here = 0
        self._folder = ProjectFolder(path.parent)
        self._path = path
        self._library = _own_library(path, library)
        self._known = set(self._mains())
        self._candidates: dict[Path, SessionReader] = {}
        self._looked_at = 0.0

    @property
    def registries(self) -> list[Path]:
        """Folders in which the client registers its processes."""
        return [root / "sessions" for root in self._library.roots]

    def is_new(self, path: str) -> bool:
        """Tell whether a path may say where the session goes on: a transcript not judged yet, or the registry."""
        here = Path(path)
        if here.suffix == ".json" and here.parent in self.registries:
            return True
        return here.suffix == ".jsonl" and (here not in self._known or here in self._candidates)

    def look(self, log: SessionLog) -> None:
        """Look again, at most once a second: what is found stands in the attributes."""
        now = time.monotonic()
        if now - self._looked_at < _LOOK_EVERY:
            return
        self._looked_at = now
        self._ask_registry(log)
        for path in self._mains():
            if path not in self._known:
                self._known.add(path)
                self._candidates[path] = SessionReader(path)
        for path, candidate in list(self._candidates.items()):
            self._judge(path, candidate, log)

    def _mains(self) -> list[Path]:
        try:
            return self._folder.sessions()
        except OSError:
            return []

    def _ask_registry(self, log: SessionLog) -> None:
        live = self._library.live()
        ours = next((entry for entry in live if entry.session_id == log.session_id), None)
        if ours is None and self.process is not None:
            moved = next((entry for entry in live if entry.pid == self.process.pid), None)
            path = self._path.with_name(f"{moved.session_id}.jsonl") if moved else None
            if path is not None and path.exists():
                self.next = path
                return
            if moved is not None:
                return
        self.process = ours
        cwd = log.main.cwd
        self.live_here = sum(entry.cwd == cwd for entry in live if cwd is not None)

    def _judge(self, path: Path, candidate: SessionReader, log: SessionLog) -> None:
        try:
            candidate.poll(look_for_agents=False)
        except OSError:
            del self._candidates[path]
            return
        theirs, main = candidate.log.main, log.main
        if theirs.holds_copies or any(main.holds(turn_id) for turn_id in theirs.turn_ids):
            del self._candidates[path]
            return
        ours = {log.session_id} | main.process_session_ids
        if ours & theirs.process_session_ids and (theirs.begins_with_clear or theirs.has_turns):
            self.next = path
        elif theirs.begins_with_clear and theirs.has_turns and theirs.cwd == main.cwd:
            self.offered = candidate.log.session_id
            del self._candidates[path]
        elif theirs.has_turns:
            del self._candidates[path]


def _own_library(path: Path, library: Library) -> Library:
    """Return the config root that a transcript lies in: only its registry can name the process that writes it."""
    if path.parent.parent.name != "projects":
        return replace(library, roots=())
    return replace(library, roots=(path.parent.parent.parent,))
