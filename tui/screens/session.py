"""The session screen: live and replay show the same, only the source differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import ClassVar, Literal

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

from meter.level import Level
from meter.nudge import Kind
from meter.rates import RateTable
from parsers.labels import clean
from parsers.targets import Library
from tui.announce import Announcer
from tui.cells import Row, fit
from tui.desktop import desktop_notification
from tui.follow import Phase, Snapshot
from tui.format import plural
from tui.nudge_words import sentence
from tui.screens.details import DetailsScreen
from tui.screens.what_if import WhatIfScreen
from tui.settings import DEFAULTS, Settings
from tui.view import View, Whole, make_view
from tui.widgets.curve_panel import CurvePanel
from tui.widgets.empty import EmptyPanel, Place
from tui.widgets.footer import footer
from tui.widgets.header import header
from tui.widgets.meters import CachePanel, ContextAndCachePanel, ContextPanel, TabPanel
from tui.widgets.narrow import NarrowMeters
from tui.widgets.next_turn import NextTurnPanel
from tui.widgets.panel import Panel
from tui.widgets.rows import Rows
from tui.widgets.side import BreaksPanel, ComingPanel, IfYouPanel, WhereItWentPanel
from tui.widgets.turn_list import TurnList
from tui.widgets.verdict import verdict

Clock = Callable[[], datetime]
"""Returns the time of the session's clock, aware."""

PLACES_EVERY = timedelta(seconds=10)
SNOOZED_FOR = 10
"""Turns for which a kind of nudge stays hidden: about a prompt."""
_STALE_AFTER = 60
"""Days after which the price table's date is a warning."""


