"""When to call the person: once a crossing, and only when the answer is over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from meter.budget import Overspent
from meter.level import Level
from meter.nudge import Broke, Cold, Kind, Nudge
from tui.view import View

_PASSING = frozenset((Kind.CACHE_EXPIRING, Kind.CACHE_BROKE, Kind.BUDGET))
"""Kinds that are announced beside the level itself; each once until it has gone."""
_RESETS = frozenset((Kind.CLEAR, Kind.COMPACT, Kind.COMPACTION_NEAR))
"""Kinds that a level is about."""


@dataclass
class Announcer:
    """Remembers what was announced, so that nothing is said twice."""

    _level: Level = Level.CALM
    _said: set[tuple[Kind, object]] = field(default_factory=set)
    _session: str | None = None

    def news(self, view: View) -> Iterator[Nudge]:
        """Return the nudges to announce now; what was there when a session was opened is not news."""
        state = view.state
        if state is None or view.is_empty:
            return
        present = {_identity(nudge, view): nudge for nudge in view.nudges if nudge.kind in _PASSING}
        if state.path != self._session:
            self._session, self._level, self._said = state.path, view.level, set(present)
            return
        self._level = min(self._level, view.level)
        # A budget stays passed; what else has gone may come again.
        self._said = {said for said in self._said if said in present or said[0] is Kind.BUDGET}
        if view.answering or view.is_idle:
            return  # nobody can act in the middle of an answer, and a finished session does not nag
        if view.level > self._level:
            reset = next((nudge for nudge in view.nudges if nudge.kind in _RESETS and nudge.level is view.level), None)
            if reset is not None:
                self._level = view.level
                if reset.kind not in view.snoozed:
                    yield reset
        for identity, nudge in present.items():
            if identity not in self._said and not isinstance(nudge.facts, Cold):
                self._said.add(identity)
                if nudge.kind not in view.snoozed:
                    yield nudge


def _identity(nudge: Nudge, view: View) -> tuple[Kind, object]:
    """Return what makes a nudge the same as one that was announced before."""
    match nudge.facts:
        case Overspent(scope):
            return (nudge.kind, scope)
        case Broke():
            return (nudge.kind, view.state.main.breaks[-1].turn if view.state and view.state.main.breaks else None)
        case _:
            return (nudge.kind, None)
