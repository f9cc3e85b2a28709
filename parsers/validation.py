"""Decoded objects to typed records: the one place where transcript data is validated.

Validation is pydantic's own core: it drops what has the wrong type field by field, and it loads in a
fifth of the time of the full package, which ``runningtab report`` would spend before its first figure.
Unknown record types, keys and models pass; a missing or malformed field is ``None``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic_core import CoreSchema, SchemaValidator, ValidationError
from pydantic_core import core_schema as cs

from parsers.decoding import Json
from parsers.records import (
    AssistantLine,
    CompactBoundary,
    CostState,
    IterationLine,
    Origin,
    OtherLine,
    PromptChange,
    Record,
    Title,
    UsageLine,
    UserLine,
)


def _soft(schema: CoreSchema, default: object = None) -> CoreSchema:
    return cs.with_default_schema(schema, default=default, on_error="default")


def _given(schema: CoreSchema) -> CoreSchema:
    return cs.with_default_schema(cs.nullable_schema(schema), default=None)


def _fields(**fields: CoreSchema) -> CoreSchema:
    return cs.typed_dict_schema({name: cs.typed_dict_field(field) for name, field in fields.items()})


_TEXT = _soft(cs.str_schema(strict=True))
_FLAG = _soft(cs.bool_schema(strict=True), default=False)
_MOST = 2**53  # larger ones are damage, and the two decoders would read them differently
_COUNT = _soft(cs.int_schema(strict=True, ge=0, le=_MOST), 0)
_MONEY = _soft(cs.float_schema(strict=True, ge=0, allow_inf_nan=False))
_ANY = _soft(cs.any_schema())
_OBJECT = _soft(cs.is_instance_schema(dict))  # as decoded: a dict schema would copy it
_OBJECTS = _soft(cs.list_schema(_OBJECT))

_ORIGIN = {
    "uuid": _TEXT,
    "parentUuid": _TEXT,
    "timestamp": _TEXT,
    "sessionId": _TEXT,
    "cwd": _TEXT,
    "version": _TEXT,
    "isSidechain": _FLAG,
    "agentId": _TEXT,
    "session_id": _TEXT,
}
_USAGE = {
    "input_tokens": _COUNT,
    "output_tokens": _COUNT,
    "cache_creation_input_tokens": _soft(cs.int_schema(strict=True, ge=0, le=_MOST)),
    "cache_read_input_tokens": _COUNT,
    "cache_creation": _soft(_fields(ephemeral_1h_input_tokens=_COUNT, ephemeral_5m_input_tokens=_COUNT)),
    "server_tool_use": _soft(_fields(web_search_requests=_COUNT)),
    "service_tier": _TEXT,
    "speed": _TEXT,
    "inference_geo": _TEXT,
    "iterations": _ANY,
}
_COUNT_KEYS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
_SPLIT_KEYS = ("ephemeral_1h_input_tokens", "ephemeral_5m_input_tokens")

_usage = SchemaValidator(_fields(**_USAGE))
# The same, of which nothing is damaged: most of them, and each field is looked at once.
_TOKENS = _given(cs.int_schema(strict=True, ge=0, le=_MOST))
_STRICT_TEXT = _given(cs.str_schema(strict=True))
_sound_usage = SchemaValidator(
    _fields(
        **dict.fromkeys(_COUNT_KEYS, _TOKENS),
        cache_creation=_given(_fields(**dict.fromkeys(_SPLIT_KEYS, _TOKENS))),
        server_tool_use=_given(_fields(web_search_requests=_TOKENS)),
        service_tier=_STRICT_TEXT,
        speed=_STRICT_TEXT,
        inference_geo=_STRICT_TEXT,
        iterations=_ANY,
    )
)
_iteration = SchemaValidator(_fields(type=_TEXT, model=_TEXT))
_assistant = SchemaValidator(
    _fields(
        **_ORIGIN,
        requestedModel=_TEXT,
        requestSessionId=_TEXT,
        attributionAgent=_TEXT,
        effort=_TEXT,
        message=_fields(id=_TEXT, model=_TEXT, stop_reason=_TEXT, content=_OBJECTS, usage=_OBJECT),
    )
)
_user = SchemaValidator(
    _fields(
        **_ORIGIN,
        message=_soft(_fields(content=_ANY)),
        turnPosition=_OBJECT,
        isCompactSummary=_FLAG,
        isMeta=_FLAG,
        toolUseResult=_ANY,
    )
)
_boundary = SchemaValidator(
    _fields(**_ORIGIN, compactMetadata=_soft(_fields(trigger=_TEXT, preTokens=_COUNT, postTokens=_COUNT)))
)
_cost_state = SchemaValidator(
    _fields(sessionId=_TEXT, totalCostUSD=_MONEY, totalAPIDuration=_COUNT, modelUsage=_OBJECT)
)
_NAMES = _soft(cs.list_schema(_TEXT))
_LISTINGS = ("deferred_tools_delta", "mcp_instructions_delta", "agent_listing_delta")
_listing = SchemaValidator(
    _fields(addedNames=_NAMES, addedTypes=_NAMES, readdedNames=_NAMES, removedNames=_NAMES, removedTypes=_NAMES)
)
_title = SchemaValidator(_fields(customTitle=_TEXT, aiTitle=_TEXT, summary=_TEXT))
_origin = SchemaValidator(_fields(**_ORIGIN))

_TITLE_RANKS = ((0, "customTitle"), (1, "aiTitle"), (3, "summary"))
_CHAINED_KEYS = frozenset(("uuid", "parentUuid", "sessionId", "leafUuid", "messageId", "isSidechain"))


def parse(raw: Json) -> Record:
    """Return the record of a decoded object; a ``<synthetic>`` or usage-less response is an ``OtherLine``."""
    kind = raw.get("type")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is not None and (record := reader(raw)) is not None:
        return record
    return _other(raw)


def _other(raw: Json) -> OtherLine:
    known = isinstance(raw.get("type"), str) and not _CHAINED_KEYS.isdisjoint(raw)
    return OtherLine(_origin_of(_origin.validate_python(raw)), known)


def _origin_of(fields: Mapping[str, Any]) -> Origin:
    return Origin(
        fields["uuid"],
        fields["parentUuid"],
        _time(fields["timestamp"]),
        fields["sessionId"],
        fields["cwd"],
        fields["version"],
        fields["isSidechain"],
        fields["agentId"],
        fields["session_id"],
    )


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _assistant_line(raw: Json, *, from_progress: bool = False) -> AssistantLine | None:
    if not isinstance(raw.get("message"), dict):
        return None
    fields = _assistant.validate_python(raw)
    message = fields["message"]
    if message["usage"] is None or message["model"] == "<synthetic>":
        return None
    return AssistantLine(
        origin=_origin_of(fields),
        message_id=message["id"] or None,
        model=message["model"] or "",
        requested_model=fields["requestedModel"] or None,
        request_session_id=fields["requestSessionId"],
        stop_reason=message["stop_reason"],
        usage=usage_line(message["usage"]),
        blocks=tuple(block for block in message["content"] or () if block is not None),
        agent_type=fields["attributionAgent"],
        effort=fields["effort"],
        from_progress=from_progress,
    )


def usage_line(raw: Json) -> UsageLine:
    """Return the validated counts of a usage object; counts that are no whole numbers read as 0."""
    try:
        fields, damaged = _sound_usage.validate_python(raw), False
    except ValidationError:
        fields, damaged = _usage.validate_python(raw), _has_damage(raw)
    split = fields["cache_creation"] or _NO_SPLIT
    one_hour = split["ephemeral_1h_input_tokens"] or 0
    creation = fields["cache_creation_input_tokens"]
    if creation is None:
        creation = one_hour + (split["ephemeral_5m_input_tokens"] or 0)
    return UsageLine(
        fields["input_tokens"] or 0,
        fields["output_tokens"] or 0,
        creation,
        one_hour,
        fields["cache_read_input_tokens"] or 0,
        (fields["server_tool_use"] or _NO_SEARCHES)["web_search_requests"] or 0,
        fields["speed"],
        fields["inference_geo"],
        fields["service_tier"],
        _iterations(fields["iterations"]),
        damaged,
    )


_NO_SPLIT = dict.fromkeys(_SPLIT_KEYS, 0)
_NO_SEARCHES = {"web_search_requests": 0}


def _has_damage(raw: Json) -> bool:
    return (
        _is_damaged(raw, _COUNT_KEYS)
        or _is_damaged(raw.get("cache_creation"), _SPLIT_KEYS)
        or _is_damaged(raw.get("server_tool_use"), ("web_search_requests",))
    )


def _is_damaged(raw: object, keys: Iterable[str]) -> bool:
    """Tell whether one of the counts is there but cannot be one."""
    if not isinstance(raw, dict):
        return raw is not None
    return any((count := raw.get(key)) is not None and not _is_count(count) for key in keys)


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= _MOST


def _iterations(entries: object) -> tuple[IterationLine, ...]:
    objects = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    if len(objects) == 1 and objects[0].get("type") == "message":
        return ()  # made in one call, as most are: the list only repeats the usage
    return tuple([_iteration_line(entry) for entry in objects])


def _iteration_line(raw: Json) -> IterationLine:
    fields = _iteration.validate_python(raw)
    return IterationLine(fields["type"] or "", fields["model"], usage_line({**raw, "iterations": None}))


def _user_line(raw: Json) -> UserLine:
    fields = _user.validate_python(raw)
    content = (fields["message"] or {}).get("content")
    return UserLine(
        origin=_origin_of(fields),
        content=content,
        positioned=fields["turnPosition"] is not None,
        compact_summary=fields["isCompactSummary"],
        meta=fields["isMeta"],
        tool_result=fields["toolUseResult"] is not None or _has_tool_result(content),
    )


def _has_tool_result(content: object) -> bool:
    return isinstance(content, list) and any(
        isinstance(block, dict) and block.get("type") == "tool_result" for block in content
    )


def _system_line(raw: Json) -> CompactBoundary | PromptChange | None:
    if raw.get("subtype") == "microcompact_boundary":
        return PromptChange(_origin_of(_origin.validate_python(raw)), "microcompact_boundary", (), ())
    if raw.get("subtype") != "compact_boundary":
        return None
    fields = _boundary.validate_python(raw)
    metadata = fields["compactMetadata"] or {"trigger": None, "preTokens": 0, "postTokens": 0}
    return CompactBoundary(_origin_of(fields), metadata["trigger"], metadata["preTokens"], metadata["postTokens"])


def _attachment_line(raw: Json) -> PromptChange | None:
    attachment = raw.get("attachment")
    kind = attachment.get("type") if isinstance(attachment, dict) else None
    if kind not in _LISTINGS:
        return None
    names = _listing.validate_python(attachment)
    added = [name for key in ("addedNames", "addedTypes", "readdedNames") for name in names[key] or ()]
    removed = [name for key in ("removedNames", "removedTypes") for name in names[key] or ()]
    origin = _origin_of(_origin.validate_python(raw))
    return PromptChange(origin, str(kind), tuple(filter(None, added)), tuple(filter(None, removed)))


def _progress_line(raw: Json) -> AssistantLine | None:
    """Return the agent's response inside an ``agent_progress`` record (2.1.9 to 2.1.81)."""
    data = raw.get("data")
    if not isinstance(data, dict) or data.get("type") != "agent_progress" or not isinstance(data.get("message"), dict):
        return None
    inner = data["message"]
    if inner.get("type") != "assistant":
        return None
    return _assistant_line(
        {
            **inner,
            "sessionId": raw.get("sessionId"),
            "cwd": raw.get("cwd"),
            "version": raw.get("version"),
            "isSidechain": True,
            "agentId": data.get("agentId"),
        },
        from_progress=True,
    )


def _cost_line(raw: Json) -> CostState:
    fields = _cost_state.validate_python(raw)
    wide = tuple(model for model in fields["modelUsage"] or () if model.endswith("[1m]"))
    return CostState(fields["sessionId"], fields["totalCostUSD"], fields["totalAPIDuration"], wide)


def _title_line(raw: Json) -> Title | None:
    fields = _title.validate_python(raw)
    for rank, key in _TITLE_RANKS:
        if fields[key]:
            return Title(rank, fields[key])
    return None


_READERS: dict[str, Callable[[Json], Record | None]] = {
    "assistant": _assistant_line,
    "user": _user_line,
    "system": _system_line,
    "attachment": _attachment_line,
    "progress": _progress_line,
    "cost-state": _cost_line,
    "custom-title": _title_line,
    "ai-title": _title_line,
    "summary": _title_line,
}