class SessionScreen(Screen[None]):
    """Shows a session as its source tells of it; by itself only the clock ticks."""

    CSS_PATH = "session.tcss"
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - textual declares it so
        (0, "-narrow"),
        (60, "-normal"),
        (100, "-wide"),
        (160, "-very-wide"),
    ]
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012
        (0, "-tiny"),
        (6, "-flat"),
        (12, "-low"),
        (18, "-short"),
        (22, "-middle"),
        (30, "-tall"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "app.quit", "quit", tooltip="End the program"),
        Binding("o", "app.sessions", "sessions", tooltip="Choose another session to watch"),
        Binding("v", "view", "view", tooltip="Next chart: cost, context, cost per turn, tokens sent"),
        Binding("w", "what_if", "what-if", tooltip="The ways to go on, and what another way would have cost"),
        Binding("z", "snooze", "snooze", tooltip="Hide this kind of nudge, or bring the hidden ones back"),
        Binding("question_mark", "app.help", "help", key_display="?", tooltip="What the figures and the keys mean"),
    ]

    follows_source: ClassVar[bool] = True
    """The app's source tells it what to show."""

    snapshot: reactive[Snapshot] = reactive(Snapshot(Phase.READING), always_update=True, repaint=False)
    header = getters.query_one("#header", Rows)
    verdict = getters.query_one("#verdict", Rows)
    footer = getters.query_one("#footer", Rows)
    empty = getters.query_one(EmptyPanel)
    turns = getters.query_one(TurnList)

    def __init__(
        self,
        clock: Clock,
        prices_as_of: date,
        library: Library,
        settings: Settings = DEFAULTS,
        *,
        rates: RateTable | None = None,
    ) -> None:
        super().__init__()
        self._rates = rates
        self._library = library
        self._settings = settings
        self._clock = clock
        self._prices_as_of = prices_as_of
        self._view: View | None = None
        self._snoozed: dict[Kind, int] = {}
        self._snoozed_in: str | None = None
        self._announcer = Announcer()
        self._places_at: datetime | None = None
        self._moved_from: str | None = None
        self._was_answering = False
        self._whole: Whole | None = None

    def compose(self) -> ComposeResult:
        yield Rows(id="header")
        yield Rows(id="verdict")
        yield EmptyPanel(id="empty")
        yield NarrowMeters(id="narrow")
        with Horizontal(id="meters"):
            yield TabPanel(id="tab")
            yield NextTurnPanel(id="next")
            yield ContextPanel(id="context")
            yield CachePanel(id="cache")
            yield ContextAndCachePanel(id="context-and-cache")
        with Horizontal(id="main"):
            with Vertical(id="left"):
                yield CurvePanel(id="curve")
                yield from self.below_curve()
                yield TurnList(id="turns")
            with Vertical(id="right"):
                yield IfYouPanel(id="if-you")
                yield ComingPanel(id="coming")
                yield BreaksPanel(id="breaks")
                yield WhereItWentPanel(id="went")
        yield from self.bars()
        yield Rows(id="footer")

    def below_curve(self) -> Iterable[Widget]:
        """Return what stands between the curve and the turns."""
        return ()

    def bars(self) -> Iterable[Widget]:
        """Return what stands above the footer."""
        return ()

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
        view = self._view = self._make_view()
        self._announce(view)
        columns, lines = self.size
        self.set_class(view.is_empty, "-empty")
        if view.state is not None and view.state.path != self._snoozed_in:
            self._snoozed_in = view.state.path
            self._snoozed.clear()
        self._look_at_places(view)
        self.header.rows = (fit(header(view, columns), columns),)
        self.verdict.rows = tuple(self._verdict(view, columns, lines))
        self.footer.rows = (self._footer(view, columns),)
        for panel in self.query(Panel):
            panel.view = view
        self.turns.view = view

    def _look_at_places(self, view: View) -> None:
        """Tell the empty state where sessions are looked for; listing them takes time, so it is done now and then."""
        waiting = view.snapshot.phase is Phase.WAITING
        if waiting and (self._places_at is None or view.now - self._places_at >= PLACES_EVERY):
            self._places_at = view.now
            self.empty.places = places_looked_into(self._library)

    def _make_view(self) -> View:
        return make_view(
            self.snapshot,
            self._clock(),
            self._view,
            budgets=self._settings.budgets,
            snoozed=self._snoozed_now(),
            subscription=self._settings.billing == "subscription",
            ascii=self._settings.ascii,
            whole=self._whole,
        )

    def action_snooze(self) -> None:
        """Hide the kind of nudge that stands in the verdict row, or bring the hidden ones back."""
        nudge = self._view.nudge if self._view else None
        if nudge is not None:
            self._snoozed[nudge.kind] = self._turns() + SNOOZED_FOR
            self.app.clear_notifications()
        else:
            self._snoozed.clear()
        self._show()

    def action_view(self) -> None:
        """Show the next chart."""
        panel = self.query_one(CurvePanel)
        panel.chart = panel.chart.next

    def action_what_if(self) -> None:
        """Compare the ways to go on, and those that the session could have been led."""
        if self._rates is not None:
            look, as_of = self._make_view, self._prices_as_of
            self.app.push_screen(WhatIfScreen(look, self._rates, prices_as_of=as_of, stale_after=_STALE_AFTER))

    def _turns(self) -> int:
        state = self.snapshot.state
        return state.main.state.turns if state else 0

    def _snoozed_now(self) -> dict[Kind, int]:
        """Return the kinds that are hidden, each with the number of turns until it may come back."""
        turns = self._turns()
        return {kind: until - turns for kind, until in self._snoozed.items() if until > turns}

    def _announce(self, view: View) -> None:
        moved = view.snapshot.moved_from
        if moved is not None and moved != self._moved_from:
            self.app.notify(f"Moved on from {moved[:8]} after /clear.", timeout=10, markup=False)
        self._moved_from = moved
        if view.answering and not self._was_answering:
            self.app.clear_notifications()  # what was to be done before the next prompt was not done
        self._was_answering = view.answering
        for nudge in self._announcer.news(view):
            words = sentence(nudge, columns=60, subscription=view.subscription)
            if self._settings.toasts:
                severity: Literal["warning", "error"] = "error" if nudge.level is Level.ACT else "warning"
                self.app.notify(words, severity=severity, timeout=10, markup=False)
            if not self.app.app_focus:
                if self._settings.bell:
                    self.app.bell()
                if self._settings.notify:
                    desktop_notification(self.app, nudge)

    @on(TurnList.Chosen)
    def _show_details(self, message: TurnList.Chosen) -> None:
        self.app.push_screen(DetailsScreen(message.metered, message.broke, self._clock().tzinfo))

    def _verdict(self, view: View, columns: int, lines: int) -> list[Row]:
        return verdict(view, columns, 2 if columns < 60 and lines >= 6 else 1)

    def _footer(self, view: View, columns: int) -> Row:
        age = (view.now.date() - self._prices_as_of).days
        stale = age > _STALE_AFTER
        return fit(footer(columns, self._prices_as_of.isoformat(), stale=stale, ascii=view.ascii), columns)


def places_looked_into(library: Library) -> list[Place]:
    """Return where sessions are looked for, home written as ``~``, and what is there."""
    home = str(Path.home())
    places = []
    for root in library.roots:
        folder = root / "projects"
        name = str(folder)
        shown = "~" + name[len(home) :] if name.startswith(home + "/") else name
        if not folder.is_dir():
            places.append((clean(shown), "not there"))
            continue
        count = len(Library((root,)).sessions()[0])
        places.append((clean(shown), f"{count} {plural(count, 'transcript')}"))
    return places
