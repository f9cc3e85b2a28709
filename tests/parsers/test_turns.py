"""One response, however many lines repeat it: the largest counts, the last words."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from fixtures.clients import CLIENTS
from fixtures.session import Session
from fixtures.spend import Spend
from parsers.transcript import Transcript
from parsers.turns import Turn, Usage
from tests.support import log_of

OLD = CLIENTS["2.0.76"]


def turns(session: Session) -> list[Turn]:
    events = log_of(session.files(), session.path).threads()[0].events
    return [event for event in events if isinstance(event, Turn)]


def test_a_message_of_many_lines_is_one_turn() -> None:
    session = Session()
    session.main.turn(Spend(input=3, output=90, write_5m=500), blocks=5, tools=("Read", "Grep"))
    (one,) = turns(session)
    assert (one.usage.input, one.usage.output, one.usage.cache_creation) == (3, 90, 500)
    assert [tool.name for tool in one.tools] == ["Read", "Grep"]
    assert one.stop_reason == "tool_use"


def test_the_final_output_wins_over_the_provisional_whichever_comes_last() -> None:
    session = Session(client=OLD)
    lines = session.main.turn(Spend(input=3, output=421), blocks=3)
    assert [turn.usage.output for turn in turns(session)] == [421]
    session.lines = list(reversed(lines))
    assert [turn.usage.output for turn in turns(session)] == [421]
    assert turns(session)[0].final


def test_a_response_without_a_stop_reason_on_any_line_is_not_final() -> None:
    session = Session(client=OLD)
    session.main.turn(Spend(input=3, output=421), blocks=3, output="provisional")
    (one,) = turns(session)
    assert (one.final, one.usage.output) == (False, 4)


def test_a_response_begins_with_its_first_line_and_ends_with_its_last() -> None:
    session = Session()
    session.main.turn(Spend(input=1), blocks=3)
    (one,) = turns(session)
    assert one.at is not None
    assert one.done_at is not None
    assert one.done_at - one.at == timedelta(milliseconds=500)


def test_responses_without_an_id_are_told_apart_by_their_lines() -> None:
    session = Session()
    for _ in range(3):
        session.main.turn(Spend(input=7))
    lines = []
    for line in session.lines:
        raw = json.loads(line.data)
        del raw["message"]["id"], raw["uuid"]
        lines.append(json.dumps(raw).encode() + b"\n")
    transcript = Transcript("a.jsonl")
    transcript.feed(b"".join(lines))
    assert transcript.threads["own:"].turns == 3


@pytest.mark.parametrize(
    ("creation", "one_hour", "written"),
    [(0, 0, (0, 0)), (10, 0, (10, 0)), (10, 4, (6, 4)), (10, 10, (0, 10)), (10, 15, (0, 10))],
)
def test_writes_of_5_minutes_are_what_the_hour_leaves(creation: int, one_hour: int, written: tuple[int, int]) -> None:
    usage = Usage(cache_creation=creation, one_hour=one_hour)
    assert (usage.write_5m, usage.write_1h) == written


def test_the_context_is_all_of_the_prompt_and_none_of_the_output() -> None:
    assert Usage(input=1, output=900, cache_creation=20, cache_read=300).context == 321


@pytest.mark.parametrize(
    ("given", "target"),
    [
        ({"file_path": "/work/tide/curve.py"}, "curve.py"),
        ({"command": "make tide\nmake moon"}, "make tide"),
        ({"command": "make tide", "description": "Build the tide"}, "Build the tide"),
        ({"pattern": "\x1b[31mmoon\u202e"}, "moon"),
        ({"depth": 5}, ""),
        ("text", ""),
        (None, ""),
    ],
)
def test_a_tool_call_has_a_short_label(given: object, target: str) -> None:
    session = Session()
    line = session.main.turn(Spend(input=1), tools=("Bash",))[-1]
    raw = json.loads(line.data)
    raw["message"]["content"][0]["input"] = given
    transcript = Transcript("a.jsonl")
    transcript.feed(json.dumps(raw).encode() + b"\n")
    (one,) = [event for event in transcript.threads["own:"].events if isinstance(event, Turn)]
    assert [tool.target for tool in one.tools] == [target]


def test_without_labels_nothing_of_the_content_is_kept() -> None:
    session = Session()
    session.custom_title("Tides")
    session.main.prompt("where is the moon")
    session.main.turn(Spend(input=1), tools=("Read",))
    transcript = Transcript("a.jsonl", keep_labels=False)
    transcript.feed(session.files()[session.path])
    assert transcript.title is None
    told = repr(transcript.threads["own:"].events)
    for word in ("moon", "Tides", "read.txt"):
        assert word not in told
