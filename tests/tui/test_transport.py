"""The transport bar: its width, its knob and markers, and what a click or a drag on it asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult

from meter.counterfactual import Mark
from tests.tui.filmed import film_of, turns_after
from tui.cells import Row, plain
from tui.film import Marker, What
from tui.player import Player
from tui.widgets.transport import Transport, TransportBar, bar, place_of_bar, transport_of, turn_at

WIDTHS = range(24, 201)
EMPTY_BAR = Transport(playing=True, speed="20x", idle="", turn=1, turns=610, markers=())


def glyphs(shown: Transport, columns: int) -> str:
    """Return the characters of the bar alone."""
    (text,) = plain([bar(shown, columns)])
    start, size = place_of_bar(shown, columns)
    return text[start : start + size]


def style_at(cells: Row, column: int) -> str:
    """Return the style of the character in a column; all of them are one cell wide."""
    for text, style in cells:
        if column < len(text):
            return style
        column -= len(text)
    raise AssertionError(column)


@pytest.mark.parametrize("playing", [True, False], ids=["playing", "paused"])
@pytest.mark.parametrize("idle", ["", "11h 34m", "2 days"])
@pytest.mark.parametrize("turns", [1, 9, 610, 5_000])
def test_from_the_narrowest_to_the_widest_it_is_exactly_as_wide(playing: bool, idle: str, turns: int) -> None:  # noqa: FBT001
    for turn in {1, turns}:
        shown = Transport(playing, "1000x", idle, turn, turns, (Marker(turn, What.BREAK, ""),))
        for columns in WIDTHS:
            (text,) = plain([bar(shown, columns)])
            _, size = place_of_bar(shown, columns)
            assert cell_len(text) == columns if size else cell_len(text) <= columns
            assert text.count("●") == (1 if size else 0)
            assert text.endswith(f"{turn:,}/{turns:,} ")


def test_what_stands_beside_the_bar() -> None:
    shown = replace(EMPTY_BAR, turn=462)
    assert plain([bar(shown, 100)])[0].startswith(" ▶ 20x   idle ≤ 2 s   ━")
    assert plain([bar(replace(shown, playing=False, speed="max"), 100)])[0].startswith(" ‖ max   idle ≤ 2 s   ━")
    assert plain([bar(replace(shown, idle="3h 12m"), 100)])[0].startswith(" ▶ 20x   idle 3h 12m  ━")
    assert plain([bar(shown, 44)])[0].startswith(" ▶ 20x   ━")
    assert plain([bar(shown, 24)]) == [" ▶ 20x    462/610 "]


@pytest.mark.parametrize("columns", [28, 44, 80, 120, 200])
def test_the_knob_goes_from_end_to_end_and_never_back(columns: int) -> None:
    places = [glyphs(replace(EMPTY_BAR, turn=turn), columns).index("●") for turn in range(1, 611)]
    _, size = place_of_bar(EMPTY_BAR, columns)
    assert (places[0], places[-1]) == (0, size - 1)
    assert places == sorted(places)
    assert places[309] == 309 * (size - 1) // 609


@pytest.mark.parametrize("turns", [2, 3, 4])
def test_the_knob_of_a_short_session_stands_at_equal_distances(turns: int) -> None:
    shown = replace(EMPTY_BAR, turns=turns)
    _, size = place_of_bar(shown, 80)
    places = [glyphs(replace(shown, turn=turn), 80).index("●") for turn in range(1, turns + 1)]
    assert places == [turn * (size - 1) // (turns - 1) for turn in range(turns)]


def test_a_session_of_one_turn_is_over_with_it() -> None:
    shown = replace(EMPTY_BAR, turns=1)
    _, size = place_of_bar(shown, 80)
    assert glyphs(shown, 80) == "━" * (size - 1) + "●"
    assert turn_at(shown, 0, size) == turn_at(shown, size - 1, size) == 1


def test_what_was_played_is_bright() -> None:
    cells = bar(replace(EMPTY_BAR, turn=305), 80)
    start, size = place_of_bar(EMPTY_BAR, 80)
    knob = start + 304 * (size - 1) // 609
    assert [style_at(cells, column) for column in (start, knob - 1, knob, knob + 1, start + size - 1)] == [
        "$new",
        "$new",
        "$bright bold",
        "$frame",
        "$frame",
    ]


def test_before_the_first_turn_the_knob_stands_at_the_start() -> None:
    for turns in (1, 3, 610):
        assert glyphs(replace(EMPTY_BAR, turn=0, turns=turns), 80).index("●") == 0


def test_without_turns_there_is_no_bar() -> None:
    shown = replace(EMPTY_BAR, turn=0, turns=0)
    assert [place_of_bar(shown, columns)[1] for columns in WIDTHS] == [0] * len(WIDTHS)
    assert plain([bar(shown, 44)]) == [" ▶ 20x   "]


def test_markers_stand_at_their_turns() -> None:
    whats = list(What)
    markers = tuple(Marker(80 * number, what, "") for number, what in enumerate(whats, 1))
    line = glyphs(replace(EMPTY_BAR, markers=markers), 120)
    size = len(line)
    for number, glyph in enumerate("┴⇄◇◆×▲■", 1):
        assert line[(80 * number - 1) * (size - 1) // 609] == glyph
    assert line.count("━") == size - len(whats) - 1


@given(st.lists(st.sampled_from(list(What)), min_size=1, max_size=6))
def test_where_markers_share_a_column_the_gravest_is_drawn(whats: list[What]) -> None:
    markers = tuple(Marker(300, what, "") for what in whats)
    line = glyphs(replace(EMPTY_BAR, markers=markers), 80)
    assert line[299 * (len(line) - 1) // 609] == "┴⇄◇◆×▲■"[max(whats)]


def test_crowded_markers_leave_the_knob_and_the_persons_own_marks_in_sight() -> None:
    markers = tuple(Marker(turn, What(turn % 7), "") for turn in range(1, 611))
    shown = replace(EMPTY_BAR, turn=200, markers=markers, marks=(Mark(400), Mark(600, "claude-haiku-5-5")))
    line = glyphs(shown, 60)
    assert (line.count("●"), line.count("↺"), "━" in line) == (1, 1, False)
    assert line[599 * (len(line) - 1) // 609] == "⇄"


@given(st.integers(1, 2_000), st.integers(24, 200), st.data())
def test_a_click_brings_the_knob_as_near_as_a_turn_can(turns: int, columns: int, data: st.DataObject) -> None:
    shown = replace(EMPTY_BAR, turns=turns)
    _, size = place_of_bar(shown, columns)
    if not size:
        return
    column = data.draw(st.integers(0, size - 1))
    knobs = [turn * (size - 1) // (turns - 1) for turn in range(turns)] if turns > 1 else [0]
    turn = turn_at(shown, column, size)
    assert abs(knobs[turn - 1] - column) == min(abs(knob - column) for knob in knobs)


def test_a_click_on_a_marker_asks_for_its_turn() -> None:
    markers = (Marker(293, What.PROMPT, ""), Marker(296, What.BREAK, ""), Marker(298, What.PROMPT, ""))
    shown = replace(EMPTY_BAR, markers=markers)
    _, size = place_of_bar(shown, 80)
    columns = {(marker.turn - 1) * (size - 1) // 609 for marker in markers}
    assert len(columns) == 1
    assert turn_at(shown, columns.pop(), size) == 296


class Stage(App[None]):
    """A bar alone, and the turns that it asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.sought: list[int] = []

    def compose(self) -> ComposeResult:
        yield TransportBar()

    def on_transport_bar_sought(self, message: TransportBar.Sought) -> None:
        self.sought.append(message.turn)
        found = self.query_one(TransportBar)
        if found.transport is not None:
            found.transport = replace(found.transport, turn=message.turn)


