"""The picker: all sessions, newest first; type to filter."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from meter.rates import RateTable
from parsers.targets import Library
from tui.cells import Row, content, fit, row
from tui.format import ago, plural
from tui.session_list import Entry, list_entries, read_entries

READ_AT_MOST = 300
"""Sessions whose title and cost are looked up, newest first: older ones are found by their id."""


class _Read(Message):
    """One more session was read."""

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self.entry = entry


@dataclass(frozen=True, slots=True)
class Pick:
    """The transcript that was chosen, and whether to watch it live or to replay it."""

    path: Path
    replay: bool = False


class SessionsScreen(ModalScreen[Pick | None]):
    """Lists at once, then fills in titles and costs while a thread reads; returns what was chosen."""

    CSS = """
    SessionsScreen { align: center middle; background: $background 60%; }
    SessionsScreen > #picker {
        width: 96%; max-width: 120; height: 90%; background: $background; border: round $frame; padding: 0 1;
    }
    SessionsScreen Input { border: none; height: 1; padding: 0 1; background: $background; }
    SessionsScreen OptionList {
        border: none; padding: 0; height: 1fr; background: $background; scrollbar-size-vertical: 1;
        text-wrap: nowrap; text-overflow: clip;
    }
    SessionsScreen OptionList > .option-list--option-highlighted { background: $selection; color: $bright; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "back"),
        Binding("down", "move(1)", "next", show=False, priority=True),
        Binding("up", "move(-1)", "previous", show=False, priority=True),
        Binding("enter", "choose", "watch", priority=True),
        Binding("ctrl+r", "choose(True)", "replay", priority=True),
    ]

    def __init__(self, library: Library, rates: RateTable, now: datetime) -> None:
        super().__init__()
        self._library = library
        self._rates = rates
        self._now = now
        self._entries: dict[Path, Entry] = {}
        self._left = threading.Event()
        self._thread: threading.Thread | None = None

    def compose(self) -> ComposeResult:
        from textual.containers import Vertical

        with Vertical(id="picker"):
            yield Input(placeholder="type to filter", id="filter")
            yield OptionList(id="list", markup=False)

    def on_mount(self) -> None:
        entries, _ = list_entries(self._library)
        self._entries = {entry.path: entry for entry in entries}
        self._fill()
        self._thread = threading.Thread(target=self._read, args=(entries[:READ_AT_MOST],), name="picker", daemon=True)
        self._thread.start()

    def on_unmount(self) -> None:
        self._left.set()
        if self._thread is not None:
            self._thread.join(5)

    def _read(self, entries: Sequence[Entry]) -> None:
        for entry in read_entries(entries, self._library, self._rates):
            if self._left.is_set():
                return
            self.post_message(_Read(entry))

    @on(_Read)
    def _show_read(self, message: _Read) -> None:
        entry = message.entry
        self._entries[entry.path] = entry
        shown = self.query_one(OptionList)
        if str(entry.path) in {option.id for option in shown.options}:
            shown.replace_option_prompt(str(entry.path), self._prompt(entry))
        elif entry.matches(self.query_one(Input).value):
            self._fill()

    @on(Input.Changed)
    def _filter(self) -> None:
        self._fill()

    def on_resize(self) -> None:
        self._fill()

    def _fill(self) -> None:
        shown = self.query_one(OptionList)
        words = self.query_one(Input).value
        found = [entry for entry in self._entries.values() if entry.matches(words)]
        chosen = shown.highlighted
        shown.clear_options()
        shown.add_options(Option(self._prompt(entry), id=str(entry.path)) for entry in found)
        if found:
            shown.highlighted = min(chosen or 0, len(found) - 1)
        picker = self.query_one("#picker")
        picker.border_title = f"Sessions  {len(found)}"
        picker.border_subtitle = "⏎ watch  ctrl+r replay  esc back"

    def _prompt(self, entry: Entry) -> Content:
        columns = max(20, min(120, self.size.width * 96 // 100) - 6)
        return content([entry_row(entry, self._now, columns)])

    def action_move(self, step: int) -> None:
        shown = self.query_one(OptionList)
        if shown.option_count:
            shown.highlighted = min(shown.option_count - 1, max(0, (shown.highlighted or 0) + step))

    def action_choose(self, replay: bool = False) -> None:  # noqa: FBT001, FBT002 - the key's argument
        shown = self.query_one(OptionList)
        option = shown.highlighted_option
        self.dismiss(Pick(Path(option.id), replay) if option is not None and option.id else None)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(Pick(Path(event.option.id)) if event.option.id else None)


def entry_row(entry: Entry, now: datetime, columns: int) -> Row:
    """Return one session's line: live mark, age, cost, turns, title, project."""
    mark = ("● ", "$output") if entry.live else ("  ", "")
    turns = f"{entry.turns:,} {plural(entry.turns, 'turn')}" if entry.turns else ""
    wide = columns >= 70
    cells = row(
        mark,
        (f"{ago(now - entry.written_at):>8}  ", "$muted"),
        (f"{entry.cost:>9}  ", "$bright"),
        (f"{turns:>11}  " if wide else "", "$muted"),
        (entry.title, "$foreground"),
        (f"  {entry.project}" if wide else "", "$muted"),
    )
    return fit(cells, columns)
