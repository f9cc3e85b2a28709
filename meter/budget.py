"""What a person wants to spend at most, and by how much it was passed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from meter.money import PICO_PER_DOLLAR, Certainty, Pico

if TYPE_CHECKING:  # the session meter is given budgets
    from meter.session import SessionState


class Scope(StrEnum):
    """What a budget is for."""

    TURN = "turn"
    SESSION = "session"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Budgets:
    """Dollars that each may cost; None: no limit."""

    turn: float | None = None
    """For one turn of the main thread."""
    session: float | None = None
    """For a session with its agents."""
    day: float | None = None


NO_BUDGETS = Budgets()


@dataclass(frozen=True, slots=True)
class Overspent:
    """A budget that was passed."""

    scope: Scope
    limit: Pico
    spent: Pico
    certainty: Certainty

    @property
    def excess(self) -> Pico:
        return self.spent - self.limit


def overspent(state: SessionState, budgets: Budgets, today: Pico | None) -> Overspent | None:
    """Return the budget that was passed by most; ``today`` is what the day has cost, None when nobody knows."""
    last, tally = state.main.state.last, state.tally
    spent = [
        (Scope.TURN, budgets.turn, last.cost if last else None, last.certainty if last else Certainty.EXACT),
        (Scope.SESSION, budgets.session, tally.cost, tally.certainty),
        (Scope.DAY, budgets.day, today, Certainty.EXACT),
    ]
    passed = [
        Overspent(scope, round(limit * PICO_PER_DOLLAR), cost, certainty)
        for scope, limit, cost, certainty in spent
        if limit is not None and cost is not None and cost > round(limit * PICO_PER_DOLLAR)
    ]
    return max(passed, key=lambda one: one.excess, default=None)
