"""Sessions that are to be advised, made of what their turns add, and ways to look at their nudges."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

import pytest

from fixtures.session import Session
from fixtures.spend import LIST, PICO, Spend
from meter.nudge import Kind, Nudge
from meter.outlook import Outlook
from meter.session import SessionState
from tests.conftest import SHARED
from tests.support import state_of_session

LONG_50 = "client/long-50-turns/projects/-tmp-demo-project/0163e776-629f-479c-91f1-b9df859b16f1.jsonl"
OH_MY_POSH = "public/JanDeDobbeleer__oh-my-posh/02/54bffa0c17/1/full.jsonl"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the real sessions are not here")

OPUS, SONNET, HAIKU = "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"
_, OUTPUT, _, WRITE, READ = (price / PICO for price in LIST[OPUS])
"""Dollars a token of Opus 5.5, writes kept for an hour."""


def session_of(
    adds: Sequence[int],
    *,
    model: str = OPUS,
    output: int = 0,
    prompts: Collection[int] = (1,),
    broken: Collection[int] = (),
    tools: int = 1,
) -> Session:
    """Return a session whose turns add so many tokens each; numbers, from 1, tell which a prompt begins.

    Each turn calls tools. A ``broken`` one writes the whole context again.
    """
    session, context = Session(model=model), 0
    for number, add in enumerate(adds, 1):
        if number in prompts:
            session.main.prompt()
        else:
            session.main.results()
        context += add
        read = 0 if number in broken else context - add
        session.main.turn(Spend(write_1h=context - read, read=read, output=output), tools=("Read",) * tools)
    return session


def state_of(adds: Sequence[int], **told: object) -> SessionState:
    return state_of_session(session_of(adds, **told))  # type: ignore[arg-type]


def about(value: float | tuple[float, ...], *, rel: float | None = None, abs: float | None = None) -> Any:  # noqa: A002
    """Return what equals any float near this one, wherever a float is asked for."""
    return pytest.approx(value, rel=rel, abs=abs)


def of_kind(found: Sequence[Nudge], kind: Kind) -> Nudge:
    (nudge,) = [nudge for nudge in found if nudge.kind is kind]
    return nudge


def kinds(found: Sequence[Nudge]) -> set[Kind]:
    return {nudge.kind for nudge in found}


def outlook_of(state: SessionState) -> Outlook:
    assert state.main.outlook is not None
    return state.main.outlook


CALM = [20_000, *[1_000] * 30]
WATCH = [20_000, *[1_000] * 100]
ACT = [20_000, *[1_000] * 200]
MINUTES = [timedelta(minutes=count) for count in range(7)]