async def test_a_click_asks_for_a_turn_and_beside_the_bar_for_none() -> None:
    app = Stage()
    async with app.run_test(size=(80, 4)) as pilot:
        found = app.query_one(TransportBar)
        await pilot.click(found, offset=(40, 0))
        assert app.sought == []  # nothing is played yet
        found.transport = EMPTY_BAR
        start, size = place_of_bar(EMPTY_BAR, 80)
        for column in (0, start - 1, start + size, 79):
            await pilot.click(found, offset=(column, 0))
        assert app.sought == []
        for column in (start, start + size - 1):
            await pilot.click(found, offset=(column, 0))
        assert app.sought == [1, 610]
        await pilot.click(found, offset=(start + 20, 0))
        assert (app.sought[-1] - 1) * (size - 1) // 609 == 20
        assert app.mouse_captured is None


async def test_a_drag_goes_on_beyond_the_ends_until_the_button_is_let_go() -> None:
    app = Stage()
    async with app.run_test(size=(80, 4)) as pilot:
        found = app.query_one(TransportBar)
        found.transport = EMPTY_BAR
        start, size = place_of_bar(EMPTY_BAR, 80)
        await pilot.mouse_down(found, offset=(start + 10, 0))
        await pilot.hover(found, offset=(start + 30, 0))
        await pilot.hover(found, offset=(79, 0))
        await pilot.hover(None, offset=(2, 3))
        await pilot.mouse_up(None, offset=(2, 3))
        knobs = [(turn - 1) * (size - 1) // 609 for turn in app.sought]
        assert list(dict.fromkeys(knobs)) == [10, 30, size - 1, 0]
        asked = len(app.sought)
        await pilot.hover(found, offset=(start + 40, 0))
        assert len(app.sought) == asked


def test_a_player_as_a_transport() -> None:
    player = Player(film_of(turns_after(10.0, 7_260.0, 10.0)), 20.0)
    assert transport_of(player) == Transport(True, "20x", "", 1, 4, tuple(player.film.markers))  # noqa: FBT003
    player.tick(0.5)
    assert player.idle == timedelta(seconds=7_260)
    assert (transport_of(player).idle, transport_of(player).turn) == ("2h 01m", 2)
    player.toggle()
    shown = transport_of(player, (Mark(1),))
    assert (shown.playing, shown.idle, shown.marks) == (False, "", (Mark(1),))


def test_a_narrow_bar_tells_the_length_of_a_gap_in_place_of_the_speed() -> None:
    played, idle = (plain([bar(replace(EMPTY_BAR, idle=idle), 44)])[0] for idle in ("", "47 min"))
    assert (played[:9], idle[:9]) == (" ▶ 20x   ", " ▶ 47min ")
    assert len(played) == len(idle)
