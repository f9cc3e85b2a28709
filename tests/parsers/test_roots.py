"""Claude Code's directories and its registry of live processes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from parsers.roots import config_roots, live_processes, process_start, project_folders

HOME = {"HOME": "/home/someone"}


@pytest.mark.parametrize(
    ("given", "environ", "roots"),
    [
        ([], HOME, ["/home/someone/.claude", "/home/someone/.config/claude"]),
        ([], {**HOME, "CLAUDE_CONFIG_DIR": ""}, ["/home/someone/.claude", "/home/someone/.config/claude"]),
        ([], {**HOME, "CLAUDE_CONFIG_DIR": "/a"}, ["/a"]),
        ([], {**HOME, "CLAUDE_CONFIG_DIR": "/a, /b,,"}, ["/a", "/b"]),
        (["/c"], {**HOME, "CLAUDE_CONFIG_DIR": "/a"}, ["/c"]),
        (["/c", "/d,/e"], HOME, ["/c", "/d", "/e"]),
    ],
)
def test_roots_are_those_given_else_the_variable_else_the_two_usual_ones(
    given: list[str], environ: dict[str, str], roots: list[str]
) -> None:
    assert [str(root) for root in config_roots(given, environ)] == roots


def test_a_root_may_be_below_the_home_or_the_working_directory(isolated_home: Path, tmp_path: Path) -> None:
    os.chdir(tmp_path)
    assert config_roots(["~/x", "y"], {}) == (isolated_home / "x", tmp_path / "y")


def test_projects_are_the_folders_below_projects_sorted(tmp_path: Path) -> None:
    for name in ("projects/b", "projects/a", "sessions"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "projects" / "file").touch()
    assert project_folders(tmp_path) == [tmp_path / "projects" / "a", tmp_path / "projects" / "b"]
    assert project_folders(tmp_path / "nowhere") == []
    assert project_folders(tmp_path / "projects" / "file") == []


def register(root: Path, name: str, **entry: object) -> Path:
    path = root / "sessions" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(entry))
    return path


def starts(pid: int) -> str | None:
    """Pretend that 10 and 20 run, since 100 and 200 ticks, 30 without a known start, and nothing else."""
    return {10: "100", 20: "200", 30: ""}.get(pid)


def test_a_process_is_live_when_it_runs_since_the_moment_that_it_registered(tmp_path: Path) -> None:
    register(tmp_path, "10.json", pid=10, sessionId="s-10", cwd="/w", status="idle", procStart="100")
    register(tmp_path, "20.json", pid=20, sessionId="s-20", procStart="999")
    register(tmp_path, "40.json", pid=40, sessionId="s-40", procStart="400")
    (entry,) = live_processes(tmp_path, starts)
    assert (entry.pid, entry.session_id, entry.cwd, entry.status) == (10, "s-10", "/w", "idle")


@pytest.mark.parametrize("start", [100, "100", None, "yesterday", ""])
def test_a_start_that_cannot_be_compared_leaves_it_to_the_pid(tmp_path: Path, start: object) -> None:
    register(tmp_path, "10.json", pid=10, sessionId="s", procStart=start)
    register(tmp_path, "30.json", pid=30, sessionId="t", procStart="300")
    assert [entry.session_id for entry in live_processes(tmp_path, starts)] == ["s", "t"]


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"pid": "10", "sessionId": "s"},
        {"pid": -10, "sessionId": "s"},
        {"pid": 10},
        {"pid": 10, "sessionId": ""},
        {"pid": 10, "sessionId": 5},
    ],
    ids=str,
)
def test_a_broken_entry_is_passed_over(tmp_path: Path, entry: dict[str, object]) -> None:
    register(tmp_path, "10.json", **entry)
    register(tmp_path, "20.json", pid=20, sessionId="t", procStart="200", cwd=5, status=["x"])
    (found,) = live_processes(tmp_path, starts)
    assert (found.session_id, found.cwd, found.status) == ("t", None, None)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"7"])
def test_an_entry_that_is_no_object_is_passed_over(tmp_path: Path, content: bytes) -> None:
    register(tmp_path, "10.json").write_bytes(content)
    assert live_processes(tmp_path, starts) == []


def test_there_may_be_no_registry(tmp_path: Path) -> None:
    assert live_processes(tmp_path, starts) == []


@pytest.mark.parametrize("name", ["10.0a1b2c.key", "10.key", "10.0a1b2c.json", "x.json", "10.json.tmp", "10", ".json"])
def test_nothing_but_pid_json_is_opened(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe lies there under the name: whoever opened it would wait for ever, so opening it fails the test."""
    register(tmp_path, "10.json", pid=10, sessionId="s", procStart="100")
    trap = tmp_path / "sessions" / name
    os.mkfifo(trap)
    opened: list[str] = []
    read = Path.read_bytes

    def reading(path: Path) -> bytes:
        opened.append(path.name)
        assert path != trap
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", reading)
    assert [entry.session_id for entry in live_processes(tmp_path, starts)] == ["s"]
    assert opened == ["10.json"]


def test_a_folder_named_like_an_entry_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "sessions" / "10.json").mkdir(parents=True)
    assert live_processes(tmp_path, starts) == []


def test_this_process_runs_and_has_a_start() -> None:
    start = process_start(os.getpid())
    assert start is not None
    assert start == process_start(os.getpid())
    assert process_start(2**22 + 1) is None
