"""A snapshot at a moment: what the panels show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from meter.money import Pico
from meter.session import SessionState
from meter.tally import NOTHING, Tally
from meter.thread import MeteredTurn
from parsers.labels import clean
from tui.follow import Phase, Snapshot

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class View:
    """What a screen shows: the source's snapshot, and the moment it is looked at."""

    snapshot: Snapshot
    now: datetime
    """Aware; in the time zone that the screen shows."""
    spent_last_hour: Pico = 0
    spent_today: Pico = 0

    @property
    def state(self) -> SessionState | None:
        return self.snapshot.state

    @property
    def last_turn(self) -> MeteredTurn | None:
        return self.state.main.state.last if self.state else None

    @property
    def agents(self) -> Tally:
        return sum((tab.state.tally for tab in self.state.agents), NOTHING) if self.state else NOTHING

    @property
    def is_empty(self) -> bool:
        """There is nothing to show yet."""
        return self.state is None or not self.state.tally.turns

    @property
    def title(self) -> str:
        state = self.state
        if state is None:
            return ""
        return state.title or clean(state.session_id)[:8]

    @property
    def project(self) -> str:
        """The last part of the working directory."""
        cwd = self.state.cwd if self.state else None
        return clean(cwd.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]) if cwd else ""

    @property
    def model(self) -> str:
        """A short name of the newest turn's model: ``Opus 5`` for ``claude-opus-5``."""
        return short_model(self.last_turn.turn.billed_id) if self.last_turn else ""

    @property
    def ttl(self) -> timedelta | None:
        """How long the thread's newest cache entry lives; None when nothing was ever cached."""
        return cache_ttl(self.state.main.turns) if self.state else None


def make_view(snapshot: Snapshot, now: datetime) -> View:
    """Return the view of a snapshot at a moment."""
    state = snapshot.state
    if state is None or snapshot.phase is Phase.WAITING:
        return View(snapshot, now)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return View(snapshot, now, _spent_since(state, now - HOUR), _spent_since(state, midnight))


def _spent_since(state: SessionState, since: datetime) -> Pico:
    """Return what the turns since a moment cost; looks back no further than it has to."""
    since = since.astimezone(UTC)
    spent = 0
    for tab in state.threads:
        for metered in reversed(tab.turns):
            if metered.turn.at is not None and metered.turn.at < since:
                break
            spent += metered.cost
    return spent


def cache_ttl(turns: tuple[MeteredTurn, ...]) -> timedelta | None:
    """Return the lifetime of the newest cache write: 1 hour or 5 minutes by its bucket."""
    for metered in reversed(turns):
        usage = metered.turn.usage
        if usage.cache_creation:
            return timedelta(hours=1) if usage.write_1h else timedelta(minutes=5)
    return None


def short_model(model: str) -> str:
    """Return a model id as people say it; an unknown shape is returned cleaned."""
    name = clean(model).rsplit("/", 1)[-1].removeprefix("claude-")
    words = [part for part in name.split("-") if not (part.isdigit() and len(part) == 8)]
    family = [part for part in words if not part.isdigit()]
    version = [part for part in words if part.isdigit()]
    if len(family) == 1 and family[0] in ("opus", "sonnet", "haiku", "fable", "mythos"):
        return f"{family[0].capitalize()} {'.'.join(version)}".strip()
    return clean(model)
