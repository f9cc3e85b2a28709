"""Runs the replay screen on a film, with the time in the hands of the test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from textual.pilot import Pilot

from meter.rates import RateTable, list_prices
from parsers.targets import Library
from tests.tui.pilot import PRICES_OF
from tui.app import RunningTab
from tui.film import Film
from tui.player import Player, Speed
from tui.screens.replay import Load, ReplayScreen
from tui.settings import DEFAULTS, Settings

HERE = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
"""What the clock on the wall says while a film plays."""


class Replayed:
    """A running replay."""

    def __init__(self, load: Load, rates: RateTable, settings: Settings, *, speed: Speed, at_turn: int | None) -> None:
        self.seconds = 0.0
        library = Library(())
        self.screen = ReplayScreen(
            load,
            rates,
            library,
            lambda: HERE,
            settings,
            speed=speed,
            at_turn=at_turn,
            seconds=lambda: self.seconds,
        )
        self.app = RunningTab(None, lambda: HERE, PRICES_OF, library, settings, rates=rates, first_screen=self.screen)
        self.pilot: Pilot[None] | None = None

    @property
    def player(self) -> Player:
        assert self.screen.player is not None
        return self.screen.player

    async def begin(self) -> list[str]:
        """Wait until the film is read and drawn."""
        assert self.pilot is not None
        while self.screen.player is None:
            await self.pilot.pause(0.01)
        return await self.rows()

    async def rows(self) -> list[str]:
        """Return the rows of the whole screen as text, once all is drawn."""
        assert self.pilot is not None
        await self.pilot.pause()
        await self.pilot.pause()
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    async def press(self, *keys: str) -> list[str]:
        assert self.pilot is not None
        await self.pilot.press(*keys)
        return await self.rows()

    async def tick(self, seconds: float) -> list[str]:
        """Let the person's time pass, in steps as short as those of the screen's own timer."""
        end = self.seconds + seconds
        while self.seconds < end:
            self.seconds = min(end, self.seconds + 0.25)
            self.screen._tick()
        return await self.rows()

    async def resize(self, columns: int, lines: int) -> list[str]:
        assert self.pilot is not None
        await self.pilot.resize_terminal(columns, lines)
        return await self.rows()


@asynccontextmanager
async def replaying(
    film: Film | Load,
    size: tuple[int, int] = (120, 36),
    settings: Settings = DEFAULTS,
    *,
    speed: Speed = 10.0,
    at_turn: int | None = None,
    rates: RateTable | None = None,
) -> AsyncIterator[Replayed]:
    """Run a replay at a size while the block runs; a film is there at once."""
    load = (lambda _: film) if isinstance(film, Film) else film
    replayed = Replayed(load, rates or list_prices(), settings, speed=speed, at_turn=at_turn)
    async with replayed.app.run_test(size=size, notifications=True) as pilot:
        replayed.pilot = pilot
        if isinstance(film, Film):
            await replayed.begin()
        yield replayed
