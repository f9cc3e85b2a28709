"""From what a person names, or from where they stand, to the transcripts that are meant."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.session import Session
from fixtures.spend import Spend
from parsers.targets import AmbiguousTargetError, Library, TargetError, find_transcripts, last_cwd, neighbours, newest


class Machine:
    """A config root with made-up sessions, and a work tree beside it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "config"
        self.work = folder / "work"
        self.work.mkdir()
        self.library = Library((self.root,), start_of=lambda pid: "1" if pid < 100 else None)
        self._count = 0

    def session(self, cwd: Path, *, live: int | None = None, moved_to: Path | None = None, slug: str = "p") -> str:
        """Write a session that ran in a directory, newer than all before; returns its id."""
        self._count += 1
        made = Session(self._count, cwd=str(cwd))
        made.main.prompt()
        made.main.turn(Spend(input=1))
        if moved_to is not None:
            made.cwd = str(moved_to)
            made.main.prompt()
        made.noise()
        folder = self.root / "projects" / slug
        folder.mkdir(parents=True, exist_ok=True)
        path = made.write_to(folder)
        os.utime(path, (1_000 + self._count, 1_000 + self._count))
        if live is not None:
            self.register(made.id, live, cwd)
        return made.id

    def register(self, session_id: str, pid: int, cwd: Path) -> None:
        entry = self.root / "sessions" / f"{pid}.json"
        entry.parent.mkdir(parents=True, exist_ok=True)
        entry.write_text(json.dumps({"pid": pid, "sessionId": session_id, "cwd": str(cwd), "procStart": "1"}))

    def chosen(self, cwd: Path) -> tuple[str, int] | None:
        choice = self.library.choose(cwd)
        return None if choice is None else (choice.path.stem, choice.live_here)

    def git(self, folder: Path) -> Path:
        (folder / ".git").mkdir(parents=True)
        return folder

    def worktree(self, repository: Path, folder: Path) -> Path:
        """Lay the files that ``git worktree add`` writes."""
        entry = repository / ".git" / "worktrees" / folder.name
        entry.mkdir(parents=True)
        folder.mkdir(parents=True)
        (folder / ".git").write_text(f"gitdir: {entry}\n")
        (entry / "gitdir").write_text(f"{folder / '.git'}\n")
        return folder


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_without_any_transcript_there_is_no_choice(machine: Machine) -> None:
    assert machine.chosen(machine.work) is None


def test_the_newest_session_of_the_working_directory_is_meant(machine: Machine) -> None:
    machine.session(machine.work)
    wanted = machine.session(machine.work)
    machine.session(machine.work.parent / "elsewhere")
    assert machine.chosen(machine.work) == (wanted, 0)


def test_else_the_newest_of_all_projects(machine: Machine) -> None:
    machine.session(machine.work.parent / "a", slug="a")
    wanted = machine.session(machine.work.parent / "b", slug="b")
    assert machine.chosen(machine.work) == (wanted, 0)


def test_a_live_session_goes_before_a_newer_one(machine: Machine) -> None:
    wanted = machine.session(machine.work, live=10)
    machine.session(machine.work)
    assert machine.chosen(machine.work) == (wanted, 1)


def test_of_several_live_ones_the_last_written_is_meant_and_they_are_counted(machine: Machine) -> None:
    machine.session(machine.work, live=10)
    wanted = machine.session(machine.work, live=11)
    machine.session(machine.work)
    assert machine.chosen(machine.work) == (wanted, 2)


def test_a_live_session_elsewhere_is_not_meant_here(machine: Machine) -> None:
    wanted = machine.session(machine.work)
    machine.session(machine.work.parent / "elsewhere", live=10)
    assert machine.chosen(machine.work) == (wanted, 0)


def test_a_dead_process_makes_no_session_live(machine: Machine) -> None:
    machine.session(machine.work, live=500)
    wanted = machine.session(machine.work)
    assert machine.chosen(machine.work) == (wanted, 0)


def test_the_directory_of_a_session_is_where_its_last_record_was(machine: Machine) -> None:
    moved = machine.session(machine.work.parent / "elsewhere", moved_to=machine.work)
    machine.session(machine.work, moved_to=machine.work.parent / "elsewhere")
    assert machine.chosen(machine.work) == (moved, 0)


def test_parents_count_up_to_the_git_root_and_no_further(machine: Machine) -> None:
    root = machine.git(machine.work / "repository")
    below = root / "source" / "deep"
    below.mkdir(parents=True)
    at_root = machine.session(root)
    machine.session(machine.work)
    assert machine.chosen(below) == (at_root, 0)
    assert neighbours(below) == [below, root / "source", root]


def test_without_a_repository_only_the_directory_itself_counts(machine: Machine) -> None:
    below = machine.work / "below"
    below.mkdir()
    machine.session(machine.work)
    wanted = machine.session(machine.work.parent / "elsewhere")
    assert machine.chosen(below) == (wanted, 0)


def test_directories_below_are_not_meant(machine: Machine) -> None:
    root = machine.git(machine.work / "repository")
    machine.session(root / "source")
    wanted = machine.session(machine.work.parent / "elsewhere")
    assert machine.chosen(root) == (wanted, 0)


