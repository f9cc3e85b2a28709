"""Which model would have done for a turn: an easy one a small, a hard one a large."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from parsers.turns import Turn

EASY_OUTPUT, HARD_OUTPUT = 500, 1_000
"""Tokens that an easy turn writes at most, and that a hard one writes more than."""
EDITS = frozenset({"Edit", "MultiEdit", "NotebookEdit", "Write"})
"""Tools that change files."""


class Effort(IntEnum):
    """How hard a turn was, by what it did."""

    EASY = 0
    MEDIUM = 1
    HARD = 2


def effort_of(turn: Turn) -> Effort:
    """Return how hard a turn was.

    Easy: a step that writes up to 500 tokens, calls tools, and edits no file. Hard: more than 1,000 tokens, thinking
    included. Medium: the rest.
    """
    if turn.usage.output > HARD_OUTPUT:
        return Effort.HARD
    edits = any(tool.name in EDITS for tool in turn.tools)
    return Effort.EASY if turn.tools and not edits and turn.usage.output <= EASY_OUTPUT else Effort.MEDIUM


def routed(effort: Effort, context: int, windows: Sequence[int | None]) -> int:
    """Return the place of the model that takes a turn: by its effort, or the next larger one that holds its prompt.

    ``windows`` are those of a small, a middle and a large model.
    """
    holding = (place for place in range(effort, len(windows)) if context <= (windows[place] or context))
    return next(holding, len(windows) - 1)
