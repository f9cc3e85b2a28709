"""A session whose context a test sets, and what is announced to who looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from fixtures.session import START, Session, Ticking
from fixtures.spend import LIST, Spend
from meter.budget import NO_BUDGETS, Budgets
from meter.level import Level
from meter.nudge import Kind
from meter.session import SessionState
from parsers.roots import LiveProcess
from tests.support import state_of_session
from tui.announce import Announcer
from tui.follow import Phase, Snapshot
from tui.view import View, make_view

QUIET, WITHIN, WATCH, ACT = 75_000, 84_000, 95_000, 210_000
"""Tokens of context at which a session is calm, within the hysteresis of watch, at watch, and at act."""

_, _, _, WRITE, READ = LIST["claude-opus-5-5"]


class Told:
    """A session whose context the test sets, and a person who looks at it; what is announced is collected."""

    def __init__(self, seed: int = 3, *, turns: int = 24) -> None:
        self.session = Session(seed, clock=Ticking(START, timedelta(seconds=1)))
        self.announcer = Announcer()
        self.process: LiveProcess | None = None
        self.now = START
        self._context = 0
        self._state: tuple[int, SessionState] | None = None
        self.session.main.prompt("where is the moon")
        for number in range(turns):
            self.turn(20_000 + 100 * number)

    def turn(self, context: int, *, tools: tuple[str, ...] = (), broken: bool = False) -> None:
        """Answer with a prompt of this many tokens; what was there before is read from the cache."""
        read = 0 if broken else max(0, min(self._context, context - 100))
        self.session.main.turn(Spend(write_1h=context - read, read=read, output=100), tools=tools)
        self._context = context

    def ask(self) -> None:
        self.session.main.prompt("and the tide")

    @property
    def state(self) -> SessionState:
        lines = len(self.session.lines)
        if self._state is None or self._state[0] != lines:
            self._state = (lines, state_of_session(self.session))
        return self._state[1]

    def is_at(self, level: Level) -> bool:
        return self.state.main.state.level.level is level

    def snapshot(self) -> Snapshot:
        return Snapshot(Phase.LIVE, self.state, 1.0, process=self.process)

    def view(
        self, later: float = 1.0, *, snoozed: Mapping[Kind, int] | None = None, budgets: Budgets = NO_BUDGETS
    ) -> View:
        """Return the session as it is looked at so many seconds after its last line."""
        ended = self.state.ended_at
        assert ended is not None
        now = ended + timedelta(seconds=later)
        return make_view(self.snapshot(), now, snoozed=snoozed or {}, budgets=budgets)

    def news(
        self, later: float = 1.0, *, snoozed: Mapping[Kind, int] | None = None, budgets: Budgets = NO_BUDGETS
    ) -> list[tuple[Kind, Level]]:
        found = self.announcer.news(self.view(later, snoozed=snoozed, budgets=budgets))
        return [(nudge.kind, nudge.level) for nudge in found]


CLEAR_WATCH, CLEAR_ACT = (Kind.CLEAR, Level.WATCH), (Kind.CLEAR, Level.ACT)


def opened(turns: int = 24) -> Told:
    """Return a calm session that somebody looks at already."""
    told = Told(turns=turns)
    assert told.is_at(Level.CALM)
    assert told.news() == []
    return told
