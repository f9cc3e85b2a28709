"""Drives the real follower on real files and waits for what it posts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from meter.rates import list_prices
from meter.session import SessionState
from parsers.targets import Library
from tui.follow import Follower, Snapshot

TIMEOUT = 20.0


class Posts:
    """Collects snapshots from the follower's thread."""

    def __init__(self) -> None:
        self.all: list[Snapshot] = []
        self._new = threading.Condition()

    def __call__(self, snapshot: Snapshot) -> None:
        with self._new:
            self.all.append(snapshot)
            self._new.notify_all()

    def until(self, wanted: Callable[[Snapshot], bool]) -> Snapshot:
        """Wait until the newest snapshot is the wanted one; fails after a time that no working follower needs."""
        end = time.monotonic() + TIMEOUT
        with self._new:
            while not (self.all and wanted(self.all[-1])):
                left = end - time.monotonic()
                assert left > 0, f"still {self.all[-1] if self.all else 'nothing'}"
                self._new.wait(left)
            return self.all[-1]

    def until_state(self, wanted: Callable[[SessionState], bool]) -> SessionState:
        state = self.until(lambda snapshot: snapshot.state is not None and wanted(snapshot.state)).state
        assert state is not None
        return state

    def until_turns(self, turns: int) -> SessionState:
        return self.until_state(lambda state: state.tally.turns == turns)


@contextmanager
def following(path: Path | None, root: Path, cwd: Path = Path("/nowhere")) -> Iterator[Posts]:
    """Run a follower over one config root while the block runs."""
    posts = Posts()
    follower = Follower(path, Library((root,)), cwd, list_prices(), posts)
    follower.start()
    try:
        yield posts
    finally:
        follower.stop()
        assert not follower.is_alive()


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)
