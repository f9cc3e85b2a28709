"""The turn list on the screen: it follows the end, folds its prompts, sorts by cost, and draws what is in view."""

from __future__ import annotations

import re

import pytest

import tui.widgets.turn_list
from tests.tui.pilot import Stage, assert_whole, counting, stage
from tests.tui.snapshots import Growing, live, newest_turns, turns_title
from tui.format import money
from tui.widgets.turn_list import TurnList
from tui.widgets.turn_rows import turn_row


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=str)
async def test_the_list_follows_the_end_until_somebody_scrolls_up(size: tuple[int, int]) -> None:
    growing = Growing(80)
    async with stage(size) as screen:
        rows = await screen.show(growing.grow(0))
        assert newest_turns(rows)[-1] == 80
        assert "following" in turns_title(rows)
        assert newest_turns(await screen.show(growing.grow(1)))[-1] == 81

        scrolled = await screen.press("home")
        last = newest_turns(scrolled)[-1]
        assert newest_turns(scrolled)[0] == 1
        assert f"+{81 - last} turns below · end follows again" in turns_title(scrolled)

        later = await screen.show(growing.grow(3))
        assert newest_turns(later) == newest_turns(scrolled)
        assert f"+{84 - last} turns below" in turns_title(later)

        followed = await screen.press("end")
        assert newest_turns(followed)[-1] == 84
        assert "following" in turns_title(followed)
        assert newest_turns(await screen.show(growing.grow(1)))[-1] == 85


async def test_a_list_in_a_side_pane_follows_the_end_too() -> None:
    growing = Growing(80)
    async with stage((44, 24)) as screen:
        assert newest_turns(await screen.show(growing.grow(0)))[-1] == 80
        scrolled = await screen.press(*["pageup"] * 4)
        assert newest_turns(scrolled)[-1] < 80
        assert "following" not in turns_title(scrolled)
        assert newest_turns(await screen.show(growing.grow(3))) == newest_turns(scrolled)
        assert newest_turns(await screen.press("end"))[-1] == 83


async def test_the_wheel_scrolls_and_coming_back_to_the_end_follows_again() -> None:
    growing = Growing(80)
    async with stage() as screen:
        await screen.show(growing.grow(0))
        screen.app.screen.query_one(TurnList).scroll_up(animate=False, immediate=True)
        await screen.pause()
        assert "turn below" in turns_title(screen.rows())
        screen.app.screen.query_one(TurnList).scroll_end(animate=False, immediate=True)
        await screen.pause()
        assert "following" in turns_title(screen.rows())


async def test_the_heading_of_a_prompt_stays_while_its_turns_are_in_view() -> None:
    async with stage((120, 36)) as screen:
        rows = await screen.show(live("story"))
        for _ in range(12):
            start = rows.index(turns_title(rows))
            assert rows[start + 2].startswith("│  › ")
            rows = await screen.press("pageup")
            assert_whole(rows, 120, 36)


async def test_thousands_of_turns_draw_only_the_rows_in_view(monkeypatch: pytest.MonkeyPatch) -> None:
    growing = Growing(5_000)
    snapshot = growing.grow(0)
    calls: list[str] = []
    monkeypatch.setattr(tui.widgets.turn_list, "turn_row", counting(calls, "turn", turn_row))
    async with stage((120, 36)) as screen:
        rows = await screen.show(snapshot)
        assert newest_turns(rows)[-1] == 5_000
        visible = screen.app.screen.query_one(TurnList).size.height
        assert 0 < len(calls) <= 4 * visible  # the first frames may find the list at other sizes
        calls.clear()
        await screen.show(growing.grow(1))
        assert len(calls) <= visible
        calls.clear()
        assert newest_turns(await screen.press("home"))[0] == 1
        assert len(calls) <= 3 * visible


PROMPT = re.compile(r"[│▌ ]*› ")


def the_list(screen: Stage) -> TurnList:
    return screen.app.screen.query_one(TurnList)


def prompts(rows: list[str]) -> list[str]:
    return [row for row in rows if PROMPT.match(row)]


def selected(rows: list[str]) -> str:
    """Return the one selected row, without its mark."""
    (row,) = (row for row in rows if "▌" in row)
    return row[row.index("▌") + 1 :].strip()


@pytest.mark.parametrize("size", [(44, 24), (80, 24), (120, 36), (200, 60)], ids=str)
async def test_folded_the_list_is_its_prompts_and_unfolded_what_it_was(size: tuple[int, int]) -> None:
    async with stage(size) as screen:
        before = await screen.show(Growing(30).grow(0))
        rows = await screen.press("p")
        assert_whole(rows, *size)
        assert newest_turns(rows) == []
        assert len(prompts(rows)) >= 3
        assert await screen.press("p") == before


async def test_a_folded_prompt_tells_its_turns_and_its_dollars() -> None:
    growing = Growing(30)  # every 9 turns a prompt: 9, 9, 9 and 3 turns
    snapshot = growing.grow(0)
    assert snapshot.state is not None
    turns = snapshot.state.main.turns
    async with stage() as screen:
        await screen.show(snapshot)
        rows = prompts(await screen.press("p"))
    assert len(rows) == 4
    for index, row in enumerate(rows):
        owned = turns[9 * index : 9 * index + 9]
        assert f"{len(owned)} turns  {money(sum(turn.cost for turn in owned))} " in row


