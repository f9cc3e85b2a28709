"""Lines to records: damage is told, unknown things pass, malformed fields are left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from parsers.decoding import decode
from parsers.records import AssistantLine, CompactBoundary, CostState, OtherLine, Title, UserLine
from parsers.validation import parse
from tests.support import Json


@pytest.mark.parametrize(
    ("line", "objects", "damaged"),
    [
        (b'{"a":1}', [{"a": 1}], False),
        (b'{"a":1}{"b":2}', [{"a": 1}, {"b": 2}], False),
        (b'{"a":1} \x00{"b":2}', [{"a": 1}, {"b": 2}], False),
        (b'{"a":1},{"b":2}', [{"a": 1}, {"b": 2}], False),
        (b'{"a":1}{"b":', [{"a": 1}], True),
        (b'{"a":1}rubbish', [{"a": 1}], True),
        (b'{"a":', [], True),
        (b"[1]", [], True),
        (b"7", [], True),
        (b"null", [], True),
        (b'{"a":1}[2]', [{"a": 1}], True),
        (b'{"a":"\\ud83d"}', [{"a": "\ud83d"}], False),
        (b'{"a":"\x01"}', [{"a": "\x01"}], False),
        (b'{"a":"\xff"}', [{"a": "\ufffd"}], False),
        (b'{"a":1e999}', [{"a": float("inf")}], False),
        (b'{"a":' * 50_000, [], True),
    ],
    ids=range(16),
)
def test_every_whole_object_of_a_line_is_read(line: bytes, objects: list[Json], damaged: bool) -> None:  # noqa: FBT001
    assert decode(line) == (objects, damaged)


def assistant(**message: object) -> Json:
    return {"type": "assistant", "message": {"id": "msg_1", "model": "m", "usage": {}, **message}}


@pytest.mark.parametrize(
    "raw",
    [
        {"type": "assistant"},
        {"type": "assistant", "message": "text"},
        {"type": "assistant", "message": {}},
        {"type": "assistant", "input_tokens": 5, "message": {"usage": None}},
        assistant(model="<synthetic>"),
        assistant(usage=[1]),
        {"type": "tidal"},
        {"type": 7},
        {"type": ["assistant"]},
        {},
        {"type": "system", "subtype": "turn_duration"},
        {"type": "progress"},
        {"type": "progress", "data": {"type": "bash_progress"}},
        {"type": "progress", "data": {"type": "agent_progress", "message": {"type": "user"}}},
        {"type": "custom-title"},
        {"type": "custom-title", "customTitle": ""},
        {"type": "custom-title", "customTitle": 7},
    ],
    ids=str,
)
def test_what_is_no_response_prompt_or_state_passes_as_something_else(raw: Json) -> None:
    assert isinstance(parse(raw), OtherLine)


@pytest.mark.parametrize(
    "raw",
    [
        assistant(content="text", stop_reason=5, id=None),
        assistant(content=[None, 7, {"type": "text"}]),
        {**assistant(), "isSidechain": "yes", "uuid": 7, "timestamp": 9, "sessionId": [], "effort": {}},
        assistant(usage={"cache_creation": 5, "iterations": {"a": 1}, "server_tool_use": "x", "speed": 1}),
        assistant(usage={"iterations": [None, 5, {"type": 9}]}),
    ],
    ids=range(5),
)
def test_a_malformed_field_is_left_out_and_the_response_stays(raw: Json) -> None:
    assert isinstance(parse(raw), AssistantLine)


def test_counts_are_read_as_they_stand() -> None:
    usage = {
        "input_tokens": 3,
        "output_tokens": 4,
        "cache_creation_input_tokens": 10,
        "cache_read_input_tokens": 5,
        "cache_creation": {"ephemeral_1h_input_tokens": 6, "ephemeral_5m_input_tokens": 4},
        "server_tool_use": {"web_search_requests": 2},
    }
    line = parse(assistant(usage=usage))
    assert isinstance(line, AssistantLine)
    read = line.usage
    assert (read.input, read.output, read.cache_creation, read.one_hour, read.cache_read) == (3, 4, 10, 6, 5)
    assert (read.web_searches, read.damaged) == (2, False)


@pytest.mark.parametrize("count", ["7", 1.5, True, [1]])
def test_a_count_that_is_no_whole_number_reads_as_0_and_is_told(count: object) -> None:
    line = parse(assistant(usage={"input_tokens": count}))
    assert isinstance(line, AssistantLine)
    assert line.usage.input == 0
    assert line.usage.damaged


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-20T09:00:00.250Z", datetime(2026, 11, 20, 9, 0, 0, 250_000, UTC)),
        ("2026-11-20T09:00:00", datetime(2026, 11, 20, 9, tzinfo=UTC)),
        ("2026-11-20T11:00:00+02:00", datetime(2026, 11, 20, 11, tzinfo=timezone(timedelta(hours=2)))),
        ("yesterday", None),
        ("0001-01-01T00:00:00+23:00", None),
    ],
)
def test_times_are_utc_or_nothing(text: str, at: datetime | None) -> None:
    line = parse({"type": "tidal", "timestamp": text})
    assert isinstance(line, OtherLine)
    assert line.origin.at == at


def test_state_rows_are_read() -> None:
    boundary = parse(
        {
            "type": "system",
            "subtype": "compact_boundary",
            "compactMetadata": {"trigger": "auto", "preTokens": 9, "postTokens": 2},
        }
    )
    assert isinstance(boundary, CompactBoundary)
    assert (boundary.trigger, boundary.before, boundary.after) == ("auto", 9, 2)
    cost = parse({"type": "cost-state", "totalCostUSD": 1.5, "modelUsage": {"a[1m]": {}, "b": {}}})
    assert isinstance(cost, CostState)
    assert (cost.total_usd, cost.wide_models) == (1.5, ("a[1m]",))
    assert parse({"type": "summary", "summary": "s", "leafUuid": "x"}) == Title(3, "s")
    assert isinstance(parse({"type": "user", "message": None}), UserLine)


@pytest.mark.parametrize(
    ("raw", "known"),
    [
        ({"type": "tidal-row", "sessionId": "s"}, True),
        ({"type": "last-prompt", "leafUuid": "l"}, True),
        ({"type": "response_item", "payload": {}}, False),
        ({"sessionId": "s"}, False),
        ({"role": "user", "content": "hi"}, False),
    ],
)
def test_records_of_unknown_types_are_told_from_other_programs(raw: Json, known: bool) -> None:  # noqa: FBT001
    line = parse(raw)
    assert isinstance(line, OtherLine)
    assert line.known is known
