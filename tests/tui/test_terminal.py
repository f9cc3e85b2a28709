"""The live screen in a real terminal: what a person sees, and how it ends."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.conftest import SHARED
from tests.tui.follower import append
from tests.tui.terminal import Terminal

LONG = SHARED / "client" / "long-50-turns" / "projects" / "-tmp-demo-project"

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared transcripts are not here")


@pytest.fixture
def transcript(tmp_path: Path) -> Path:
    (source,) = LONG.glob("*.jsonl")
    path = tmp_path / "projects" / "-tmp-demo-project" / source.name
    path.parent.mkdir(parents=True)
    return path


def lines_of(path: Path) -> list[bytes]:
    (source,) = LONG.glob("*.jsonl")
    assert source.name == path.name
    return source.read_bytes().splitlines(keepends=True)


def test_a_session_that_another_program_writes_ends_on_its_dollars(transcript: Path, isolated_home: Path) -> None:
    transcript.write_bytes(b"")
    with Terminal([str(transcript)], isolated_home) as terminal:
        terminal.until(lambda text: "No response yet" in text)
        for line in lines_of(transcript):
            append(transcript, line)
        terminal.until(lambda text: all(figure in text for figure in ("$3.64", "136.8K", "94%", "Turns  50")))


@pytest.mark.parametrize(("columns", "lines"), [(44, 24), (80, 24), (120, 36), (200, 60)])
def test_every_size_shows_dollars_context_and_hit_rate(
    transcript: Path, isolated_home: Path, columns: int, lines: int
) -> None:
    transcript.write_bytes(b"".join(lines_of(transcript)))
    with Terminal([str(transcript)], isolated_home, columns, lines) as terminal:
        terminal.until(lambda text: all(figure in text for figure in ("$3.64", "136.8K", "94%")))


def test_resizing_while_it_runs_keeps_the_figures(transcript: Path, isolated_home: Path) -> None:
    transcript.write_bytes(b"".join(lines_of(transcript)))
    with Terminal([str(transcript)], isolated_home, 120, 36) as terminal:
        terminal.until(lambda text: "$3.64" in text)
        for columns, lines in ((44, 24), (200, 60), (80, 24)):
            terminal.resize(columns, lines)
            terminal.until(lambda text: "$3.64" in text and "94%" in text)


@pytest.mark.parametrize("how", ["q", "\x03"])
def test_a_key_ends_it(transcript: Path, isolated_home: Path, how: str) -> None:
    transcript.write_bytes(b"".join(lines_of(transcript)))
    with Terminal([str(transcript)], isolated_home) as terminal:
        terminal.until(lambda text: "$3.64" in text)
        terminal.press(how)
        assert terminal.ended() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_restores_the_terminal(transcript: Path, isolated_home: Path, number: int) -> None:
    transcript.write_bytes(b"".join(lines_of(transcript)))
    with Terminal([str(transcript)], isolated_home) as terminal:
        terminal.until(lambda text: "$3.64" in text)
        terminal.process.send_signal(number)
        assert terminal.ended() in (0, 128 + number)
        assert "Traceback" not in terminal.text()
