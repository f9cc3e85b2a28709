"""A replay as a picture: the turn that was asked for, without a terminal and without the network."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from fixtures.session import Session
from fixtures.story import story
from tests.support import read_file
from tui.cli import main
from tui.format import money


@pytest.fixture
def transcript(tmp_path: Path) -> Path:
    session = Session(5)
    list(story(session, 30))
    path = tmp_path / session.path
    path.write_bytes(session.files()[session.path])
    return path


def text_of(svg: Path) -> str:
    return html.unescape(svg.read_text()).replace("\xa0", " ")


def test_the_picture_is_of_the_turn(transcript: Path, tmp_path: Path) -> None:
    svg = tmp_path / "turn.svg"
    assert main(["replay", "--svg", str(svg), "--at", "12", str(transcript)]) == 0
    costs = [metered.cost for metered in read_file(transcript).main.turns]
    drawn = text_of(svg)
    assert money(sum(costs[:12])) in drawn
    assert money(sum(costs[:13])) not in drawn
    assert "/30" in drawn
    assert "font-face" not in drawn


def test_without_a_turn_it_is_of_the_last_one(transcript: Path, tmp_path: Path) -> None:
    svg = tmp_path / "turn.svg"
    assert main(["replay", "--svg", str(svg), str(transcript)]) == 0
    assert money(read_file(transcript).tally.cost) in text_of(svg)


def test_nothing_is_written_below_claude_codes_directory(
    transcript: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    svg = tmp_path / "claude" / "x.svg"
    svg.parent.mkdir()
    assert main(["replay", "--config-dir", str(svg.parent), "--svg", str(svg), str(transcript)]) == 2
    assert "nothing is written below" in capsys.readouterr().err
    assert not svg.exists()


def test_a_place_that_cannot_be_written_is_one_line(
    transcript: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", "--svg", str(tmp_path / "none" / "x.svg"), str(transcript)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
