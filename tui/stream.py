"""``watch --json``: what the screen would show, as a line of JSON for every change."""

from __future__ import annotations

import json
import queue
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from meter.cache import cache_clock
from meter.money import dollars
from meter.rates import RateTable
from meter.session import SessionState
from meter.settings import DEFAULT_SETTINGS, MeterSettings
from meter.thread import MeteredTurn
from parsers.targets import Library
from tui.follow import Follower, Phase, Snapshot
from tui.session_json import iso, session_json

Json = dict[str, Any]


class EventLog:
    """Turns snapshots into events: only what changed since the last one."""

    def __init__(self, waiting_for: str) -> None:
        self._waiting_for = waiting_for
        self._last: Snapshot | None = None

    def events(self, snapshot: Snapshot, at: datetime) -> Iterator[Json]:
        """Return the lines that a snapshot adds, in order."""
        last, self._last = self._last, snapshot
        if snapshot.phase is Phase.WAITING:
            yield {"event": "start", "at": iso(at), "session": None, "clock": None, "waiting_for": self._waiting_for}
            return
        if snapshot.state is None or snapshot.phase is Phase.READING:
            self._last = last  # nothing is told of a session before its first read is done
            return
        before = last.state if last is not None else None
        line = _line(snapshot, at)
        if before is None or before.path != snapshot.state.path:
            if snapshot.moved_from is not None:
                yield {"event": "session", "from": snapshot.moved_from, **line}
            else:
                yield {"event": "start", **line}
            return
        news = list(new_turns(before, snapshot.state))
        told = {tab.agent_id: len(tab.turns) for tab in before.threads}
        for agent_id, metered in news:
            revised = metered.number <= told.get(agent_id, 0)
            yield {"event": "turn", "turn": {**_turn(agent_id, metered), "revised": revised}, **line}
        if last is not None and not news and _aside(last) != _aside(snapshot):
            yield {"event": "state", **line}

    def end(self, at: datetime) -> Json:
        """Return the last line."""
        if self._last is None or self._last.state is None:
            return {"event": "end", "at": iso(at), "session": None, "clock": None}
        return {"event": "end", **_line(self._last, at)}


def new_turns(before: SessionState, after: SessionState) -> Iterator[tuple[str | None, MeteredTurn]]:
    """Return the turns that are new or revised, with their agent."""
    known = {tab.agent_id: tab for tab in before.threads}
    for tab in after.threads:
        last = known.get(tab.agent_id)
        if tab is last:
            continue
        old = last.turns if last else ()
        for index in range(tab.kept_from(last) if last else 0, len(tab.turns)):
            metered = tab.turns[index]
            if index >= len(old) or old[index].turn is not metered.turn:
                yield (tab.agent_id, metered)


def _line(snapshot: Snapshot, at: datetime) -> Json:
    assert snapshot.state is not None  # noqa: S101 - the callers asked
    return {
        "at": iso(at),
        "session": session_json(snapshot.state),
        "clock": clock_json(snapshot.state, at),
        "phase": snapshot.phase.value,
        "degraded": snapshot.degraded,
    }


def clock_json(state: SessionState, at: datetime) -> Json | None:
    """Return what depends on the moment: whether the cache is warm, until when, and the price of letting it go."""
    last = state.main.state.last
    if last is None:
        return None
    clock = cache_clock(last, one_hour=state.main.state.pace.one_hour)
    left = clock.left(at)
    return {
        "warm": None if left is None else bool(left),
        "expires_at": iso(clock.expires_at),
        "cold_usd": None if clock.extra is None else dollars(clock.extra),
    }


def _turn(agent_id: str | None, metered: MeteredTurn) -> Json:
    return {
        "id": metered.turn.id,
        "agent_id": agent_id,
        "number": metered.number,
        "cost_usd": dollars(metered.cost) if metered.price else None,
    }


def _aside(snapshot: Snapshot) -> tuple[object, ...]:
    """Return what else is worth a line when it changes."""
    state = snapshot.state
    if state is None:
        return (snapshot.phase,)
    return (
        snapshot.phase,
        snapshot.degraded,
        state.title,
        state.prompts,
        state.main.state.compactions,
        state.rewritten,
        state.damaged_lines,
        state.client_cost_usd,
        state.hidden,
        state.tally.turns,
    )


def stream(
    path: Path | None,
    library: Library,
    cwd: Path,
    rates: RateTable,
    *,
    keep_labels: bool,
    settings: MeterSettings = DEFAULT_SETTINGS,
    out: TextIO = sys.stdout,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> int:
    """Print a line for every change until the program is told to end, and return the exit code."""
    posts: queue.SimpleQueue[Snapshot | None] = queue.SimpleQueue()
    follower = Follower(path, library, cwd, rates, posts.put, keep_labels=keep_labels, settings=settings)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: posts.put(None))
    log = EventLog(library.where())
    follower.start()
    try:
        while (snapshot := posts.get()) is not None:
            for event in log.events(snapshot, clock()):
                print_event(event, out)
        print_event(log.end(clock()), out)
    finally:
        follower.stop()
    return 0


def print_event(event: Json, out: TextIO) -> None:
    """Print an event as one line, at once."""
    out.write(json.dumps(event) + "\n")
    out.flush()
