"""What a transcript says stays text: no markup is interpreted, no control character reaches the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.session import Session
from parsers.targets import Library
from tests.support import state_of_session
from tests.tui.pilot import assert_whole, stage
from tests.tui.snapshots import FIRST
from tui.follow import Phase, Snapshot

HOSTILE = [
    "[red]alarm[/red] [b",
    "[link=x://y]z[/link]",
    "[@click=app.quit]y[/]",
    "$act [/] \\[z]",
]


@pytest.mark.parametrize("words", HOSTILE)
async def test_markup_of_a_transcript_is_text(words: str) -> None:
    session = Session(1)
    session.custom_title(words)
    session.main.prompt(words)
    session.main.turn(FIRST, tools=("[b]Read",), target=words)
    async with stage() as screen:
        rows = await screen.show(Snapshot(Phase.LIVE, state_of_session(session), 1.0))
        assert_whole(rows, 120, 36)
    assert words in rows[0]
    assert sum(words in row for row in rows) == 3
    assert "[b]Read" in "\n".join(rows)


async def test_markup_in_a_trouble_or_a_place_is_text(isolated_home: Path) -> None:
    library = Library((isolated_home / "[red]x[/red]",))
    async with stage((80, 24), library) as screen:
        assert "~/[red]x[/red]/projects" in "\n".join(await screen.show(Snapshot(Phase.WAITING)))
        failed = Snapshot(Phase.FAILED, trouble="[b]/x\x1b[31m/a.jsonl\u202e: denied")
        assert "[b]/x/a.jsonl: denied" in "\n".join(await screen.show(failed))


@pytest.mark.parametrize("bad", ["\x1b[31m", "\x1b]0;pwned\x07", "\u202e", "\u200b", "\x00", "\x9b31m", "\n", "\t"])
async def test_control_characters_of_a_transcript_never_reach_the_screen(bad: str) -> None:
    session = Session(1)
    session.custom_title(f"Tide{bad}tables")
    session.cwd = f"/work/ti{bad}de"
    session.main.prompt(f"where {bad} is the moon")
    session.main.turn(FIRST, tools=(f"Re{bad}ad",), target=f"a{bad}b")
    async with stage() as screen:
        rows = await screen.show(Snapshot(Phase.LIVE, state_of_session(session), 1.0))
        assert_whole(rows, 120, 36)
    assert all(row.isprintable() for row in rows)
    assert "Tide" in rows[0]
