"""The clock of a session that is played again: the time of the newest thing that has happened in it."""

from __future__ import annotations

from datetime import UTC, datetime

from meter.session import Moment
from parsers.transcript import Changed
from parsers.turns import Turn

NEVER = datetime.min.replace(tzinfo=UTC)
"""What the clock says before the first time that the session tells."""


class SessionClock:
    """Goes on with the events of a session's threads, never back.

    Other lines are no help: a client that resumes may write lines of today above those of yesterday.
    """

    def __init__(self) -> None:
        self.now = NEVER
        self._seen: dict[int, int] = {}

    def at(self, moment: Moment) -> datetime:
        """Return the time of a moment; the moments are asked for in order."""
        for thread, events in moment.events:
            for event in thread.events[self._seen.get(id(thread), 0) : events]:
                time = event.done_at if isinstance(event, Turn) else None if isinstance(event, Changed) else event.at
                self.now = max(self.now, time or self.now)
            self._seen[id(thread)] = events
        return self.now
