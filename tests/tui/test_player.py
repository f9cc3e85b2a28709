"""The player: speeds and ticks, idle gaps, the session's clock, and every way to go somewhere in a film."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fixtures.session import START, Session
from fixtures.spend import Spend
from fixtures.story import story
from tests.tui.filmed import agents_only, film_of, shown, timed, turns_after, with_agents_at_both_ends, without_times
from tui.film import Film, What
from tui.player import LONGEST_WAIT, SHORTEST_PLAY, SPEEDS, Player, Speed, speed_words
from tui.session_clock import NEVER

HOUR = 3600.0


def seconds_in(player: Player) -> float:
    """Return how far the session's clock has come since the film's first frame."""
    return (player.now - player.film.frames[0].at).total_seconds()


def playing(*gaps: float, speed: Speed = 10.0) -> Player:
    return Player(film_of(turns_after(*gaps)), speed)


@pytest.mark.parametrize("speed", [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0])
def test_the_clock_goes_so_many_times_as_fast(speed: float) -> None:
    player = playing(speed, speed, speed, speed=speed)  # a second each
    for tick in range(1, 6):
        player.tick(0.5)
        assert seconds_in(player) == pytest.approx(0.5 * tick * speed)
        assert player.turn == 1 + tick // 2
    assert player.playing
    player.tick(0.5)
    assert (player.turn, player.at_end, player.playing) == (4, True, False)
    assert seconds_in(player) == 3 * speed


def test_one_tick_passes_many_frames() -> None:
    player = playing(*[10.0] * 60, speed=1000.0)
    player.tick(0.305)
    assert (player.turn, seconds_in(player)) == (31, 305)


def test_as_fast_as_possible_each_frame_of_a_short_session_is_still_seen() -> None:
    player = playing(HOUR, 1.0, 0.0, HOUR, speed=None)
    turns = []
    while player.playing:
        player.tick(1 / 15)
        turns.append(player.turn)
    assert turns == [2, 3, 4, 5]


def test_as_fast_as_possible_a_long_session_takes_its_ten_seconds() -> None:
    player = playing(*[30.0] * 299, speed=None)
    assert len(player.film.frames) == 300
    ticks, seen = 0, {1}
    while player.playing:
        player.tick(1 / 15)
        ticks += 1
        seen.add(player.turn)
    assert ticks / 15 == pytest.approx(SHORTEST_PLAY * 299 / 300, abs=1 / 15 + 1e-9)
    assert len(seen) > 145


def test_an_idle_gap_takes_two_seconds_and_tells_its_real_length() -> None:
    player = playing(10.0, 3 * HOUR, 10.0, speed=10.0)
    assert player.idle is None
    player.tick(1.0)
    assert player.turn == 2
    assert player.idle == timedelta(hours=3)
    player.tick(0.5)
    assert seconds_in(player) == 10 + 3 * HOUR * 0.5 / LONGEST_WAIT
    player.tick(1.5)
    assert (player.turn, player.idle, seconds_in(player)) == (3, None, 10 + 3 * HOUR)


def test_nothing_is_idle_that_is_not_cut_short_and_nothing_while_it_stands() -> None:
    player = playing(20.0, 20.5, speed=10.0)  # 2 s, and 2.05 s
    assert player.idle is None
    player.tick(2.0)
    assert player.idle == timedelta(seconds=20.5)
    player.toggle()
    assert player.idle is None
    player.toggle()
    player.faster(1)
    assert player.idle is None


def test_nothing_moves_while_it_stands() -> None:
    player = Player(film_of(turns_after(10.0)), 10.0, playing=False)
    player.tick(5.0)
    assert (player.turn, seconds_in(player)) == (1, 0)


@pytest.mark.parametrize("start", [*SPEEDS, 30.0, 0.5, 5000.0])
def test_speeds_go_up_to_the_greatest_and_down_to_the_least(start: Speed) -> None:
    player = playing(10.0, speed=start)
    rank = {speed: place for place, speed in enumerate(SPEEDS)}
    up: list[Speed] = []
    for _ in range(12):
        player.faster(1)
        up.append(player.speed)
    assert up == sorted(up, key=lambda speed: rank[speed])
    assert player.speed is None
    down: list[Speed] = []
    for _ in range(11):
        player.faster(-1)
        down.append(player.speed)
    assert down == [1000, 500, 200, 100, 50, 20, 10, 5, 2, 1, 1]


@pytest.mark.parametrize(
    ("start", "slower", "faster"),
    [(30.0, 20, 50), (3.0, 2, 5), (45.0, 20, 50), (0.5, 0.5, 1), (5000.0, 1000, None), (None, 1000, None), (1, 1, 2)],
)
def test_a_speed_of_ones_own_lies_between_two_steps(start: Speed, slower: Speed, faster: Speed) -> None:
    down, up = playing(10.0, speed=start), playing(10.0, speed=start)
    down.faster(-1)
    up.faster(1)
    assert (down.speed, up.speed) == (slower, faster)


def test_speeds_are_written_short() -> None:
    assert [speed_words(speed) for speed in (1, 0.5, 20.0, 1000, None)] == ["1x", "0.5x", "20x", "1000x", "max"]


@pytest.mark.parametrize("gap", [8.0, 3 * HOUR])
@pytest.mark.parametrize("step", [1, -1])
def test_another_speed_does_not_move_the_clock(gap: float, step: int) -> None:
    player = playing(gap, gap, speed=10.0)
    player.tick(0.3)
    before = player.now
    assert before > player.film.frames[0].at
    for _ in range(len(SPEEDS)):  # as fast as possible, and back again
        player.faster(step)
        assert player.now == before
        player.tick(0.0)
        assert player.now == before


def test_go_to_turn_is_clamped() -> None:
    player = playing(*[10.0] * 4)
    for asked, turn in ((3, 3), (1, 1), (0, 1), (-7, 1), (5, 5), (6, 5), (10**9, 5)):
        player.go_to_turn(asked)
        assert player.turn == turn


@pytest.mark.parametrize(("at_turn", "turn", "at_end"), [(0, 1, []), (1, 1, []), (2, 2, []), (9, 3, ["end"])])
def test_it_begins_at_a_turn(at_turn: int, turn: int, at_end: list[str]) -> None:
    player = Player(film_of(turns_after(10.0, 10.0)), at_turn=at_turn)
    assert (player.turn, player.at_end, player.playing) == (turn, bool(at_end), not at_end)


def test_turn_by_turn_from_end_to_end() -> None:
    player = playing(*[10.0] * 3)
    turns = []
    for step in (-1, 1, 1, 1, 1, -1, -1, -1, -1):
        player.step_turn(step)
        turns.append(player.turn)
    assert turns == [1, 2, 3, 4, 4, 3, 2, 1, 1]


def test_to_play_at_the_end_is_to_play_again() -> None:
    player = playing(10.0, 10.0)
    player.last()
    assert (player.at_end, player.playing) == (True, False)
    player.tick(9.0)
    assert player.at_end
    player.toggle()
    assert (player.turn, player.playing, seconds_in(player)) == (1, True, 0)
    player.first()
    player.toggle()
    assert not player.playing


def prompted() -> Session:
    """Return a session with prompts before its turns 1, 4 and 6 of 7, and one that nobody answered."""
    session, clock = timed()
    for turns in (3, 2, 2):
        session.main.prompt()
        for _ in range(turns):
            clock.wait(5)
            session.main.turn(Spend(input=5, write_1h=5_000, output=10))
    session.main.prompt("and then the power went out")
    return session


def test_prompt_by_prompt_from_end_to_end() -> None:
    player = Player(film_of(prompted()))
    turns = []
    for step in (1, 1, 1, 1, -1, -1, -1, -1):
        player.step_prompt(step)
        turns.append(player.turn)
    assert turns == [4, 6, 7, 7, 6, 4, 1, 1]
    player.go_to_turn(5)
    player.step_prompt(-1)
    assert player.turn == 4
    player.last()
    assert len(player.film.parts[-1].end.main.prompts) == 4
    assert len(player.film.state(player.frame).main.prompts) == 4


def test_markers_are_jumped_to_and_all_of_a_turn_are_told() -> None:
    session, clock = timed()
    session.main.prompt("one")
    for number in range(6):
        if number == 3:
            session.main.compact(before=150_000, after=9_000)
            session.main.prompt("two")
        clock.wait(5)
        session.main.turn(Spend(input=5, write_1h=2_000, output=10), model="claude-haiku-5-5" if number > 4 else None)
    player = Player(film_of(session))
    assert [(marker.turn, marker.what) for marker in player.jump(1)] == [(4, What.PROMPT), (4, What.COMPACTION)]
    assert player.turn == 4
    assert [marker.words for marker in player.jump(1)] == ["model switched to Haiku 5.5"]
    assert (player.turn, player.jump(1), player.turn) == (6, [], 6)
    assert [marker.turn for marker in player.jump(-1)] == [4, 4]
    assert [marker.words for marker in player.jump(-1)] == ["prompt 1: one"]
    assert (player.turn, player.jump(-1), player.turn) == (1, [], 1)


def test_a_session_of_one_turn_stands_at_its_end() -> None:
    player = playing()
    assert (len(player.film.frames), player.turn, player.playing) == (1, 1, False)
    player.toggle()
    assert not player.playing
    for move in (player.first, player.last, lambda: player.step_turn(1), lambda: player.step_turn(-1)):
        move()
        assert (player.turn, player.at_end, player.idle) == (1, True, None)
    player.tick(10.0)
    assert player.now == START


def test_agents_alone_are_played_too() -> None:
    film = film_of(agents_only())
    assert shown(film) == [(0, 0), (0, 10), (0, 20)]
    assert (film.turns, film.markers) == (0, [])
    player = Player(film, 10.0)
    player.tick(1.5)
    assert (player.frame, player.turn, seconds_in(player)) == (1, 0, 15)
    player.step_turn(-1)
    assert player.frame == 0
    player.step_turn(1)
    assert player.frame == 2
    player.step_prompt(-1)
    assert player.frame == 0
    assert (player.jump(1), player.jump(-1), player.frame) == ([], [], 0)


def test_no_step_goes_the_other_way_where_agents_worked() -> None:
    film = film_of(with_agents_at_both_ends())
    assert [turns for turns, _ in shown(film)] == [0, 1, 2, 2]
    player = Player(film)
    for back in (player.step_turn, player.step_prompt):
        player.first()
        back(-1)
        assert player.frame == 0
    for on in (player.step_turn, player.step_prompt):
        player.last()
        on(1)
        assert player.at_end


@pytest.mark.parametrize("speed", SPEEDS)
def test_without_any_time_the_frames_come_at_once(speed: Speed) -> None:
    player = Player(film_of(without_times(turns_after(0, 0))), speed)
    assert (player.now, player.idle, player.turn) == (NEVER, None, 1)
    for _ in range(3):
        player.tick(0.1)
    assert (player.now, player.at_end, player.playing) == (NEVER, True, False)


def test_equal_times_pass_at_once_and_the_next_gap_is_not_hurried() -> None:
    player = playing(10.0, 0.0, 0.0, 10.0, speed=10.0)
    player.tick(1.5)
    assert (player.turn, seconds_in(player)) == (4, 15)


def test_a_clock_that_went_back_stands_still() -> None:
    session, clock = timed()
    for gap in (0, 60, -3600, 10, 3600):
        clock.wait(gap)
        session.main.turn(Spend(input=5, write_1h=3_000, output=10))
    film = film_of(session)
    assert shown(film) == [(1, 0), (2, 60), (3, 60), (4, 60), (5, 60 - 3600 + 10 + 3600)]


@cache
def a_film(name: str) -> Film:
    session, _ = timed()
    match name:
        case "story":
            session = Session(5)
            list(story(session, 25))
        case "agents":
            session = agents_only()
        case "both ends":
            session = with_agents_at_both_ends()
        case "prompts":
            session = prompted()
        case "timeless":
            session = without_times(turns_after(0, 0, 0))
        case _:
            session = turns_after(*map(float, name.split()))
    return film_of(session)


FILMS = ("story", "agents", "both ends", "prompts", "timeless", "0", "7200 0 0 3 86400", "")
Command = tuple[str, float]
commands = st.one_of(
    st.tuples(st.just("tick"), st.floats(0, 3)),
    st.tuples(st.just("faster"), st.sampled_from([1.0, -1.0])),
    st.tuples(st.sampled_from(["turn", "prompt", "jump"]), st.sampled_from([1.0, -1.0])),
    st.tuples(st.just("go"), st.integers(-3, 40).map(float)),
    st.tuples(st.sampled_from(["toggle", "first", "last"]), st.just(0.0)),
)


def obey(player: Player, command: Command) -> None:
    what, value = command
    step = int(value)
    match what:
        case "tick":
            player.tick(value)
        case "faster":
            player.faster(step)
        case "turn":
            player.step_turn(step)
        case "prompt":
            player.step_prompt(step)
        case "jump":
            player.jump(step)
        case "go":
            player.go_to_turn(step)
        case _:
            {"toggle": player.toggle, "first": player.first, "last": player.last}[what]()


@given(st.sampled_from(FILMS), st.sampled_from([*SPEEDS, 3.3]), st.integers(0, 40), st.lists(commands, max_size=30))
@example("7200 0 0 3 86400", 20, 0, [("tick", 0.7), ("faster", 1.0), ("tick", 0.1), ("turn", -1.0)])
def test_whatever_is_asked_it_stands_in_the_film(name: str, speed: Speed, at_turn: int, asked: list[Command]) -> None:
    film = a_film(name)
    player = Player(film, speed, at_turn)
    for command in asked:
        frame, now, was_playing = player.frame, player.now, player.playing
        obey(player, command)
        assert 0 <= player.frame < len(film.frames)
        assert player.turn == film.frames[player.frame].turns
        begins = film.frames[player.frame].at
        ends = film.frames[min(player.frame + 1, len(film.frames) - 1)].at
        assert begins <= player.now <= ends
        assert not (player.playing and player.at_end)
        what, step = command
        if what == "tick":
            assert player.now >= now
            assert was_playing or (player.frame, player.now) == (frame, now)
        elif what == "faster":
            assert (player.frame, player.now) == (frame, now)
        elif what in ("turn", "prompt", "jump"):
            assert (player.frame - frame) * step >= 0
        elif what != "toggle":
            assert player.now == begins
