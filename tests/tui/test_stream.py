"""``watch --json``: a line for each change, and nothing twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from fixtures.clients import CLIENTS
from fixtures.session import START, Session
from fixtures.spend import Spend
from meter.rates import list_prices
from meter.session import SessionMeter
from parsers.session_log import SessionLog
from tests.made import Dice, dice, sessions
from tests.support import state_of_session, transcript_of
from tui.follow import Phase, Snapshot
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
        {"id": main.turn.id, "agent_id": None, "number": 2, "cost_usd": main.cost / 10**12, "revised": False},
        {
            "id": agent.turn.id,
            "agent_id": state.agents[0].agent_id,
            "number": 1,
            "cost_usd": agent.cost / 10**12,
            "revised": False,
        },
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
    assert (before["turn"]["revised"], after["turn"]["revised"]) == (False, True)
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
