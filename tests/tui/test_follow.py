"""The follower on real files: everything that happens to a session while it is watched."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

import tui.follow
from tests.conftest import SHARED
from tests.support import read_file
from tests.tui.follower import append, following
from tui.follow import Phase

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared transcripts are not here")


def captured(name: str) -> list[Path]:
    """Return the transcripts of a capture, the one that began first first."""
    return sorted((SHARED / "client" / name / "projects" / "-tmp-demo-project").glob("*.jsonl"), key=_began)


def _began(path: Path) -> str:
    lines = path.read_text().splitlines()
    return min(str(stamp) for line in lines if (stamp := json.loads(line).get("timestamp")))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "projects" / "-tmp-demo-project"
    folder.mkdir(parents=True)
    return folder


def copy_of(source: Path, project: Path, lines: int | None = None) -> Path:
    target = project / source.name
    target.write_bytes(b"".join(source.read_bytes().splitlines(keepends=True)[:lines]))
    return target


def test_every_append_ends_in_the_state_of_a_cold_read(project: Path, tmp_path: Path) -> None:
    (source,) = captured("long-50-turns")
    path = copy_of(source, project, 20)
    lines = source.read_bytes().splitlines(keepends=True)
    with following(path, tmp_path) as posts:
        for start in range(20, len(lines), 25):
            append(path, b"".join(lines[start : start + 25]))
            cold = read_file(path)
            posts.until_state(lambda state, cold=cold: state == cold)  # type: ignore[misc]
        state = posts.until_turns(50)
    assert state.tally.cost == 3_637_037_500_000
    assert state.main.state.context == 136_830


def test_a_line_cut_in_the_middle_waits_for_its_rest(project: Path, tmp_path: Path) -> None:
    (source,) = captured("plain-multiturn")
    whole = source.read_bytes()
    path = project / source.name
    path.write_bytes(b"")
    with following(path, tmp_path) as posts:
        posts.until(lambda snapshot: snapshot.phase is Phase.LIVE)
        for start in range(0, len(whole), 4_001):
            append(path, whole[start : start + 4_001])
        state = posts.until_turns(3)
        assert posts.until_state(lambda state: state.client_cost_usd is not None).damaged_lines == 0
    assert state.tally.cost == 96_423_000_000


def test_a_file_replaced_by_rename_keeps_what_was_counted(project: Path, tmp_path: Path) -> None:
    (source,) = captured("plain-multiturn")
    path = copy_of(source, project)
    (other,) = captured("long-50-turns")
    with following(path, tmp_path) as posts:
        posts.until_turns(3)
        fresh = project / "new.tmp"
        fresh.write_bytes(b"".join(other.read_bytes().splitlines(keepends=True)[:40]))
        more = read_file(fresh).tally.turns
        fresh.replace(path)
        state = posts.until_turns(3 + more)
    assert state.rewritten


def test_a_truncated_file_keeps_what_was_counted(project: Path, tmp_path: Path) -> None:
    (source,) = captured("plain-multiturn")
    path = copy_of(source, project)
    with following(path, tmp_path) as posts:
        posts.until_turns(3)
        path.write_bytes(b"")
        state = posts.until_state(lambda state: state.rewritten)
    assert state.tally.turns == 3


def test_a_deleted_transcript_leaves_its_last_state(project: Path, tmp_path: Path) -> None:
    (source,) = captured("plain-multiturn")
    path = copy_of(source, project)
    with following(path, tmp_path) as posts:
        posts.until_turns(3)
        path.unlink()
        gone = posts.until(lambda snapshot: snapshot.phase is Phase.GONE)
        assert gone.state is not None
        assert gone.state.tally.turns == 3
        copy_of(source, project)
        posts.until(lambda snapshot: snapshot.phase is Phase.LIVE)


def test_an_agent_that_starts_late_is_counted(project: Path, tmp_path: Path) -> None:
    main = next(path for path in captured("subagent") if not path.name.startswith("agent-"))
    path = copy_of(main, project)
    with following(path, tmp_path) as posts:
        posts.until_turns(2)
        folder = project / main.stem / "subagents"
        folder.mkdir(parents=True)
        for agent in sorted((main.with_suffix("") / "subagents").glob("agent-*.jsonl")):
            for line in agent.read_bytes().splitlines(keepends=True):
                append(folder / agent.name, line)
        state = posts.until_turns(9)
    assert state.tally.cost == 146_759_200_000
    assert len(state.agents) == 3


def test_after_clear_it_moves_to_the_session_that_names_ours(project: Path, tmp_path: Path) -> None:
    first, second = captured("interactive")
    path = copy_of(first, project)
    with following(path, tmp_path) as posts:
        posts.until_turns(4)
        copy_of(second, project)
        moved = posts.until(lambda snapshot: snapshot.state is not None and snapshot.state.session_id == second.stem)
    assert moved.moved_from == first.stem


def test_after_clear_it_moves_where_the_registry_says(project: Path, tmp_path: Path) -> None:
    first, second = captured("clear-headless")
    path = copy_of(first, project)
    entry = tmp_path / "sessions" / f"{os.getpid()}.json"
    entry.parent.mkdir()
    entry.write_text(json.dumps({"pid": os.getpid(), "sessionId": first.stem, "cwd": "/tmp/demo-project"}))
    with following(path, tmp_path) as posts:
        posts.until(lambda snapshot: snapshot.process is not None)
        entry.write_text(json.dumps({"pid": os.getpid(), "sessionId": second.stem, "cwd": "/tmp/demo-project"}))
        copy_of(second, project)
        posts.until(lambda snapshot: snapshot.state is not None and snapshot.state.session_id == second.stem)


def test_a_clear_without_a_link_is_offered_and_not_taken(project: Path, tmp_path: Path) -> None:
    first, second = captured("clear-headless")
    path = copy_of(first, project)
    with following(path, tmp_path) as posts:
        posts.until_turns(1)
        copy_of(second, project)
        offered = posts.until(lambda snapshot: snapshot.offered is not None)
    assert offered.offered == second.stem
    assert offered.state is not None
    assert offered.state.session_id == first.stem


def test_a_fork_of_ours_is_no_reason_to_move(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tui.follow, "ACTIVE_SCAN", 0.3)
    first, *forks = captured("fork-resume")
    path = copy_of(first, project)
    with following(path, tmp_path) as posts:
        posts.until_turns(4)
        for fork in forks:
            copy_of(fork, project)
        append(path, b'{"type":"custom-title","customTitle":"still here"}\n')
        state = posts.until_state(lambda state: state.title == "still here")
    assert state.session_id == first.stem
    assert posts.all[-1].offered is None


def test_two_sessions_that_grow_in_one_project_are_never_confused(project: Path, tmp_path: Path) -> None:
    (ours,), (theirs,) = captured("plain-multiturn"), captured("long-50-turns")
    path, other = copy_of(ours, project, 20), copy_of(theirs, project, 5)
    with following(path, tmp_path) as posts:
        posts.until(lambda snapshot: snapshot.phase is Phase.LIVE)
        lines = zip(
            ours.read_bytes().splitlines(keepends=True)[20:],
            theirs.read_bytes().splitlines(keepends=True)[5:],
            strict=False,
        )
        for mine, foreign in lines:
            append(other, foreign)
            append(path, mine)
        cold = read_file(path)
        posts.until_state(lambda state: state == cold)
    assert {snapshot.state.session_id for snapshot in posts.all if snapshot.state} == {ours.stem}


def test_a_session_resumed_next_day_goes_on_in_its_file(project: Path, tmp_path: Path) -> None:
    (source,) = captured("compact")
    lines = source.read_bytes().splitlines(keepends=True)
    first_process = 1 + next(number for number, line in enumerate(lines) if b'"type":"cost-state"' in line)
    path = copy_of(source, project, first_process)
    with following(path, tmp_path) as posts:
        posts.until_turns(1)
        append(path, b"".join(lines[first_process:]).replace(b"2026-11-22T", b"2026-11-23T"))
        state = posts.until_turns(5)
    assert state.tally.cost == 160_425_000_000
    assert state.main.state.compactions == 1


def test_without_a_session_it_waits_and_starts_when_one_appears(tmp_path: Path) -> None:
    (source,) = captured("plain-multiturn")
    with following(None, tmp_path) as posts:
        posts.until(lambda snapshot: snapshot.phase is Phase.WAITING)
        folder = tmp_path / "projects" / "-tmp-demo-project"
        folder.mkdir(parents=True)
        copy_of(source, folder)
        posts.until_turns(3)


def test_without_inotify_it_looks_for_itself_and_says_so(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from watchdog.observers import Observer

    def refuse(_self: object) -> None:
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    monkeypatch.setattr(Observer, "start", refuse)
    (source,) = captured("plain-multiturn")
    path = copy_of(source, project, 10)
    with following(path, tmp_path) as posts:
        posts.until(lambda snapshot: snapshot.phase is Phase.LIVE)
        path.write_bytes(source.read_bytes())
        posts.until_turns(3)
        assert posts.all[-1].degraded == "inotify instance limit reached"


def test_growth_that_no_event_told_of_is_found_and_said(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui.file_watch import FileWatch

    monkeypatch.setattr(FileWatch, "note", lambda *_: None)
    monkeypatch.setattr(tui.follow, "ACTIVE_SCAN", 0.2)
    (source,) = captured("plain-multiturn")
    path = copy_of(source, project, 10)
    with following(path, tmp_path) as posts:
        posts.until(lambda snapshot: snapshot.phase is Phase.LIVE)
        path.write_bytes(source.read_bytes())
        posts.until_turns(3)
        posts.until(lambda snapshot: snapshot.degraded is not None)


def test_an_unreadable_transcript_is_said_and_read_when_it_can_be(project: Path, tmp_path: Path) -> None:
    (source,) = captured("plain-multiturn")
    path = project / source.name
    path.mkdir()
    with following(path, tmp_path) as posts:
        failed = posts.until(lambda snapshot: snapshot.phase is Phase.FAILED)
        assert failed.trouble is not None
        assert str(path) in failed.trouble
        path.rmdir()
        copy_of(source, project)
        posts.until_turns(3)


def test_what_was_posted_does_not_change_any_more(project: Path, tmp_path: Path) -> None:
    (source,) = captured("long-50-turns")
    path = copy_of(source, project, 40)
    with following(path, tmp_path) as posts:
        early = posts.until(lambda snapshot: snapshot.phase is Phase.LIVE)
        assert early.state is not None
        kept = replace(early.state, threads=tuple(early.state.threads))
        append(path, b"".join(source.read_bytes().splitlines(keepends=True)[40:]))
        posts.until_turns(50)
    assert early.state == kept
    assert early.state.tally.turns < 50
