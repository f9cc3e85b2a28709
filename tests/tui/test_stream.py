"""``watch --json``: a line for each change, and figures that agree with ``report`` and with the screen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue
from random import Random
from threading import Thread
from typing import Any

import pytest
from hypothesis import given

from fixtures.clients import CLIENTS
from fixtures.session import START, Session, Ticking
from fixtures.spend import Spend
from fixtures.story import story
from meter.rates import list_prices
from meter.session import SessionMeter
from parsers.session_log import SessionLog
from tests.made import Dice, dice, sessions
from tests.support import read_file, state_of, state_of_session, transcript_of
from tests.tui.follower import TIMEOUT, append, following
from tests.tui.pilot import stage
from tui.cli import main
from tui.follow import Phase, Snapshot
from tui.format import money
from tui.session_json import session_json
from tui.stream import EventLog

Json = dict[str, Any]

NOW = START + timedelta(hours=1)
FIRST = Spend(input=4, write_1h=20_000, output=200)
NEXT = Spend(input=4, write_1h=1_000, read=20_000, output=200)


class Followed:
    """A session that grows under its meter, and the events that its growth gives."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.log = EventLog("~/.claude/projects")
        self.snapshot = Snapshot(Phase.READING)
        self._session_log = SessionLog(session.path)
        self._meter = SessionMeter(self._session_log, list_prices())
        self._fed = 0

    def look(self) -> list[Json]:
        """Read what the session has written since, and return the events."""
        for line in self.session.lines[self._fed :]:
            self._session_log.feed(transcript_of(self._session_log, line.path), line.data)
        self._fed = len(self.session.lines)
        return self.told(phase=Phase.LIVE, state=self._meter.update(), progress=1.0)

    def told(self, at: datetime = NOW, **change: Any) -> list[Json]:
        """Return the events of the newest snapshot with something changed."""
        self.snapshot = replace(self.snapshot, **change)
        return list(self.log.events(self.snapshot, at))


@pytest.fixture
def followed() -> Followed:
    session = Session(1)
    session.main.prompt()
    session.main.turn(FIRST)
    return Followed(session)


def names(events: list[Json]) -> list[str]:
    return [event["event"] for event in events]


def test_without_a_session_it_starts_with_none_and_says_what_it_waits_for() -> None:
    log = EventLog("~/.claude/projects")
    assert list(log.events(Snapshot(Phase.WAITING), NOW)) == [
        {
            "event": "start",
            "at": "2026-11-20T10:00:00.000Z",
            "session": None,
            "clock": None,
            "waiting_for": "~/.claude/projects",
        }
    ]
    assert log.end(NOW) == {"event": "end", "at": "2026-11-20T10:00:00.000Z", "session": None, "clock": None}


def test_it_starts_when_the_first_read_is_done(followed: Followed) -> None:
    assert followed.told() == []
    assert followed.told(progress=0.5) == []
    (start,) = followed.look()
    assert start["event"] == "start"
    assert start["at"] == "2026-11-20T10:00:00.000Z"
    assert start["session"] == session_json(state_of_session(followed.session))


def test_a_session_that_appears_later_starts_then(followed: Followed) -> None:
    assert names(followed.told(phase=Phase.WAITING)) == ["start"]
    assert names(followed.told(phase=Phase.READING)) == []
    (start,) = followed.look()
    assert start["event"] == "start"
    assert start["session"]["turns"] == 1


def test_each_new_turn_is_a_line_with_its_id(followed: Followed) -> None:
    followed.look()
    followed.session.main.turn(NEXT, tools=("Task",))
    followed.session.agent(agent_type="Explore").turn(Spend(input=4, write_5m=9_000, output=200))
    events = followed.look()
    assert names(events) == ["turn", "turn"]
    state = followed.snapshot.state
    assert state is not None
    (main, agent) = (tab.turns[-1] for tab in state.threads)
    assert [event["turn"] for event in events] == [
        {"id": main.turn.id, "agent_id": None, "number": 2, "cost_usd": main.cost / 10**12},
        {"id": agent.turn.id, "agent_id": state.agents[0].agent_id, "number": 1, "cost_usd": agent.cost / 10**12},
    ]
    for event in events:
        assert event["session"] == session_json(state)


def test_a_revised_turn_is_told_again() -> None:
    session = Session(1, client=CLIENTS["2.0.76"])
    session.main.prompt()
    followed = Followed(session)
    session.main.turn(FIRST)
    followed.look()
    lines = session.main.turn(replace(NEXT, output=500), blocks=3)
    last = session.lines.pop()
    assert last is lines[-1]
    (before,) = followed.look()
    session.lines.append(last)
    (after,) = followed.look()
    assert (before["event"], after["event"]) == ("turn", "turn")
    assert before["turn"]["id"] == after["turn"]["id"]
    assert before["turn"]["cost_usd"] < after["turn"]["cost_usd"]
    assert before["session"]["turns"] == after["session"]["turns"] == 2


