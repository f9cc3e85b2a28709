"""One transcript file, folded line by line into threads of events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from parsers.decoding import Json, decode
from parsers.labels import label
from parsers.lines import LineSplitter
from parsers.prompts import Prompt, is_clear, is_prompt, prompt_label
from parsers.records import (
    AssistantLine,
    CompactBoundary,
    CostState,
    Origin,
    OtherLine,
    PromptChange,
    Record,
    Title,
    UserLine,
)
from parsers.turns import Turn, turn_of
from parsers.validation import parse


@dataclass(frozen=True, slots=True)
class Compaction:
    """The thread's context was reset to a summary; sizes in tokens, 0 when not told."""

    key: str
    at: datetime | None
    trigger: str | None
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Changed:
    """The client changed what it sends beside the history; ``kind`` is the transcript's own name for it."""

    key: str
    kind: str


Event = Turn | Compaction | Prompt | Changed


@dataclass
class Thread:
    """A chain of turns with its own context: its events in file order."""

    agent_id: str | None
    from_progress: bool = False
    """Known only from the main transcript's progress records."""
    agent_type: str | None = None
    events: list[Event] = field(default_factory=list)
    turns: int = 0
    hidden: set[str] = field(default_factory=set)
    """Ids of turns that another file of the session owns."""
    revised: list[int] = field(default_factory=list)
    """Indexes of events that changed after they were added, in the order in which they did."""

    def put(self, index: int, event: Event) -> None:
        """Replace an event that a later line revised."""
        self.events[index] = event
        self.revised.append(index)

    def hide(self, index: int, turn_id: str) -> None:
        """Leave a turn out: another file of the session owns it."""
        if turn_id not in self.hidden:
            self.hidden.add(turn_id)
            self.revised.append(index)

    def show(self, index: int, turn_id: str) -> None:
        if turn_id in self.hidden:
            self.hidden.discard(turn_id)
            self.revised.append(index)

    @property
    def visible(self) -> int:
        """Number of its turns that no other file owns."""
        return self.turns - len(self.hidden)


