"""Money as integers: pico-dollars, so that sums are exact in any order."""

from __future__ import annotations

from enum import IntEnum

Pico = int
"""10^-12 dollars: one token at one micro-dollar per million tokens."""

PICO_PER_DOLLAR = 10**12
MICRO_PER_DOLLAR = 10**6


def dollars(amount: Pico) -> float:
    """Return the amount in dollars, correctly rounded to the nearest float."""
    return amount / PICO_PER_DOLLAR


class Certainty(IntEnum):
    """How sure a figure is; the worst of its parts wins."""

    EXACT = 0
    """Transcript usage times dated list price."""
    ESTIMATED = 1
    LOWER_BOUND = 2
    """An output count was never finalised, or a part has no price."""
    UNPRICED = 3
    """The model is unknown: its tokens are shown, no money is given to it."""

    @property
    def words(self) -> str:
        return self.name.lower().replace("_", " ")
