"""The context window of a session: how much its model can hold."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from meter.rates import RateTable, utc_day
from meter.thread import MeteredTurn
from parsers.turns import Turn

WIDE = 1_000_000
"""Tokens; what the model id's suffix ``[1m]`` asks for."""


@dataclass(frozen=True, slots=True)
class Window:
    """Size in tokens; None for an unknown model."""

    tokens: int | None
    known: bool


def window_of(main: Sequence[MeteredTurn], wide_models: Collection[str], rates: RateTable) -> Window:
    """Return the window of the main thread's newest model: as requested, as proven by a prompt, or its default."""
    if not main:
        return Window(None, known=False)
    turn = main[-1].turn
    found = rates.find(turn.billed_id, utc_day(turn.at))
    if turn.wide or f"{turn.billed_id}[1m]" in wide_models:
        return Window(WIDE, known=True)
    if found is None or found.row.default_window is None:
        return Window(None, known=False)
    default, largest = found.row.default_window, found.row.context_window
    if largest and largest > default and any(_exceeds(metered.turn, turn, default) for metered in reversed(main)):
        return Window(largest, known=True)
    return Window(default, known=True)


def _exceeds(turn: Turn, newest: Turn, default: int) -> bool:
    return turn.usage.context > default and turn.billed_id == newest.billed_id
