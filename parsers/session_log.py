"""All transcripts of one session as one log: each turn counted once, whichever files repeat it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from parsers.records import CostState
from parsers.transcript import Thread, Transcript
from parsers.turns import Turn

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_EARLIEST = datetime.min.replace(tzinfo=UTC)


def is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


class SessionLog:
    """The main transcript and its agents' transcripts.

    The order in which the files are fed makes no difference: a turn that several files hold belongs to the
    main transcript, else to the agent file whose path sorts first, with the largest counts of all its copies.
    """

    def __init__(self, path: str, *, keep_labels: bool = True) -> None:
        self.path = path
        self.main = Transcript(path, keep_labels=keep_labels)
        self._agents: dict[str, Transcript] = {}
        self._owners: dict[str, str | None] = {}
        self._keep_labels = keep_labels
        self._holders: dict[str, list[Transcript]] = {}

    def add_agent(self, path: str, agent_id: str, owner: str | None = None) -> Transcript:
        """Return the transcript of an agent's file, which joins the session when it is new.

        A file that lies beside the main transcript names its ``owner``: it counts while that is this session.
        """
        if path not in self._agents:
            self._agents[path] = Transcript(path, agent_id, keep_labels=self._keep_labels)
            self._owners[path] = owner
        return self._agents[path]

    def feed(self, transcript: Transcript, data: bytes) -> None:
        """Read more bytes of one of the session's files."""
        self._settle(transcript, transcript.feed(data))

    def finish(self, transcript: Transcript) -> None:
        """Read the last line of one of the files even if no newline ends it."""
        self._settle(transcript, transcript.finish())

    @property
    def session_id(self) -> str:
        """The file's stem if it is a UUID, else the id that most records name, else the stem."""
        stem = self.path.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".jsonl")
        if is_uuid(stem) or not (ids := self.main.session_ids):
            return stem
        return min(ids, key=lambda name: (-ids[name], name))

    @property
    def transcripts(self) -> list[Transcript]:
        ours = (None, self.session_id)
        return [self.main, *(self._agents[path] for path in sorted(self._agents) if self._owners[path] in ours)]

    @property
    def cost_state(self) -> CostState | None:
        """Claude Code's own running total of this session, where it left one."""
        states = self.main.cost_states
        return states.get(self.session_id) or states.get(None)

    def threads(self) -> list[Thread]:
        """Return the threads with turns, main first, then the agents by the time of their first turn.

        Agents that only progress records tell of count when the session has no agent files: where it has, the
        files hold the same responses.
        """
        transcripts = self.transcripts
        has_files = any(agent.has_turns for agent in transcripts[1:])
        others = [
            thread
            for transcript in transcripts
            for thread in transcript.threads.values()
            if thread.agent_id is not None and thread.visible and not (thread.from_progress and has_files)
        ]
        return [self.main.main_thread, *sorted(others, key=_age)]

    def _settle(self, transcript: Transcript, touched: set[str]) -> None:
        """Give each touched turn one home among the files that hold it."""
        for turn_id in touched:
            holders = self._holders.setdefault(turn_id, [])
            if transcript not in holders:
                holders.append(transcript)
                holders.sort(key=lambda holder: (holder.agent_id is not None, holder.path))
            if len(holders) > 1:
                self._unify(turn_id, holders)

    @staticmethod
    def _unify(turn_id: str, holders: list[Transcript]) -> None:
        home, *copies = holders
        thread, index = home.place(turn_id)
        best = home.turn(turn_id)
        for copy in copies:
            best = best.absorb(copy.turn(turn_id))
            other, place = copy.place(turn_id)
            other.hide(place, turn_id)
        if best is not home.turn(turn_id):
            thread.put(index, best)
        thread.show(index, turn_id)


def _age(thread: Thread) -> tuple[datetime, str]:
    first = next((event.at for event in thread.events if isinstance(event, Turn) and event.at is not None), None)
    return (first or _EARLIEST, thread.agent_id or "")
