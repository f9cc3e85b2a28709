"""A few rows of text that repaint only when they change."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.cells import Row, content


class Rows(Widget):
    """Shows the rows it is given."""

    DEFAULT_CSS = """
    Rows {
        height: 1;
        text-wrap: nowrap;
        text-overflow: clip;
    }
    """

    rows: reactive[tuple[Row, ...]] = reactive(())

    def render(self) -> Content:
        return content(self.rows)
