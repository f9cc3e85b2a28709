"""The last row: the keys, brightest first to go last."""

from __future__ import annotations

from collections.abc import Sequence

from tui.cells import EMPTY, Row, row, spread, width

Key = tuple[str, str]
ENTER = "⏎"
LIVE: Sequence[Key] = (
    ("o", "sessions"),
    ("v", "view"),
    ("w", "what-if"),
    (ENTER, "details"),
    ("b", "next break"),
    ("z", "snooze"),
    ("end", "follow"),
    ("?", "help"),
    ("q", "quit"),
)
REPLAY: Sequence[Key] = (
    ("space", "play"),
    ("←→", "turn"),
    ("⇧←→", "prompt"),
    ("+-", "speed"),
    ("n p", "marker"),
    ("c", "cleared here"),
    ("m", "model"),
    ("x", "remove"),
    ("w", "what-if"),
    ("v", "view"),
    (ENTER, "details"),
    ("?", "help"),
    ("q", "quit"),
)


def footer(columns: int, prices_of: str, *, stale: bool, keys: Sequence[Key] = LIVE, ascii: bool = False) -> Row:  # noqa: A002
    """Return the keys that fit, from the right all but help dropped, and the date of the prices."""
    right = row(
        ("! " if stale else "", "$watch bold"), (f"list prices of {prices_of}", "$watch" if stale else "$faint"), " "
    )
    shown = [("enter" if key == ENTER and ascii else key, word) for key, word in keys]
    while len(shown) > 1 and width(_keys(shown)) > columns:
        shown.pop(next(index for index in reversed(range(len(shown))) if shown[index][0] != "?"))
    left = _keys(shown)
    return spread(left, right if width(left) + width(right) + 2 <= columns else EMPTY, columns)


def _keys(keys: Sequence[Key]) -> Row:
    cells: list[tuple[str, str]] = [(" ", "")]
    for key, word in keys:
        cells += [(key, "$bright bold"), (f" {word}  ", "$muted")]
    return row(*cells)
