"""Which rows of the turn list are shown and in what order: all, prompts folded, or the dearest turns first."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tui.widgets.turn_rows import ListRow, PromptRow, TurnRow


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows in the order in which they are drawn."""

    rows: Sequence[ListRow]
    places: Sequence[int]
    """For each turn, the first one first, the index of its row, or of the heading that it is folded into."""
    headings: Sequence[int] = ()
    """Indexes of the prompts' rows."""

    def place(self, turn: int | None) -> int | None:
        """Return the index of the row that shows a turn, counted from 1; None when there is no such turn."""
        return self.places[turn - 1] if turn is not None and 0 < turn <= len(self.places) else None

    def turn(self, index: int) -> int | None:
        """Return the turn for which a row can be selected: a folded heading stands for its first one."""
        match self.rows[index]:
            case TurnRow(metered):
                return metered.number
            case PromptRow(first=first) if self.places[first - 1] == index:
                return first
        return None

    def heading(self, index: int) -> int | None:
        """Return the index of the heading above a row, or the row's own; None before the first heading."""
        before = bisect_right(self.headings, index)
        return self.headings[before - 1] if before else None


def by_time(rows: Sequence[ListRow]) -> Shown:
    """Show every row, newest last, like a receipt."""
    return _shown(rows)


def folded(rows: Sequence[ListRow], opened: Collection[int]) -> Shown:
    """Show the headings of the prompts, and the turns of those that are opened, each told by its first turn."""
    kept: list[ListRow] = []
    is_open = True  # what stands before any heading has none to be folded into
    for item in rows:
        if isinstance(item, PromptRow):
            is_open = item.first in opened
            kept.append(item)
        elif is_open:
            kept.append(item)
    return _shown(kept)


def turns_alone(rows: Sequence[ListRow]) -> Shown:
    """Show the turns without headings, agents and compactions, for a pane in which each row has to count."""
    return _shown([item for item in rows if isinstance(item, TurnRow)])


def dearest_first(rows: Sequence[ListRow]) -> Shown:
    """Show the turns alone, the dearest first; of equal ones the older first, those without a price last."""
    turns = [item for item in rows if isinstance(item, TurnRow)]
    turns.sort(key=lambda item: (item.metered.price is None, -item.metered.cost))
    places = [0] * len(turns)
    for index, item in enumerate(turns):
        places[item.metered.number - 1] = index
    return Shown(turns, places)


def _shown(rows: Sequence[ListRow]) -> Shown:
    places: list[int] = []
    headings: list[int] = []
    for index, item in enumerate(rows):
        if isinstance(item, PromptRow):
            headings.append(index)
            follows = rows[index + 1] if index + 1 < len(rows) else None
            if not isinstance(follows, TurnRow):  # a prompt's first row is a turn of it: this one is folded
                places += [index] * item.turns
        elif isinstance(item, TurnRow):
            places.append(index)
    return Shown(rows, places, headings)
