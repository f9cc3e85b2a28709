"""Runs the screen on snapshots that a test posts, and reads it as rows of text."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta

from rich.cells import cell_len
from textual.pilot import Pilot

from fixtures.session import START
from meter.rates import list_prices
from parsers.targets import Library
from tui.app import RunningTab
from tui.follow import Post, Snapshot
from tui.settings import DEFAULTS, Settings

PRICES_OF = date(2026, 11, 22)
SIZES = ((40, 12), (44, 24), (60, 16), (80, 24), (100, 30), (120, 36), (200, 60))
NAMED_SIZES = ((44, 24), (80, 24), (120, 36), (200, 60))
"""The sizes at which the issue asks for no cut words."""


class FakeSource:
    """A source that tells only what the test posts."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.calls: list[str] = []

    def start(self) -> None:
        self.calls.append("start")

    def stop(self) -> None:
        self.calls.append("stop")


class Stage:
    """A running app, its source and its clock."""

    def __init__(self, library: Library, settings: Settings = DEFAULTS) -> None:
        self.now = START + timedelta(minutes=10)
        self.sources: list[FakeSource] = []
        self.app = RunningTab(self._make_source, lambda: self.now, PRICES_OF, library, settings, rates=list_prices())
        self.pilot: Pilot[None] | None = None
        self._last: Snapshot | None = None

    def _make_source(self, post: Post) -> FakeSource:
        self.sources.append(FakeSource(post))
        return self.sources[-1]

    @property
    def source(self) -> FakeSource:
        (source,) = self.sources
        return source

    async def show(self, snapshot: Snapshot) -> list[str]:
        """Post a snapshot, and once more when the panels have their places; return the rows of the screen."""
        self._last = snapshot
        if snapshot.state is not None and snapshot.state.ended_at is not None:
            self.now = max(self.now, snapshot.state.ended_at + timedelta(minutes=1))
        for _ in range(2):
            self.source.post(snapshot)
            await self.pause()
        return self.rows()

    async def pause(self) -> None:
        assert self.pilot is not None
        await self.pilot.pause()

    async def press(self, *keys: str) -> list[str]:
        assert self.pilot is not None
        await self.pilot.press(*keys)
        await self.pause()
        return self.rows()

    async def resize(self, columns: int, lines: int) -> list[str]:
        assert self.pilot is not None
        assert self._last is not None
        await self.pilot.resize_terminal(columns, lines)
        await self.pause()
        return await self.show(self._last)

    async def tick(self, seconds: float = 1.0) -> list[str]:
        """Let the clock move on, as the screen's own timer would find it."""
        assert self._last is not None
        self.now += timedelta(seconds=seconds)
        self.source.post(self._last)
        await self.pause()
        return self.rows()

    def rows(self) -> list[str]:
        """Return the rows of the whole screen as text."""
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    def text(self) -> str:
        return "\n".join(self.rows())


@asynccontextmanager
async def stage(
    size: tuple[int, int] = (120, 36),
    library: Library | None = None,
    settings: Settings = DEFAULTS,
    *,
    toasts: bool = False,
) -> AsyncIterator[Stage]:
    """Run the app at a size while the block runs; toasts are drawn only where a test asks for them."""
    staged = Stage(library or Library(()), settings)
    async with staged.app.run_test(size=size, notifications=toasts) as pilot:
        staged.pilot = pilot
        yield staged


def assert_whole(rows: Sequence[str], columns: int, lines: int) -> None:
    """Check that rows fill the screen exactly, that boxes are closed, and that rules go from side to side."""
    assert len(rows) == lines
    for row in rows:
        assert cell_len(row) == columns, row
    grids = [_cells(row) for row in rows]
    corners = {mark: sum(row.count(mark) for row in rows) for mark in "╭╮╰╯"}
    assert len(set(corners.values())) == 1, corners
    for top, cells in enumerate(grids):
        for left, char in enumerate(cells):
            if char == "╭":
                right = cells.index("╮", left)
                _assert_closed(grids, top, left, right)


def _assert_closed(grids: Sequence[Sequence[str]], top: int, left: int, right: int) -> None:
    below = next(line for line in range(top + 1, len(grids)) if grids[line][left] != "│")
    assert (grids[below][left], grids[below][right]) == ("╰", "╯")
    assert all(grids[line][right] == "│" for line in range(top + 1, below))


def _cells(row: str) -> list[str]:
    """Return what stands in each cell; the second one of a wide character is empty."""
    cells: list[str] = []
    for char in row:
        cells += [char, *[""] * (cell_len(char) - 1)] if cell_len(char) else []
    return cells


def counting(calls: list[str], name: str, function: Callable[..., object]) -> Callable[..., object]:
    """Return the function, noting each call."""

    def counted(*arguments: object, **options: object) -> object:
        calls.append(name)
        return function(*arguments, **options)

    return counted
