"""Which files make one session, and which of them are main transcripts."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import orjson
from pydantic_core import SchemaValidator
from pydantic_core import core_schema as cs

from parsers.decoding import decode
from parsers.labels import label
from parsers.lines import LineSplitter
from parsers.records import AssistantLine
from parsers.session_log import is_uuid
from parsers.validation import parse

CHUNK = 1 << 20


def is_agent_file(path: Path) -> bool:
    return path.name.startswith("agent-") and path.suffix == ".jsonl"


def agent_id_of(path: Path) -> str:
    return path.stem.removeprefix("agent-")


class ProjectFolder:
    """One folder of transcripts; remembers which session each flat agent file belongs to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._owners: dict[Path, str] = {}
        self._without_owner: dict[Path, int] = {}
        """Flat agent files that no response tells the session of yet, with their size when that was looked at."""
        self._listed_at = -1

    def sessions(self) -> list[Path]:
        """Return the main transcripts, sorted; raises OSError when the folder cannot be read.

        A session whose main transcript is gone but whose agents are there is named by the path it had.
        """
        with os.scandir(self.path) as entries:
            kinds = [(entry.name, _is(entry.is_dir), _is(entry.is_file)) for entry in entries]
        mains = {self.path / name for name, _, is_file in kinds if is_file and _is_main(name)}
        left = {self.path / f"{name}.jsonl" for name, is_folder, _ in kinds if is_folder and self._has_agents(name)}
        self._find_owners()
        flat = {self.path / f"{owner}.jsonl" for owner in self._owners.values() if is_uuid(owner)}
        return sorted(mains | left | flat)

    def flat_agents(self, session_id: str) -> list[Path]:
        """Return the flat agent files of a session, sorted."""
        self._find_owners()
        return sorted(path for path, owner in self._owners.items() if owner == session_id)

    def _find_owners(self) -> None:
        """Read whose the flat agent files are; the folder is listed again only when its entries changed."""
        try:
            changed_at = self.path.stat().st_mtime_ns
            if changed_at != self._listed_at:
                names = [name for name in os.listdir(self.path) if name.startswith("agent-")]
                flat = {self.path / name for name in names if name.endswith(".jsonl")}
                self._without_owner = {path: self._without_owner.get(path, 0) for path in flat - self._owners.keys()}
                self._listed_at = changed_at
        except OSError:
            return
        for path, looked_at in sorted(self._without_owner.items()):
            size = _size(path)
            if size == looked_at:
                continue
            self._without_owner[path] = size
            if (owner := flat_agent_owner(path)) is not None:
                self._owners[path] = owner
                del self._without_owner[path]

    def owner(self, path: Path) -> str | None:
        """Return the session that a flat agent file belongs to."""
        return self._owners.get(path)

    def _has_agents(self, name: str) -> bool:
        return is_uuid(name) and any((self.path / name / "subagents").rglob("agent-*.jsonl"))


def _is(ask: Callable[[], bool]) -> bool:
    """Ask what an entry is; one that cannot be asked, such as a link to itself, is nothing."""
    try:
        return ask()
    except OSError:
        return False


def _is_main(name: str) -> bool:
    return name.endswith(".jsonl") and not name.startswith("agent-")


class AgentFinder:
    """Finds the agent files of a session, in the layouts of all client versions.

    ``<session>/subagents/**/agent-*.jsonl`` belong to the session by their place; flat ``agent-*.jsonl``
    beside it belong to the session that their first response names.
    """

    def __init__(self, main: Path, project: ProjectFolder | None = None) -> None:
        self._main = main
        self._project = project or ProjectFolder(main.parent)

    @property
    def folder(self) -> Path:
        """Where today's clients write the session's agents; it may not exist yet."""
        return self._main.with_suffix("") / "subagents"

    def owner(self, path: Path) -> str | None:
        """Return the session that an agent file names; None where its place says whose it is."""
        return self._project.owner(path) if path.parent == self._main.parent else None

    def find(self, session_id: str) -> list[Path]:
        """Return the agent files that are there now, sorted."""
        nested = self.folder.rglob("agent-*.jsonl")
        return sorted({*nested, *self._project.flat_agents(session_id)} - {self._main})


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def flat_agent_owner(path: Path) -> str | None:
    """Return the session of an agent file in the flat layout; None while it has no response yet."""
    splitter = LineSplitter()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                for line in splitter.feed(chunk):
                    if (owner := _response_session(line)) is not None:
                        return owner
    except OSError:
        return None
    return _response_session(splitter.tail())


def _response_session(line: bytes) -> str | None:
    if b'"assistant"' not in line:
        return None
    for raw in decode(line)[0]:
        record = parse(raw)
        if isinstance(record, AssistantLine):
            return record.origin.session_id
    return None


_META = SchemaValidator(
    cs.typed_dict_schema(
        {
            "agentType": cs.typed_dict_field(
                cs.with_default_schema(cs.str_schema(strict=True), default="", on_error="default")
            )
        }
    )
)


def agent_type_of(path: Path) -> str | None:
    """Return the agent's type from the file beside its transcript, where the client writes one."""
    try:
        raw = orjson.loads(path.with_suffix(".meta.json").read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    if not isinstance(raw, dict):
        return None
    return label(_META.validate_python(raw)["agentType"]) or None
