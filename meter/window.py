"""The context window of a session: how much its model can hold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from meter.rates import RateTable, utc_day
from parsers.turns import Turn

WIDE = 1_000_000
"""Tokens; what the suffix asks for."""
SUFFIX = "[1m]"
"""Of a model id."""


@dataclass(frozen=True, slots=True)
class Window:
    """Size in tokens; None for an unknown model."""

    tokens: int | None
    known: bool


UNKNOWN = Window(None, known=False)


def window_of(turn: Turn, wide_models: Collection[str], proven: Collection[str], rates: RateTable) -> Window:
    """Return the window of a turn's model: as requested, as proven by a prompt that needed it, or its default.

    ``wide_models`` are ids with the suffix ``[1m]``, as the client's own total names them; ``proven`` are billed
    ids.
    """
    if turn.wide or f"{turn.billed_id}{SUFFIX}" in wide_models:
        return Window(WIDE, known=True)
    tokens = window_at(turn.billed_id, utc_day(turn.at), proven, rates)
    return UNKNOWN if tokens is None else Window(tokens, known=True)


def window_at(model: str, day: date | None, proven: Collection[str], rates: RateTable) -> int | None:
    """Return the tokens that a model holds on a day; None when that is unknown."""
    if model.endswith(SUFFIX):
        return WIDE
    found = rates.find(model, day)
    if found is None or found.row.default_window is None:
        return None
    default, largest = found.row.default_window, found.row.context_window
    return max(largest or 0, default) if model in proven else default


def proves_more(turn: Turn, rates: RateTable) -> bool:
    """Tell whether a prompt was larger than its model's default window: then it had the larger one."""
    found = rates.find(turn.billed_id, utc_day(turn.at))
    return found is not None and turn.usage.context > (found.row.default_window or turn.usage.context)
