"""The demo: a session of today's models that grows, reaches both levels, and leaves nothing behind."""

from __future__ import annotations

import re
import tempfile
import threading
from datetime import timedelta
from pathlib import Path

import pytest

import tui.app
import tui.demo
from meter.rates import list_prices
from meter.session import SessionState
from parsers.targets import Library
from tests.support import read_file
from tests.tui.terminal import Terminal
from tui.demo import HISTORY, TITLE, TURNS, DemoWriter
from tui.settings import DEFAULTS


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> SessionState:
    """Return the whole demo as a reader finds it."""
    writer = DemoWriter(tmp_path_factory.mktemp("demo"), pause=0)
    writer.prepare()
    writer.start()
    writer.join(60)
    assert not writer.is_alive()
    return read_file(writer.path)


def test_the_demo_reads_without_damage(written: SessionState) -> None:
    assert written.damaged_lines == 0
    assert not written.rewritten
    assert written.title == TITLE
    assert written.main.state.turns == TURNS
    assert written.agents
    assert written.main.breaks
    assert written.tally.unpriced_turns == 0


def test_the_demo_costs_what_its_models_cost_today(written: SessionState) -> None:
    assert written.tally.cost > 10**12
    assert all(list_prices().find(model, None) for model in written.models)
    assert written.started_at is not None
    assert written.ended_at is not None
    assert written.ended_at - written.started_at < timedelta(hours=2)


def test_the_demo_reaches_watch_and_act(written: SessionState) -> None:
    level = written.main.state.level
    assert level.watch_turn is not None
    assert level.act_turn is not None
    assert 1 < level.watch_turn < level.act_turn <= TURNS


def test_there_is_something_to_see_at_once(tmp_path: Path) -> None:
    writer = DemoWriter(tmp_path, pause=0)
    writer.prepare()
    state = read_file(writer.path)
    assert state.tally.turns == HISTORY
    assert state.started_at is not None
    assert state.ended_at is not None
    assert timedelta(minutes=20) < state.ended_at - state.started_at <= timedelta(hours=1)
    found = Library((tmp_path,)).sessions()[0]
    assert [path for path, _ in found] == [writer.path]


def test_a_writer_that_is_told_to_stop_writes_no_more(tmp_path: Path) -> None:
    writer = DemoWriter(tmp_path, pause=3_600)
    writer.prepare()
    writer.start()
    writer.stop()
    assert not writer.is_alive()
    assert read_file(writer.path).tally.turns == HISTORY


def test_the_demo_leaves_nothing_behind(tmp_path: Path, isolated_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Path] = []

    def watch(path: Path, *_: object, **__: object) -> int:
        seen.append(path)
        assert path.exists()
        return 0

    monkeypatch.setattr(tui.app, "watch", watch)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert tui.demo.demo(list_prices(), DEFAULTS) == 0
    assert len(seen) == 1
    assert seen[0].is_relative_to(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert list(isolated_home.iterdir()) == []
    assert all(thread.name != "demo" for thread in threading.enumerate())


def test_the_demo_shows_dollars_that_grow(isolated_home: Path) -> None:
    def tab(text: str) -> float:
        found = re.search(r"tab \$(\d+\.\d\d)", text)
        return float(found[1]) if found else 0.0

    with Terminal(["demo"], isolated_home, 80, 24) as terminal:
        first = tab(terminal.until(lambda text: tab(text) > 0 and "% hit" in text))
        later = terminal.until(lambda text: tab(text) > first)
        assert TITLE in later
        terminal.press("q")
        assert terminal.ended() == 0
        assert "Traceback" not in terminal.text()
    assert not (isolated_home / "claude").exists()
