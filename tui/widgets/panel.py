"""A panel: rows of text in a frame that is a box where there is room, a rule where there is not."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from tui.ascii_screen import ascii_rows
from tui.cells import EMPTY, Row, content, fit, indent, row, width
from tui.view import View


class Panel(Widget):
    """Draws the part of the view that its subclass picks; it repaints only when its rows change."""

    DEFAULT_CSS = """
    Panel {
        text-wrap: nowrap;
        text-overflow: clip;
    }
    """

    framed: ClassVar[bool] = True
    """Has a title edge; without one the rows take the whole height."""

    view: reactive[View | None] = reactive(None, repaint=False)
    boxed: reactive[bool] = reactive(default=False)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - textual's name
        super().__init__(id=id, classes=classes)
        self._drawn: tuple[Size, bool, tuple[Row, ...]] | None = None
        self._made_of: object = None

    def title(self, view: View, size: int) -> tuple[Row, Row]:
        """Return what stands in the upper edge, left and right."""
        raise NotImplementedError

    def body(self, view: View, columns: int, lines: int) -> list[Row]:
        """Return the rows inside the frame."""
        raise NotImplementedError

    def footer(self, view: View, size: int) -> Row:
        """Return what stands at the right of the lower edge of a box."""
        return EMPTY

    def depends_on(self, view: View) -> object:
        """Return what the panel's rows are made of, beside its size: while it is equal nothing is drawn anew."""
        return (view.state, view.snapshot.phase, view.is_cold)

    def watch_view(self) -> None:
        made_of = (self.size, self.boxed, self.depends_on(self.view) if self.view else None)
        if made_of == self._made_of:
            return
        self._made_of = made_of
        drawn = (self.size, self.boxed, self._rows())
        if drawn != self._drawn:
            self._drawn = drawn
            self.refresh()

    def on_resize(self) -> None:
        self.watch_view()

    def render(self) -> Content:
        rows = self._rows()
        self._drawn = (self.size, self.boxed, rows)
        return content(ascii_rows(rows) if self.view and self.view.ascii else rows)

    def _rows(self) -> tuple[Row, ...]:
        columns, lines = self.size
        if self.view is None or columns < 4 or lines < 1:
            return ()
        return tuple(framed(self, self.view, columns, lines, boxed=self.boxed))


def framed(panel: Panel, view: View, columns: int, lines: int, *, boxed: bool) -> list[Row]:
    """Return all rows of a panel of this size, its frame included."""
    if not panel.framed:
        body = panel.body(view, columns - 2, lines)[:lines]
        return [indent(cells, columns) for cells in (*body, *[EMPTY] * (lines - len(body)))]
    inner, height = (columns - 4, lines - 2) if boxed else (columns - 2, lines - 1)
    body = panel.body(view, inner, height)[: max(0, height)]
    body += [EMPTY] * (height - len(body))
    left, right = panel.title(view, columns)
    if not boxed:
        return [edge("─", "─", left, right, columns), *(indent(cells, columns) for cells in body)]
    side = ("│", "$frame")
    rows = [edge("╭─", "─╮", left, right, columns)]
    rows += [(side, (" ", ""), *fit(cells, inner), (" ", ""), side) for cells in body]
    rows.append(edge("╰─", "─╯", EMPTY, panel.footer(view, columns), columns))
    return rows


def edge(start: str, end: str, left: Row, right: Row, columns: int) -> Row:
    """Return a horizontal edge with words in it at either end."""
    room = columns - len(start) - len(end)
    left = (row(" ", *left, " ")) if left else EMPTY
    right = (row(" ", *right, " ")) if right and width(left) + width(right) + 3 <= room else EMPTY
    left = fit(left, room) if width(left) > room else left
    line = "─" * max(0, room - width(left) - width(right))
    return ((start, "$frame"), *left, (line, "$frame"), *right, (end, "$frame"))
