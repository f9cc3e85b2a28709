"""Which sessions one process went through: ``/clear`` ends one and begins the next in a file of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from parsers.session_files import CHUNK, ProjectFolder
from parsers.session_log import SessionLog

_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Head:
    """What the beginning of a transcript tells of its process."""

    path: Path
    names: frozenset[str]
    """Its own session and the one that its process began with."""
    began_at: datetime
    is_fork: bool


def linked_sessions(path: Path) -> list[Path]:
    """Return the transcripts of the process that wrote this one, by age, itself among them.

    Lines name the session that their process began with, and so link the files. A headless ``/clear`` leaves no such
    link; a fork names its origin too, but holds copies of it. Raises OSError when the transcript cannot be read.
    """
    own = _head(path)
    heads = [own]
    for other in ProjectFolder(path.parent).sessions():
        if other != path and other.exists():
            head = _head(other)
            if head.names & own.names and not head.is_fork:
                heads.append(head)
    return [head.path for head in sorted(heads, key=lambda head: (head.began_at, head.path))]


def _head(path: Path) -> _Head:
    log = SessionLog(str(path), keep_labels=False)
    with path.open("rb") as file:
        log.feed(log.main, file.read(CHUNK))
    main = log.main
    names = frozenset({log.session_id} | main.process_session_ids)
    return _Head(path, names, main.started_at or _EARLIEST, is_fork=main.holds_copies)
