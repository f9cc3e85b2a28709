"""Announcing: once a crossing, only when the answer is over, and never with text of the transcript."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from textual import events
from textual.app import App

from fixtures.session import START, Session, Ticking
from fixtures.spend import LIST, PICO, Spend
from meter.budget import NO_BUDGETS, Budgets
from meter.level import Level
from meter.nudge import Kind, Nudge, Switch
from meter.session import SessionState
from parsers.roots import LiveProcess
from tests.support import state_of_session
from tests.tui.pilot import Stage, stage
from tests.tui.test_nudge_words import ALL, SWITCH
from tui.announce import Announcer
from tui.app import RunningTab
from tui.desktop import desktop_notification
from tui.follow import Phase, Snapshot
from tui.nudge_words import sentence
from tui.settings import DEFAULTS, Settings
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


def test_a_crossing_is_announced_once() -> None:
    told = opened()
    told.turn(WATCH)
    assert told.is_at(Level.WATCH)
    assert told.news() == [CLEAR_WATCH]
    assert [told.news(later) for later in (2, 3, 60, 600)] == [[]] * 4
    told.turn(WATCH + 100)
    assert told.news() == []


def test_each_level_is_a_crossing_of_its_own() -> None:
    told = opened()
    told.turn(WATCH)
    assert told.news() == [CLEAR_WATCH]
    told.turn(ACT)
    assert told.is_at(Level.ACT)
    assert told.news() == [CLEAR_ACT]
    assert told.news() == []


def test_a_jump_over_watch_is_announced_as_act_alone() -> None:
    told = opened()
    told.turn(ACT)
    assert told.news() == [CLEAR_ACT]


def test_a_fall_is_no_news() -> None:
    told = opened()
    told.turn(ACT)
    assert told.news() == [CLEAR_ACT]
    told.turn(WATCH)
    assert told.is_at(Level.WATCH)
    assert told.news() == []
    told.turn(QUIET)
    assert told.is_at(Level.CALM)
    assert told.news() == []


def test_a_figure_that_wavers_at_the_edge_is_announced_once() -> None:
    told = opened()
    told.turn(WATCH)
    assert told.news() == [CLEAR_WATCH]
    for _ in range(3):
        told.turn(WITHIN)
        assert told.is_at(Level.WATCH)  # not left: less than 10 % below its entry
        assert told.news() == []
        told.turn(WATCH)
        assert told.news() == []


def test_what_is_only_near_the_edge_was_never_entered() -> None:
    told = opened()
    told.turn(WITHIN)
    assert told.is_at(Level.CALM)
    assert told.news() == []


def test_a_level_that_was_really_left_is_announced_again() -> None:
    told = opened()
    told.turn(WATCH)
    assert told.news() == [CLEAR_WATCH]
    told.turn(QUIET)
    assert told.is_at(Level.CALM)
    assert told.news() == []
    told.turn(WATCH)
    assert told.is_at(Level.WATCH)
    assert told.news() == [CLEAR_WATCH]


def test_nothing_is_said_while_a_tool_runs() -> None:
    told = opened()
    told.turn(WATCH, tools=("Read",))
    assert told.is_at(Level.WATCH)
    assert told.view().nudge is not None  # the verdict row says it already
    assert told.news() == []
    told.session.main.results()
    assert told.news() == []
    told.turn(WATCH + 100)
    assert told.news() == [CLEAR_WATCH]


def test_nothing_is_said_in_the_middle_of_a_prompt() -> None:
    told = opened()
    told.turn(WATCH)
    told.ask()
    assert told.news() == []
    for _ in range(5):
        told.turn(WATCH, tools=("Bash",))
        told.session.main.results()
        assert told.news() == []
    told.turn(WATCH)
    assert told.news() == [CLEAR_WATCH]


def test_a_level_entered_and_left_within_one_answer_is_not_announced() -> None:
    told = opened()
    told.turn(WATCH, tools=("Read",))
    assert told.news() == []
    told.session.main.results()
    told.turn(QUIET)
    assert told.news() == []


@pytest.mark.parametrize(("status", "said"), [("busy", []), ("waiting", []), ("idle", [CLEAR_WATCH])])
def test_the_clients_own_word_goes_before_the_transcript(status: str, said: list[tuple[Kind, Level]]) -> None:
    told = opened()
    told.turn(WATCH, tools=("Read",) if status == "idle" else ())
    told.process = LiveProcess(1, told.session.id, None, status)
    assert told.news() == said


@pytest.mark.parametrize("context", [WATCH, ACT])
def test_what_was_there_when_it_was_opened_is_no_news(context: int) -> None:
    told = Told()
    told.turn(context)
    assert not told.is_at(Level.CALM)
    assert told.news() == []
    told.turn(context + 100)
    assert told.news() == []


def test_a_session_opened_at_act_in_the_middle_of_an_answer_stays_silent_after_it() -> None:
    told = Told()
    told.turn(ACT, tools=("Read",))
    assert told.news() == []
    told.session.main.results()
    told.turn(ACT)
    assert told.is_at(Level.ACT)
    assert told.news() == []


def test_a_session_opened_at_act_is_announced_when_it_comes_back_to_it() -> None:
    told = Told()
    told.turn(ACT)
    assert told.news() == []
    told.turn(QUIET)
    assert told.news() == []
    told.turn(ACT)
    assert told.is_at(Level.ACT)
    assert told.news() == [CLEAR_ACT]


def test_what_the_next_session_has_when_it_is_moved_on_to_is_no_news() -> None:
    told, other = opened(), Told(4)
    other.turn(ACT)
    told.turn(WATCH)
    assert told.news() == [CLEAR_WATCH]
    other.announcer = told.announcer
    assert other.news() == []
    other.turn(QUIET)
    assert other.news() == []
    other.turn(WATCH)
    assert other.news() == [CLEAR_WATCH]


def test_what_is_not_read_yet_is_not_the_session_that_was_opened() -> None:
    told = Told()
    empty = Session(3)
    empty.main.prompt()
    for snapshot in (
        Snapshot(Phase.WAITING),
        Snapshot(Phase.READING, progress=0.5),
        Snapshot(Phase.LIVE, state_of_session(empty), 1.0),
    ):
        assert list(told.announcer.news(make_view(snapshot, START))) == []
    told.turn(ACT)
    assert told.news() == []


def test_a_finished_session_does_not_nag() -> None:
    told = opened()
    told.turn(ACT)
    assert told.news(16 * 60) == []
    assert told.news(20 * 60) == []


def test_a_finished_session_is_silent_while_its_cache_runs_down() -> None:
    told = opened()
    told.turn(ACT)
    assert told.news() == [CLEAR_ACT]
    assert [told.news(60.0 * minute) for minute in range(1, 180)] == [[]] * 179


def test_one_that_waits_for_the_person_says_once_that_its_cache_is_about_to_expire() -> None:
    told = opened()
    told.turn(ACT)
    told.process = LiveProcess(1, told.session.id, None, "idle")
    assert ACT * (WRITE - READ) / PICO >= 0.50
    said = {minute: told.news(60.0 * minute) for minute in range(1, 180)}
    assert {minute: found for minute, found in said.items() if found} == {
        1: [CLEAR_ACT],
        55: [(Kind.CACHE_EXPIRING, Level.WATCH)],
    }


@pytest.mark.parametrize("context", [WATCH, ACT])
def test_a_snoozed_kind_is_silent(context: int) -> None:
    told = opened()
    told.turn(context)
    assert told.news(snoozed={Kind.CLEAR: 4}) == []
    assert told.news(snoozed={Kind.CLEAR: 3}) == []


def test_another_kind_than_the_snoozed_one_is_announced() -> None:
    told = opened()
    told.turn(WATCH)
    assert told.news(snoozed={Kind.COMPACT: 4, Kind.CACHE_BROKE: 4}) == [CLEAR_WATCH]


def test_a_snoozed_break_is_silent() -> None:
    told = Told()
    told.turn(WATCH)
    assert told.news() == []
    told.turn(WATCH + 100, broken=True)
    assert told.news(snoozed={Kind.CACHE_BROKE: 4}) == []


def test_each_cache_break_is_announced_once() -> None:
    told = Told()
    told.turn(WATCH)
    assert told.news() == []
    assert WATCH * (WRITE - READ) / PICO >= 0.50
    for _ in range(2):
        told.turn(WATCH + 100, broken=True)
        assert told.news() == [(Kind.CACHE_BROKE, Level.CALM)]
        assert told.news() == []
        told.turn(WATCH + 200)
        assert told.news() == []


def test_a_cheap_cache_break_is_not_announced() -> None:
    told = opened()
    told.turn(24_000, broken=True)
    assert told.state.main.breaks
    assert 24_000 * (WRITE - READ) / PICO < 0.50
    assert told.news() == []


def test_a_passed_budget_is_announced_once() -> None:
    told = opened()
    spent = told.session.totals.usd
    budgets = Budgets(session=spent + 0.01)
    assert told.news(budgets=budgets) == []
    told.turn(25_000)  # writes 2,700 tokens for two cents
    assert told.session.totals.usd > spent + 0.01
    assert told.news(budgets=budgets) == [(Kind.BUDGET, Level.WATCH)]
    assert told.news(budgets=budgets) == []


def toasts(screen: Stage) -> list[tuple[str, str, bool]]:
    """Return what the app shows as toasts: words, severity, and whether markup is interpreted."""
    return [(toast.message, toast.severity, toast.markup) for toast in screen.app._notifications]


def drawn(rows: Sequence[str]) -> str:
    """Return what stands at the right of a toast's bar, without what frames it."""
    return " ".join(" ".join(row.partition("▌")[2].strip(" │▐") for row in rows).split())


