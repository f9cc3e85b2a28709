"""Whose turn is it, when several sessions hold it: forks and copies counted once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from parsers.session_log import SessionLog
from parsers.transcript import Thread
from parsers.turns import Turn

Copy = tuple[SessionLog, Thread, int, Turn]


def divide_ownership(logs: Sequence[SessionLog]) -> dict[str, frozenset[str]]:
    """Return, by path, the ids of the turns that another of the sessions owns.

    The owner is the session that the copies name as the one that paid, else the one that holds the turn
    uncopied, else the one whose path sorts first. It gets the largest counts of all copies.
    """
    copies: defaultdict[str, list[Copy]] = defaultdict(list)
    for log in logs:
        for thread in log.threads():
            for index, event in enumerate(thread.events):
                if isinstance(event, Turn) and event.id not in thread.hidden:
                    copies[event.id].append((log, thread, index, event))
    foreign: dict[str, set[str]] = {log.path: set() for log in logs}
    for turn_id, held in copies.items():
        if len(held) > 1:
            owner = _owner(held)
            _absorb(owner, held)
            for log, *_ in held:
                if log is not owner[0]:
                    foreign[log.path].add(turn_id)
    return {path: frozenset(ids) for path, ids in foreign.items()}


def _owner(held: Sequence[Copy]) -> Copy:
    payers = {turn.copied_from for *_, turn in held}
    return min(held, key=lambda copy: (copy[0].session_id not in payers, copy[3].copied_from is not None, copy[0].path))


def _absorb(owner: Copy, held: Sequence[Copy]) -> None:
    _, thread, index, best = owner
    for *_, turn in held:
        best = best.absorb(turn)
    if best is not owner[3]:
        thread.put(index, best)
