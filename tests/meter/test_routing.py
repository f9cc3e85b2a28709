"""Turns classed by what they did, and the model that takes them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from meter.routing import Effort, effort_of, routed
from parsers.turns import ToolUse, Usage
from tests.support import turn


@pytest.mark.parametrize(
    ("output", "tools", "effort"),
    [
        (0, ("Read",), Effort.EASY),
        (500, ("Bash", "Grep"), Effort.EASY),
        (501, ("Bash",), Effort.MEDIUM),
        (40, ("Read", "Edit"), Effort.MEDIUM),
        (40, ("Write",), Effort.MEDIUM),
        (40, (), Effort.MEDIUM),  # an answer
        (1_000, (), Effort.MEDIUM),
        (1_001, ("Read",), Effort.HARD),
        (1_001, (), Effort.HARD),
    ],
)
def test_a_turn_is_as_hard_as_what_it_did(output: int, tools: tuple[str, ...], effort: Effort) -> None:
    calls = tuple(ToolUse(str(n), name, "") for n, name in enumerate(tools))
    assert effort_of(replace(turn(), usage=Usage(output=output), tools=calls)) is effort


@pytest.mark.parametrize(
    ("effort", "context", "place"),
    [
        (Effort.EASY, 200_000, 0),
        (Effort.EASY, 200_001, 1),
        (Effort.EASY, 500_001, 2),
        (Effort.MEDIUM, 1, 1),
        (Effort.HARD, 1, 2),
        (Effort.EASY, 2_000_000, 2),  # none holds it: the largest takes it all the same
    ],
)
def test_the_next_larger_model_takes_what_a_small_one_does_not_hold(effort: Effort, context: int, place: int) -> None:
    assert routed(effort, context, (200_000, 500_000, 1_000_000)) == place


def test_a_window_that_is_not_known_holds_everything() -> None:
    assert routed(Effort.EASY, 5_000_000, (None, None, None)) == 0
