"""``runningtab demo``: the live screen on a made-up session that a writer appends to a temporary folder."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fixtures.chain import Line
from fixtures.session import Session
from fixtures.story import story
from meter.rates import RateTable
from parsers.targets import Library
from tui.settings import Settings

TITLE = "A page of tide tables (demo)"
TURNS = 180
HISTORY = 64
"""Turns that are there when the screen opens; they seem to have come over the last hour."""
PAUSE = 0.8
"""Seconds between two steps of the session while it is watched."""
_TICKS = 2.9  # times that the clock is read for a turn, on average


class DemoClock:
    """Runs ahead from an hour ago while the history is written, then with the wall."""

    def __init__(self, turns: int) -> None:
        self._now = datetime.now(UTC) - timedelta(minutes=55)
        self._step = timedelta(minutes=54) / (turns * _TICKS)
        self.live = False

    def __call__(self) -> datetime:
        if self.live:
            return datetime.now(UTC)
        self._now += self._step
        return min(self._now, datetime.now(UTC))


class DemoWriter(threading.Thread):
    """Appends the session step by step, as the client would, until it is told to stop."""

    def __init__(self, root: Path, pause: float = PAUSE) -> None:
        super().__init__(name="demo", daemon=True)
        self._clock = DemoClock(HISTORY)
        self._session = Session(seed=5, model="claude-opus-5-5", cwd="/home/you/tide-tables", clock=self._clock)
        self._folder = root / "projects" / "-home-you-tide-tables"
        self._pause = pause
        self._stopping = threading.Event()
        self._steps: Iterator[list[Line]] = story(self._session, TURNS)
        self.path = self._folder / self._session.path

    def prepare(self) -> None:
        """Write the session's history, so that there is something to see at once."""
        self._folder.mkdir(parents=True)
        self._append(self._session.ai_title(TITLE))
        while self._session.totals.turns < HISTORY:
            self._append(next(self._steps))
        self._clock.live = True

    def run(self) -> None:
        for lines in self._steps:
            if self._stopping.wait(self._pause):
                return
            self._append(lines)

    def stop(self) -> None:
        self._stopping.set()
        if self.is_alive():
            self.join(5)

    def _append(self, lines: list[Line]) -> None:
        for line in lines:
            path = self._folder / line.path
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.write(line.data)


def demo(rates: RateTable, settings: Settings) -> int:
    """Show the made-up session until the person quits, and return the exit code."""
    from tui.app import watch

    with tempfile.TemporaryDirectory(prefix="runningtab-demo-") as folder:
        root = Path(folder)
        writer = DemoWriter(root)
        writer.prepare()
        writer.start()
        try:
            return watch(writer.path, Library((root,)), root, rates, keep_labels=True, settings=settings)
        finally:
            writer.stop()
