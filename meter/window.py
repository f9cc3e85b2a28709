"""The context window of a session: how much its model can hold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from meter.rates import RateTable, utc_day
from meter.thread import ThreadState

WIDE = 1_000_000
"""Tokens; what the model id's suffix ``[1m]`` asks for."""


@dataclass(frozen=True, slots=True)
class Window:
    """Size in tokens; None for an unknown model."""

    tokens: int | None
    known: bool


def window_of(main: ThreadState, wide_models: Collection[str], rates: RateTable) -> Window:
    """Return the window of the main thread's newest model: as requested, as proven by a prompt, or its default."""
    if main.last is None:
        return Window(None, known=False)
    turn = main.last.turn
    found = rates.find(turn.billed_id, utc_day(turn.at))
    if turn.wide or f"{turn.billed_id}[1m]" in wide_models:
        return Window(WIDE, known=True)
    if found is None or found.row.default_window is None:
        return Window(None, known=False)
    default, largest = found.row.default_window, found.row.context_window
    if main.peak > default and largest:
        return Window(max(largest, default), known=True)
    return Window(default, known=True)
