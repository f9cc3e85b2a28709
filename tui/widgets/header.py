"""The first row: what state it is in, which session, which model; the clock at the right."""

from __future__ import annotations

from tui.cells import EMPTY, Row, row, spread
from tui.follow import Phase
from tui.view import View

_STATES = {
    Phase.LIVE: ("● live", "$output bold"),
    Phase.READING: ("◌ reading", "$muted"),
    Phase.WAITING: ("◌ waiting", "$muted"),
    Phase.REPLAY: ("▶ replay", "$new bold"),
    Phase.GONE: ("◌ gone", "$watch bold"),
    Phase.FAILED: ("× unreadable", "$act bold"),
}


def header(view: View, columns: int) -> Row:
    """Return the header for a width; narrow screens get state, title and hour alone."""
    word, style = _STATES[view.snapshot.phase]
    if view.snapshot.phase is Phase.LIVE and view.is_idle:
        word, style = "○ idle", "$muted"
    glyph, _, name = word.partition(" ")
    title = view.title or ("no session yet" if view.snapshot.phase is Phase.WAITING else "")
    left = row(" ", (glyph, style.removesuffix(" bold")), " ", (name, style), "  ", (title, "$foreground"))
    if columns < 60:
        return spread(left, row((view.now.strftime("%H:%M"), "$muted"), " "), columns)
    details = [view.project]
    if columns >= 100:
        details += [view.model, _ttl(view)]
    for detail in filter(None, details):
        left = (*left, (" · ", "$faint"), (detail, "$muted"))
    live = view.snapshot.live_here
    others = row((f"{live} live here ", "$muted"), ("o", "$bright bold"), "  ") if live > 1 else EMPTY
    dated = view.snapshot.phase is Phase.REPLAY and columns >= 100
    now = view.now.strftime("%Y-%m-%d %H:%M:%S" if dated else "%H:%M:%S")
    return spread(left, row(*others, (now, "$muted"), " "), columns)


def _ttl(view: View) -> str:
    if view.clock is None:
        return ""
    return "1h cache" if view.clock.ttl.total_seconds() == 3600 else "5m cache"
