"""The transport bar of a replay: what plays, how fast, and where in the session it stands."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content
from textual.events import MouseDown, MouseMove, MouseUp
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from meter.counterfactual import Mark
from tui.cells import EMPTY, Row, content, fit, row, width
from tui.film import Marker, What
from tui.format import span
from tui.player import LONGEST_WAIT, Player, speed_words
from tui.widgets.curve import joined

_GLYPHS = {
    What.PROMPT: ("┴", "$muted"),
    What.MODEL: ("⇄", "$new"),
    What.COMPACTION: ("◇", "$new"),
    What.CLEAR: ("◆", "$new bold"),
    What.BREAK: ("×", "$act bold"),
    What.WATCH: ("▲", "$watch bold"),
    What.ACT: ("■", "$act bold"),
}
_WORDS_FROM = 60
"""Columns from which the gap has a place of its own."""
_SHORTEST = 10
"""Columns of a bar that is worth drawing."""


@dataclass(frozen=True, slots=True)
class Transport:
    """What the bar shows of a player."""

    playing: bool
    speed: str
    idle: str
    """The real length of a gap that is being cut short; empty in between."""
    turn: int
    turns: int
    markers: tuple[Marker, ...]
    marks: tuple[Mark, ...] = ()
    """Where the person asked what would have been."""


def transport_of(player: Player, marks: tuple[Mark, ...] = ()) -> Transport:
    idle = player.idle
    return Transport(
        player.playing,
        speed_words(player.speed),
        span(idle) if idle is not None else "",
        player.turn,
        player.film.turns,
        tuple(player.film.markers),
        marks,
    )


class TransportBar(Widget):
    """Shows the transport; a click or a drag on the bar asks for a turn."""

    DEFAULT_CSS = """
    TransportBar { height: 1; text-wrap: nowrap; text-overflow: clip; }
    """

    transport: reactive[Transport | None] = reactive(None)

    class Sought(Message):
        """A turn was asked for."""

        def __init__(self, turn: int) -> None:
            super().__init__()
            self.turn = turn

    def render(self) -> Content:
        shown, columns = self.transport, self.size.width
        return content([fit(bar(shown, columns), columns)] if shown else [])

    def on_mouse_down(self, event: MouseDown) -> None:
        if self._seek(event.x, drag=False):
            self.capture_mouse()
        event.stop()

    def on_mouse_move(self, event: MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._seek(event.x, drag=True)

    def on_mouse_up(self, event: MouseUp) -> None:
        self.release_mouse()
        event.stop()

    def _seek(self, column: int, *, drag: bool) -> bool:
        """Ask for the turn of a column; a drag goes on beyond the ends of the bar."""
        if self.transport is None:
            return False
        start, size = place_of_bar(self.transport, self.size.width)
        if not size or not (drag or start <= column < start + size):
            return False
        turn = turn_at(self.transport, min(size - 1, max(0, column - start)), size)
        if turn != self.transport.turn or not drag:
            self.post_message(self.Sought(turn))
        return True


def bar(shown: Transport, columns: int) -> Row:
    """Return the row: state and speed, the bar with its markers, the turn."""
    left, right = _ends(shown, columns)
    _, size = place_of_bar(shown, columns)
    if not size:
        return row(*left, *right)
    return row(*left, *joined(_line(shown, size)), *right)


def place_of_bar(shown: Transport, columns: int) -> tuple[int, int]:
    """Return the first column of the bar and its width, 0 where there is no room for it."""
    left, right = _ends(shown, columns)
    size = columns - width(left) - width(right)
    return (width(left), size) if size >= _SHORTEST and shown.turns else (width(left), 0)


def turn_at(shown: Transport, column: int, size: int) -> int:
    """Return the turn of a column of the bar: that of the marker drawn there, else one whose knob is nearest."""
    here = [marker for marker in shown.markers if _column(marker.turn, shown, size) == column]
    if here:
        return max(here, key=lambda marker: marker.what).turn
    near = 1 + column * (shown.turns - 1) // (size - 1)
    turns = range(near, min(shown.turns, near + 1) + 1)
    return min(turns, key=lambda turn: abs(_column(turn, shown, size) - column))


def _column(turn: int, shown: Transport, size: int) -> int:
    """Return where on the bar a turn stands: the first and the last one at its ends."""
    if shown.turns < 2:
        return size - 1 if turn else 0
    return max(0, turn - 1) * (size - 1) // (shown.turns - 1)


def _ends(shown: Transport, columns: int) -> tuple[Row, Row]:
    glyph, style = ("▶", "$new") if shown.playing else ("‖", "$bright")
    if columns < _WORDS_FROM:  # the gap takes the place of the speed while it is passed: nothing shifts
        words, tone = (shown.idle.replace(" ", ""), "$foreground") if shown.idle else (shown.speed, "$bright")
        left = row(" ", (glyph, style), " ", (f"{words:<5} ", tone))
    else:
        left = row(" ", (glyph, style), " ", (f"{shown.speed:<5} ", "$bright"))
        words = f"idle {shown.idle}" if shown.idle else f"idle ≤ {LONGEST_WAIT:g} s"
        left = row(*left, (f"{words:<12} "[:13], "$foreground" if shown.idle else "$faint"))
    count = f"{shown.turns:,}"
    right = row(" ", (f"{shown.turn:>{len(count)},}", "$bright bold"), (f"/{count} ", "$muted"))
    return left, right if shown.turns else EMPTY


def _line(shown: Transport, size: int) -> list[tuple[str, str]]:
    """Return the bar: what was played is bright, markers stand at their turns, the knob on top of all."""
    knob = _column(shown.turn, shown, size)
    cells = [("━", "$new" if column < knob else "$frame") for column in range(size)]
    for marker in sorted(shown.markers, key=lambda found: found.what):
        cells[_column(marker.turn, shown, size)] = _GLYPHS[marker.what]
    for mark in shown.marks:
        cells[_column(mark.turn, shown, size)] = ("⇄" if mark.model else "↺", "$bright bold")
    cells[knob] = ("●", "$bright bold")
    return cells
