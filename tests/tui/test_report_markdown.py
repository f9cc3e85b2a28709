"""The report as Markdown: figures of the text report, and a transcript's text that stays text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fixtures.session import Session
from fixtures.spend import Spend
from tests.conftest import SHARED
from tui.cli import main

LONG = SHARED / "client" / "long-50-turns" / "projects" / "-tmp-demo-project"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared transcripts are not on this machine")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    assert main(["report", "--markdown", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def cells(line: str) -> list[str]:
    """Return the cells of a table's row, as GitHub splits them: at bars without a backslash."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def tables(text: str) -> list[list[list[str]]]:
    blocks = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [[cells(line) for line in block.splitlines()] for block in blocks]


@needs_shared
def test_one_session_is_a_summary_and_a_table_of_its_models(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, LONG)
    for line in (
        "**Session** `turn 0 [[q:main]]`",
        "- **Total cost**: $3.64 at list price",
        "- **Turns**: 50 in 50 prompts",
        "- **Without growth**: $2.05 for the same turns",
        "List prices of 2026-11-22; subscribers pay no per-token bill.",
    ):
        assert line in text.splitlines()
    (models,) = tables(text)
    assert models[0] == ["Model", "Turns", "Input", "Output", "Cache read", "Cache write", "Cost"]
    assert models[1] == [":--", *["--:"] * 6]
    assert models[2] == ["`claude-opus-4-6`", "50", "397", "25.9K", "3.3M", "214.4K", "$3.64"]
    assert str(LONG) not in text


def test_several_sessions_are_a_table_and_their_sum(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for seed in (2, 1):
        session = Session(seed)
        session.custom_title(f"Tide {seed}")
        session.main.turn(Spend(input=1_000_000))
        session.write_to(tmp_path)
    text = printed(capsys, tmp_path)
    sessions, models = tables(text)
    assert sessions[0] == ["Began", "Turns", "Context", "Hit", "Cost", "Session"]
    assert [row[1:5] for row in sessions[2:]] == [["1", "1.0M", "0%", "$4.00"]] * 2
    assert [row[5].split("  ")[1] for row in sessions[2:]] == ["Tide 1`", "Tide 2`"]
    assert "- **Total cost**: $8.00 at list price" in text.splitlines()
    assert models[2] == ["`claude-opus-5-5`", "2", "2.0M", "0", "0", "0", "$8.00"]


HOSTILE = [
    ("a | b", r"`# a \| b`"),
    (r"a \| b", r"`# a \ \| b`"),
    ("**bold** <img src=x> @moon #12 [a](b)", "`# **bold** <img src=x> @moon #12 [a](b)`"),
    ("a `code` b", "``# a `code` b``"),
    ("a ``` b`", "```` # a ``` b` ````"),
    ("a\x1b[31m\u202e b", "`# a b`"),
]


@pytest.mark.parametrize(("title", "shown"), HOSTILE)
def test_a_title_is_text_and_stays_in_its_cell(
    title: str, shown: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed in (1, 2):
        session = Session(seed)
        session.custom_title(f"# {title}")
        session.main.turn(Spend(input=1))
        session.write_to(tmp_path)
    text = printed(capsys, tmp_path)
    sessions, _ = tables(text)
    assert all(len(row) == 6 for row in sessions)
    fence = re.match("`+", shown)
    assert fence is not None
    assert all(
        row[5].startswith(fence[0]) and row[5].endswith(shown.removeprefix(fence[0]).strip()) for row in sessions[2:]
    )


@pytest.mark.parametrize(("title", "shown"), HOSTILE[2:])
def test_the_title_of_one_session_is_code(
    title: str, shown: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = Session()
    session.custom_title(f"# {title}")
    session.main.turn(Spend(input=1))
    assert f"**Session** {shown}" in printed(capsys, session.write_to(tmp_path)).splitlines()


def test_a_session_without_a_title_is_named_by_its_id(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = Session()
    session.main.turn(Spend(input=1))
    assert f"**Session** `{session.id}`" in printed(capsys, session.write_to(tmp_path))


def test_sums_say_how_sure_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = Session()
    session.main.turn(Spend(input=1_000_000), tier="priority")
    session.main.turn(Spend(input=1), model="tidal-model-1")
    text = printed(capsys, session.write_to(tmp_path))
    assert "- **Total cost**: $4.00 + 1 unpriced turn at list price" in text
    assert "\n\n≈ An estimate" in text
    assert "\n\n? 1 turn of an unknown model" in text
    (models,) = tables(text)
    assert [row[-1] for row in models if row[0]] == ["Cost", "--:", "≈ $4.00", "? (1 unpriced turn)"]
