"""The replay screen: keys, what they show, and how it looks at every size while it plays."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from fixtures.session import Session
from fixtures.spend import Spend
from tests.tui.filmed import film_of, other_film, sized, story_film, timed, turns_after
from tests.tui.pilot import NAMED_SIZES, assert_whole
from tests.tui.replayed import replaying
from tui.film import Film, OnProgress
from tui.follow import Phase
from tui.player import SPEEDS
from tui.screens.replay import ReplayScreen
from tui.widgets.transport import place_of_bar


def line_with(rows: list[str], words: str) -> str:
    return next(row for row in rows if words in row)


async def test_it_plays_from_the_start_with_the_sessions_clock() -> None:
    film = film_of(turns_after(20.0, 20.0, 40.0))
    async with replaying(film, speed=10.0) as replay:
        rows = await replay.rows()
        assert "▶ replay" in rows[0]
        assert "09:00:00" in rows[0]
        assert "1/4" in rows[-2]
        rows = await replay.tick(1.0)
        assert "09:00:10" in rows[0]
        rows = await replay.tick(1.5)
        assert "09:00:25" in rows[0]
        assert "2/4" in rows[-2]
        rows = await replay.tick(4.0)
        assert (replay.player.at_end, replay.player.playing) == (True, False)
        assert "09:01:20" in rows[0]
        assert "4/4" in rows[-2]
        assert "‖" in rows[-2]


@pytest.mark.parametrize(("at_turn", "stands"), [(1, 1), (31, 31), (60, 60), (999, 60)])
async def test_at_a_turn_it_stands_still(at_turn: int, stands: int) -> None:
    async with replaying(story_film(), at_turn=at_turn) as replay:
        rows = await replay.tick(3.0)
        assert (replay.player.turn, replay.player.playing) == (stands, False)
        assert f"{stands}/60" in rows[-2]
        assert "‖ 10x" in rows[-2]


async def test_space_and_arrows() -> None:
    async with replaying(story_film(), at_turn=10) as replay:
        turns = []
        for key in ("right", "right", "left", "shift+right", "shift+right", "shift+left", "less_than_sign", "home"):
            await replay.press(key)
            turns.append(replay.player.turn)
        # Prompts come before turns 1, 10, 19, 28, ...
        assert turns == [11, 12, 11, 19, 28, 19, 10, 1]
        rows = await replay.press("end")
        assert (replay.player.turn, replay.player.at_end) == (60, True)
        assert "60/60" in rows[-2]
        rows = await replay.press("space")
        assert (replay.player.turn, replay.player.playing) == (1, True)
        assert "▶" in rows[-2]
        rows = await replay.press("space")
        assert "‖" in rows[-2]


async def test_plus_and_minus_through_all_speeds() -> None:
    async with replaying(story_film(), at_turn=10) as replay:
        for key, speeds in (("plus", SPEEDS[4:]), ("minus", SPEEDS[-2::-1]), ("equals_sign", SPEEDS[1:3])):
            for speed in speeds:
                rows = await replay.press(key)
                assert replay.player.speed == speed
                assert ("max" if speed is None else f"{speed}x") in rows[-2]
        assert replay.player.turn == 10


async def test_n_and_p_say_what_happened() -> None:
    async with replaying(story_film(), at_turn=42) as replay:
        rows = await replay.press("n")
        assert rows[-1].startswith(" turn 46: prompt 6: Write the page about it")
        rows = await replay.press("n")
        assert replay.player.turn == 48
        assert rows[-1].startswith(" turn 48: cache break $")
        rows = await replay.press("p")
        assert rows[-1].startswith(" turn 46: prompt 6")
        rows = await replay.tick(7.0)
        assert "space play" in rows[-1]
        await replay.press("end")
        rows = await replay.press("n")
        assert rows[-1].strip() == "no marker after this turn"
        await replay.press("home")
        rows = await replay.press("p")
        assert rows[-1].strip() == "no marker before this turn"
        rows = await replay.press("right")
        assert "space play" in rows[-1]


def growing(turns: int) -> Session:
    """Return turns that grow by 10,000 tokens from 20,000 on, a minute apart: 100 answered."""
    session, clock = timed()
    session.main.prompt("where is the moon")
    for turn in range(turns):
        session.main.turn(Spend(write_1h=10_000 if turn else 20_000, read=turn and 10_000 + 10_000 * turn, output=100))
        clock.wait(60)
    return session


async def test_cleared_here_against_arithmetic() -> None:
    # Opus 5.5 a million tokens: written $8, read $0.20, answered $20.
    first, new, answer = 20_000 * 8e-6, 10_000 * 8e-6, 100 * 20e-6
    real = [first + answer] + [(10_000 + 10_000 * turn) * 0.2e-6 + new + answer for turn in range(1, 12)]
    # After turn 6 its 70,000 tokens shrink to the preamble of 20,000, which turn 7 writes again.
    had = [*real[:6], first + new + answer]
    had += [real[turn] - 50_000 * 0.2e-6 for turn in range(7, 12)]
    async with replaying(film_of(growing(12)), at_turn=6) as replay:
        rows = await replay.press("c")
        panel = "\n".join(rows)
        assert "Had you cleared at turn 6" in panel
        assert "so far" not in panel
        assert f"at the end ≈ ${sum(had):.2f} instead of ${sum(real):.2f}" in panel
        assert f"the clear itself +${20_000 * 7.8e-6:.2f} for 20.0K" in panel
        assert f"+${sum(had) - sum(real):.2f} dearer" in panel
        rows = await replay.press("right", "right", "right")
        panel = "\n".join(rows)
        assert f"so far ≈ ${sum(had[:9]):.2f} instead of ${sum(real[:9]):.2f}" in panel
        assert f"+${sum(had[:9]) - sum(real[:9]):.2f} dearer" in panel
        assert "context 50.0K instead of 100.0K" in panel
        assert "↺" in rows[-2]
        rows = await replay.press("x")
        assert "Had you" not in "\n".join(rows)


async def test_another_model_here_goes_through_all_and_away_again() -> None:
    async with replaying(film_of(growing(6)), at_turn=3) as replay:
        titles = []
        for _ in range(3):
            rows = await replay.press("m")
            titles.append(next((row for row in rows if "Had you" in row), ""))
        assert "gone on with Haiku 5.5 from turn 3" in titles[0]
        assert "gone on with Sonnet 5.5 from turn 3" in titles[1]
        assert titles[2] == ""


async def test_marks_are_taken_back_here_first_then_the_newest() -> None:
    async with replaying(film_of(growing(8)), at_turn=2) as replay:
        await replay.press("x")
        await replay.press("c", "c")
        assert [mark.turn for mark in replay.screen._marks] == [2]
        await replay.press("right", "right", "c", "right", "c")
        assert "Had you done so at 3 turns" in "\n".join(await replay.rows())
        await replay.press("left", "x")
        assert [mark.turn for mark in replay.screen._marks] == [2, 5]
        await replay.press("x")
        assert [mark.turn for mark in replay.screen._marks] == [2]
        rows = await replay.press("x", "x")
        assert "Had you" not in "\n".join(rows)


async def test_a_mark_behind_the_last_turn_changes_nothing() -> None:
    async with replaying(film_of(growing(5)), at_turn=5) as replay:
        panel = "\n".join(await replay.press("c"))
        assert "Had you cleared at turn 5" in panel
        assert "saved $0" in panel
        assert "the clear itself" not in panel


@pytest.mark.parametrize("name", ["agents only", "agents at both ends"])
async def test_no_mark_without_a_turn_to_set_it_at(name: str) -> None:
    async with replaying(other_film(name)) as replay:
        await replay.press("home")
        assert replay.player.turn == 0
        rows = await replay.press("c", "m")
        assert replay.screen._marks == []
        assert "Had you" not in "\n".join(rows)


async def test_without_times_the_clock_on_the_wall_is_shown() -> None:
    async with replaying(other_film("without times")) as replay:
        assert "18:00:00" in (await replay.rows())[0]


async def test_saved_so_far_leaves_out_agents_that_have_still_to_work() -> None:
    session, clock = timed()
    session.main.prompt()
    agent = session.agent(layout="folder")
    for turn, chain in enumerate((session.main, session.main, agent, session.main)):
        size = 20_000 + 10_000 * turn
        chain.turn(Spend(write_1h=20_000 if not turn else 10_000, read=turn and size - 10_000, output=100))
        clock.wait(30)
    async with replaying(film_of(session), at_turn=1) as replay:
        await replay.press("c")
        panels = []
        for keys in (("right",), ("space",)):
            rows = await replay.press(*keys)
            panels.append(line_with(rows, "so far"))
        assert replay.player.turn == 2
        differences = [panel.split("│")[1].split("   ")[1] for panel in panels]
        assert differences[0] == differences[1]
        rows = await replay.tick(3.0)
        assert len(replay.player.film.state(replay.player.frame).agents) == 1
        assert differences[0] in line_with(rows, "so far")


async def test_what_if_help_and_details_lie_over_it_and_nothing_plays_below() -> None:
    async with replaying(film_of(turns_after(*[10.0] * 50)), speed=10.0) as replay:
        await replay.tick(2.0)
        before = replay.player.frame
        for key in ("w", "question_mark"):
            await replay.press(key)
            assert replay.app.screen is not replay.screen
            replay.seconds += 30.0
            await replay.rows()
            await replay.press("escape")
            assert replay.app.screen is replay.screen
            assert replay.player.frame == before
        await replay.tick(1.0)
        assert replay.player.frame == before + 1


async def test_q_quits() -> None:
    async with replaying(story_film()) as replay:
        await replay.press("q")
        assert (replay.app._exit, replay.app.return_code) == (True, 0)


async def ended(pilot: Pilot[None]) -> None:
    for _ in range(300):
        if pilot.app._exit:
            return
        await pilot.pause(0.01)
    raise AssertionError("the program goes on")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FileNotFoundError(2, "No such file or directory", "tide.jsonl"), "tide.jsonl: No such file or directory"),
        (PermissionError(13, "Permission denied", "a\x1b[31m.jsonl"), "Permission denied"),
        (OSError("the disk is gone"), "the session: the disk is gone"),
        (ValueError("no such thing"), "the session cannot be read: no such thing"),
    ],
)
async def test_a_file_that_cannot_be_read_ends_it_with_one_line(error: Exception, words: str) -> None:
    def load(_: OnProgress) -> Film:
        raise error

    async with replaying(load) as replay:
        assert replay.pilot is not None
        await ended(replay.pilot)
        assert replay.app.return_code == 1
        (message,) = replay.app._exit_renderables
        assert str(message).startswith("runningtab: ")
        assert words in str(message)
        assert "\x1b" not in str(message)
        assert len(str(message).splitlines()) == 1


async def test_a_session_without_a_response_ends_it_with_one_line() -> None:
    session, _ = timed()
    session.main.prompt()
    film = film_of(session)
    async with replaying(lambda _: film) as replay:
        assert replay.pilot is not None
        await ended(replay.pilot)
        assert replay.app.return_code == 1
        (message,) = replay.app._exit_renderables
        assert str(message) == "runningtab: no response in this session: nothing to replay"


async def test_keys_while_it_is_read_do_no_harm() -> None:
    go, film = threading.Event(), story_film()

    def load(on_progress: OnProgress) -> Film:
        on_progress(0.25)
        go.wait(10)
        return film

    async with replaying(load) as replay:
        for size in NAMED_SIZES:
            rows = await replay.resize(*size)
            assert_whole(rows, *size)
        for key in (
            *("space", "left", "right", "shift+left", "shift+right", "plus", "minus", "home", "end", "n", "p", "c"),
            *("m", "x", "v", "z", "enter", "b", "s"),
        ):
            await replay.press(key)
        for opened in ("w", "question_mark"):
            await replay.press(opened)
            await replay.press("escape")
        assert replay.screen.player is None
        await replay.press("w")
        go.set()
        await replay.begin()
        replay.seconds += 5.0
        rows = await replay.press("escape")
        assert replay.screen.snapshot.phase is Phase.REPLAY
        assert_whole(rows, *NAMED_SIZES[-1])
        assert (replay.player.frame, replay.player.playing) == (0, True)


async def test_nothing_is_announced() -> None:
    async with replaying(film_of(sized(20_000, 134_000, 100_000, 160_000)), speed=100.0) as replay:
        levels = []
        while replay.player.playing:
            await replay.tick(0.25)
            assert replay.screen.snapshot.state is not None
            levels.append(replay.screen.snapshot.state.main.state.level.level.words)
        assert list(dict.fromkeys(levels)) == ["calm", "watch", "act"]  # there would have been something to say
        assert not list(replay.app._notifications)


async def test_the_cache_is_counted_down_by_the_sessions_clock() -> None:
    film = film_of(turns_after(60.0, 90 * 60.0))
    async with replaying(film, speed=1.0) as replay:
        # One hour from the first answer, of which the replay passes as it is watched.
        await replay.press("right")
        assert "59:5" in "\n".join(await replay.tick(0.0)) or "1:00:00" in "\n".join(await replay.rows())
        await replay.tick(1.0)  # half of a gap that is cut to two seconds
        assert replay.player.now == film.frames[1].at + timedelta(minutes=45)
        assert "15:00" in "\n".join(await replay.rows())
        rows = await replay.tick(0.5)  # 67 and a half minutes after the answer
        assert "cold" in "\n".join(rows)


async def test_a_click_and_a_drag_on_the_bar() -> None:
    async with replaying(story_film(), at_turn=10) as replay:
        assert replay.pilot is not None
        found = replay.screen.transport
        assert found.transport is not None
        start, size = place_of_bar(found.transport, found.size.width)
        await replay.pilot.click(found, offset=(start + size - 1, 0))
        await replay.rows()
        assert replay.player.turn == 60
        await replay.pilot.mouse_down(found, offset=(start + size // 2, 0))
        await replay.rows()
        middle = replay.player.turn
        assert 25 < middle < 35
        await replay.pilot.hover(found, offset=(start, 0))
        await replay.pilot.mouse_up(found, offset=(start, 0))
        await replay.rows()
        assert replay.player.turn == 1


async def test_whoever_leaves_while_it_is_read_ends_the_reading() -> None:
    told: list[str] = []
    began = threading.Event()

    def load(on_progress: OnProgress) -> Film:
        began.set()
        try:
            while True:
                on_progress(0.5)
        finally:
            told.append("over")

    async with replaying(load) as replay:
        began.wait(10)
        assert isinstance(replay.app.screen, ReplayScreen)
    assert told == ["over"]
    assert not replay.screen._loader.is_alive()
