"""What the second row says when there is nothing to advise: how the session is followed."""

from __future__ import annotations

from parsers.labels import clean
from tui.cells import Row, row
from tui.follow import Phase
from tui.view import View


def notice(view: View) -> Row:
    """Return the most important thing to know about how this session is followed."""
    snapshot = view.snapshot
    match snapshot.phase:
        case Phase.FAILED:
            return row((clean(snapshot.trouble or "the transcript cannot be read"), "$act"))
        case Phase.GONE:
            return row(("The transcript was deleted: this is its last state.", "$watch"))
        case Phase.READING:
            return row((f"Reading the transcript: {snapshot.progress:.0%}", "$muted"))
        case Phase.WAITING:
            return row(("Start claude in another terminal: its tab appears here.", "$muted"))
    if snapshot.offered:
        return row(
            (f"A new session began here: {snapshot.offered[:8]}. ", "$muted"),
            ("o", "$bright bold"),
            (" opens it.", "$muted"),
        )
    if snapshot.degraded:
        return row((f"Watching degraded ({clean(snapshot.degraded)}): looking every second.", "$watch"))
    if view.is_empty:
        return row(("No response yet: the tab starts with the first one.", "$muted"))
    return row()
