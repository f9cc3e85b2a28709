"""Snapshots of the sessions that the screen must stand, and of one that grows."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache

import pytest

from fixtures.session import START, Session, Ticking
from fixtures.spend import Spend
from fixtures.story import story
from meter.rates import list_prices
from meter.session import SessionMeter, SessionState
from parsers.session_log import SessionLog
from tests.conftest import SHARED
from tests.support import read_file, state_of_session
from tui.follow import Phase, Snapshot

LONG = SHARED / "client" / "long-50-turns" / "projects" / "-tmp-demo-project"
FIRST = Spend(input=4, write_1h=20_000, output=200)

needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the shared transcripts are not here")
SESSIONS = ("story", pytest.param("long", marks=needs_shared), "wide", "one turn", "unpriced", "agents only")


@cache
def state_of(name: str) -> SessionState:
    """Return one of the sessions that the screen must stand."""
    session = Session(5, clock=Ticking(START, timedelta(milliseconds=250)))
    match name:
        case "story":
            session.ai_title("A page of tide tables")
            for _ in story(session, 80):
                pass
        case "long":
            (path,) = LONG.glob("*.jsonl")
            return read_file(path)
        case "wide":
            session.custom_title("潮汐表のページ 🌊 한국어 제목")
            for number in range(30):
                session.main.prompt("月はどこですか、そして潮はいつ満ちますか")
                session.main.turn(
                    Spend(input=4, write_5m=6_000, read=9_000 + 6_000 * number), tools=("Read",), target="潮/表.csv"
                )
        case "one turn":
            session.main.prompt()
            session.main.turn(FIRST)
        case "unpriced":
            session.main.prompt()
            for _ in range(5):
                session.main.turn(FIRST, model="tidal-model-1")
        case "agents only":
            session.agent().turn(FIRST)
    return state_of_session(session)


def live(name: str) -> Snapshot:
    return Snapshot(Phase.LIVE, state_of(name), 1.0)


class Growing:
    """A session that grows under its meter, so that its states share what did not change."""

    def __init__(self, turns: int = 60) -> None:
        self.session = Session(7, clock=Ticking(START, timedelta(milliseconds=50)))
        self.log = SessionLog(self.session.path)
        self.meter = SessionMeter(self.log, list_prices())
        self.context = 0
        self.grow(turns)

    def grow(self, turns: int) -> Snapshot:
        known = len(self.session.lines)
        for _ in range(turns):
            if len(self.session.responses) % 9 == 0:
                self.session.main.prompt("where is the moon")
            grown = 1_000 if self.context else 20_000
            self.session.main.turn(Spend(input=4, write_1h=grown, read=self.context, output=200))
            self.context += grown
        for line in self.session.lines[known:]:
            self.log.feed(self.log.main, line.data)
        return Snapshot(Phase.LIVE, self.meter.update(), 1.0)


def newest_turns(rows: list[str]) -> list[int]:
    """Return the numbers of the turns in view."""
    start = next(index for index, row in enumerate(rows) if "Turns  " in row)
    found = (re.match(r"[│▌ ]*(\d+)  ", row) for row in rows[start + 1 :])
    return [int(match[1]) for match in found if match]


def turns_title(rows: list[str]) -> str:
    return next(row for row in rows if "Turns  " in row)
