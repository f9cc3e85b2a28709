"""Films: their frames, their markers, and files that are revised, growing, cut or damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.clients import CLIENTS
from fixtures.damage import DAMAGES, Damage
from fixtures.session import Session
from fixtures.spend import LIST, Spend
from fixtures.story import story
from meter.rates import list_prices
from tests.conftest import SHARED
from tests.support import read_file, state_of
from tests.tui.filmed import agents_only, film_of, shown, sized, timed, turns_after
from tui.film import Film, Marker, What, load_film
from tui.session_clock import NEVER

SMALL = Spend(input=5, write_1h=2_000, output=10)
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared transcripts are not on this machine")


def told(film: Film, *whats: What) -> list[tuple[int, str]]:
    """Return the turns and the words of the markers of these kinds."""
    return [(marker.turn, marker.words) for marker in film.markers if marker.what in whats]


def test_a_frame_for_each_response_and_for_what_is_seen_between() -> None:
    session, clock = timed()
    session.noise()
    session.main.prompt("before the first response nothing is shown")
    session.main.turn(SMALL, tools=("Read",), blocks=3)
    clock.wait(10)
    session.main.results()  # nothing to see
    clock.wait(10)
    session.main.prompt("a heading in the list of turns")
    clock.wait(10)
    session.main.turn(SMALL)
    session.custom_title("Tides")
    film = film_of(session)
    assert shown(film) == [(1, 0), (1, 20), (2, 30), (2, 30)]
    assert [film.state(frame).title for frame in (2, 3)] == ["before the first response nothing is shown", "Tides"]
    assert film.turns == 2


def test_the_first_frame_of_a_turn_is_found_from_its_number() -> None:
    film = film_of(agents_between())
    assert [turns for turns, _ in shown(film)] == [1, 1, 1, 2, 3]
    assert [film.frame_of(turn) for turn in (0, 1, 2, 3, 4, 1_000)] == [0, 0, 3, 4, 4, 4]


def agents_between() -> Session:
    """Return a session of three turns; behind the first one an agent works for two."""
    session, clock = timed()
    session.main.prompt()
    session.main.turn(SMALL, tools=("Task",))
    agent = session.agent(layout="folder")
    for chain in (agent, agent, session.main, session.main):
        clock.wait(10)
        chain.turn(SMALL)
    return session


def test_agents_work_under_the_turn_that_began_them() -> None:
    film = film_of(agents_between())
    states = [film.state(frame) for frame in range(5)]
    assert [[len(agent.turns) for agent in state.agents] for state in states] == [[], [1], [2], [2], [2]]
    assert [state.tally.turns for state in states] == [1, 2, 3, 4, 5]
    assert [state.main.state.turns for state in states] == [1, 1, 1, 2, 3]


def test_agents_alone_are_a_film_without_turns_or_markers() -> None:
    film = film_of(agents_only())
    assert (len(film.frames), film.turns, film.markers) == (3, 0, [])
    assert [film.frame_of(turn) for turn in (0, 1, 7)] == [0, 2, 2]
    assert (film.next_marker(0), film.marker_before(7), film.markers_at(1)) == (None, None, [])


def test_a_session_without_a_response_is_one_frame_without_a_turn() -> None:
    session, _ = timed()
    session.main.prompt()
    film = film_of(session)
    assert (shown(film), film.turns, film.markers, film.parts[-1].end.tally.turns) == ([(0, 0)], 0, [], 0)
    assert film.frames[0].at is not None


def test_an_empty_file_is_one_frame_at_no_time(tmp_path: Path) -> None:
    path = tmp_path / "00000000-0000-4000-8000-000000000000.jsonl"
    path.write_bytes(b"")
    film = load_film([path], list_prices())
    assert (len(film.frames), film.frames[0].at, film.turns) == (1, NEVER, 0)


def test_prompts_are_marked_at_the_turn_that_answers_them() -> None:
    session, _ = timed()
    for text in ("one", "two"):
        session.main.prompt(text)
        session.main.turn(SMALL)
        session.main.turn(SMALL)
    session.main.prompt("three")
    film = film_of(session)
    # Nobody answered the last one: it stands at the last turn there is.
    assert told(film, What.PROMPT) == [(1, "prompt 1: one"), (3, "prompt 2: two"), (4, "prompt 3: three")]


def test_without_titles_no_marker_holds_a_word_of_the_person() -> None:
    session, _ = timed()
    session.ai_title("Tides and moon")
    session.main.prompt("where is the moon")
    session.main.turn(SMALL)
    film = film_of(session, keep_labels=False)
    assert told(film, What.PROMPT) == [(1, "prompt 1")]
    assert (film.parts[-1].end.title, film.state(0).title) == (None, None)


def test_a_switch_is_marked_at_the_first_turn_of_the_other_model() -> None:
    session, _ = timed()
    for model in ("claude-opus-5-5", "claude-opus-5-5", "claude-haiku-5-5", "tidal-model-1", "claude-opus-5-5"):
        session.main.turn(SMALL, model=model)
    assert told(film_of(session), What.MODEL) == [
        (3, "model switched to Haiku 5.5"),
        (4, "model switched to tidal-model-1"),
        (5, "model switched to Opus 5.5"),
    ]


def test_compactions_are_marked_with_their_sizes() -> None:
    session, _ = timed()
    session.main.compact(before=150_000, after=9_000)
    session.main.turn(SMALL)
    session.main.turn(SMALL)
    session.main.compact(before=7_000, after=5_600)
    session.main.turn(SMALL)
    session.main.compact(before=12_345, after=1_000)
    film = film_of(session)
    assert told(film, What.COMPACTION) == [
        (1, "compacted from 150.0K to 9.0K"),
        (3, "compacted from 7.0K to 5.6K"),
        (3, "compacted from 12.3K to 1.0K"),  # no turn followed
    ]
    assert [turns for turns, _ in shown(film)] == [1, 2, 2, 3, 3]
    assert film.state(4).main.state.context == 0


def test_a_break_is_marked_with_its_price_and_its_cause() -> None:
    session, clock = timed()
    session.main.prompt()
    session.main.turn(Spend(input=5, write_1h=50_000, output=100))
    clock.wait(3 * 3600)
    session.main.turn(Spend(input=5, write_1h=51_000, output=100))
    _, _, _, write, read = LIST["claude-opus-5-5"]
    cost = 50_005 * (write - read)  # what was sent before, at the price of writing above that of reading
    assert 0.385 < cost / 1e12 < 0.395
    ((turn, words),) = told(film_of(session), What.BREAK)
    assert (turn, words.split(":")[0]) == (2, "cache break $0.39")
    assert "idle" in words


def test_levels_are_marked_where_they_are_entered_and_entered_again() -> None:
    # Watch from 80 % of 167,000 = 133,600, act from 95 % = 158,650; left a tenth below: 120,240 and 142,785.
    film = film_of(sized(20_000, 134_000, 121_000, 120_000, 134_000, 160_000, 143_000, 142_000, 160_000, 0, 20_000))
    full = "the context is nearly full"
    assert told(film, What.WATCH, What.ACT) == [
        (2, f"watch: {full}"),
        (5, f"watch: {full}"),
        (6, f"act: {full}"),
        (9, f"act: {full}"),
    ]
    assert [marker.what for marker in film.markers_at(6)] == [What.ACT]


def test_a_jump_over_watch_is_act_alone_and_a_compaction_leaves_it() -> None:
    film = film_of(sized(20_000, 160_000, 0, 20_000, 160_000))
    assert [(turn, words[:3]) for turn, words in told(film, What.WATCH, What.ACT)] == [(2, "act"), (4, "act")]


def test_a_level_of_the_price_names_its_factor() -> None:
    film = film_of(sized(20_000, *range(22_000, 130_000, 2_000), output=50))
    (watch, act) = told(film, What.WATCH, What.ACT)
    assert watch[1] == "watch: a turn costs 2x a fresh one"
    assert act[1] == "act: a turn costs 2.5x a fresh one"
    assert 1 < watch[0] < act[0]
    levels = [film.state(film.frame_of(turn)).main.state.level for turn in (watch[0] - 1, watch[0], act[0])]
    assert [level.level.words for level in levels] == ["calm", "watch", "act"]


def test_markers_are_found_from_a_turn() -> None:
    session, _ = timed()
    for model in ("claude-opus-5-5", "claude-haiku-5-5", "claude-haiku-5-5"):
        session.main.prompt("one")
        session.main.turn(SMALL, model=model)
    film = film_of(session)
    kinds = [(marker.turn, marker.what) for marker in film.markers]
    assert kinds == [(1, What.PROMPT), (2, What.PROMPT), (2, What.MODEL), (3, What.PROMPT)]

    def turn_of(marker: Marker | None) -> int | None:
        return marker.turn if marker else None

    assert [turn_of(film.next_marker(turn)) for turn in (0, 1, 2, 3)] == [1, 2, 3, None]
    assert [turn_of(film.marker_before(turn)) for turn in (0, 1, 2, 3, 4)] == [None, None, 1, 2, 3]
    assert [len(film.markers_at(turn)) for turn in (0, 1, 2, 3, 4)] == [0, 1, 2, 1, 0]


def test_a_revised_turn_is_one_frame_with_its_final_count() -> None:
    session = Session(5, client=CLIENTS["2.0.76"])
    session.main.prompt()
    for _ in range(3):
        session.main.turn(Spend(input=5, write_5m=3_000, output=700), output="revised", blocks=3, tools=("Read",))
        session.main.results()
    film = film_of(session)
    assert [turns for turns, _ in shown(film)] == [1, 2, 3]
    assert [film.state(frame).tally.output for frame in range(3)] == [700, 1400, 2100]


def test_a_turn_that_is_revised_after_its_tool_has_run_stays_one_turn() -> None:
    session, clock = timed()
    session.main.prompt()
    session.main.turn(Spend(input=5, write_1h=3_000, output=700), output="revised", blocks=2, result_between=True)
    clock.wait(5)
    session.main.turn(SMALL)
    film = film_of(session)
    assert shown(film) == [(1, 0), (2, 5)]
    assert film.state(0).tally.output == 700


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
def test_damage_loses_no_turn(damage: Damage, tmp_path: Path) -> None:
    session = turns_after(10.0, 10.0, 10.0)
    path = session.write_to(tmp_path)
    path.write_bytes(damage.change(path.read_bytes()))
    film = load_film([path], list_prices())
    cold = read_file(path)
    assert film.turns == 4
    assert film.parts[-1].end.damaged_lines == damage.damaged_lines
    assert (film.parts[-1].end.tally, film.parts[-1].end.main.turns) == (cold.tally, cold.main.turns)
    assert film.state(film.frame_of(4)).tally.turns == 4


def test_every_cut_of_a_file_is_a_film_of_what_it_holds(tmp_path: Path) -> None:
    path = turns_after(10.0, 10.0).write_to(tmp_path)
    whole = path.read_bytes()
    for size in range(0, len(whole), 97):
        path.write_bytes(whole[:size])
        film, cold = load_film([path], list_prices()), state_of({str(path): whole[:size]}, str(path))
        assert (film.turns, film.parts[-1].end.tally) == (cold.main.state.turns, cold.tally)
        assert [frame.turns for frame in film.frames] == sorted(frame.turns for frame in film.frames)


@pytest.mark.parametrize("change", ["grows", "is cut"])
def test_a_file_that_changes_while_it_is_read_is_still_a_film(change: str, tmp_path: Path) -> None:
    session = Session(5)
    list(story(session, 30))
    path = session.write_to(tmp_path)
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    half = b"".join(lines[: len(lines) // 2])
    path.write_bytes(half if change == "grows" else whole)
    changed: list[str] = []

    def on_progress(_: float) -> None:
        if not changed:
            changed.append(change)
            path.write_bytes(whole if change == "grows" else half)

    film = load_film([path], list_prices(), on_progress=on_progress)
    assert changed == [change]
    assert 0 < film.turns <= 30
    assert [frame.turns for frame in film.frames] == sorted(frame.turns for frame in film.frames)
    assert film.state(len(film.frames) - 1).tally == film.parts[-1].end.tally


def test_progress_goes_up_to_the_whole_and_may_end_the_reading(tmp_path: Path) -> None:
    path = turns_after(*[10.0] * 20).write_to(tmp_path)
    told_shares: list[float] = []
    load_film([path], list_prices(), on_progress=told_shares.append)
    assert told_shares == sorted(told_shares)
    assert told_shares[-1] == 1.0

    def stop(_: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        load_film([path], list_prices(), on_progress=stop)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_film([tmp_path / "none.jsonl"], list_prices())


@needs_shared
def test_the_copies_of_a_fork_are_turns_of_its_film() -> None:
    for path in sorted((SHARED / "client" / "fork-resume" / "projects").glob("*/*.jsonl")):
        film, cold = load_film([path], list_prices()), read_file(path)
        assert film.turns == cold.main.state.turns > 0
        assert film.parts[-1].end.tally == cold.tally
        times = [frame.at for frame in film.frames]
        assert times == sorted(times)
