"""The follower: a thread that keeps a session's state up to date and posts it."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from meter.rates import RateTable
from meter.session import SessionMeter, SessionState
from meter.settings import DEFAULT_SETTINGS, MeterSettings
from parsers.reader import SessionReader
from parsers.roots import LiveProcess
from parsers.targets import Library
from tui.long_read import long_read
from tui.successor import Successors

if TYPE_CHECKING:
    from tui.file_watch import FileWatch

ACTIVE_SCAN = 5.0
"""Seconds between scans that catch what no event told of, while the session is active."""
IDLE_SCAN = 15.0
STAT_EVERY = 0.1
"""Seconds between looks at the files where watching does not work."""
SHORTEST_GAP = 0.05
"""Seconds between two posts, at least."""
_ACTIVE_FOR = 60.0
_GRACE = 1.0
_WAITING_SCAN = 2.0


class Phase(Enum):
    """What the follower is doing."""

    WAITING = "waiting"
    """There is no session yet."""
    READING = "reading"
    """The first read of the transcript is under way."""
    LIVE = "live"
    GONE = "gone"
    """The transcript was deleted; its last state stands."""
    REPLAY = "replay"
    """The session is over; it is shown as it stood at a moment of it."""
    FAILED = "failed"
    """The transcript cannot be read; what was read before stands."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a source tells at one moment."""

    phase: Phase
    state: SessionState | None = None
    progress: float = 0.0
    """Share of the transcript read so far, while reading."""
    degraded: str | None = None
    """Why changes are looked for instead of being told."""
    process: LiveProcess | None = None
    """The client's process that runs this session."""
    live_here: int = 0
    """Number of live sessions in this working directory."""
    moved_from: str | None = None
    """The session that was followed before a ``/clear``."""
    offered: str | None = None
    """A session that began here and may be the one to follow."""
    trouble: str | None = None


Post = Callable[[Snapshot], object]


class _StoppedError(Exception):
    """The follower was told to stop while it read."""


class Follower(threading.Thread):
    """Follows one session: reads appended bytes only and posts one immutable snapshot a change.

    Without a path it waits until the library has a session for the working directory.
    """

    def __init__(
        self,
        path: Path | None,
        library: Library,
        cwd: Path,
        rates: RateTable,
        post: Post,
        *,
        keep_labels: bool = True,
        settings: MeterSettings = DEFAULT_SETTINGS,
    ) -> None:
        super().__init__(name="follower", daemon=True)
        self._path = path
        self._library = library
        self._cwd = cwd
        self._rates = rates
        self._post = post
        self._keep_labels = keep_labels
        self._settings = settings
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._snapshot = Snapshot(Phase.WAITING)
        self._posted_at = float("-inf")

    def stop(self, timeout: float = 5.0) -> None:
        """End the thread and wait for it."""
        self._stopping.set()
        self._wake.set()
        if self.is_alive():
            self.join(timeout)

    def run(self) -> None:
        from tui.file_watch import FileWatch

        watch = FileWatch(self._wake)
        try:
            path = self._path or self._wait_for_session(watch)
            while path is not None:
                path = self._follow(path, watch)
        except _StoppedError:
            pass
        finally:
            watch.close()

    def _wait_for_session(self, watch: FileWatch) -> Path | None:
        self._post(self._snapshot)
        while not self._stopping.is_set():
            for root in self._library.roots:
                watch.add(root / "projects", recursive=True)
            choice = self._library.choose(self._cwd)
            if choice is not None:
                return choice.path
            self._wake.wait(_WAITING_SCAN)
            self._wake.clear()
            watch.take()
        return None

    def _follow(self, path: Path, watch: FileWatch) -> Path | None:
        """Follow one transcript until told to stop, or until the session goes on in another file: return that."""
        followed = _Followed(path, self._library, self._rates, self._settings, keep_labels=self._keep_labels)
        self._publish(replace(self._snapshot, phase=Phase.READING, progress=0.0, degraded=watch.trouble))
        watch.add(path.parent)
        for folder in followed.successors.registries:
            watch.add(folder)
        told = True
        while not self._stopping.is_set():
            # The session's own folder, not its agents': that one is made later, with the first agent's file in it.
            watch.add(followed.own_folder, recursive=True)
            changed = followed.look(self._on_chunk) if self._snapshot.state else self._first_look(followed)
            degraded = watch.trouble or (None if told else self._snapshot.degraded)
            if changed and not told and degraded is None and not self._wake.wait(_GRACE):
                degraded = "changes came without notice"
            if followed.successors.next is not None:
                self._snapshot = replace(self._snapshot, moved_from=followed.reader.log.session_id, state=None)
                return followed.successors.next
            self._publish(followed.snapshot(self._snapshot, degraded))
            told = self._sleep(watch, followed, degraded)
        return None

    def _first_look(self, followed: _Followed) -> bool:
        with long_read():
            changed = followed.look(self._on_chunk)
        gc.freeze()  # the session stays: no later collection, at which the screen would stand still, walks it again
        return changed

    def _sleep(self, watch: FileWatch, followed: _Followed, degraded: str | None) -> bool:
        """Wait until there may be something new, and tell whether an event said so."""
        pause = followed.pause(degraded=degraded is not None)
        until = time.monotonic() + pause
        while (rest := until - time.monotonic()) > 0 and not self._stopping.is_set():
            if self._wake.wait(rest):
                self._wake.clear()
                if followed.is_concerned(watch.take()):
                    return True
        return False

    def _on_chunk(self, read: int, size: int) -> None:
        if self._stopping.is_set():
            raise _StoppedError
        if self._snapshot.phase is Phase.READING and time.monotonic() - self._posted_at > SHORTEST_GAP:
            self._publish(replace(self._snapshot, progress=min(1.0, read / max(size, 1))))

    def _publish(self, snapshot: Snapshot) -> None:
        """Post a snapshot if it differs from the last one, not sooner than the shortest gap after it."""
        if snapshot == self._snapshot:
            return
        self._snapshot = snapshot
        rest = self._posted_at + SHORTEST_GAP - time.monotonic()
        if rest > 0:
            self._stopping.wait(rest)
        self._posted_at = time.monotonic()
        self._post(snapshot)


