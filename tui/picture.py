"""A moment of a session as a picture, drawn without a terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from textual.pilot import Pilot

from meter.rates import RateTable
from parsers.targets import Library
from tui.app import replay_app, replay_screen
from tui.settings import Settings

SIZE = (120, 36)
"""Columns and lines of the picture."""
_LAST = 1 << 60
_FONT = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)


def picture(
    paths: Sequence[Path],
    library: Library,
    rates: RateTable,
    settings: Settings,
    *,
    keep_labels: bool,
    at_turn: int | None,
) -> str | None:
    """Return a turn of a replay as SVG, the last one if none is named; None when there is nothing to replay.

    It names no font of the network: whoever looks at it has a monospaced one.
    """
    screen = replay_screen(paths, library, rates, settings, keep_labels=keep_labels, at_turn=at_turn or _LAST)
    app = replay_app(screen, library, rates, settings)
    drawn: list[str] = []

    async def draw(pilot: Pilot[object]) -> None:
        while not screen.is_loaded:
            await pilot.pause(0.02)
        await pilot.pause()
        if screen.player is not None:
            drawn.append(_FONT.sub("", app.export_screenshot(title="runningtab")))
        app.exit()

    app.run(headless=True, size=SIZE, auto_pilot=draw)
    return drawn[0] if drawn else None