@pytest.mark.parametrize("key", ["enter", "right"])
async def test_a_folded_prompt_opens_by_itself(key: str) -> None:
    async with stage((120, 60)) as screen:
        await screen.show(Growing(30).grow(0))
        await screen.press("p", "up", "up")
        assert selected(screen.rows()).startswith("› where is the moon")
        rows = await screen.press(key)
        assert newest_turns(rows) == list(range(19, 28))
        assert selected(rows).startswith("19 ")
        assert len(prompts(rows)) == 4
        above = await screen.press("up", key)
        assert newest_turns(above) == list(range(10, 28))
        assert selected(above).startswith("10 ")


async def test_the_selection_stays_on_its_turn_folded_sorted_and_back() -> None:
    async with stage() as screen:
        await screen.show(Growing(60).grow(0))
        await screen.press(*["up"] * 15)
        turns = the_list(screen)
        assert turns.cursor == 46
        for key in ("p", "p", "s", "s", "p", "s", "p", "p"):
            rows = await screen.press(key)
            assert turns.cursor == 46
            assert selected(rows)
            assert_whole(rows, 120, 36)
        assert selected(rows).startswith("46 ")


@pytest.mark.parametrize("size", [(44, 24), (80, 24), (120, 36), (200, 60)], ids=str)
async def test_sorted_the_dearest_turn_is_on_top_and_prompts_are_gone(size: tuple[int, int]) -> None:
    snapshot = Growing(60).grow(0)
    assert snapshot.state is not None
    order = sorted(snapshot.state.main.turns, key=lambda turn: (-turn.cost, turn.number))
    async with stage(size) as screen:
        before = await screen.show(snapshot)
        rows = await screen.press("s")
        assert_whole(rows, *size)
        assert "dearest first" in turns_title(rows)
        found = newest_turns(rows)
        assert found == [turn.number for turn in order[: len(found)]]
        assert found[0] == 1  # the first turn writes 20,000 tokens: $0.16, no later one is as dear
        assert prompts(rows) == []
        assert await screen.press("s") == before


async def test_new_turns_move_nothing_in_a_sorted_list_that_was_scrolled() -> None:
    growing = Growing(80)
    async with stage() as screen:
        await screen.show(growing.grow(0))
        await screen.press("s")
        the_list(screen).scroll_to(y=20, animate=False, immediate=True)
        await screen.pause()
        scrolled = newest_turns(screen.rows())
        later = await screen.show(growing.grow(3))
        assert newest_turns(later) == scrolled
        assert the_list(screen).scroll_offset.y == 23  # each new turn carries more than all but the first: three above
        assert "turns below" not in turns_title(later)
        assert newest_turns(await screen.press("home"))[:5] == [1, 83, 82, 81, 80]


async def test_end_leaves_the_order_by_cost_and_follows() -> None:
    growing = Growing(80)
    async with stage() as screen:
        await screen.show(growing.grow(0))
        await screen.press("s", "down")
        rows = await screen.press("end")
        assert newest_turns(rows)[-1] == 80
        assert "following" in turns_title(rows)
        assert newest_turns(await screen.show(growing.grow(1)))[-1] == 81


async def test_a_folded_list_follows_and_counts_what_is_below() -> None:
    growing = Growing(200)  # 23 prompts, the last one of 2 turns
    async with stage() as screen:
        await screen.show(growing.grow(0))
        assert " 2 turns  " in prompts(await screen.press("p"))[-1]
        assert " 4 turns  " in prompts(await screen.show(growing.grow(2)))[-1]
        rows = await screen.press("home")
        shown = len(prompts(rows))
        assert f"+{202 - 9 * shown} turns below" in turns_title(rows)
        later = await screen.show(growing.grow(20))
        assert prompts(later) == prompts(rows)
        assert f"+{222 - 9 * shown} turns below" in turns_title(later)


async def test_the_next_break_is_shown_though_its_prompt_is_folded() -> None:
    snapshot = live("story")
    assert snapshot.state is not None
    broken = [found.turn for found in snapshot.state.main.breaks]
    assert broken
    async with stage() as screen:
        await screen.show(snapshot)
        rows = await screen.press("p", "b")
        assert selected(rows).startswith(f"{broken[0]} ")
        for _ in broken[1:]:
            rows = await screen.press("b")
        assert selected(rows).startswith(f"{broken[-1]} ")
        assert selected(await screen.press("s", "b")).split()[0] in {str(number) for number in broken}


async def test_a_click_selects_a_folded_prompt_and_another_opens_it() -> None:
    async with stage((120, 60)) as screen:
        await screen.show(Growing(30).grow(0))
        rows = await screen.press("p")
        place = rows.index(prompts(rows)[1])
        assert screen.pilot is not None
        await screen.pilot.click(offset=(10, place))
        assert selected(screen.rows()).startswith("› ")
        await screen.pilot.click(offset=(10, place))
        await screen.pause()
        assert newest_turns(screen.rows()) == list(range(10, 19))


async def test_sorting_thousands_of_turns_draws_only_the_rows_in_view(monkeypatch: pytest.MonkeyPatch) -> None:
    growing = Growing(5_000)
    calls: list[str] = []
    monkeypatch.setattr(tui.widgets.turn_list, "turn_row", counting(calls, "turn", turn_row))
    async with stage((120, 36)) as screen:
        await screen.show(growing.grow(0))
        visible = the_list(screen).size.height
        for key in ("s", "s", "p", "p"):
            calls.clear()
            await screen.press(key)
            assert len(calls) <= 3 * visible
