"""A replay tells the session as it grew: at each turn what a cold read of that much gives, at the end the report."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from fixtures.session import Session
from fixtures.story import story
from meter.rates import list_prices
from meter.session import SessionMeter
from parsers.recording import Recording
from tests.conftest import SHARED
from tests.made import sessions
from tests.support import read_file, state_of, state_of_session
from tests.test_truth import CAPTURES, PUBLIC, SESSIONS
from tui.cli import main
from tui.film import What, load_film
from tui.replay_stream import replay_stream
from tui.session_json import session_json

Json = dict[str, Any]
MAIN_ONLY = ("context", "cache", "compounding", "outlook")


def is_main(path: Path) -> bool:
    return not path.name.startswith("agent-")


TRANSCRIPTS = sorted(
    [path for capture in CAPTURES for path in (capture / "projects").glob("*/*.jsonl") if is_main(path)]
    + [PUBLIC / name for name in SESSIONS]
)


def events_of(path: Path) -> list[Json]:
    out = io.StringIO()
    assert replay_stream([path], list_prices(), speed=None, keep_labels=True, out=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@cache
def replayed(path: Path) -> list[Json]:
    return events_of(path)


def written(session: Session, folder: Path) -> Path:
    """Write a made-up session's files, and return its main transcript."""
    for name, content in session.files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder / session.path


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared transcripts are not on this machine")
@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: "/".join(path.relative_to(SHARED).parts[1:]))
def test_a_replay_ends_in_exactly_the_state_of_the_report(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if main(["report", "--json", str(path)]) == 1:
        assert main(["replay", "--json", "--speed", "max", str(path)]) == 1
        return
    (report,) = json.loads(capsys.readouterr().out)["sessions"]
    assert main(["replay", "--json", "--speed", "max", str(path)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [lines[0]["event"], lines[-1]["event"]] == ["start", "end"]
    assert lines[-1]["session"] == report
    numbers = [line["turn"]["number"] for line in lines if line["event"] == "turn" and not line["turn"]["agent_id"]]
    assert sorted(set(numbers)) == list(range(1, report["threads"][0]["turns"] + 1))


def first_turns(path: Path, ids: list[str]) -> bytes:
    """Return a transcript's lines up to the last one of any of these responses."""
    lines = path.read_bytes().splitlines(keepends=True)
    held = [number for number, line in enumerate(lines) if any(f'"id":"{one}"'.encode() in line for one in ids)]
    return b"".join(lines[: held[-1] + 1])


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared transcripts are not on this machine")
@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: "/".join(path.relative_to(SHARED).parts[1:]))
def test_the_line_at_a_turn_is_the_cold_read_of_the_turns_so_far(path: Path, tmp_path: Path) -> None:
    lines = {
        line["turn"]["number"]: line
        for line in (replayed(path) if main(["report", str(path)]) == 0 else [])
        if line["event"] == "turn" and line["turn"]["agent_id"] is None
    }
    for number in sorted({1, 2, len(lines) // 3, len(lines) // 2, len(lines) - 1} & lines.keys()):
        ids = [lines[turn]["turn"]["id"] for turn in range(1, number + 1)]
        cut = tmp_path / str(number) / path.name
        cut.parent.mkdir()
        cut.write_bytes(first_turns(path, ids))
        told, cold = lines[number]["session"], session_json(read_file(cut))
        alone = len(told["threads"]) == 1
        if not alone and told["outlook"]:  # an agent's model is one that the session uses
            told["outlook"]["switch"] = cold["outlook"]["switch"]
        for key in told if alone else MAIN_ONLY:
            if key != "path":
                assert told[key] == cold[key], (number, key)


@settings(max_examples=150)
@given(sessions(mixed=True))
def test_a_recording_ends_as_a_cold_read_whatever_the_files_hold(session: Session) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = written(session, Path(folder))
        recording = Recording(path)
        for _ in recording.play():
            pass
        played = SessionMeter(recording.log, list_prices()).update()
        files = {str(Path(folder) / name): content for name, content in session.files().items()}
        cold = state_of(files, str(path))
    assert session_json(played)["tokens"] == session_json(cold)["tokens"]
    assert (played.tally, played.main.turns, played.main.breaks) == (cold.tally, cold.main.turns, cold.main.breaks)
    assert played.started_at == cold.started_at


def test_any_moment_of_a_film_is_the_session_as_it_stood(tmp_path: Path) -> None:
    session = Session(5)
    states = [state_of_session(session) for _ in story(session, 60)]
    film = load_film([written(session, tmp_path)], list_prices())
    assert film.turns == 60
    by_turns = {state.tally.turns: state for state in states if state.tally.turns}
    shown = {state.tally.turns: state for state in map(film.state, range(len(film.frames)))}
    assert shown.keys() >= by_turns.keys()
    for turns, state in by_turns.items():
        assert shown[turns].tally == state.tally
        assert shown[turns].main.turns == state.main.turns
        assert shown[turns].main.outlook == state.main.outlook
        assert shown[turns].main.state.level == state.main.state.level
        assert shown[turns].main.breaks == state.main.breaks
        assert shown[turns].switch == state.switch


def test_agents_play_in_their_own_time(tmp_path: Path) -> None:
    session = Session(5)
    list(story(session, 40))
    events = events_of(written(session, tmp_path))
    turns = [line["turn"] for line in events if line["event"] == "turn"]
    agents = [index for index, turn in enumerate(turns) if turn["agent_id"]]
    assert len(agents) == 2  # the story's one agent, after its turn 13
    assert [turns[index]["number"] for index in agents] == [1, 2]
    assert turns[agents[0] - 1]["number"] == 13
    assert turns[agents[1] + 1]["number"] == 14
    assert [line["at"] for line in events] == sorted(line["at"] for line in events)


def test_a_replay_may_begin_at_a_turn(tmp_path: Path) -> None:
    session = Session(5)
    list(story(session, 20))
    path, out = written(session, tmp_path), io.StringIO()
    assert replay_stream([path], list_prices(), speed=None, at_turn=12, keep_labels=True, out=out)
    first, second, *_ = [json.loads(line) for line in out.getvalue().splitlines()]
    assert (first["event"], first["session"]["turns"]) == ("start", 12)
    assert (second["event"], second["turn"]["number"]) in {("turn", 13), ("state", None)}


def test_a_session_without_a_response_is_nothing_to_replay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = Session(5)
    session.main.prompt()
    path = written(session, tmp_path)
    assert main(["replay", "--json", "--speed", "max", str(path)]) == 1
    assert "no response in this session" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--speed", "0"], ["--speed", "fast"], ["--at", "0"], ["--at", "x"]])
def test_bad_speeds_and_turns_are_bad_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["replay", "--json", "here.jsonl", *words])
    assert ended.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared transcripts are not on this machine")
def test_sessions_that_clear_links_replay_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    paths = sorted((SHARED / "client" / "interactive" / "projects").glob("*/*.jsonl"))
    assert main(["replay", "--json", "--speed", "max", "--linked", str(paths[0])]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (moved,) = [line for line in lines if line["event"] == "session"]
    first, second = lines[0]["session"]["session_id"], moved["session"]["session_id"]
    assert moved["from"] == first != second
    before = lines[lines.index(moved) - 1]["session"]
    ends = {path.stem: session_json(read_file(path)) for path in paths}
    assert (before, lines[-1]["session"]) == (ends[first], ends[second])
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared transcripts are not on this machine")
def test_a_film_of_linked_sessions_counts_their_turns_on() -> None:
    folder = SHARED / "client" / "interactive" / "projects"
    paths = sorted(folder.glob("*/*.jsonl"), key=lambda path: str(read_file(path).started_at))
    turns = [len(read_file(path).main.turns) for path in paths]
    film = load_film(paths, list_prices())
    assert film.turns == sum(turns)
    clear = next(marker for marker in film.markers if marker.what is What.CLEAR)
    assert clear.turn == turns[0] + 1
    assert film.state(film.frame_of(turns[0])).session_id == paths[0].stem
    assert film.state(film.frame_of(clear.turn)).session_id == paths[1].stem
    assert film.state(film.frame_of(clear.turn)).main.state.turns == 1
