"""The context window: what the model holds, as asked for, as proven, or by default."""

from __future__ import annotations

import pytest

from fixtures.session import Session
from fixtures.spend import Spend
from meter.window import Window
from tests.support import state_of_session


def window(session: Session) -> Window:
    return state_of_session(session).window


@pytest.mark.parametrize(
    ("model", "tokens"),
    [("claude-opus-5-5", 1_000_000), ("claude-haiku-4-5", 200_000), ("claude-sonnet-4-5-20250929", 200_000)],
)
def test_a_model_has_its_default_window(model: str, tokens: int) -> None:
    session = Session(model=model)
    session.main.turn(Spend(input=1))
    assert window(session) == Window(tokens, known=True)


def test_an_unknown_model_has_no_window() -> None:
    session = Session(model="tidal-model-1")
    session.main.turn(Spend(input=1))
    assert window(session).tokens is None


def test_the_suffix_of_the_requested_model_asks_for_a_million() -> None:
    session = Session(model="claude-sonnet-4-6")
    session.main.turn(Spend(input=1), wide=True)
    assert window(session) == Window(1_000_000, known=True)


def test_the_suffix_in_the_clients_own_total_asks_for_a_million() -> None:
    session = Session(model="claude-sonnet-4-6")
    session.main.turn(Spend(input=1))
    session.cost_state(suffix="[1m]")
    assert window(session) == Window(1_000_000, known=True)


def test_a_prompt_larger_than_the_default_proves_the_larger_window() -> None:
    session = Session(model="claude-opus-4-6")
    session.main.turn(Spend(write_5m=200_001))
    session.main.turn(Spend(read=10_000))
    assert window(session) == Window(1_000_000, known=True)


def test_the_window_is_the_newest_models() -> None:
    session = Session(model="claude-opus-5-5")
    session.main.turn(Spend(input=1))
    session.main.turn(Spend(input=1), model="claude-haiku-4-5")
    assert window(session).tokens == 200_000