class Transcript:
    """Everything that one transcript file tells, kept up to date while it grows.

    Feed it bytes in any pieces: the result is that of a cold read. After ``restart`` it reads the file's
    new content as if it followed the old one, so what was counted is kept.
    """

    def __init__(self, path: str, agent_id: str | None = None, *, keep_labels: bool = True) -> None:
        self.path = path
        self.agent_id = agent_id
        self.main_thread = Thread(None)
        self.threads: dict[str, Thread] = {"own:": self.main_thread}
        self.session_ids: Counter[str] = Counter()
        self.process_session_ids: set[str] = set()
        self.cwd: str | None = None
        self.started_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.cost_states: dict[str | None, CostState] = {}
        """The client's last running total of each session that the file names."""
        self.wide_models: set[str] = set()
        self.prompts = 0
        self.records = 0
        """Records that look like Claude Code's; 0 says that the file is something else."""
        self.rewritten = False
        self.begins_with_clear = False
        """A ``/clear`` command stands before its first response."""
        self.holds_copies = False
        """Some of its turns were copied from the session that it forks."""
        self._keep_labels = keep_labels
        self._splitter = LineSplitter()
        self._line = 0
        self._tail_read = 0
        self._key = ""
        self._damaged = 0
        self._places: dict[str, tuple[Thread, int]] = {}
        self._progress_places: dict[str, tuple[Thread, int]] = {}
        self._seen: set[str] = set()
        self._roots: dict[str, str] = {}
        self._listed: dict[str, set[str]] = {}
        self._positions = False
        self._titles: dict[int, str] = {}

    @property
    def damaged_lines(self) -> int:
        """Lines that could not be read, and lines above the limit."""
        return self._damaged + self._splitter.dropped_lines

    @property
    def has_turns(self) -> bool:
        return bool(self._places)

    @property
    def turn_ids(self) -> Collection[str]:
        return self._places.keys()

    def holds(self, turn_id: str) -> bool:
        return turn_id in self._places

    @property
    def title(self) -> str | None:
        """The session's name: given by the person, by the client, or its first prompt."""
        return self._titles[min(self._titles)] if self._titles else None

    def turn(self, turn_id: str) -> Turn:
        """Return a turn by its id."""
        thread, index = self._places[turn_id]
        event = thread.events[index]
        assert isinstance(event, Turn)
        return event

    def place(self, turn_id: str) -> tuple[Thread, int]:
        """Return where a turn stands: its thread and the index among the thread's events."""
        return self._places[turn_id]

    def feed(self, data: bytes) -> set[str]:
        """Read more of the file and return the ids of the turns that are new or revised.

        Progress records are left out: they only ever repeat what agent files hold.
        """
        touched: set[str] = set()
        if self._tail_read:
            # The rest of a line whose beginning was read before its end had come.
            rest, newline, data = data.partition(b"\n")
            for line in self._splitter.feed(rest + newline):
                self._read_line(line, touched)
            if newline:
                self._tail_read = 0
        for line in self._splitter.feed(data):
            self._read_line(line, touched)
        return touched

    def finish(self) -> set[str]:
        """Read what stands after the last newline, as far as it is whole, and return the ids as ``feed`` does.

        Nothing is read twice when the line goes on growing.
        """
        touched: set[str] = set()
        tail = self._splitter.tail()
        if tail.endswith(b"}") or 0 < len(tail) < _LONG_TAIL:
            objects, _ = decode(tail)
            self._fold_objects(objects, touched)
            self._tail_read = max(self._tail_read, len(objects))
        return touched

    def restart(self) -> None:
        """The file was truncated or replaced: what comes next is its new content from the start."""
        self._splitter.cut()
        if self._tail_read:
            self._line += 1
            self._tail_read = 0
        self.rewritten = True

    def _read_line(self, line: bytes, touched: set[str]) -> None:
        objects, damaged = decode(line)
        self._damaged += damaged
        self._fold_objects(objects, touched)
        self._tail_read = 0
        self._line += 1

    def _fold_objects(self, objects: list[Json], touched: set[str]) -> None:
        for number in range(self._tail_read, len(objects)):
            self._key = f"{self.path}:{self._line}:{number}"
            self._fold(parse(objects[number]), touched)

    def _fold(self, record: Record, touched: set[str]) -> None:
        match record:
            case CostState():
                if record.total_usd is not None:
                    self.cost_states[record.session_id] = record
                self.wide_models.update(record.wide_models)
            case Title():
                if self._keep_labels and (text := label(record.text)):
                    self._titles[record.rank] = text
            case AssistantLine():
                self._see(record.origin)
                self._add_response(record, touched)
            case UserLine():
                self._see(record.origin)
                self._add_user(record)
            case CompactBoundary():
                self._see(record.origin)
                self._add_compaction(record)
            case PromptChange():
                self._see(record.origin)
                self._add_change(record)
            case OtherLine():
                self._see(record.origin)
                self.records += record.known
                return
        self.records += 1

    def _see(self, origin: Origin) -> None:
        if origin.sidechain and self.agent_id is None and origin.uuid is not None:
            self._roots[origin.uuid] = self._roots.get(origin.parent or "", origin.uuid)
        if origin.session_id is not None:
            self.session_ids[origin.session_id] += 1
        if origin.process_session_id is not None:
            self.process_session_ids.add(origin.process_session_id)
        if origin.cwd is not None:
            self.cwd = origin.cwd
        if origin.at is not None:
            self.started_at = min(self.started_at or origin.at, origin.at)
            self.ended_at = max(self.ended_at or origin.at, origin.at)

    def _thread(self, origin: Origin, *, progress: bool = False) -> Thread:
        """Return the thread that a line belongs to.

        An agent's file is one thread. Inside a main transcript agents are told apart by their id (progress
        records) or, in 1.x, by the first line of their chain.
        """
        if self.agent_id is not None:
            agent: str | None = self.agent_id
        elif not origin.sidechain:
            agent = None
        else:
            agent = origin.agent_id or self._roots.get(origin.uuid or "", "sidechain")
        key = f"{'progress' if progress else 'own'}:{agent or ''}"
        if key not in self.threads:
            self.threads[key] = Thread(agent, from_progress=progress)
        return self.threads[key]

    def _add_response(self, line: AssistantLine, touched: set[str]) -> None:
        turn = turn_of(line, line.origin.uuid or self._key, keep_labels=self._keep_labels)
        self.holds_copies = self.holds_copies or turn.copied_from is not None
        places = self._progress_places if line.from_progress else self._places
        place = places.get(turn.id)
        if place is None:
            thread = self._thread(line.origin, progress=line.from_progress)
            if line.agent_type:
                thread.agent_type = label(line.agent_type)
            places[turn.id] = (thread, len(thread.events))
            thread.events.append(turn)
            thread.turns += 1
        else:
            thread, index = place
            known = thread.events[index]
            assert isinstance(known, Turn)
            turn = known.merge(turn)
            if turn is known:
                return
            thread.put(index, turn)
        if not line.from_progress:
            touched.add(turn.id)
        if turn.id in self._places and turn.id in self._progress_places:
            told, index = self._progress_places[turn.id]
            told.hide(index, turn.id)

    def _add_user(self, line: UserLine) -> None:
        if line.positioned:
            self._positions = True
        if not self._places and is_clear(line):
            self.begins_with_clear = True
        if self.agent_id is not None or not is_prompt(line, positions=self._positions):
            return
        key = line.origin.uuid or self._key
        if key in self._seen:
            return
        self._seen.add(key)
        text = prompt_label(line.content) if self._keep_labels else ""
        if text:
            self._titles.setdefault(_FIRST_PROMPT, text)
        self._thread(line.origin).events.append(Prompt(key, line.origin.at, text))
        self.prompts += 1

    def _add_change(self, line: PromptChange) -> None:
        """Add a change to the thread; listings that only repeat what was known, as on a resume, change nothing."""
        key = line.origin.uuid or self._key
        if key in self._seen:
            return
        self._seen.add(key)
        known = self._listed.setdefault(line.kind, set())
        before = frozenset(known)
        known.update(line.added)
        known.difference_update(line.removed)
        if known != before or not (line.added or line.removed):
            self._thread(line.origin).events.append(Changed(key, line.kind))

    def _add_compaction(self, line: CompactBoundary) -> None:
        key = line.origin.uuid or self._key
        if key in self._seen:
            return
        self._seen.add(key)
        event = Compaction(key, line.origin.at, line.trigger, line.before, line.after)
        self._thread(line.origin).events.append(event)


_LONG_TAIL = 1 << 20  # a longer unfinished line is tried only when it ends like an object: each try reads it whole

# Ranks of titles beside those of ``Title``: a summary may tell of another session, so the first prompt goes before it.
_FIRST_PROMPT = 2
