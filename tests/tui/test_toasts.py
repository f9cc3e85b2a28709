"""Toasts, bell and desktop: the sentence once, where it is wanted, and never with text of the transcript."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest
from textual import events
from textual.app import App

from meter.nudge import Kind, Nudge, Switch
from tests.tui.pilot import Stage, stage
from tests.tui.test_nudge_words import ALL, SWITCH
from tests.tui.told import ACT, WATCH, Told
from tui.app import RunningTab
from tui.desktop import desktop_notification
from tui.nudge_words import sentence
from tui.settings import DEFAULTS, Settings


def toasts(screen: Stage) -> list[tuple[str, str, bool]]:
    """Return what the app shows as toasts: words, severity, and whether markup is interpreted."""
    return [(toast.message, toast.severity, toast.markup) for toast in screen.app._notifications]


def drawn(rows: Sequence[str]) -> str:
    """Return what stands at the right of a toast's bar, without what frames it."""
    return " ".join(" ".join(row.partition("▌")[2].strip(" │▐") for row in rows).split())


class Wire:
    """What the app writes to its terminal."""

    def __init__(self, screen: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        self.writes: list[str] = []
        monkeypatch.setattr(RunningTab, "is_headless", property(lambda _: False))
        monkeypatch.setattr(screen.app._driver, "write", self.writes.append)

    @property
    def bells(self) -> int:
        return self.writes.count("\x07")

    @property
    def notifications(self) -> list[str]:
        """The texts of the desktop notifications, whose frame must be whole."""
        joined = "".join(self.writes)
        found = re.findall(r"\x1b\]9;([^\x1b\x07]*)\x1b\\", joined)
        assert joined.count("\x1b]9;") == len(found)
        return found


async def blur(screen: Stage) -> None:
    screen.app.post_message(events.AppBlur())
    await screen.pause()
    assert not screen.app.app_focus


def expected(told: Told) -> Nudge:
    (nudge,) = [nudge for nudge in told.view().nudges if nudge.kind is Kind.CLEAR]
    return nudge


@pytest.mark.parametrize(("context", "severity"), [(WATCH, "warning"), (ACT, "error")])
async def test_a_toast_says_the_sentence_once(context: int, severity: str) -> None:
    told = Told()
    async with stage(toasts=True) as screen:
        await screen.show(told.snapshot())
        assert toasts(screen) == []
        told.turn(context)
        rows = await screen.show(told.snapshot())
        words = sentence(expected(told), columns=60)
        assert words.startswith("/clear ")
        assert toasts(screen) == [(words, severity, False)]
        assert words in drawn(rows)
        for _ in range(5):
            await screen.tick()
        told.turn(context + 100)
        await screen.show(told.snapshot())
        assert len(toasts(screen)) == 1


async def test_without_toasts_the_verdict_alone_says_it() -> None:
    told = Told()
    async with stage(settings=Settings(toasts=False)) as screen:
        await screen.show(told.snapshot())
        told.turn(ACT)
        rows = await screen.show(told.snapshot())
        assert toasts(screen) == []
        assert rows[1].startswith(" ■ act  /clear now: ")


async def test_a_toast_waits_for_the_end_of_the_answer() -> None:
    told = Told()
    async with stage() as screen:
        await screen.show(told.snapshot())
        told.turn(ACT, tools=("Read",))
        rows = await screen.show(told.snapshot())
        assert rows[1].startswith(" ■ act ")  # the verdict may show it earlier
        assert toasts(screen) == []
        told.session.main.results()
        await screen.show(told.snapshot())
        assert toasts(screen) == []
        told.turn(ACT + 100)
        await screen.show(told.snapshot())
        assert len(toasts(screen)) == 1


async def test_a_kind_that_the_person_snoozed_makes_no_toast() -> None:
    told = Told()
    told.turn(WATCH)
    async with stage() as screen:
        await screen.show(told.snapshot())
        await screen.press("z")
        told.turn(ACT)
        rows = await screen.show(told.snapshot())
        assert rows[1].startswith(" ○ calm ")
        assert toasts(screen) == []


async def crossed(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, *, focused: bool, title: str = "Tide tables"
) -> tuple[Wire, Told]:
    """Let a session reach act and return what went over the wire."""
    told = Told()
    told.session.custom_title(title)
    async with stage((40, 12), settings=settings) as screen:
        await screen.show(told.snapshot())
        wire = Wire(screen, monkeypatch)
        if not focused:
            await blur(screen)
        told.turn(ACT)
        await screen.show(told.snapshot())
        await screen.tick()
        monkeypatch.undo()
    return wire, told


LOUD = replace(DEFAULTS, bell=True, notify=True)


@pytest.mark.parametrize(
    ("settings", "focused", "bells", "notified"),
    [
        (DEFAULTS, False, 0, 0),
        (LOUD, True, 0, 0),
        (LOUD, False, 1, 1),
        (replace(DEFAULTS, bell=True), False, 1, 0),
        (replace(DEFAULTS, notify=True), False, 0, 1),
        (replace(LOUD, toasts=False), False, 1, 1),
    ],
    ids=["default", "both, focused", "both", "bell", "notify", "both, no toasts"],
)
async def test_bell_and_desktop_only_where_wanted_and_only_unfocused(
    settings: Settings, bells: int, notified: int, monkeypatch: pytest.MonkeyPatch, *, focused: bool
) -> None:
    wire, told = await crossed(monkeypatch, settings, focused=focused)
    assert wire.bells == bells
    assert wire.notifications == [f"runningtab: {sentence(expected(told), columns=60)}"] * notified


@pytest.mark.parametrize("title", ["\x1b]9;pwned\x07", "\x1b]9;pwned\x1b\\", "\x9d9;pwned\x9c\x07"])
async def test_text_of_the_transcript_never_goes_to_the_desktop(title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wire, told = await crossed(monkeypatch, LOUD, focused=False, title=title)
    (words,) = wire.notifications
    assert "pwned" not in words
    assert words == f"runningtab: {sentence(expected(told), columns=60)}"
    assert wire.bells == 1
    assert not any("\x9d" in write or "]9;pwned" in write for write in wire.writes)


class FakeApp:
    """As much of an app as a desktop notification asks for."""

    def __init__(self, *, headless: bool = False) -> None:
        self.is_headless = headless
        self._driver = self
        self.writes: list[str] = []

    def write(self, text: str) -> None:
        self.writes.append(text)


def notified(nudges: Sequence[Nudge], *, headless: bool = False) -> list[str]:
    app = FakeApp(headless=headless)
    for nudge in nudges:
        desktop_notification(cast("App[Any]", app), nudge)
    return app.writes


def test_every_nudge_is_one_whole_sequence_of_printable_text() -> None:
    for nudge, written in zip(ALL, notified(ALL), strict=True):
        assert written == f"\x1b]9;runningtab: {sentence(nudge, columns=60)}\x1b\\"
        assert written[2:-2].isprintable()


@pytest.mark.parametrize("model", ["\x1b]9;pwned\x07", "a\x1b\\b", "a\x07b", "a\x9cb", "a\u202eb\nc"])
def test_a_models_name_cannot_end_the_sequence(model: str) -> None:
    (written,) = notified([replace(SWITCH, facts=Switch(model, None, 2.11, 554_096))])
    assert written.startswith("\x1b]9;runningtab: /model")
    assert written.endswith("\x1b\\")
    assert written[2:-2].isprintable()


def test_without_a_terminal_nothing_is_written() -> None:
    assert notified(ALL, headless=True) == []
