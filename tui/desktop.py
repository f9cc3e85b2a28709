"""Desktop notifications through the terminal: the one place that writes an escape sequence of its own."""

from __future__ import annotations

from typing import Any

from textual.app import App

from meter.nudge import Nudge
from parsers.labels import clean
from tui.nudge_words import sentence


def desktop_notification(app: App[Any], nudge: Nudge) -> None:
    """Ask the terminal to show a nudge on the desktop (OSC 9); terminals that do not know it ignore it.

    The sentence holds figures and our own words only, never text of the transcript.
    """
    driver = app._driver
    if driver is not None and not app.is_headless:
        driver.write(f"\x1b]9;runningtab: {clean(sentence(nudge, columns=60))}\x1b\\")
