"""The collector of cycles stands still during a long read, and goes on after it as it was."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from fixtures.session import Session
from fixtures.story import story
from meter.rates import list_prices
from meter.session import SessionMeter
from tests.support import log_of
from tui.long_read import long_read


@pytest.fixture(autouse=True)
def _collector() -> Iterator[None]:
    yield
    gc.enable()


def test_the_collector_pauses_and_goes_on() -> None:
    with long_read():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_an_error() -> None:
    with pytest.raises(OSError, match="gone"), long_read():
        raise OSError("gone")
    assert gc.isenabled()


def test_one_that_was_off_stays_off() -> None:
    gc.disable()
    with long_read():
        pass
    assert not gc.isenabled()


def test_a_read_leaves_nothing_for_the_collector() -> None:
    session = Session()
    list(story(session, 40))
    gc.collect()
    with long_read():
        log = log_of(session.files(), session.path)
        state = SessionMeter(log, list_prices()).update()
        assert state.main.state.turns == 40
        assert gc.collect() == 0
