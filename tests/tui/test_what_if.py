"""The what-if screen: its figures, its selection, and every width."""

from __future__ import annotations

import re
from functools import cache

import pytest

from fixtures.session import Session
from fixtures.spend import Spend
from fixtures.story import story
from meter.from_here import from_here
from meter.level import LevelSettings
from meter.rates import list_prices
from meter.session import SessionMeter, SessionState
from meter.settings import MeterSettings
from meter.what_if import look_back
from tests.support import log_of, state_of_session
from tests.tui.pilot import NAMED_SIZES, SIZES, Stage, assert_whole, stage
from tui.cells import plain
from tui.follow import Phase, Snapshot
from tui.format import money
from tui.screens.session import SessionScreen
from tui.screens.what_if import WhatIfScreen
from tui.what_if_tables import Comparison, tables, told
from tui.what_if_words import assumption

RATES = list_prices()


@cache
def grown(turns: int = 30, *, model: str = "claude-opus-5-5") -> SessionState:
    """Turn n sends 10,000 + 10,000 n tokens, 100 are answered."""
    session = Session(model=model)
    session.main.prompt()
    for turn in range(turns):
        new = 10_000 if turn else 20_000
        session.main.turn(Spend(read=turn and 10_000 + 10_000 * turn, output=100, write_1h=new))
    return state_of_session(session)


@cache
def told_story() -> SessionState:
    session = Session(5)
    session.ai_title("A page of tide tables")
    for _ in story(session, 80):
        pass
    return state_of_session(session)


async def opened(staged: Stage, state: SessionState | None) -> list[str]:
    await staged.show(Snapshot(Phase.LIVE if state else Phase.WAITING, state))
    await staged.press("w")
    return staged.rows()


def row_of(rows: list[str], name: str) -> str:
    """Return the row that begins with a name, its blanks made single."""
    (found,) = [row for row in rows if row.strip("│▌ ").startswith(name)]
    return " ".join(found.strip("│▌ ").split())


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("state", [told_story, grown], ids=["story", "grown"])
async def test_it_is_whole_at_every_size(size: tuple[int, int], state: object) -> None:
    made = told_story() if state is told_story else grown()
    async with stage(size) as staged:
        rows = await opened(staged, made)
        assert isinstance(staged.app.screen, WhatIfScreen)
        assert_whole(rows, *size)


async def test_the_figures_are_the_meters_own() -> None:
    state = grown()
    async with stage((120, 44)) as staged:
        rows = await opened(staged, state)
    ahead, back = from_here(state, RATES), look_back(state, RATES)
    assert ahead is not None
    keep, clear = (money(round(getattr(way, "cost", 0) * 1e12)) for way in ahead.ways[:2])
    assert row_of(rows, "keep going") == f"keep going nothing changes — ≈ {keep}"
    # 20,000 tokens of preamble are written for an hour at $8 a million, in place of $0.20.
    assert row_of(rows, "/clear ").startswith(f"/clear a new session: writes 20.0K once ≈ $0.16 ≈ {clear} ")
    assert row_of(rows, "as it was").startswith(f"as it was Opus 5.5 {money(state.tally.cost)} 100%")
    for line in back[1:]:
        assert money(line.cost) in "\n".join(rows)
    assert "A switch changes the price of the history, /clear removes it." in "\n".join(rows)
    assert "you will pay" not in "\n".join(rows)


async def test_n_cycles_the_horizon() -> None:
    async with stage((120, 36)) as staged:
        rows = await opened(staged, grown())
        seen = []
        for _ in range(4):
            found = re.search(r"n horizon (\d+)", "\n".join(rows))
            assert found is not None
            seen.append(found[1])
            assert f"the next {found[1]} turns" in "\n".join(rows)
            rows = await staged.press("n")
    assert seen == ["50", "100", "20", "50"]


async def test_the_horizon_begins_with_the_setting() -> None:
    session = Session()
    for _ in range(3):
        session.main.turn(Spend(write_1h=20_000, output=100))
    log = log_of(session.files(), session.path)
    state = SessionMeter(log, RATES, settings=MeterSettings(LevelSettings(horizon=30))).update()
    async with stage((120, 36)) as staged:
        assert "n horizon 30" in "\n".join(await opened(staged, state))
        assert "n horizon 50" in "\n".join(await staged.press("n"))


def selected(rows: list[str]) -> str:
    (found,) = [row for row in rows if "▌" in row]
    return found.split("▌")[1].split("  ")[0].strip()


async def test_the_best_reset_is_selected_and_the_arrows_move() -> None:
    async with stage((120, 44)) as staged:
        rows = await opened(staged, grown())
        assert selected(rows) == "/clear"
        assert selected(await staged.press("up")) == "keep going"
        assert selected(await staged.press("up")) == "keep going"
        assert selected(await staged.press(*["down"] * 6)) == "as it was"
        assert selected(await staged.press(*["down"] * 40)) == "stacked"


async def test_the_selected_line_stays_in_view_on_a_low_screen() -> None:
    async with stage((80, 20)) as staged:
        rows = await opened(staged, grown())
        assert "stacked" not in "\n".join(rows)
        rows = await staged.press(*["down"] * 40)
        assert selected(rows) == "stacked"
        assert rows[-2].strip() == f"{assumption(look_back(grown(), RATES)[-1].way).capitalize()}."
        rows = await staged.press(*["up"] * 40)
        assert selected(rows) == "keep going"
        assert "From here" in rows[2]