def test_an_unpriced_turn_has_no_dollars(followed: Followed) -> None:
    followed.look()
    followed.session.main.turn(NEXT, model="tidal-model-1")
    (event,) = followed.look()
    assert event["turn"]["cost_usd"] is None
    assert event["session"]["unpriced_turns"] == 1


@pytest.mark.parametrize("what", ["title", "compaction", "prompt", "client's total"])
def test_what_else_changes_is_a_state(followed: Followed, what: str) -> None:
    followed.look()
    session = followed.session
    match what:
        case "title":
            session.custom_title("Tides")
        case "compaction":
            session.main.compact()
        case "prompt":
            session.main.prompt("and now")
        case _:
            session.cost_state(hidden_usd=0.01)
    (event,) = followed.look()
    assert event["event"] == "state"
    assert event["session"] == session_json(state_of_session(session))


def test_how_it_is_followed_is_a_state(followed: Followed) -> None:
    followed.look()
    (degraded,) = followed.told(degraded="inotify watch limit reached")
    assert (degraded["event"], degraded["degraded"]) == ("state", "inotify watch limit reached")
    (gone,) = followed.told(phase=Phase.GONE)
    assert (gone["event"], gone["phase"]) == ("state", "gone")
    assert gone["session"] == degraded["session"]


def test_a_rewrite_is_a_state(followed: Followed) -> None:
    followed.look()
    state = followed.snapshot.state
    assert state is not None
    (event,) = followed.told(state=replace(state, rewritten=True))
    assert event["event"] == "state"
    assert event["session"]["rewritten"] is True


def test_a_clear_is_a_session_that_says_where_from(followed: Followed) -> None:
    followed.look()
    first = followed.session
    second = first.clear(2)
    second.main.turn(FIRST)
    assert followed.told(phase=Phase.READING, state=None, moved_from=first.id) == []
    (event,) = followed.told(phase=Phase.LIVE, state=state_of_session(second))
    assert (event["event"], event["from"]) == ("session", first.id)
    assert event["session"]["session_id"] == second.id
    end = followed.log.end(NOW)
    assert (end["event"], end["session"]) == ("end", event["session"])


def test_there_is_no_heartbeat(followed: Followed) -> None:
    followed.look()
    assert followed.told() == []
    assert followed.told(NOW + timedelta(hours=2)) == []
    assert followed.look() == []


def test_what_depends_on_the_clock_stands_beside_the_session(followed: Followed) -> None:
    (start,) = followed.look()
    state = followed.snapshot.state
    assert state is not None
    done = state.main.turns[-1].turn.done_at
    assert done is not None
    expires = (done + timedelta(hours=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert start["clock"]["expires_at"] == expires
    assert start["clock"]["warm"] is True
    assert start["clock"]["cold_usd"] > 0
    cold = followed.log.end(done + timedelta(hours=1, seconds=1))
    assert cold["clock"] == {**start["clock"], "warm": False}
    assert cold["session"] == start["session"]


def test_every_line_has_event_time_session_and_clock(followed: Followed) -> None:
    events = [*followed.told(phase=Phase.WAITING), *followed.look()]
    followed.session.main.turn(NEXT)
    events += followed.look()
    followed.session.custom_title("Tides")
    events += followed.look()
    events.append(followed.log.end(NOW))
    assert names(events) == ["start", "start", "turn", "state", "end"]
    for event in events:
        assert event.keys() >= {"event", "at", "session", "clock"}
        assert datetime.fromisoformat(event["at"]).astimezone(UTC) == NOW
        json.dumps(event, allow_nan=False)


@given(sessions(steps=16, mixed=True), dice)
def test_what_was_told_last_is_what_stands(session: Session, choices: Dice) -> None:
    """Whatever is appended where, cut anywhere: no figure changes without a line that tells it."""
    session_log, log = SessionLog(session.path), EventLog("")
    meter = SessionMeter(session_log, list_prices())
    last: Json = {}
    for path, data in choices.pieces(session.files()):
        session_log.feed(transcript_of(session_log, path), data)
        state = meter.update()
        for event in log.events(Snapshot(Phase.LIVE, state, 1.0), NOW):
            last = event["session"]
        now = session_json(state)
        for figure in ("turns", "cost_usd", "tokens", "models", "context", "cache", "compounding", "client_cost_usd"):
            assert last[figure] == now[figure], figure
        assert log.end(NOW)["session"] == now


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
