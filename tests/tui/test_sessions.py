"""The list of sessions: as text, as JSON, and as the picker that opens one."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from fixtures.session import Session
from fixtures.spend import Spend
from meter.rates import list_prices
from parsers.targets import Library
from tests.tui.pilot import stage
from tui.app import RunningTab, local_clock
from tui.cli import main
from tui.follow import Follower, Post
from tui.screens.sessions import SessionsScreen
from tui.session_list import Entry, list_entries

HOUR = 3_600


def write(root: Path, seed: int, title: str, age_hours: int) -> Path:
    session = Session(seed, model="claude-sonnet-5-5")
    session.main.prompt(f"question {seed}")
    session.main.turn(Spend(input=10, write_1h=100_000, output=1_000))
    session.custom_title(title)
    path = session.write_to(root / "projects" / "-work-tide-tables")
    then = datetime.now(UTC).timestamp() - age_hours * HOUR - 60
    os.utime(path, (then, then))
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, 1, "Old harbour", 50)
    write(tmp_path, 2, "New harbour", 1)
    write(tmp_path, 3, "A lighthouse", 5)
    return tmp_path


def test_the_newest_comes_first_with_its_cost(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sessions", "--config-dir", str(root)]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["Age", "Turns", "Cost", "Project", "Session"]
    assert ["New harbour" in lines[0], "A lighthouse" in lines[1], "Old harbour" in lines[2]] == [True] * 3
    # 10 x $2 + 100,000 x $4 + 1,000 x $10 per million tokens = $0.41002
    assert all("$0.41" in line for line in lines[:3])
    assert lines[0].split()[0] == "1h"
    assert lines[-1] == "3 sessions, 0 live"


def test_a_live_session_is_marked(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = list_entries(Library((root,)))[0][0].path
    (root / "sessions").mkdir()
    entry = {"pid": os.getpid(), "sessionId": path.stem, "cwd": "/work/tide-tables"}
    (root / "sessions" / f"{os.getpid()}.json").write_text(json.dumps(entry))
    assert main(["sessions", "--json", "--config-dir", str(root)]) == 0
    found = json.loads(capsys.readouterr().out)["sessions"]
    assert [one["session_id"] for one in found if one["live"]] == [path.stem]
    assert {one["cost_usd"] for one in found} == {0.41002}


def test_an_unknown_model_has_no_cost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = Session(4, model="tidal-model-1")
    session.main.turn(Spend(input=10, output=5))
    session.write_to(tmp_path / "projects" / "-x")
    assert main(["sessions", "--json", "--config-dir", str(tmp_path)]) == 0
    (found,) = json.loads(capsys.readouterr().out)["sessions"]
    assert (found["cost_usd"], found["turns"]) == (None, 1)


def test_without_sessions_it_says_where_it_looked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sessions", "--config-dir", str(tmp_path)]) == 1
    assert str(tmp_path / "projects") in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "matches"), [("harb", True), ("NEW tide", True), ("new moon", False), ("", True), ("deadbeef", True)]
)
def test_a_filter_looks_at_title_project_and_id(words: str, matches: bool) -> None:  # noqa: FBT001
    entry = Entry(Path("/x/deadbeef-1.jsonl"), "new-harbour-tide", datetime.now(UTC), live=False)
    assert entry.matches(words) is matches


async def test_the_picker_filters_and_opens_a_session(root: Path) -> None:
    library = Library((root,))

    def opened(path: Path | None, post: Post) -> Follower:
        return Follower(path, library, root, list_prices(), post)

    first = next(entry.path for entry in list_entries(library)[0])
    app = RunningTab(
        lambda post: opened(first, post),
        local_clock,
        list_prices().as_of,
        library,
        rates=list_prices(),
        open_source=opened,
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("o")
        picker = app.screen
        assert isinstance(picker, SessionsScreen)
        assert picker.query_one(OptionList).option_count == 3
        for _ in range(200):
            await pilot.pause(timedelta(milliseconds=20).total_seconds())
            if all(entry.state for entry in picker._entries.values()):
                break
        await pilot.press(*"lighthouse")
        assert picker.query_one(Input).value == "lighthouse"
        assert picker.query_one(OptionList).option_count == 1
        await pilot.press("enter")
        for _ in range(200):
            await pilot.pause(timedelta(milliseconds=20).total_seconds())
            text = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
            if "A lighthouse" in text:
                break
        assert "A lighthouse" in text


async def test_escape_leaves_everything_as_it_was(root: Path) -> None:
    async with stage((80, 24), Library((root,))) as staged:
        before = staged.rows()
        await staged.press("o", "escape")
        assert staged.rows() == before
