"""One thread's part of a session's state."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from meter.cache import CacheBreak
from meter.outlook import Outlook
from meter.thread import MeteredTurn, Preamble, ThreadState
from parsers.prompts import Prompt
from parsers.transcript import Compaction


@dataclass(frozen=True, slots=True)
class ThreadTab:
    """One thread as it stands: its state and its turns in order."""

    agent_id: str | None
    """None for the main thread."""
    agent_type: str | None
    state: ThreadState
    preamble: Preamble | None
    turns: tuple[MeteredTurn, ...]
    prompts: tuple[tuple[int, Prompt], ...]
    """Each with the number of turns before it."""
    compactions: tuple[tuple[int, Compaction], ...]
    breaks: tuple[CacheBreak, ...]
    outlook: Outlook | None

    def kept_from(self, before: ThreadTab) -> int:
        """Return how many turns, from the first, are still those of an earlier tab of the thread."""
        old, new = before.turns, self.turns
        # The fold makes all turns anew that follow a revised one: kept ones come first.
        return bisect_left(range(min(len(old), len(new))), 1, key=lambda index: int(old[index] is not new[index]))