async def test_a_click_selects_a_line() -> None:
    async with stage((120, 44)) as staged:
        rows = await opened(staged, grown())
        line = next(index for index, row in enumerate(rows) if "/compact" in row)
        assert staged.pilot is not None
        await staged.pilot.click(offset=(10, line))
        await staged.pause()
        assert selected(staged.rows()) == "/compact"


async def test_narrow_screens_tell_what_the_selected_line_assumes() -> None:
    async with stage((44, 24)) as staged:
        rows = await opened(staged, grown())
        said = " ".join(" ".join(rows[-3:-1]).split())
        assert said.startswith("A new session: writes 20.0K once; ≈ $0.16 to begin, pays back in ")
        assert said.endswith(("turn.", "turns."))


async def test_it_follows_the_session_and_keeps_the_selection() -> None:
    async with stage((120, 44)) as staged:
        await opened(staged, grown())
        await staged.press("down")
        staged.source.post(Snapshot(Phase.LIVE, grown(31)))
        await staged.pause()
        await staged.pause()
        rows = staged.rows()
        assert "31 turns" in "\n".join(rows)
        assert selected(rows) == "/compact"
        assert row_of(rows, "as it was").startswith(f"as it was Opus 5.5 {money(grown(31).tally.cost)}")


async def test_m_compares_with_every_model_that_holds_the_context() -> None:
    async with stage((120, 60)) as staged:
        rows = await opened(staged, grown())
        assert "Fable 5.2" not in "\n".join(rows)
        rows = await staged.press("m")
        assert row_of(rows, "switch to Fable 5.2").endswith("not within 100 turns")
        assert "switch to Haiku 4.5" not in "\n".join(rows)  # 310,000 tokens: its window holds 200,000
        assert "Mythos" not in "\n".join(rows)
        assert "Fable 5.2" not in "\n".join(await staged.press("m"))


async def test_escape_goes_back() -> None:
    async with stage((120, 36)) as staged:
        before = await staged.show(Snapshot(Phase.LIVE, grown()))
        await staged.press("w", "escape")
        assert isinstance(staged.app.screen, SessionScreen)
        assert staged.rows() == before


@pytest.mark.parametrize("size", NAMED_SIZES, ids=str)
@pytest.mark.parametrize(
    ("state", "words"),
    [
        (None, ["No session yet"]),
        (state_of_session(Session()), ["No turn yet."]),
        (grown(1), ["Known from the second turn on.", "as it was"]),
        (grown(3, model="tidal-model-1"), ["no known price", "No turn has a price"]),
    ],
    ids=["no session", "empty", "one turn", "unpriced"],
)
async def test_what_cannot_be_told_is_said(size: tuple[int, int], state: SessionState | None, words: list[str]) -> None:
    async with stage(size) as staged:
        await staged.show(Snapshot(Phase.LIVE if state else Phase.WAITING, state))
        await staged.press("w")
        rows = await staged.press("down", "up", "n", "m")
        assert_whole(rows, *size)
        text = " ".join("\n".join(rows).split())
        for word in words:
            assert word in text


def shown(state: SessionState) -> Comparison:
    return Comparison(state, from_here(state, RATES), look_back(state, RATES))


@pytest.mark.parametrize("columns", [44, 80, 120, 200])
@pytest.mark.parametrize("state", [told_story, grown], ids=["story", "grown"])
def test_no_word_and_no_figure_is_cut(columns: int, state: object) -> None:
    made = told_story() if state is told_story else grown()
    drawn = tables(shown(made), columns, 60, 0, boxed=columns >= 100)
    assert "…" not in "\n".join(plain([one.cells for one in drawn]))
    for choice in shown(made).choices:
        lines = plain(told(choice, columns, 2 if columns < 60 else 1))
        assert lines[-1].rstrip().endswith(".")


def test_just_after_a_compaction_it_waits_for_a_turn() -> None:
    session = Session()
    for _ in range(2):
        session.main.turn(Spend(write_5m=20_000))
    session.main.compact()
    text = "\n".join(plain([one.cells for one in tables(shown(state_of_session(session)), 80, 40, 0, boxed=False)]))
    assert "Just compacted: known again from the next turn on." in text


def test_unpriced_turns_are_counted_beside() -> None:
    session = Session()
    session.main.turn(Spend(write_5m=20_000))
    session.main.turn(Spend(input=5), model="tidal-model-1")
    text = "\n".join(plain([one.cells for one in tables(shown(state_of_session(session)), 80, 40, 0, boxed=False)]))
    assert "1 unpriced turn left out." in text
    assert "The model in use has no known price" in text


def test_a_cold_cache_is_what_going_on_begins_with() -> None:
    state = grown()
    found = from_here(state, RATES, cold=True)
    drawn = tables(Comparison(state, found, ()), 120, 40, 0, boxed=True)
    rows = plain([one.cells for one in drawn])
    # 310,000 tokens written for an hour at $8 a million in place of $0.20.
    assert row_of(rows, "keep going").startswith("keep going cold cache: writes 310.0K once ≈ $2.42 ≈ ")
