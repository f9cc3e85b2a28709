"""The session screen: live and replay show the same, only the source differs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from tui.cells import content, fit, row
from tui.follow import Phase, Snapshot
from tui.view import View, make_view
from tui.widgets.header import header
from tui.widgets.meters import CachePanel, ContextAndCachePanel, ContextPanel, TabPanel
from tui.widgets.notice import notice
from tui.widgets.panel import Panel
from tui.widgets.turn_list import TurnList

Clock = Callable[[], datetime]
"""Returns the time of the session's clock, aware."""


class SessionScreen(Screen[None]):
    """Shows a session as its source tells of it; only the clock ticks by itself."""

    CSS_PATH = "session.tcss"
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - textual declares it so
        (0, "-narrow"),
        (60, "-normal"),
        (100, "-wide"),
        (160, "-very-wide"),
    ]
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012
        (0, "-flat"),
        (12, "-low"),
        (18, "-middle"),
        (30, "-tall"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "app.quit", "quit", tooltip="End the program"),
        Binding("question_mark", "app.show_help_panel", "help", key_display="?", tooltip="What the keys do"),
    ]

    snapshot: reactive[Snapshot] = reactive(Snapshot(Phase.WAITING), always_update=True, repaint=False)
    header = getters.query_one("#header", Static)
    notice = getters.query_one("#notice", Static)
    turns = getters.query_one(TurnList)

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._header_drawn: Content | None = None
        self._notice_drawn: Content | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="header")
        yield Static(id="notice")
        with Horizontal(id="meters"):
            yield TabPanel(id="tab")
            yield ContextPanel(id="context")
            yield CachePanel(id="cache")
            yield ContextAndCachePanel(id="context-and-cache")
        yield TurnList(id="turns")

    def on_mount(self) -> None:
        self.set_interval(1.0, self._show)
        self.turns.focus()

    def watch_snapshot(self) -> None:
        if self.is_mounted:
            self._show()

    def on_resize(self) -> None:
        boxed = self.size.width >= 100 and self.size.height >= 30
        for panel in self.query(Panel):
            panel.boxed = boxed
        self.turns.boxed = boxed
        self._show()

    def _show(self) -> None:
        view = make_view(self.snapshot, self._clock())
        self._write(view)
        for panel in self.query(Panel):
            panel.view = view
        self.turns.view = view

    def _write(self, view: View) -> None:
        columns = self.size.width
        top = content([fit(header(view, columns), columns)])
        if top != self._header_drawn:
            self._header_drawn = top
            self.header.update(top)
        below = content([fit(row(" ", *notice(view)), columns)])
        if below != self._notice_drawn:
            self._notice_drawn = below
            self.notice.update(below)