@pytest.mark.parametrize("stand", ["main", "linked", "other"])
def test_all_worktrees_of_a_repository_count(machine: Machine, stand: str) -> None:
    repository = machine.git(machine.work / "main")
    linked = machine.worktree(repository, machine.work / "linked")
    other = machine.worktree(repository, machine.work / "other")
    folders = {"main": repository, "linked": linked, "other": other}
    wanted = machine.session(linked if stand != "linked" else repository)
    machine.session(machine.work.parent / "elsewhere")
    assert machine.chosen(folders[stand]) == (wanted, 0)
    assert set(neighbours(folders[stand])) == {repository, linked, other}


@pytest.mark.parametrize(
    "break_it",
    [
        lambda git: git.write_text("rubbish"),
        lambda git: git.write_text("gitdir: /nowhere/at/all\n"),
        lambda git: git.write_bytes(b"\xff\xfe"),
    ],
    ids=["rubbish", "nowhere", "no text"],
)
def test_a_broken_git_file_still_counts_the_directory(machine: Machine, break_it: Callable[[Path], object]) -> None:
    break_it(machine.work / ".git")
    wanted = machine.session(machine.work)
    machine.session(machine.work.parent / "elsewhere")
    assert machine.chosen(machine.work) == (wanted, 0)


def test_an_empty_transcript_is_not_meant(machine: Machine) -> None:
    wanted = machine.session(machine.work)
    empty = machine.root / "projects" / "p" / "empty.jsonl"
    empty.touch()
    os.utime(empty, (9_999, 9_999))
    assert machine.chosen(machine.work) == (wanted, 0)


def test_a_working_directory_behind_a_link_is_the_same(machine: Machine) -> None:
    link = machine.work.parent / "link"
    link.symlink_to(machine.work)
    wanted = machine.session(machine.work)
    machine.session(machine.work.parent / "elsewhere")
    assert machine.chosen(link) == (wanted, 0)


def test_the_last_directory_is_found_before_a_long_tail_and_past_torn_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    row = b'{"type":"user","cwd":"/first"}\n{"type":"user","cwd":"/last"}\n'
    path.write_bytes(row + b'{"type":"tidal","text":"' + b"x" * 700_000 + b'"}\n{"type":"user","cwd":"/to')
    assert last_cwd(path) == "/last"
    path.write_bytes(b'{"type":"mode"}\n')
    assert last_cwd(path) is None
    assert last_cwd(tmp_path / "nowhere.jsonl") is None


def stems(target: str, library: Library) -> list[str]:
    return [path.stem for path, _ in find_transcripts(target, library)]


def test_a_target_may_be_a_file_a_project_a_root_a_working_directory_or_an_id(machine: Machine) -> None:
    one = machine.session(machine.work, slug="a")
    two = machine.session(machine.work, slug="b")
    project = machine.root / "projects" / "a"
    assert stems(str(project / f"{one}.jsonl"), machine.library) == [one]
    assert stems(str(project), machine.library) == [one]
    assert stems(str(machine.root), machine.library) == [one, two]
    assert stems(str(machine.work), machine.library) == [one, two]
    assert stems(one, machine.library) == [one]
    assert stems(two[:18].upper(), machine.library) == [two]


def test_a_target_may_be_a_sessions_own_folder(machine: Machine) -> None:
    one = machine.session(machine.work)
    folder = machine.root / "projects" / "p" / one
    (folder / "subagents").mkdir(parents=True)
    assert stems(str(folder), machine.library) == [one]


def test_a_transcript_behind_a_link_keeps_its_own_name(machine: Machine, tmp_path: Path) -> None:
    one = machine.session(machine.work)
    link = tmp_path / "link.jsonl"
    link.symlink_to(machine.root / "projects" / "p" / f"{one}.jsonl")
    assert stems(str(link), machine.library) == ["link"]


@pytest.mark.parametrize(
    "target", ["/nowhere/at/all", "nowhere.jsonl", "./nowhere", "~/nowhere", "deadbeef", "/nowhere/x.jsonl"]
)
def test_a_target_that_is_not_there_is_named(machine: Machine, target: str) -> None:
    machine.session(machine.work)
    with pytest.raises(TargetError) as missed:
        find_transcripts(target, machine.library)
    assert target in str(missed.value)


def test_an_id_that_several_sessions_share_is_ambiguous(machine: Machine) -> None:
    one, two = machine.session(machine.work), machine.session(machine.work)
    with pytest.raises(AmbiguousTargetError) as missed:
        find_transcripts(one[:8], machine.library)
    assert one in str(missed.value)
    assert two in str(missed.value)


def test_a_directory_without_sessions_says_where_it_looked(machine: Machine) -> None:
    with pytest.raises(TargetError) as missed:
        find_transcripts(str(machine.work), machine.library)
    assert str(machine.work) in str(missed.value)
    assert str(machine.root / "projects") in str(missed.value)


def test_the_newest_is_the_last_written(machine: Machine) -> None:
    machine.session(machine.work)
    two = machine.session(machine.work)
    assert newest(find_transcripts(str(machine.root), machine.library))[0].stem == two
