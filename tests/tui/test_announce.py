"""Announcing: once a crossing, and only when the answer is over."""

from __future__ import annotations

import pytest

from fixtures.session import START, Session
from fixtures.spend import PICO
from meter.budget import Budgets
from meter.level import Level
from meter.nudge import Kind
from parsers.roots import LiveProcess
from tests.support import state_of_session
from tests.tui.told import ACT, CLEAR_ACT, CLEAR_WATCH, QUIET, READ, WATCH, WITHIN, WRITE, Told, opened
from tui.follow import Phase, Snapshot
from tui.view import make_view


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