class _Followed:
    """The session that is followed now: its reader, its meter, and where it may go on."""

    def __init__(
        self, path: Path, library: Library, rates: RateTable, settings: MeterSettings, *, keep_labels: bool
    ) -> None:
        self.path = path
        self.reader = SessionReader(path, keep_labels=keep_labels)
        self.successors = Successors(path, library)
        self._meter = SessionMeter(self.reader.log, rates, settings=settings)
        self._state: SessionState | None = None
        self._trouble: str | None = None
        self._active_at = time.monotonic()
        self._missing_since: float | None = None
        self.own_folder = path.with_suffix("")

    def look(self, on_chunk: Callable[[int, int], None]) -> bool:
        """Read what was appended and tell whether anything was."""
        now = time.monotonic()
        try:
            changed = self.reader.poll(on_chunk=on_chunk)
            self._trouble = None
        except OSError as error:
            changed, self._trouble = False, f"{self.path}: {error.strerror or error}"
        if not self.reader.missing:
            self._missing_since = None
        elif self._missing_since is None:
            self._missing_since = now
        if changed or self._state is None:
            self._active_at = now
            self._state = self._meter.update()
        self.successors.look(self.reader.log)
        return changed

    def snapshot(self, last: Snapshot, degraded: str | None) -> Snapshot:
        return replace(
            last,
            phase=self._phase(),
            state=self._state,
            progress=1.0,
            degraded=degraded,
            process=self.successors.process,
            live_here=self.successors.live_here,
            offered=self.successors.offered,
            trouble=self._trouble,
        )

    def pause(self, *, degraded: bool) -> float:
        """Return the seconds until the next look when nothing tells of a change."""
        active = time.monotonic() - self._active_at < _ACTIVE_FOR
        if degraded:
            return STAT_EVERY if active else 5 * STAT_EVERY
        if self._missing_since is not None:
            return _GRACE
        return ACTIVE_SCAN if active else IDLE_SCAN

    def is_concerned(self, changed: set[str]) -> bool:
        """Tell whether any of the changed paths is the session's, or may be where it goes on."""
        own = str(self.path)
        return any(
            path == own
            or path.startswith(str(self.own_folder))
            or path.rsplit("/", 1)[-1].startswith("agent-")
            or self.successors.is_new(path)
            for path in changed
        )

    def _phase(self) -> Phase:
        if self._trouble is not None:
            return Phase.FAILED
        if self._missing_since is not None and time.monotonic() - self._missing_since >= _GRACE:
            return Phase.GONE
        return Phase.LIVE
