"""The session screen on fake sources: whole at every size, still at rest, and literal about what it is told."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.widget import Widget

from fixtures.session import START, Session
from parsers.targets import Library
from tests.support import state_of_session
from tests.tui.pilot import NAMED_SIZES, SIZES, assert_whole, stage
from tests.tui.snapshots import SESSIONS, Growing, live, needs_shared, state_of, turns_title
from tui.app import RunningTab
from tui.follow import Phase, Snapshot
from tui.format import money, share, tokens
from tui.screens.help import HelpScreen
from tui.screens.session import SessionScreen
from tui.widgets.footer import LIVE
from tui.widgets.panel import Panel
from tui.widgets.rows import Rows
from tui.widgets.turn_list import TurnList


def meters_of(rows: list[str]) -> list[str]:
    """Return the rows between the verdict and the turns."""
    end = next(index for index, row in enumerate(rows) if re.match(r"[╭─ ]*Turns  ", row))
    return rows[3:end]


@needs_shared
@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_every_size_shows_dollars_context_and_hit_rate(size: tuple[int, int]) -> None:
    async with stage(size) as screen:
        rows = await screen.show(live("long"))
    assert_whole(rows, *size)
    for figure in ("$3.64", "136.8K", "94% hit"):
        assert figure in "\n".join(rows)


async def test_resized_to_a_size_it_is_as_if_it_began_there() -> None:
    fresh = {}
    for size in SIZES:
        async with stage(size) as screen:
            fresh[size] = await screen.show(live("story"))
    async with stage(SIZES[2]) as screen:
        await screen.show(live("story"))
        for size in (*SIZES, *SIZES[::-2]):
            assert await screen.resize(*size) == fresh[size]


@pytest.mark.parametrize("name", SESSIONS)
async def test_at_every_size_it_is_whole(name: str) -> None:
    async with stage(SIZES[0]) as screen:
        await screen.show(live(name))
        for size in (*SIZES[1:], SIZES[0]):
            assert_whole(await screen.resize(*size), *size)


@pytest.mark.parametrize("lines", [36, 19])
async def test_no_width_breaks_a_row_or_a_box(lines: int) -> None:
    async with stage((40, lines)) as screen:
        await screen.show(live("story"))
        for columns in range(40, 204, 11):
            assert_whole(await screen.resize(columns, lines), columns, lines)


@needs_shared
@pytest.mark.parametrize("size", NAMED_SIZES, ids=str)
async def test_no_word_of_the_meters_is_cut(size: tuple[int, int]) -> None:
    async with stage(size) as screen:
        for row in meters_of(await screen.show(live("long"))):
            assert "…" not in row


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_footer_drops_whole_keys_and_keeps_help(size: tuple[int, int]) -> None:
    async with stage(size) as screen:
        footer = (await screen.show(live("story")))[-1]
    keys, *prices = footer.strip().split("list prices of ")
    shown = keys.strip().split("  ")
    assert "? help" in shown
    assert set(shown) <= {f"{key} {word}" for key, word in LIVE}
    assert prices in ([], ["2026-11-22"])
    if size[0] >= 120:
        assert len(shown) == len(LIVE)
        assert prices


async def test_prices_that_are_too_old_are_marked() -> None:
    async with stage() as screen:
        await screen.show(live("story"))
        assert "! list prices of" not in screen.text()
        await screen.tick(90 * 86_400)
        assert "! list prices of 2026-11-22" in screen.text()


async def test_without_a_session_it_says_what_it_waits_for_and_where(isolated_home: Path) -> None:
    here = isolated_home / ".claude" / "projects" / "-work-tide-tables"
    here.mkdir(parents=True)
    Session(1).write_to(here)
    library = Library((isolated_home / ".claude", isolated_home / "elsewhere"))
    async with stage((80, 24), library) as screen:
        rows = await screen.show(Snapshot(Phase.WAITING))
        assert_whole(rows, 80, 24)
    text = "\n".join(rows)
    for words in (
        "◌ waiting  no session yet",
        "Start claude in another terminal: its tab appears here.",
        "runningtab demo shows a made-up session",
    ):
        assert words in text
    assert re.search(r"Looking in  ~/\.claude/projects +1 transcript ", text)
    assert re.search(r"~/elsewhere/projects +not there", text)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_empty_states_are_whole_at_every_size(size: tuple[int, int]) -> None:
    empty = Session(1)
    empty.main.prompt()
    nothing = state_of_session(empty)
    async with stage(size) as screen:
        for snapshot, words in (
            (Snapshot(Phase.WAITING), "waiting"),
            (Snapshot(Phase.READING, progress=0.42), "42%"),
            (Snapshot(Phase.LIVE, nothing, 1.0), "No response yet"),
            (Snapshot(Phase.FAILED, nothing, trouble="/x/a.jsonl: Permission denied"), "Permission denied"),
            (Snapshot(Phase.GONE, nothing, 1.0), "gone"),
        ):
            rows = await screen.show(snapshot)
            assert_whole(rows, *size)
            assert words in " ".join("\n".join(rows).split())


async def test_reading_tells_how_far_it_is_and_ends_in_the_figures() -> None:
    async with stage((80, 24)) as screen:
        for percent in (0, 17, 100):
            assert f"Reading the transcript: {percent}%" in "\n".join(
                await screen.show(Snapshot(Phase.READING, progress=percent / 100))
            )
        rows = await screen.show(live("story"))
    assert "Reading" not in "\n".join(rows)
    assert f"tab {money(state_of('story').tally.cost)}" in "\n".join(rows)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"phase": Phase.GONE}, "◌ gone"),
        ({"phase": Phase.FAILED, "trouble": "/x: Permission denied"}, "× unreadable"),
        ({"degraded": "inotify watch limit reached"}, "● live"),
    ],
    ids=["deleted", "unreadable", "degraded"],
)
async def test_what_happens_to_a_transcript_leaves_its_last_figures(change: dict[str, object], words: str) -> None:
    async with stage() as screen:
        await screen.show(live("one turn"))
        rows = await screen.show(replace(live("one turn"), **change))  # type: ignore[arg-type]
        assert_whole(rows, 120, 36)
    text = "\n".join(rows)
    assert words in rows[0]
    assert money(state_of("one turn").tally.cost) in text
    assert tokens(state_of("one turn").main.state.context) in text


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the names of the widgets that draw themselves."""
    calls: list[str] = []

    def note(kind: type[Widget], method: str) -> None:
        original = getattr(kind, method)

        def noting(self: Widget, *arguments: object) -> object:
            calls.append(self.id or kind.__name__)
            return original(self, *arguments)

        monkeypatch.setattr(kind, method, noting)

    note(Panel, "render")
    note(Rows, "render")
    note(TurnList, "render_line")
    return calls


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_snapshot_that_changes_nothing_repaints_nothing(size: tuple[int, int], painted: list[str]) -> None:
    async with stage(size) as screen:
        before = await screen.show(live("story"))
        painted.clear()
        assert await screen.show(replace(live("story"))) == before
        assert painted == []


