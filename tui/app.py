"""The application: one source, one session screen, a clean end."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from textual import on
from textual.app import App, SystemCommand
from textual.filter import LineFilter
from textual.message import Message
from textual.screen import Screen

from meter.rates import RateTable
from parsers.targets import Library
from tui.ascii_screen import AsciiFilter
from tui.follow import Follower, Post, Snapshot
from tui.screens.session import Clock, SessionScreen
from tui.screens.what_if import WhatIfScreen
from tui.settings import DEFAULTS, Settings
from tui.themes import TAB_DARK, own_themes, palette

if TYPE_CHECKING:
    from tui.film import Film
    from tui.screens.replay import ReplayScreen
    from tui.screens.sessions import Pick


class Source(Protocol):
    """Where snapshots come from: a live session or a replay."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class SnapshotPosted(Message):
    """The source has something new; a later one replaces it while it waits."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, SnapshotPosted)


class RunningTab(App[None]):
    """Shows one source; every figure on screen comes from its snapshots."""

    TITLE = "runningtab"
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        make_source: Callable[[Post], Source] | None,
        clock: Clock,
        prices_as_of: date,
        library: Library,
        settings: Settings = DEFAULTS,
        *,
        rates: RateTable | None = None,
        open_source: Callable[[Path, Post], Source] | None = None,
        open_replay: Callable[[Path], SessionScreen] | None = None,
        first_screen: SessionScreen | None = None,
    ) -> None:
        """Without a source the first screen has its own."""
        super().__init__()
        for theme in own_themes(grey=self.no_color):
            self.register_theme(theme)
        self.theme = settings.theme if settings.theme in self.available_themes else TAB_DARK.name
        self._settings = settings
        self._ascii = [AsciiFilter()] if settings.ascii else []
        if self.current_theme.ansi and self.no_color:
            self.theme = TAB_DARK.name  # greys of the terminal's own colours would be black on black
        self._make_source = make_source
        self._rates = rates
        self._open_source = open_source
        self._clock = clock
        self._prices_as_of = prices_as_of
        self._library = library
        self._source: Source | None = None
        self._open_replay = open_replay
        self._first_screen = first_screen

    def get_theme_variable_defaults(self) -> dict[str, str]:
        theme = self.current_theme
        return palette(dark=theme.dark, ansi=theme.ansi, grey=self.no_color)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*self._ascii, *super().get_line_filters()]

    def on_mount(self) -> None:
        live = SessionScreen(self._clock, self._prices_as_of, self._library, self._settings, rates=self._rates)
        self.push_screen(self._first_screen or live)
        if self._settings.theme not in self.available_themes:
            known = ", ".join(sorted(self.available_themes))
            self.notify(
                f"settings.toml: no theme {self._settings.theme!r}; there are {known}", markup=False, timeout=20
            )
        if self._make_source is not None:
            self._source = self._make_source(self._post)
            self.call_after_refresh(self._source.start)

    def _post(self, snapshot: Snapshot) -> None:
        self.post_message(SnapshotPosted(snapshot))

    def action_sessions(self) -> None:
        """Choose another session to watch."""
        if self._rates is None or self._open_source is None:
            return
        from tui.screens.sessions import SessionsScreen

        self.push_screen(SessionsScreen(self._library, self._rates, self._clock()), self._open)

    def _open(self, pick: Pick | None) -> None:
        if pick is None:
            return
        if pick.replay and self._open_replay is not None:
            self.push_screen(self._open_replay(pick.path))
            return
        if self._open_source is None:
            return
        if self._source is not None:
            self._source.stop()
        self._source = self._open_source(pick.path, self._post)
        self._source.start()

    def on_unmount(self) -> None:
        if self._source is not None:
            self._source.stop()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every key's action in the command palette, beside textual's own commands."""
        yield from super().get_system_commands(screen)
        for active in screen.active_bindings.values():
            binding = active.binding
            if not binding.system and binding.description and active.enabled:
                run = partial(self.run_action, binding.action, default_namespace=active.node)
                yield SystemCommand(binding.description.capitalize(), binding.tooltip or f"Key {binding.key}", run)

    def action_help(self) -> None:
        """Explain the screen."""
        from tui.screens.help import LIVE_KEYS, REPLAY_KEYS, HelpScreen  # markdown's parser: only who asks waits

        replayed = any(isinstance(screen, SessionScreen) and not screen.follows_source for screen in self.screen_stack)
        self.push_screen(HelpScreen(REPLAY_KEYS if replayed else LIVE_KEYS))

    def action_help_quit(self) -> None:
        """Ctrl+C ends the program, as in any other; with a selection the screen copies before this is asked."""
        self.exit()

    @on(SnapshotPosted)
    def _show(self, message: SnapshotPosted) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, SessionScreen) and screen.follows_source:
                screen.snapshot = message.snapshot
            elif isinstance(screen, WhatIfScreen):
                screen.follow()


def local_clock() -> datetime:
    """Return the time here, aware."""
    return datetime.now().astimezone()


def watch(
    path: Path | None, library: Library, cwd: Path, rates: RateTable, *, keep_labels: bool, settings: Settings
) -> int:
    """Show a session live until the person quits, and return the exit code."""

    def opened(chosen: Path | None, post: Post) -> Source:
        return Follower(chosen, library, cwd, rates, post, keep_labels=keep_labels, settings=settings.meter)

    def follower(post: Post) -> Source:
        return opened(path, post)

    def replayed(chosen: Path) -> ReplayScreen:
        return replay_screen([chosen], library, rates, settings, keep_labels=keep_labels)

    return run(
        RunningTab(
            follower,
            local_clock,
            rates.as_of,
            library,
            settings,
            rates=rates,
            open_source=opened,
            open_replay=replayed,
        )
    )


def replay(
    paths: Sequence[Path],
    library: Library,
    rates: RateTable,
    *,
    keep_labels: bool,
    settings: Settings,
    speed: float | None,
    at_turn: int | None,
) -> int:
    """Show sessions as they ran until the person quits, and return the exit code."""
    screen = replay_screen(paths, library, rates, settings, keep_labels=keep_labels, speed=speed, at_turn=at_turn)
    return run(replay_app(screen, library, rates, settings))


def replay_app(screen: ReplayScreen, library: Library, rates: RateTable, settings: Settings) -> RunningTab:
    """Return an app that begins with a replay: that is its only source."""
    return RunningTab(None, local_clock, rates.as_of, library, settings, rates=rates, first_screen=screen)


def replay_screen(
    paths: Sequence[Path],
    library: Library,
    rates: RateTable,
    settings: Settings,
    *,
    keep_labels: bool,
    speed: float | None = 20.0,
    at_turn: int | None = None,
) -> ReplayScreen:
    """Return a screen that reads sessions and plays them."""
    from tui.film import load_film
    from tui.screens.replay import ReplayScreen

    def load(on_progress: Callable[[float], None]) -> Film:
        return load_film(paths, rates, keep_labels=keep_labels, settings=settings.meter, on_progress=on_progress)

    return ReplayScreen(load, rates, library, local_clock, settings, speed=speed, at_turn=at_turn)


def run(app: RunningTab) -> int:
    """Run the app on this terminal, and return the exit code."""
    if app.theme == TAB_DARK.name and app.console.color_system == "standard" and not app.no_color:
        app.theme = "ansi-dark"  # sixteen colours: the terminal's own keep carry and act apart
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: app.exit())
    app.run()
    return app.return_code or 0
