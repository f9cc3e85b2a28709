"""Each cause of a cache break, from the lines that tell of it."""

from __future__ import annotations

import pytest

from fixtures.causes import BROKEN, HAPPENINGS, RESENT, SECOND, START, broken_session
from fixtures.session import Session, Ticking
from meter.cache import Cause
from tests.support import state_of_session


@pytest.mark.parametrize("name", HAPPENINGS)
def test_the_lines_of_a_session_tell_why_its_cache_broke(name: str) -> None:
    main = state_of_session(broken_session(name)).main
    (found,) = main.breaks
    read = 20_000 if name == "history_rewritten" else 0
    assert (found.turn, found.cause, found.tokens) == (3, Cause(name), RESENT - read)


@pytest.mark.parametrize("name", HAPPENINGS)
def test_a_break_costs_what_a_warm_cache_would_have_saved(name: str) -> None:
    main = state_of_session(broken_session(name)).main
    (found,) = main.breaks
    turn = main.turns[2]
    assert turn.parts is not None
    assert found.cost == turn.parts.miss > 0


def test_an_idle_gap_within_the_lifetime_is_no_cause() -> None:
    assert Cause.IDLE not in {found.cause for found in state_of_session(broken_session("unknown")).main.breaks}


@pytest.mark.parametrize("name", [name for name in HAPPENINGS if name not in ("model_switch", "idle", "unknown")])
def test_what_happened_before_an_earlier_turn_is_no_cause_of_a_later_break(name: str) -> None:
    session = Session(seed=9, clock=Ticking())
    session.main.prompt()
    session.main.turn(START, tools=("Read",))
    session.main.results()
    HAPPENINGS[name](session)
    session.main.turn(SECOND)
    session.main.turn(BROKEN)
    (found,) = state_of_session(session).main.breaks
    assert (found.turn, found.cause) == (3, Cause.UNKNOWN)