class Wire:
    """What the app writes to its terminal."""

    def __init__(self, screen: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        self.writes: list[str] = []
        monkeypatch.setattr(RunningTab, "is_headless", property(lambda _: False))
        monkeypatch.setattr(screen.app._driver, "write", self.writes.append)

    @property
    def bells(self) -> int:
        return self.writes.count("\x07")

    @property
    def notifications(self) -> list[str]:
        """The texts of the desktop notifications, whose frame must be whole."""
        joined = "".join(self.writes)
        found = re.findall(r"\x1b\]9;([^\x1b\x07]*)\x1b\\", joined)
        assert joined.count("\x1b]9;") == len(found)
        return found


async def blur(screen: Stage) -> None:
    screen.app.post_message(events.AppBlur())
    await screen.pause()
    assert not screen.app.app_focus


def expected(told: Told) -> Nudge:
    (nudge,) = [nudge for nudge in told.view().nudges if nudge.kind is Kind.CLEAR]
    return nudge


@pytest.mark.parametrize(("context", "severity"), [(WATCH, "warning"), (ACT, "error")])
async def test_a_toast_says_the_sentence_once(context: int, severity: str) -> None:
    told = Told()
    async with stage(toasts=True) as screen:
        await screen.show(told.snapshot())
        assert toasts(screen) == []
        told.turn(context)
        rows = await screen.show(told.snapshot())
        words = sentence(expected(told), columns=60)
        assert words.startswith("/clear ")
        assert toasts(screen) == [(words, severity, False)]
        assert words in drawn(rows)
        for _ in range(5):
            await screen.tick()
        told.turn(context + 100)
        await screen.show(told.snapshot())
        assert len(toasts(screen)) == 1


async def test_without_toasts_the_verdict_alone_says_it() -> None:
    told = Told()
    async with stage(settings=Settings(toasts=False)) as screen:
        await screen.show(told.snapshot())
        told.turn(ACT)
        rows = await screen.show(told.snapshot())
        assert toasts(screen) == []
        assert rows[1].startswith(" ■ act  /clear now: ")


async def test_a_toast_waits_for_the_end_of_the_answer() -> None:
    told = Told()
    async with stage() as screen:
        await screen.show(told.snapshot())
        told.turn(ACT, tools=("Read",))
        rows = await screen.show(told.snapshot())
        assert rows[1].startswith(" ■ act ")  # the verdict may show it earlier
        assert toasts(screen) == []
        told.session.main.results()
        await screen.show(told.snapshot())
        assert toasts(screen) == []
        told.turn(ACT + 100)
        await screen.show(told.snapshot())
        assert len(toasts(screen)) == 1


async def test_a_kind_that_the_person_snoozed_makes_no_toast() -> None:
    told = Told()
    told.turn(WATCH)
    async with stage() as screen:
        await screen.show(told.snapshot())
        await screen.press("z")
        told.turn(ACT)
        rows = await screen.show(told.snapshot())
        assert rows[1].startswith(" ○ calm ")
        assert toasts(screen) == []


async def crossed(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, *, focused: bool, title: str = "Tide tables"
) -> tuple[Wire, Told]:
    """Let a session reach act and return what went over the wire."""
    told = Told()
    told.session.custom_title(title)
    async with stage((40, 12), settings=settings) as screen:
        await screen.show(told.snapshot())
        wire = Wire(screen, monkeypatch)
        if not focused:
            await blur(screen)
        told.turn(ACT)
        await screen.show(told.snapshot())
        await screen.tick()
        monkeypatch.undo()
    return wire, told


LOUD = replace(DEFAULTS, bell=True, notify=True)


@pytest.mark.parametrize(
    ("settings", "focused", "bells", "notified"),
    [
        (DEFAULTS, False, 0, 0),
        (LOUD, True, 0, 0),
        (LOUD, False, 1, 1),
        (replace(DEFAULTS, bell=True), False, 1, 0),
        (replace(DEFAULTS, notify=True), False, 0, 1),
        (replace(LOUD, toasts=False), False, 1, 1),
    ],
    ids=["default", "both, focused", "both", "bell", "notify", "both, no toasts"],
)
async def test_bell_and_desktop_only_where_wanted_and_only_unfocused(
    settings: Settings, bells: int, notified: int, monkeypatch: pytest.MonkeyPatch, *, focused: bool
) -> None:
    wire, told = await crossed(monkeypatch, settings, focused=focused)
    assert wire.bells == bells
    assert wire.notifications == [f"runningtab: {sentence(expected(told), columns=60)}"] * notified


@pytest.mark.parametrize("title", ["\x1b]9;pwned\x07", "\x1b]9;pwned\x1b\\", "\x9d9;pwned\x9c\x07"])
async def test_text_of_the_transcript_never_goes_to_the_desktop(title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wire, told = await crossed(monkeypatch, LOUD, focused=False, title=title)
    (words,) = wire.notifications
    assert "pwned" not in words
    assert words == f"runningtab: {sentence(expected(told), columns=60)}"
    assert wire.bells == 1
    assert not any("\x9d" in write or "]9;pwned" in write for write in wire.writes)


class FakeApp:
    """As much of an app as a desktop notification asks for."""

    def __init__(self, *, headless: bool = False) -> None:
        self.is_headless = headless
        self._driver = self
        self.writes: list[str] = []

    def write(self, text: str) -> None:
        self.writes.append(text)


def notified(nudges: Sequence[Nudge], *, headless: bool = False) -> list[str]:
    app = FakeApp(headless=headless)
    for nudge in nudges:
        desktop_notification(cast("App[Any]", app), nudge)
    return app.writes


def test_every_nudge_is_one_whole_sequence_of_printable_text() -> None:
    for nudge, written in zip(ALL, notified(ALL), strict=True):
        assert written == f"\x1b]9;runningtab: {sentence(nudge, columns=60)}\x1b\\"
        assert written[2:-2].isprintable()


@pytest.mark.parametrize("model", ["\x1b]9;pwned\x07", "a\x1b\\b", "a\x07b", "a\x9cb", "a\u202eb\nc"])
def test_a_models_name_cannot_end_the_sequence(model: str) -> None:
    (written,) = notified([replace(SWITCH, facts=Switch(model, None, 2.11, 554_096))])
    assert written.startswith("\x1b]9;runningtab: /model")
    assert written.endswith("\x1b\\")
    assert written[2:-2].isprintable()


def test_without_a_terminal_nothing_is_written() -> None:
    assert notified(ALL, headless=True) == []
