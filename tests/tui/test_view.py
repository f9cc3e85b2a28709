"""The view: what was spent lately, the curve's sums, and short names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given

from fixtures.session import Session, Ticking
from fixtures.spend import Spend
from meter.level import Level
from meter.rates import list_prices
from meter.session import SessionMeter, SessionState
from parsers.roots import LiveProcess
from parsers.session_log import SessionLog
from tests.made import Dice, dice, sessions
from tests.support import state_of_session, transcript_of
from tui.follow import Phase, Snapshot
from tui.view import View, cumulative, make_view, short_model

TURN = Spend(input=1_000, output=100)


def view_of(state: SessionState, now: datetime, process: LiveProcess | None = None) -> View:
    return make_view(Snapshot(Phase.LIVE, state, process=process), now)


def at(hour: int, minute: int = 0, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def session_at(*times: datetime) -> Session:
    """Return a session with a turn at each time."""
    clock = Ticking(step=timedelta())
    session = Session(1, clock=clock)
    for time in times:
        clock.now = time
        session.main.turn(TURN)
    return session


def test_the_last_hour_and_today_count_what_was_spent_since() -> None:
    state = state_of_session(session_at(at(22, day=19), at(1), at(9, 59), at(10, 1), at(10, 58)))
    each = state.main.turns[0].cost
    view = view_of(state, at(11))
    assert view.spent_last_hour == 2 * each
    assert view.spent_today == 4 * each


def test_a_turn_exactly_an_hour_ago_still_counts() -> None:
    view = view_of(state_of_session(session_at(at(10))), at(11))
    assert view.state is not None
    assert view.spent_last_hour == view.state.tally.cost
    assert view_of(view.state, at(11) + timedelta(milliseconds=1)).spent_last_hour == 0


def test_today_begins_at_midnight_here() -> None:
    state = state_of_session(session_at(at(12), at(23, 30)))
    each = state.main.turns[0].cost
    here = timezone(timedelta(hours=1))
    assert view_of(state, at(23, 45).astimezone(here)).spent_today == each  # it is the 21st here since 23:00 UTC
    assert view_of(state, at(23, 45)).spent_today == 2 * each
    assert view_of(state, at(9, day=22)).spent_today == 0


def test_agents_count_in_the_last_hour() -> None:
    clock = Ticking(at(9), timedelta())
    session = Session(1, clock=clock)
    session.main.turn(TURN)
    clock.now = at(10, 30)
    session.agent().turn(TURN)
    state = state_of_session(session)
    view = view_of(state, at(11))
    assert view.spent_last_hour == state.agents[0].state.tally.cost > 0
    assert view.agents == state.agents[0].state.tally


def test_the_curve_adds_agents_by_their_time() -> None:
    clock = Ticking(at(9), timedelta())
    session = Session(1, clock=clock)
    session.main.turn(TURN)
    agent = session.agent()
    for minute in (10, 20, 50):
        clock.now = at(9, minute)
        agent.turn(TURN)
    clock.now = at(9, 30)
    session.main.turn(TURN)
    clock.now = at(9, 40)
    session.main.turn(TURN)
    clock.now = at(9, 55)
    agent.turn(TURN)
    state = state_of_session(session)
    each = state.main.turns[0].cost
    paid, flat = cumulative(state)
    assert paid == (3 * each, 4 * each, 7 * each)
    assert flat[0] == paid[0]
    assert paid[-1] == state.tally.cost
    assert paid[-1] - flat[-1] == state.main.state.tally.history


@given(sessions(steps=30, mixed=True))
def test_the_curve_ends_on_the_tab(session: Session) -> None:
    state = state_of_session(session)
    paid, flat = cumulative(state)
    assert len(paid) == len(flat) == len(state.main.turns)
    if paid:
        assert paid[-1] == state.tally.cost
        assert paid[-1] - flat[-1] == state.main.state.tally.history
    assert list(paid) == sorted(paid)
    assert all(below <= above for below, above in zip(flat, paid, strict=True))


def test_a_view_of_the_same_state_takes_the_curve_of_the_one_before() -> None:
    state = state_of_session(session_at(at(9), at(10)))
    first = view_of(state, at(11))
    second = make_view(Snapshot(Phase.LIVE, state), at(11, 1), first)
    assert second.paid is first.paid
    assert second.flat is first.flat
    other = state_of_session(session_at(at(9)))
    assert make_view(Snapshot(Phase.LIVE, other), at(11, 2), second).paid == cumulative(other)[0]


@given(sessions(steps=30, mixed=True), dice)
def test_a_curve_that_grows_view_by_view_is_the_one_made_at_once(session: Session, dice: Dice) -> None:
    log = SessionLog(session.path)
    meter = SessionMeter(log, list_prices())
    view: View | None = None
    for line in session.lines:
        log.feed(transcript_of(log, line.path), line.data)
        if dice.coin():
            state = meter.update()
            view = make_view(Snapshot(Phase.LIVE, state), at(11), view)
            assert (view.paid, view.flat) == cumulative(state)


def test_the_turns_before_a_revised_one_are_kept() -> None:
    session = session_at(at(9), at(10), at(11))
    log = SessionLog(session.path)
    meter = SessionMeter(log, list_prices())
    first, second, third = session.lines
    log.feed(log.main, first.data + second.data)
    before = meter.update().main
    log.feed(log.main, third.data)
    grown = meter.update().main
    log.feed(log.main, second.data.replace(b'"output_tokens":100', b'"output_tokens":101'))
    revised = meter.update().main
    assert [grown.kept_from(before), before.kept_from(grown), grown.kept_from(grown)] == [2, 2, 3]
    assert [tab.turns[1].turn.usage.output for tab in (grown, revised)] == [100, 101]
    assert revised.kept_from(grown) == 1


def test_without_a_session_there_is_nothing_to_show() -> None:
    view = make_view(Snapshot(Phase.WAITING), at(11))
    assert view.is_empty
    assert (view.title, view.project, view.model) == ("", "", "")
    assert (view.clock, view.outlook, view.last_turn) == (None, None, None)
    assert view.level is Level.CALM
    assert not view.answering


def test_a_session_without_a_response_is_empty() -> None:
    session = Session(1)
    session.main.prompt()
    assert view_of(state_of_session(session), at(11)).is_empty
    session.agent().turn(TURN)
    assert not view_of(state_of_session(session), at(11)).is_empty


def test_a_request_is_in_flight_after_a_prompt_or_a_tool_call() -> None:
    session = Session(1)
    soon = session.clock() + timedelta(minutes=2)
    session.main.prompt()
    session.main.turn(TURN)
    assert not view_of(state_of_session(session), soon).answering
    session.main.prompt("and now")
    assert view_of(state_of_session(session), soon).answering
    assert not view_of(state_of_session(session), soon + timedelta(hours=1)).answering  # it was broken off
    session.main.turn(TURN, tools=("Read",))
    assert view_of(state_of_session(session), soon).answering
    session.main.results()
    session.main.turn(TURN)
    assert not view_of(state_of_session(session), soon).answering


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("claude-opus-5-5", "Opus 5.5"),
        ("claude-opus-5", "Opus 5"),
        ("claude-sonnet-4-5-20250929", "Sonnet 4.5"),
        ("claude-3-5-haiku-20241022", "Haiku 3.5"),
        ("claude-fable-5-2", "Fable 5.2"),
        ("anthropic/claude-opus-4-8", "Opus 4.8"),
        ("tidal-model-1", "tidal-model-1"),
        ("claude-opus-5-5-preview", "claude-opus-5-5-preview"),
        ("gpt-\x1b[31m9", "gpt-9"),
        ("", ""),
    ],
)
def test_models_have_the_names_that_people_say(model: str, name: str) -> None:
    assert short_model(model) == name
