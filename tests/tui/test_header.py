"""The header: state, session and clock, at every width."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.session import START, Session
from fixtures.spend import Spend
from tests.support import state_of_session
from tui.cells import plain, width
from tui.follow import Phase, Snapshot
from tui.view import View, make_view
from tui.widgets.header import header

NOW = (START + timedelta(minutes=5, seconds=7)).astimezone(timezone(timedelta(hours=1)))


def view_of(session: Session, phase: Phase = Phase.LIVE) -> View:
    return make_view(Snapshot(phase, state_of_session(session)), NOW)


def shown(view: View, columns: int) -> str:
    return plain([header(view, columns)])[0]


@pytest.fixture
def session() -> Session:
    session = Session(1, cwd="/home/me/tide-tables")
    session.ai_title("A page of tide tables")
    session.main.prompt()
    session.main.turn(Spend(input=10, write_1h=20_000, output=100))
    return session


def test_a_wide_header_names_session_project_model_and_cache(session: Session) -> None:
    line = shown(view_of(session), 120)
    assert line.startswith(" ● live  A page of tide tables · tide-tables · Opus 5.5 · 1h cache ")
    assert line.endswith(" 10:05:07 ")


def test_a_normal_header_names_session_and_project(session: Session) -> None:
    assert shown(view_of(session), 80).split("  ")[1] == "A page of tide tables · tide-tables"
    assert shown(view_of(session), 60).endswith(" 10:05:07 ")


def test_a_narrow_header_has_state_title_and_hour(session: Session) -> None:
    assert shown(view_of(session), 44) == " ● live  A page of tide tables        10:05 "


def test_a_title_without_room_is_cut_before_the_clock(session: Session) -> None:
    session.custom_title("A very long title of a session about the tides of the North Sea")
    assert shown(view_of(session), 40) == " ● live  A very long title of a…  10:05 "


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        (Phase.LIVE, "● live"),
        (Phase.READING, "◌ reading"),
        (Phase.WAITING, "◌ waiting"),
        (Phase.GONE, "◌ gone"),
        (Phase.FAILED, "× unreadable"),
    ],
)
@pytest.mark.parametrize("columns", [40, 60, 120])
def test_the_state_stands_first(session: Session, phase: Phase, words: str, columns: int) -> None:
    assert shown(view_of(session, phase), columns).startswith(f" {words}  ")


def test_a_session_in_which_nothing_happens_is_not_called_live(session: Session) -> None:
    later = make_view(view_of(session).snapshot, NOW + timedelta(hours=3))
    assert shown(later, 80).startswith(" ○ idle  ")


def test_without_a_session_it_says_so() -> None:
    assert shown(make_view(Snapshot(Phase.WAITING), NOW), 80).startswith(" ◌ waiting  no session yet ")


def test_a_session_without_a_title_is_named_by_its_id() -> None:
    session = Session(1)
    session.main.turn(Spend(input=10, write_5m=20_000))
    view = view_of(session)
    assert session.id[:8] in shown(view, 80)
    assert "· 5m cache" in shown(view, 120)


def test_a_folder_of_windows_is_named_by_its_last_part(session: Session) -> None:
    session.cwd = "C:\\work\\tide-tables\\"
    session.main.turn(Spend(input=10))
    view = view_of(session)
    assert view.state is not None
    moved = replace(view, snapshot=replace(view.snapshot, state=replace(view.state, cwd="C:\\work\\tables\\")))
    assert "· tables" in shown(moved, 80)


@given(st.text(max_size=90), st.integers(24, 200))
def test_every_header_has_exactly_the_width(title: str, columns: int) -> None:
    session = Session(1)
    session.custom_title(title)
    session.main.turn(Spend(input=10))
    cells = header(view_of(session), columns)
    assert width(cells) == columns
    assert plain([cells])[0].isprintable()