async def test_at_rest_only_the_clock_and_the_countdown_move(painted: list[str]) -> None:
    growing = Growing(20)
    snapshot = growing.grow(0)
    async with stage((120, 36)) as screen:
        screen.now = START + timedelta(minutes=10)
        before = await screen.show(snapshot)
        painted.clear()
        after = await screen.tick(1)
        assert set(painted) == {"header", "cache"}
        changed = [line for line, rows in enumerate(zip(before, after, strict=True)) if rows[0] != rows[1]]
        assert len(changed) == 2
        assert changed[0] == 0
        assert "warm" in after[changed[1]]


@pytest.mark.parametrize("close", ["question_mark", "escape", "q"])
async def test_help_opens_and_closes(close: str) -> None:
    async with stage((80, 24)) as screen:
        before = await screen.show(live("story"))
        await screen.press("question_mark")
        assert isinstance(screen.app.screen, HelpScreen)
        await screen.press(close)
        assert isinstance(screen.app.screen, SessionScreen)
        assert screen.rows() == before
        assert screen.app.is_running


async def test_a_turn_is_written_out_and_put_away_again() -> None:
    async with stage() as screen:
        before = await screen.show(live("story"))
        for key in ("enter", "escape", "q"):
            shown = await screen.press("enter")
            assert "What it paid for" in "\n".join(shown)
            await screen.press(key)
            assert screen.rows() == before
            assert screen.app.is_running


async def test_help_does_not_hold_up_the_figures() -> None:
    growing = Growing(3)
    async with stage((80, 24)) as screen:
        await screen.show(growing.grow(0))
        await screen.press("question_mark")
        snapshot = growing.grow(4)
        await screen.show(snapshot)
        await screen.press("escape")
        rows = await screen.show(snapshot)
    assert "Turns  7" in turns_title(rows)


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_a_key_ends_it_and_stops_the_source(key: str) -> None:
    async with stage() as screen:
        await screen.show(live("one turn"))
        assert screen.source.calls == ["start"]
        assert screen.pilot is not None
        await screen.pilot.press(key)
    assert screen.source.calls == ["start", "stop"]
    assert not screen.app.is_running
    assert screen.app.return_code == 0


@pytest.mark.parametrize("theme", ["tab-dark", "tab-light", "ansi-dark", "ansi-light", "textual-dark", "nord"])
@pytest.mark.parametrize("no_colour", [False, True], ids=["colour", "NO_COLOR"])
async def test_every_theme_shows_the_same_text(
    theme: str,
    no_colour: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with stage((80, 24)) as screen:
        usual = await screen.show(live("story"))
    if no_colour:
        monkeypatch.setenv("NO_COLOR", "1")
    async with stage((80, 24)) as screen:
        screen.app.theme = theme
        await screen.pause()
        # Without colours the parts of a bar differ by their glyph.
        plain = [row.replace("═", "━").replace("┅", "━") for row in await screen.show(live("story"))]
        assert plain == usual


async def test_levels_are_told_without_colour() -> None:
    async with stage() as screen:
        rows = await screen.show(live("story"))
    assert re.match(r" (○ calm|▲ watch|■ act) ", rows[1])


async def test_the_figures_are_those_of_the_state() -> None:
    state = state_of("story")
    async with stage() as screen:
        text = "\n".join(await screen.show(live("story")))
    rate = state.main.state.tally.hit_rate
    assert rate is not None
    for figure in (
        f"tab {money(state.tally.cost)}",
        f"agents {money(sum(tab.state.tally.cost for tab in state.agents))}",
        tokens(state.main.state.context),
        f"{share(rate)} hit",
        f"┐ {money(state.tally.cost)} paid",
        f"├ {money(state.main.state.tally.history)} history",
        f"┘ {money(state.tally.cost - state.main.state.tally.history)} flat",
        f"Turns  {state.main.state.turns}",
        "list price",
    ):
        assert figure in text, figure


def test_the_app_names_itself() -> None:
    assert RunningTab.TITLE == "runningtab"
