"""What if: the ways to go on from here, and what the session would have cost led another way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.events import Click
from textual.screen import Screen

from meter.from_here import FromHere, Going, TooSmall, from_here
from meter.level import all_models
from meter.rates import RateTable, utc_day
from meter.session import SessionState
from meter.what_if import AtModel, LookBack, look_back
from tui.cells import fit, row
from tui.view import View
from tui.what_if_tables import TELLS_FROM, Comparison, Drawn, tables, told
from tui.widgets.footer import Key, footer
from tui.widgets.header import header
from tui.widgets.rows import Rows
from tui.widgets.verdict import verdict

HORIZONS = (20, 50, 100)
"""Turns over which the ways to go on can be compared, beside the setting's own."""
KEYS: tuple[Key, ...] = (("n", "horizon"), ("m", "models"), ("↑↓", "select"), ("esc", "back"), ("?", "help"))
Choice = Going | TooSmall | LookBack


class WhatIfScreen(Screen[None]):
    """Compares; it follows the session while it is open."""

    CSS_PATH = "what_if.tcss"
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - textual declares it so
        (0, "-narrow"),
        (60, "-normal"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "horizon", "horizon", tooltip="Compare over 20, 50 or 100 turns"),
        Binding("m", "models", "models", tooltip="All models of the price list that hold the context, or the usual"),
        Binding("up,k", "move(-1)", "previous line", show=False),
        Binding("down,j", "move(1)", "next line", show=False),
        Binding("escape,w,q", "dismiss", "back", tooltip="Back to the session"),
        Binding("question_mark", "app.help", "help", key_display="?", tooltip="What the figures and the keys mean"),
    ]

    header = getters.query_one("#header", Rows)
    verdict = getters.query_one("#verdict", Rows)
    tables = getters.query_one("#tables", Rows)
    assumed = getters.query_one("#assumed", Rows)
    footer = getters.query_one("#footer", Rows)
    scroll = getters.query_one(VerticalScroll)

    def __init__(self, look: Callable[[], View], rates: RateTable, *, prices_as_of: date, stale_after: int) -> None:
        """``look`` returns the session at this moment."""
        super().__init__()
        self._look = look
        self._rates = rates
        self._prices_as_of = prices_as_of
        self._stale_after = stale_after
        self._horizon: int | None = None
        self._all_models = False
        self._chosen: object = None
        self._shown: Comparison | None = None
        self._back: tuple[SessionState, bool, tuple[LookBack, ...]] | None = None
        self._drawn: list[Drawn] = []

    def compose(self) -> ComposeResult:
        yield Rows(id="header")
        yield Rows(id="verdict")
        with VerticalScroll(can_focus=False):
            yield Rows(id="tables")
        yield Rows(id="assumed")
        yield Rows(id="footer")

    def on_mount(self) -> None:
        self.set_interval(1.0, self.follow)

    def on_resize(self) -> None:
        self.follow()

    def follow(self) -> None:
        """Show the session as it stands."""
        view = self._look()
        columns, lines = self.size
        self.header.rows = (fit(header(view, columns), columns),)
        self.verdict.rows = tuple(verdict(view, columns, 2 if columns < 60 else 1))
        age = (view.now.date() - self._prices_as_of).days
        keys = footer(columns, self._prices_as_of.isoformat(), stale=age > self._stale_after, keys=KEYS)
        self.footer.rows = (fit(keys, columns),)
        self._shown = self._compare(view) if view.state is not None else None
        self._draw(columns, lines)

    def _compare(self, view: View) -> Comparison | None:
        state = view.state
        if state is None:
            return None
        last = state.main.state.last
        day = utc_day(last.turn.at) if last else None
        models = all_models(self._rates, day) if self._all_models else None
        if self._back is None or self._back[0] is not state or self._back[1] != self._all_models:
            self._back = (state, self._all_models, look_back(state, self._rates, models=models))
        ahead = from_here(state, self._rates, horizon=self._horizon, models=models, cold=view.moment.cold)
        return Comparison(state, self._that_fit(ahead), tuple(filter(self._fits, self._back[2])))

    def _that_fit(self, ahead: FromHere | None) -> FromHere | None:
        """Leave out what does not fit when all models are shown: that list is long enough."""
        if ahead is None or not self._all_models:
            return ahead
        return FromHere(ahead.horizon, tuple(way for way in ahead.ways if isinstance(way, Going)))

    def _fits(self, line: LookBack) -> bool:
        way = line.way
        return not (self._all_models and isinstance(way, AtModel) and way.too_small_from is not None)

    def _draw(self, columns: int, lines: int) -> None:
        narrow, tells = columns < 60, columns >= TELLS_FROM
        self.assumed.display = not tells
        if self._shown is None:
            self._drawn = [Drawn(row((" No session yet: what-if compares from the first turn on.", "$muted")))]
            self.assumed.rows = ()
        else:
            room = lines - (5 if narrow else 3 if tells else 4) - (narrow and not tells)
            selected = self._selected
            self._drawn = tables(self._shown, columns, room, selected, boxed=columns >= 100 and lines >= 30)
            if len(self._drawn) > room:  # boxes would be cut
                self._drawn = tables(self._shown, columns, room, selected, boxed=False)
            if len(self._drawn) > room:  # the scroll bar takes a column
                self._drawn = tables(self._shown, columns - 1, room, selected, boxed=False)
            choices = self._shown.choices
            self.assumed.rows = tuple(told(choices[selected], columns, 2 if narrow else 1)) if choices else ()
        self.tables.styles.height = len(self._drawn)
        self.tables.rows = tuple(drawn.cells for drawn in self._drawn)

    @property
    def _selected(self) -> int:
        """Place of the selected line: the one chosen as long as it is there, else the best."""
        if self._shown is None:
            return 0
        keys = [_key(choice) for choice in self._shown.choices]
        if self._chosen in keys:
            return keys.index(self._chosen)
        return self._shown.ahead.best if self._shown.ahead else 0

    def action_horizon(self) -> None:
        """Compare over more turns, or over the fewest again."""
        ahead = self._shown.ahead if self._shown else None
        if ahead is not None:
            self._horizon = next((turns for turns in HORIZONS if turns > ahead.horizon), HORIZONS[0])
            self.follow()

    def action_models(self) -> None:
        """Compare with all models that hold the context, or with the usual ones again."""
        self._all_models = not self._all_models
        self.follow()

    def action_move(self, step: int) -> None:
        """Select another line."""
        if self._shown is not None and self._shown.choices:
            self._select(min(len(self._shown.choices) - 1, max(0, self._selected + step)))

    def on_click(self, event: Click) -> None:
        line = event.screen_y - self.scroll.region.y + self.scroll.scroll_offset.y
        clicked, _ = self.get_widget_at(event.screen_x, event.screen_y)
        if clicked is self.tables and 0 <= line < len(self._drawn):
            place = self._drawn[line].place
            if place is not None:
                self._select(place)

    def _select(self, place: int) -> None:
        if self._shown is None:
            return
        self._chosen = _key(self._shown.choices[place])
        self._draw(*self.size)
        line = next(line for line, drawn in enumerate(self._drawn) if drawn.place == place)
        top, page = self.scroll.scroll_offset.y, self.scroll.size.height
        # The heads come into view with the first line, the notes with the last.
        edges = {0: 0, len(self._shown.choices) - 1: max(0, len(self._drawn) - page)}
        if place in edges:
            self.scroll.scroll_to(y=edges[place], animate=False)
        elif not top <= line < top + page:
            self.scroll.scroll_to(y=line if line < top else line - page + 1, animate=False)


def _key(choice: Choice) -> object:
    """Return what a line stays the same by while its figures change."""
    if isinstance(choice, LookBack):
        return type(choice.way), choice.way.model if isinstance(choice.way, AtModel) else None
    return choice.step if isinstance(choice, Going) else TooSmall, choice.model
