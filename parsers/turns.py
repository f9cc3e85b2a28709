"""Turns: one API response each, counted once however many lines repeat it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from sys import intern

from parsers.decoding import Json
from parsers.labels import label
from parsers.records import AssistantLine, UsageLine

_WIDE = "[1m]"  # what the client appends to a model id to ask for the window of a million tokens


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of a response."""

    input: int = 0
    output: int = 0
    cache_creation: int = 0
    """All cache writes, 5 minutes and 1 hour."""
    one_hour: int = 0
    """As declared by the split; may exceed ``cache_creation``."""
    cache_read: int = 0
    web_searches: int = 0

    @property
    def write_1h(self) -> int:
        return min(self.one_hour, self.cache_creation)

    @property
    def write_5m(self) -> int:
        """Writes that the split does not declare as 1 hour are billed as 5 minutes."""
        return self.cache_creation - self.write_1h

    @property
    def context(self) -> int:
        """Size of the prompt that was sent."""
        return self.input + self.cache_creation + self.cache_read

    def largest(self, other: Usage) -> Usage:
        """Return the larger of each count: copies of a response differ only in how far it had streamed."""
        largest = Usage(
            max(self.input, other.input),
            max(self.output, other.output),
            max(self.cache_creation, other.cache_creation),
            max(self.one_hour, other.one_hour),
            max(self.cache_read, other.cache_read),
            max(self.web_searches, other.web_searches),
        )
        return self if largest == self else largest


@dataclass(frozen=True, slots=True)
class Iteration:
    """A part of a response that the API made on its own; ``advisor_message`` is billed on top."""

    kind: str
    model: str | None
    usage: Usage
    speed: str | None
    geo: str | None
    tier: str | None


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool call: its name and a short label of what it is about."""

    id: str
    name: str
    target: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One API response; times in UTC."""

    id: str
    usage: Usage
    model: str
    requested_model: str | None
    at: datetime | None
    """Time of its first line."""
    done_at: datetime | None
    """Time of its last line."""
    final: bool
    """Its output count is final: some line has a stop reason."""
    damaged: bool
    """A count could not be read."""
    speed: str | None
    geo: str | None
    tier: str | None
    iterations: tuple[Iteration, ...]
    copied_from: str | None
    """The session that paid, when this line was copied into a fork."""
    tools: tuple[ToolUse, ...]
    ends_with_tool: bool
    stop_reason: str | None
    version: str | None
    effort: str | None

    @property
    def billed_id(self) -> str:
        """Model id that the client prices by: what was requested, without the window suffix."""
        wanted = self.requested_model or self.model
        return wanted[: -len(_WIDE)] if wanted.endswith("]") and self.wide else wanted

    @property
    def wide(self) -> bool:
        """The request asked for the 1M window."""
        return (self.requested_model or self.model).lower().endswith(_WIDE)

    def merge(self, other: Turn) -> Turn:
        """Return this turn revised by a later line, or by another file's copy, of the same response."""
        usage = self.usage.largest(other.usage)
        known = [tool.id for tool in self.tools]
        added = tuple(tool for tool in other.tools if tool.id not in known)
        merged = Turn(  # every third line of a transcript comes here: replace() would take three times as long
            id=self.id,
            usage=usage,
            model=other.model or self.model,
            requested_model=other.requested_model or self.requested_model,
            at=_earlier(self.at, other.at),
            done_at=_later(self.done_at, other.done_at),
            final=self.final or other.final,
            damaged=self.damaged or other.damaged,
            speed=other.speed or self.speed,
            geo=other.geo or self.geo,
            tier=other.tier or self.tier,
            iterations=other.iterations or self.iterations,
            copied_from=self.copied_from,
            tools=self.tools + added if added else self.tools,
            ends_with_tool=other.ends_with_tool,
            stop_reason=other.stop_reason or self.stop_reason,
            version=self.version,
            effort=self.effort,
        )
        return self if merged == self else merged

    def absorb(self, copy: Turn) -> Turn:
        """Return this turn with what another file's copy of it knows better: counts that had streamed further."""
        usage = self.usage.largest(copy.usage)
        if usage is self.usage and (self.final or not copy.final):
            return self
        return replace(self, usage=usage, final=self.final or copy.final)


def _earlier(a: datetime | None, b: datetime | None) -> datetime | None:
    return a or b if a is None or b is None else min(a, b)


def _later(a: datetime | None, b: datetime | None) -> datetime | None:
    return a or b if a is None or b is None else max(a, b)


def turn_of(line: AssistantLine, key: str, *, keep_labels: bool = True) -> Turn:
    """Return the turn as this one line tells it; ``key`` names it when the line has no message id."""
    copied = line.request_session_id
    return Turn(
        id=line.message_id or key,
        usage=_usage(line.usage),
        model=intern(line.model),
        requested_model=_interned(line.requested_model),
        at=line.origin.at,
        done_at=line.origin.at,
        final=line.stop_reason is not None,
        damaged=line.usage.damaged,
        speed=_interned(line.usage.speed),
        geo=_interned(line.usage.geo),
        tier=_interned(line.usage.tier),
        iterations=tuple(
            Iteration(part.kind, part.model, _usage(part.usage), part.usage.speed, part.usage.geo, part.usage.tier)
            for part in line.usage.iterations
        ),
        copied_from=copied if copied != line.origin.session_id else None,
        tools=_tools(line.blocks, keep_labels=keep_labels),
        ends_with_tool=bool(line.blocks) and line.blocks[-1].get("type") in ("tool_use", "server_tool_use"),
        stop_reason=_interned(line.stop_reason),
        version=_interned(line.origin.version),
        effort=_interned(line.effort),
    )


def _interned(text: str | None) -> str | None:
    """Return the one copy of a text that thousands of turns share."""
    return None if text is None else intern(text)


def _usage(line: UsageLine) -> Usage:
    return Usage(line.input, line.output, line.cache_creation, line.one_hour, line.cache_read, line.web_searches)


def _tools(blocks: Sequence[Json], *, keep_labels: bool) -> tuple[ToolUse, ...]:
    return tuple(
        ToolUse(str(block.get("id")), intern(label(block.get("name")) or "tool"), _target(block) if keep_labels else "")
        for block in blocks
        if block.get("type") in ("tool_use", "server_tool_use")
    )


_TARGET_KEYS = (
    "description",
    "file_path",
    "notebook_path",
    "path",
    "pattern",
    "query",
    "url",
    "command",
    "skill",
    "subject",
)


def _target(block: Json) -> str:
    given = block.get("input")
    if not isinstance(given, dict):
        return ""
    for key in _TARGET_KEYS:
        if text := label(given.get(key)):
            return _file_name(text) if key in ("file_path", "notebook_path", "path") else text
    return ""


def _file_name(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or path
