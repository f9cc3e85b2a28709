"""The turn list: a line-drawn scroll view that stays quick with thousands of turns."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC
from functools import lru_cache
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from meter.cache import CacheBreak
from meter.thread import MeteredTurn
from tui.cells import EMPTY, Row, fit, row
from tui.format import plural
from tui.view import View, short_model
from tui.widgets.panel import edge
from tui.widgets.turn_order import Shown, by_time, dearest_first, folded, turns_alone
from tui.widgets.turn_rows import (
    ASCII_PARTS,
    COLOURLESS_PARTS,
    AgentRow,
    Columns,
    CompactionRow,
    ListRow,
    PromptRow,
    TurnRow,
    agent_row,
    bar_scale,
    compaction_row,
    list_rows,
    prompt_row,
    turn_row,
)

_LOW = 7
"""Rows; a lower list shows turns alone."""


class TurnList(ScrollView, can_focus=True):
    """Prompts and their turns, newest at the bottom; follows the end until somebody scrolls up."""

    DEFAULT_CSS = """
    TurnList {
        scrollbar-size: 0 0;
        background: $background;
    }
    """

    HELP = """\
## Turns

One line a response, newest at the bottom; a prompt is the heading of its turns.
The bar is the turn's cost: **carry** (history sent again), **new** tokens, **output**.
`end` follows the newest turn again. `p` folds the list to its prompts, `enter` opens one. `s` puts the dearest first.
"""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "previous turn", show=False),
        Binding("down,j", "move(1)", "next turn", show=False),
        Binding("pageup", "page(-1)", "page up", show=False),
        Binding("pagedown", "page(1)", "page down", show=False),
        Binding("home", "first", "first turn", show=False),
        Binding("end", "follow", "follow", tooltip="Go to the newest turn and stay there", show=False),
        Binding("enter", "choose", "details", tooltip="Write out what the selected turn cost", show=False),
        Binding("b", "next_break", "next break", tooltip="Select the next cache break", show=False),
        Binding("p", "fold", "fold prompts", tooltip="Show prompts alone, or all their turns again", show=False),
        Binding("s", "sort", "dearest first", tooltip="The dearest turns first, or by time again", show=False),
        Binding("right", "unfold", "unfold", tooltip="Show the turns of the selected prompt", show=False),
    ]

    class Chosen(Message):
        """A turn was chosen, to be looked at closely."""

        def __init__(self, metered: MeteredTurn, broke: CacheBreak | None) -> None:
            super().__init__()
            self.metered = metered
            self.broke = broke

    view: reactive[View | None] = reactive(None, repaint=False)
    boxed: reactive[bool] = reactive(default=False, repaint=False)
    following: reactive[bool] = reactive(default=True, repaint=False)
    cursor: reactive[int | None] = reactive(None, repaint=False)
    """Number of the selected turn; None while nothing is selected."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - textual's name
        super().__init__(id=id)
        self._all_rows: list[ListRow] = []
        self._shown = Shown((), ())
        self._low = False
        self._folded = False
        self._opened: set[int] = set()
        """First turns of the prompts that stand open in a folded list."""
        self._dearest_first = False
        self._strip = lru_cache(maxsize=1024)(self._draw)

    @property
    def _rows(self) -> Sequence[ListRow]:
        return self._shown.rows

    @property
    def _heads(self) -> int:
        """Rows of column heads: none in a pane so low that each row has to be a turn."""
        return 0 if self._low else 1

    @property
    def _chrome(self) -> int:
        """Rows that do not scroll: the upper edge, the column heads, the lower edge of a box."""
        return 1 + self._heads + self.boxed

    @property
    def below(self) -> int:
        """Turns below the last one in view, in a list by time."""
        return len(self._shown.places) - bisect_left(self._shown.places, self.scroll_offset.y + self._page)

    @property
    def _page(self) -> int:
        """Rows that scroll through the window."""
        return max(1, self.size.height - self._chrome)

    def watch_view(self, old: View | None, new: View | None) -> None:
        state = new.state if new else None
        if old is not None and state is old.state and state is not None:
            return
        top = self._shown.turn(self.scroll_offset.y) if self._dearest_first and self.scroll_offset.y else None
        self._all_rows = list_rows(state) if state else []
        self._measure()
        if top is not None and (place := self._shown.place(top)) is not None:
            self._scroll(place)  # a dear turn that came in above moves nothing

    def watch_boxed(self) -> None:
        self._measure()

    def on_resize(self) -> None:
        self._measure()

    def _measure(self) -> None:
        self._strip.cache_clear()
        self._low = self.size.height < _LOW
        self._shown = self._arranged()
        if self.cursor is not None and self._cursor_row is None:
            self.cursor, self.following = None, not self._dearest_first
        self.virtual_size = Size(self.size.width, len(self._rows) + self._chrome)
        if self.following:
            self.scroll_end(animate=False, immediate=True, force=True)
        self.refresh()

    def _arranged(self) -> Shown:
        if self._dearest_first:
            return dearest_first(self._all_rows)
        if self._folded:
            return folded(self._all_rows, self._opened)
        return turns_alone(self._all_rows) if self._low else by_time(self._all_rows)

    def _rearrange(self) -> None:
        """Show the rows in another way; the selected turn, else the topmost one, stays in view."""
        top = next((turn for row in range(self.scroll_offset.y, len(self._rows)) if (turn := self._shown.turn(row))), 1)
        self._measure()
        if self.cursor is not None:
            self._bring_into_view(self._cursor_row)
        elif not self.following:
            self._scroll(0 if self._dearest_first else self._shown.place(top) or 0)

    def _scroll(self, y: int) -> None:
        self.scroll_to(y=y, animate=False, immediate=True, force=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        at_end = self.scroll_offset.y >= self.max_scroll_y
        if self.following and not at_end and new_value < old_value:
            self.following = False
        elif at_end and self.cursor is None and not self._dearest_first:
            self.following = True
        self.refresh()

    def watch_cursor(self) -> None:
        self._strip.cache_clear()
        self.refresh()

    @property
    def _cursor_row(self) -> int | None:
        """Index of the row of the selected turn; None when nothing is selected, or the turn has gone."""
        return self._shown.place(self.cursor)

    def action_move(self, step: int) -> None:
        """Select the turn before or after the selected one; the first press the newest, or the dearest."""
        row_index = self._cursor_row
        if row_index is None:
            self._select(self._turn_from(*((0, 1) if self._dearest_first else (len(self._rows) - 1, -1))))
        else:
            self._select(self._turn_from(row_index + step, step))

    def action_page(self, step: int) -> None:
        row_index = self._cursor_row
        start = (0 if self._dearest_first else len(self._rows) - 1) if row_index is None else row_index
        target = min(len(self._rows) - 1, max(0, start + step * max(1, self._page - 1)))
        self._select(self._turn_from(target, -1) if step > 0 else self._turn_from(target, 1))

    def action_next_break(self) -> None:
        """Select the next cache break, from the start again after the last one; its prompt is opened."""
        broken = [item.metered.number for item in self._all_rows if isinstance(item, TurnRow) and item.broke]
        places = sorted((self._shown.places[number - 1], number) for number in broken)
        if places:
            row_index = self._cursor_row
            now = (-1, 0) if row_index is None else (row_index, self.cursor or 0)
            _, number = next((place for place in places if place > now), places[0])
            self._open(number)
            self._select(self._shown.place(number), number)

    def action_choose(self) -> None:
        row_index = self._cursor_row
        index = row_index if row_index is not None else self._turn_from(len(self._rows) - 1, -1)
        if index is None:
            return
        match self._rows[index]:
            case TurnRow() as item:
                self.post_message(self.Chosen(item.metered, item.broke))
            case PromptRow() as item:
                self._open(item.first)
                self._select(self._shown.place(item.first))

    def action_fold(self) -> None:
        """Show the prompts alone, or all turns again."""
        self._folded = self._dearest_first or not self._folded
        self._opened.clear()
        self._by_time()

    def action_sort(self) -> None:
        """Put the dearest turn first, or go back to the order of time."""
        if self._dearest_first:
            self._by_time()
        else:
            self._dearest_first, self.following = True, False
            self._rearrange()

    def _by_time(self) -> None:
        if self._dearest_first:
            self._dearest_first = False
            self.following = self.cursor is None
        self._rearrange()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the key of unfolding to others while no folded prompt is selected."""
        return self._on_folded if action == "unfold" else super().check_action(action, parameters)

    @property
    def _on_folded(self) -> bool:
        row_index = self._cursor_row
        return row_index is not None and isinstance(self._rows[row_index], PromptRow)

    def action_unfold(self) -> None:
        self.action_choose()

    def _open(self, number: int) -> None:
        """Show the turns of the prompt that a turn is folded into, if it is."""
        place = self._shown.place(number)
        item = self._rows[place] if place is not None else None
        if isinstance(item, PromptRow):
            self._opened.add(item.first)
            self._measure()

    def on_click(self, event: Click) -> None:
        index = self.scroll_offset.y + event.y - 1 - self._heads
        inside = 1 + self._heads <= event.y < self.size.height - self.boxed
        if inside and 0 <= index < len(self._rows) and self._shown.turn(index) is not None:
            if index == self._cursor_row:
                self.action_choose()
            else:
                self._select(index)

    def _turn_from(self, index: int, step: int) -> int | None:
        """Return the nearest row from one on, in a direction, that can be selected."""
        while 0 <= index < len(self._rows):
            if self._shown.turn(index) is not None:
                return index
            index += step
        return None

    def _select(self, index: int | None, number: int | None = None) -> None:
        """Select the turn of a row and bring it into view; the list stays there while turns are added below."""
        if index is None:
            return
        self.cursor = number or self._shown.turn(index)
        self.following = False
        self._bring_into_view(index)

    def _bring_into_view(self, index: int | None) -> None:
        if index is None:
            return
        top = self.scroll_offset.y
        # With column heads the first row of the window is the prompt's heading: a selected turn stands below it.
        above = max(0, index - self._heads)
        if above < top:
            self._scroll(above)
        elif index >= top + self._page:
            self._scroll(index - self._page + 1)

    def action_follow(self) -> None:
        self.cursor = None
        self.following, self._dearest_first = True, False
        self._measure()

    def action_first(self) -> None:
        self._select(self._turn_from(0, 1))

    def render_line(self, y: int) -> Strip:
        columns, lines = self.size
        if y == 0:
            return self._paint(edge("╭─" if self.boxed else "─", "─╮" if self.boxed else "─", *self._title(), columns))
        if self.boxed and y == lines - 1:
            return self._paint(edge("╰─", "─╯", EMPTY, EMPTY, columns))
        if y == 1 and self._heads:
            return self._paint(self._inside(self._columns().heading()))
        first = 1 + self._heads
        index = self.scroll_offset.y + y - first
        if not 0 <= index < len(self._rows):
            return self._paint(self._inside(EMPTY))
        if y == first and self._heads and self._sticks(index):
            heading = self._shown.heading(index)
            index = index if heading is None else heading
        return self._strip(index, columns, self._scale(), self.boxed)

    def _sticks(self, index: int) -> bool:
        """Tell whether the prompt's heading takes the place of a row: while more of its turns follow in view."""
        follows = self._rows[index + 1 : index + 2]
        return not isinstance(self._rows[index], PromptRow) and not isinstance(
            follows[0] if follows else None, PromptRow
        )

    def _scale(self) -> int:
        top = self.scroll_offset.y
        return bar_scale(self._rows[top : top + self._page])

    def _columns(self) -> Columns:
        view, state = self.view, self.view.state if self.view else None
        zone = (view.now.tzinfo if view else None) or UTC
        inner = self.size.width - (4 if self.boxed else 0)
        several = state is not None and len(state.main.state.models) > 1
        if view is not None and view.ascii:
            return Columns(inner, zone, several, ASCII_PARTS)
        return Columns(inner, zone, several, COLOURLESS_PARTS) if self.app.no_color else Columns(inner, zone, several)

    def _title(self) -> tuple[Row, Row]:
        state = self.view.state if self.view else None
        count = f"{state.main.state.turns:,}" if state else "0"
        title = row(("Turns", "$foreground bold"), (f"  {count}", "$muted"))
        if self._dearest_first:
            more = row((" · ", "$faint"), ("s", "$bright"), " sorts by time") if self.size.width >= 60 else EMPTY
            return title, row(("dearest first", "$new bold"), *more)
        if self.following:
            return title, row(("following", "$muted"))
        below = self.below
        words = f"+{below} {plural(below, 'turn')}" if below else ""
        if self.size.width < 60:
            return title, row((words or "end follows", "$new bold"))
        more = row((f"{words} below", "$new bold"), (" · ", "$faint")) if words else EMPTY
        return title, row(*more, ("end", "$bright"), " follows again")

    def _inside(self, cells: Row) -> Row:
        if not self.boxed:
            return fit(cells, self.size.width)
        side = ("│", "$frame")
        return (side, (" ", ""), *fit(cells, self.size.width - 4), (" ", ""), side)

    def _draw(self, index: int, _columns: int, scale: int, _boxed: bool) -> Strip:  # noqa: FBT001 - a cache key
        columns = self._columns()
        match item := self._rows[index]:
            case PromptRow():
                cells = prompt_row(item, columns)
            case TurnRow():
                cells = turn_row(item, columns, scale, short_model(item.metered.turn.billed_id))
            case AgentRow():
                cells = agent_row(item, columns)
            case CompactionRow():
                cells = compaction_row(item, columns)
        if index == self._cursor_row:
            cells = tuple((text, f"{style} on $selection".strip()) for text, style in cells)
            if cells and cells[0][0].startswith(" "):
                cells = (("▌", "$new on $selection"), (cells[0][0][1:], cells[0][1]), *cells[1:])
        return self._paint(self._inside(cells))

    def _paint(self, cells: Row) -> Strip:
        strips = Visual.to_strips(self, Content.assemble(*cells), self.size.width, 1, self.visual_style)
        return strips[0] if strips else Strip.blank(self.size.width)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strip.cache_clear()
