"""When to call the person: once a crossing, and only when the answer is over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from meter.level import Level
from meter.nudge import Kind, Nudge
from tui.view import View

_WORTH = frozenset((Kind.CACHE_EXPIRING, Kind.CACHE_BROKE, Kind.BUDGET, Kind.PRICE_STEP))
"""Kinds that are announced beside the level itself; each once until it has gone."""


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
        if state.path != self._session:
            self._session, self._level = state.path, view.level
            self._said = {_identity(nudge, view) for nudge in view.nudges}
            return
        if view.answering or view.is_idle:
            return  # nobody can act in the middle of an answer, and a finished session does not nag
        level = view.level
        crossed, self._level = level > self._level, level
        present = {_identity(nudge, view) for nudge in view.nudges}
        new = present - self._said
        for nudge in view.nudges:
            if nudge.kind in view.snoozed:
                continue
            if crossed and nudge.kind in (Kind.CLEAR, Kind.COMPACT, Kind.COMPACTION_NEAR) and nudge.level is level:
                crossed = False
                yield nudge
            elif nudge.kind in _WORTH and _identity(nudge, view) in new:
                yield nudge
        self._said = present


def _identity(nudge: Nudge, view: View) -> tuple[Kind, object]:
    """Return what makes a nudge the same as one that was announced before."""
    breaks = view.state.main.breaks if view.state else ()
    return (nudge.kind, breaks[-1].turn if nudge.kind is Kind.CACHE_BROKE and breaks else None)
