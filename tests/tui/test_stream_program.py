"""``watch --json`` as a program: whatever happens to its files, its lines agree with ``report`` and with the screen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from queue import SimpleQueue
from random import Random
from threading import Thread
from typing import Any

import pytest

from fixtures.session import START, Session, Ticking
from fixtures.spend import Spend
from fixtures.story import story
from tests.made import Dice
from tests.support import read_file, state_of
from tests.tui.follower import TIMEOUT, append, following
from tests.tui.pilot import stage
from tui.cli import main
from tui.format import money
from tui.session_json import session_json
from tui.stream import EventLog

Json = dict[str, Any]


NOW = START + timedelta(hours=1)
FIRST = Spend(input=4, write_1h=20_000, output=200)


class Stream:
    """The program's own ``watch --json`` on a transcript; its lines are read as they come."""

    def __init__(self, path: Path | None, home: Path) -> None:
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "CLAUDE_CONFIG_DIR": str(home / "claude")}
        target = [] if path is None else [str(path)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tui", "watch", "--json", *target],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=Path(__file__).parents[2],
        )
        self.events: list[Json] = []
        self._lines: SimpleQueue[bytes] = SimpleQueue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

    def next(self) -> Json | None:
        """Return the next line; None at the end."""
        line = self._lines.get(timeout=TIMEOUT)
        if not line:
            return None
        event: Json = json.loads(line)
        self.events.append(event)
        return event

    def until(self, wanted: Callable[[Json], bool]) -> Json:
        """Wait for the line that is wanted; fails at the end, or after a time that no working stream needs."""
        while (event := self.next()) is not None:
            if wanted(event):
                return event
        raise AssertionError(self.process.stderr.read() if self.process.stderr else "")

    def end(self, number: signal.Signals = signal.SIGTERM) -> Json:
        """Tell it to end and return its last line."""
        self.process.send_signal(number)
        while self.next() is not None:
            pass
        assert self.process.wait(TIMEOUT) == 0
        return self.events[-1]


@contextmanager
def streaming(path: Path | None, home: Path) -> Iterator[Stream]:
    stream = Stream(path, home)
    try:
        yield stream
    finally:
        stream.process.kill()
        stream.process.wait(TIMEOUT)
        for pipe in (stream.process.stdout, stream.process.stderr):
            if pipe is not None:
                pipe.close()


def reported(path: Path, capsys: pytest.CaptureFixture[str]) -> Json:
    assert main(["report", str(path), "--json"]) == 0
    (session,) = json.loads(capsys.readouterr().out)["sessions"]
    return {**session, "rewritten": None}


def told(event: Json) -> Json:
    return {**event["session"], "rewritten": None}


def grown(turns: int = 40) -> Session:
    session = Session(3, clock=Ticking(step=timedelta(milliseconds=300)))
    session.ai_title("Tides")
    for _ in story(session, turns):
        pass
    return session


def test_pieces_cut_mid_line_and_a_replacement_end_in_the_report(
    tmp_path: Path, isolated_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = grown()
    files = session.files()
    assert len(files) > 1
    pieces = Dice(Random(11)).pieces(files, most=12)  # noqa: S311
    path = tmp_path / session.path
    path.write_bytes(b"")
    written = dict.fromkeys(files, b"")
    turns = 0
    with streaming(path, isolated_home) as stream:
        start = stream.next()
        assert start is not None
        assert (start["event"], start["session"]["turns"]) == ("start", 0)
        for number, (name, data) in enumerate(pieces):
            target = tmp_path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            append(target, data)
            written[name] += data
            if number == len(pieces) // 2:
                fresh = tmp_path / "fresh.tmp"
                fresh.write_bytes(path.read_bytes())
                fresh.replace(path)
            whole = {name: data[: data.rfind(b"\n") + 1] for name, data in written.items()}
            now = state_of(whole, session.path).tally.turns
            if now > turns:
                turns = now
                stream.until(lambda event, turns=turns: bool(event["session"]["turns"] == turns))  # type: ignore[misc]
        (title, _) = session.custom_title("All is written")
        append(path, title.data)
        stream.until(lambda event: bool(event["session"]["title"] == "All is written"))
        last = stream.end()
    assert turns == session.totals.turns
    assert last["event"] == "end"
    assert [event["event"] for event in stream.events].count("end") == 1
    cold = reported(path, capsys)
    assert told(last) == cold
    assert cold["cost_usd"] == session.totals.usd
    assert {event["turn"]["id"] for event in stream.events if event["event"] == "turn"} == set(session.responses)


def test_a_target_that_is_not_there_is_nothing_to_wait_for(tmp_path: Path, isolated_home: Path) -> None:
    with streaming(tmp_path / "nowhere", isolated_home) as stream:
        assert stream.next() is None
        assert stream.process.wait(TIMEOUT) == 1


def test_without_a_session_it_waits_until_one_appears(isolated_home: Path) -> None:
    with streaming(None, isolated_home) as stream:
        waiting = stream.next()
        assert waiting is not None
        assert (waiting["event"], waiting["session"]) == ("start", None)
        assert str(isolated_home / "claude") in waiting["waiting_for"]
        folder = isolated_home / "claude" / "projects" / "-work-tide-tables"
        folder.mkdir(parents=True)
        session = Session(1)
        session.main.prompt()
        session.main.turn(FIRST)
        session.write_to(folder)
        started = stream.until(lambda event: event["session"] is not None and event["session"]["turns"] == 1)
        assert started["session"]["session_id"] == session.id
        assert [event["event"] for event in stream.events[:2]] == ["start", "start"]
        assert stream.end()["event"] == "end"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_with_a_last_line(number: signal.Signals, tmp_path: Path, isolated_home: Path) -> None:
    session = grown(2)
    session.write_to(tmp_path)
    with streaming(tmp_path / session.path, isolated_home) as stream:
        assert stream.next() is not None
        last = stream.end(number)
    assert [event["event"] for event in stream.events] == ["start", "end"]
    assert last["session"] == stream.events[0]["session"]


async def test_stream_screen_and_report_agree_after_every_append(tmp_path: Path) -> None:
    session = grown(24)
    folder = tmp_path / "projects" / "-work-tide-tables"
    path = folder / session.path
    folder.mkdir(parents=True)
    lines = session.lines
    size = 12
    log = EventLog("")
    sessions: list[Json] = []
    with following(path, tmp_path) as posts:
        async with stage((120, 36)) as screen:
            seen = 0
            for start in range(0, len(lines), size):
                for line in lines[start : start + size]:
                    (folder / line.path).parent.mkdir(parents=True, exist_ok=True)
                    append(folder / line.path, line.data)
                cold = read_file(path)
                state = posts.until_state(lambda state, cold=cold: state == cold)  # type: ignore[misc]
                for snapshot in posts.all[seen:]:
                    sessions += [event["session"] for event in log.events(snapshot, NOW)]
                seen = len(posts.all)
                text = "\n".join(await screen.show(posts.all[-1]))
                assert sessions[-1]["cost_usd"] == cold.tally.cost / 10**12
                assert f"tab {money(cold.tally.cost)}" in text
                assert f"Turns  {cold.main.state.turns}" in text
                assert log.end(NOW)["session"] == session_json(state)
    assert sessions[-1]["cost_usd"] == session.totals.usd
