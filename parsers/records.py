"""The records of a transcript that matter, each as what it says; a missing or malformed field is ``None``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from parsers.decoding import Json


@dataclass(frozen=True, slots=True)
class Origin:
    """What every chained line says of itself."""

    uuid: str | None
    parent: str | None
    at: datetime | None
    session_id: str | None
    cwd: str | None
    version: str | None
    sidechain: bool
    agent_id: str | None
    process_session_id: str | None
    """``session_id`` (snake case): the session that the process began with; links ``/clear``."""


@dataclass(frozen=True, slots=True)
class UsageLine:
    """The usage object of one assistant line, as it stands there; counts in tokens."""

    input: int
    output: int
    cache_creation: int
    one_hour: int
    cache_read: int
    web_searches: int
    speed: str | None
    geo: str | None
    tier: str | None
    iterations: tuple[IterationLine, ...]
    damaged: bool
    """A count was there but no whole number: it reads as 0."""


@dataclass(frozen=True, slots=True)
class IterationLine:
    """One entry of ``usage.iterations``."""

    kind: str
    model: str | None
    usage: UsageLine


@dataclass(frozen=True, slots=True)
class AssistantLine:
    """One content block of an API response, with the whole response's usage."""

    origin: Origin
    message_id: str | None
    model: str
    requested_model: str | None
    request_session_id: str | None
    stop_reason: str | None
    usage: UsageLine
    blocks: tuple[Json, ...]
    agent_type: str | None
    effort: str | None
    from_progress: bool
    """Found inside an ``agent_progress`` record of the main transcript."""


@dataclass(frozen=True, slots=True)
class UserLine:
    """A line of role user: a typed prompt, a tool result, or text that the client put in."""

    origin: Origin
    content: object
    positioned: bool
    """Has ``turnPosition``: the clients that write it do so on prompts only."""
    compact_summary: bool
    meta: bool
    tool_result: bool


@dataclass(frozen=True, slots=True)
class CompactBoundary:
    """The context was reset to a summary; sizes in tokens."""

    origin: Origin
    trigger: str | None
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class PromptChange:
    """The client changed what it sends beside the history: old results dropped, or a listing of names altered."""

    origin: Origin
    kind: str
    """The record's own name: ``microcompact_boundary``, or an attachment's type such as ``deferred_tools_delta``."""
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CostState:
    """Claude Code's own running total, written at exit and at ``/clear``."""

    session_id: str | None
    total_usd: float | None
    api_ms: int
    wide_models: tuple[str, ...]
    """Model ids that carry the suffix ``[1m]``."""


@dataclass(frozen=True, slots=True)
class Title:
    """A name for the session; ``rank`` orders the kinds, smaller wins."""

    rank: int
    text: str


@dataclass(frozen=True, slots=True)
class OtherLine:
    """Any other record: it only tells when and where."""

    origin: Origin
    known: bool
    """Looks like a record of Claude Code, of whatever type."""


Record = AssistantLine | UserLine | CompactBoundary | PromptChange | CostState | Title | OtherLine
