"""The four charts of the compounding panel: what they draw, what stands beside them, and how one comes to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.session import START, Session, Ticking
from fixtures.spend import LIST, PICO, SEARCH, Spend
from fixtures.story import story
from tests.support import state_of_session
from tests.tui.pilot import assert_whole, stage
from tests.tui.snapshots import Growing, live
from tui.cells import plain
from tui.follow import Phase, Snapshot
from tui.format import money, tokens
from tui.view import View, make_view
from tui.widgets.curve import EIGHTHS, Cell, column_turns, draw_stack
from tui.widgets.curve_drawing import Drawing, divide
from tui.widgets.curve_panel import Chart, CurvePanel
from tui.widgets.other_charts import ContextDrawing, PartsDrawing, SentDrawing

OPUS = "claude-opus-5-5"
_, OUTPUT, _, WRITE, READ = LIST[OPUS]

TITLES = ["Compounding", "Context per turn", "Cost per turn", "Prompt tokens sent in all"]
NO_MONEY = "this model has no known price: nothing to draw"

Cells = Sequence[Sequence[Cell | None]]


def filled(cell: Cell | None) -> int:
    """Return how much of a cell is drawn, in eighths."""
    if cell is None:
        return 0
    return 8 if " on " in cell[1] else EIGHTHS.index(cell[0])


def heights(cells: Cells) -> list[int]:
    """Return how high each column is drawn, in eighths of a row."""
    return [sum(filled(line[column]) for line in cells) for column in range(len(cells[0]))]


def layers_of(cells: Cells, column: int) -> list[str]:
    """Return the styles of a column from the ground up, one an eighth of a row."""
    found: list[str] = []
    for line in reversed(cells):
        cell = line[column]
        if cell is None:
            continue
        lower, _, upper = cell[1].partition(" on ")
        part = EIGHTHS.index(cell[0])
        found += [lower] * part + ([upper] * (8 - part) if upper else [])
    return found


@st.composite
def stacks(draw: st.DrawFn) -> tuple[list[list[float]], int]:
    """Return the upper edges of three layers, in eighths of a row; each layer is absent or at least a row thick."""
    rows = draw(st.integers(1, 14))
    columns = draw(st.integers(1, 12))
    thickness = st.one_of(st.just(0.0), st.floats(8.0, 24.0))
    parts = [[draw(thickness) for _ in range(columns)] for _ in range(3)]
    edges = [list(accumulate(column)) for column in zip(*parts, strict=True)]
    return [[ends[layer] for ends in edges] for layer in range(3)], rows


STYLES = ("carry", "new", "output")


@given(stacks())
def test_every_edge_of_a_stack_is_exact_to_an_eighth(stack: tuple[list[list[float]], int]) -> None:
    edges, rows = stack
    cells = draw_stack(list(zip(edges, STYLES, strict=True)), rows, rows * 8.0)
    assert [len(line) for line in cells] == [len(edges[0])] * rows
    for column in range(len(edges[0])):
        drawn = layers_of(cells, column)
        below = 0.0
        for layer, style in enumerate(STYLES):
            upper = min(edges[layer][column], 8.0 * rows)
            assert abs(drawn.count(f"${style}") - (upper - below)) <= 1 + 1e-9
            below = upper
        assert abs(heights(cells)[column] - below) <= 0.5 + 1e-9
        assert drawn == sorted(drawn, key=[f"${style}" for style in STYLES].index)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40), st.integers(1, 14))
def test_one_layer_is_as_high_as_its_values(values: list[float], rows: int) -> None:
    cells = draw_stack([(values, "carry")], rows, 100.0)
    for value, drawn in zip(values, heights(cells), strict=True):
        assert abs(drawn - value / 100 * rows * 8) <= 0.5 + 1e-9


def test_a_stack_of_nothing_is_empty() -> None:
    assert draw_stack([([0.0, 0.0], "carry"), ([0.0, 0.0], "new")], 2, 1.0) == [[None, None], [None, None]]
    assert draw_stack([], 2, 1.0) == [[], []]


def test_what_is_above_the_scale_is_cut_at_its_top() -> None:
    assert heights(draw_stack([([1.0], "carry"), ([99.0], "new")], 2, 2.0)) == [16]


SEARCHES = 2


def compacted() -> Session:
    """Return a session of 12 turns with a compaction after the 8th, two searches, and an agent."""
    session = Session(5, model=OPUS, clock=Ticking(START))
    session.main.prompt()
    context = 0
    for number in range(12):
        if number == 8:
            session.main.compact(before=context, after=9_000)
            context = 0
        add = 20_000 if context == 0 else 5_000
        session.main.turn(Spend(write_1h=add, read=context, output=300, searches=SEARCHES * (number == 3)))
        context += add
    session.agent().turn(Spend(write_5m=4_000, output=100))
    return session


CONTEXTS = [20_000 + 5_000 * number for number in (*range(8), *range(4))]
CARRIED = [*(context - 5_000 for context in CONTEXTS)]


def view_of(session: Session) -> View:
    state = state_of_session(session)
    assert state.ended_at is not None
    return make_view(Snapshot(Phase.LIVE, state, 1.0), state.ended_at)


def figures(rows: Sequence[str]) -> dict[str, str]:
    """Return the labels at the right of a chart: what each figure is of."""
    found = (
        re.search(r" (\S+) (sent in all|not cached|cached|now|peak|window|a turn|output|new|carry)$", row.rstrip())
        for row in rows
    )
    return {match[2]: match[1] for match in found if match}


def test_a_compaction_is_a_fall_of_the_context() -> None:
    view, plot = view_of(compacted()), divide(116, 16)
    drawing = ContextDrawing(view, plot)
    drawn = heights(drawing.cells())
    top = drawing.top
    for column, turn in enumerate(column_turns(12, plot.columns)):
        assert abs(drawn[column] - CONTEXTS[turn] / top * plot.rows * 8) <= 0.5 + 1e-9
    fall = next(column for column in range(1, plot.columns) if drawn[column] < drawn[column - 1])
    assert column_turns(12, plot.columns)[fall - 1 : fall + 1] == [7, 8]
    axis = plain(drawing.rows())[plot.rows]
    assert axis[plot.axis + fall] == "◇"
    assert axis.count("◇") == 1


def test_the_context_chart_names_its_figures() -> None:
    rows = plain(ContextDrawing(view_of(compacted()), divide(116, 16)).rows())
    assert figures(rows) == {
        "now": tokens(CONTEXTS[-1]),
        "peak": tokens(max(CONTEXTS)),
        "a turn": "+5.0K",
        "window": "1M",
    }


def test_what_was_sent_is_the_sum_of_the_main_threads_prompts() -> None:
    session = compacted()
    view, plot = view_of(session), divide(116, 16)
    drawing = SentDrawing(view, plot)
    rows = plain(drawing.rows())
    sent, cached = sum(CONTEXTS), session.main_totals.cache_read
    assert sent == session.main_totals.input + cached + session.main_totals.cache_write_1h
    assert figures(rows) == {
        "sent in all": tokens(sent),
        "cached": f"{cached / sent:.1%}",
        "not cached": tokens(sent - cached),
    }
    drawn = heights(drawing.cells())
    assert drawn == sorted(drawn)
    assert abs(drawn[-1] - sent / drawing.top * plot.rows * 8) <= 0.5 + 1e-9


def parts_of(session: Session) -> tuple[list[int], list[int], list[int]]:
    """Return the carry, the new and the output money of each turn of the compacted session, by plain arithmetic."""
    spends = [one.spend for one in session.responses.values() if one.agent_id is None]
    carry = [spend.read * READ for spend in spends]  # what was read was sent before; nothing else was
    new = [spend.write_1h * WRITE for spend in spends]
    output = [spend.output * OUTPUT + spend.searches * SEARCH for spend in spends]
    return carry, new, output


def test_the_parts_beside_the_costs_are_those_of_the_tally() -> None:
    session = compacted()
    view = view_of(session)
    carry, new, output = (sum(part) for part in parts_of(session))
    assert view.state is not None
    assert carry + new + output == view.state.main.state.tally.cost == session.main_totals.pico
    rows = plain(PartsDrawing(view, divide(116, 16)).rows())
    assert figures(rows) == {"output": money(output), "new": money(new), "carry": money(carry)}


@pytest.mark.parametrize("columns", [116, 76, 44])
def test_a_column_of_the_costs_is_the_mean_of_its_turns(columns: int) -> None:
    session = Session(5, model=OPUS)
    session.main.prompt()
    context = 0
    for number in range(150):
        add = 20_000 if not number else 400 + 90 * (number % 7)
        session.main.turn(Spend(write_1h=add, read=context, output=100 + 40 * (number % 5)))
        context += add
    parts, plot = parts_of(session), divide(columns, 16)
    costs = [sum(turn) / PICO for turn in zip(*parts, strict=True)]
    ends = [turn + 1 for turn in column_turns(150, plot.columns)]
    starts = [min(end - 1, before) for before, end in zip([0, *ends[:-1]], ends, strict=True)]
    means = [sum(costs[start:end]) / (end - start) for start, end in zip(starts, ends, strict=True)]
    drawing = PartsDrawing(view_of(session), plot)
    drawn, top = heights(drawing.cells()), drawing.top
    for height, mean in zip(drawn, means, strict=True):
        # Where two edges fall in one cell, that holds two colours at most: up to three eighths are drawn too much.
        assert abs(height - mean / top * plot.rows * 8) <= 3.5 + 1e-9


@pytest.mark.parametrize(("title", "chart"), list(zip(TITLES, Chart, strict=True)))
def test_a_chart_has_its_title(title: str, chart: Chart) -> None:
    assert chart.value == title


def title_of(rows: Sequence[str]) -> str:
    """Return the title of the compounding panel."""
    found = [match[0] for row in rows if (match := re.search("|".join(TITLES), row))]
    (title,) = found
    return title


@pytest.mark.parametrize("size", [(44, 24), (120, 36)], ids=str)
async def test_v_goes_through_the_four_charts_and_back(size: tuple[int, int]) -> None:
    async with stage(size) as screen:
        rows = first = await screen.show(live("story"))
        for title in TITLES:
            assert title_of(rows) == title
            assert_whole(rows, *size)
            rows = await screen.press("v")
        assert rows == first


async def test_a_chart_stays_while_the_session_grows() -> None:
    growing = Growing(30)
    async with stage((120, 36)) as screen:
        await screen.show(growing.grow(0))
        before = await screen.press("v")
        assert title_of(before) == "Context per turn"
        after = await screen.show(growing.grow(5))
        assert title_of(after) == "Context per turn"
        assert f"{tokens(growing.context)} now" in "\n".join(after)
        assert after != before


async def test_v_changes_nothing_but_the_panel() -> None:
    async with stage((120, 36)) as screen:
        before = await screen.show(live("story"))
        panel = screen.app.screen.query_one(CurvePanel).region
        for _ in range(3):
            after = await screen.press("v")
            changed = [line for line, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
            assert changed
            assert panel.y <= min(changed) <= max(changed) < panel.bottom


async def test_every_chart_is_whole_where_there_is_little_room() -> None:
    async with stage((60, 19)) as screen:
        rows = await screen.show(live("one turn"))
        for title in TITLES:
            assert title_of(rows) == title
            assert_whole(rows, 60, 19)
            rows = await screen.press("v")


async def test_without_a_price_no_chart_of_money_is_drawn() -> None:
    async with stage((120, 36)) as screen:
        rows = await screen.show(live("unpriced"))
        panel = screen.app.screen.query_one(CurvePanel).region
        for title in TITLES:
            inside = "\n".join(rows[panel.y + 1 : panel.bottom - 1])
            assert title_of(rows) == title
            is_money = title in ("Compounding", "Cost per turn")
            assert (NO_MONEY in inside) == is_money
            assert any(block in inside for block in EIGHTHS[1:]) != is_money
            assert "$" not in inside
            rows = await screen.press("v")


async def test_a_session_whose_first_response_is_to_come_draws_nothing() -> None:
    async with stage((120, 36)) as screen:
        rows = await screen.show(live("agents only"))
        for title in TITLES:
            assert title_of(rows) == title
            assert "the curve begins with the first response" in "\n".join(rows)
            rows = await screen.press("v")


async def test_sums_stand_beside_the_charts_at_120_columns() -> None:
    snapshot = live("story")
    assert snapshot.state is not None
    tally = snapshot.state.main.state.tally
    async with stage((120, 36)) as screen:
        await screen.show(snapshot)
        context = "\n".join(await screen.press("v"))
        assert f"{tokens(snapshot.state.main.state.peak)} peak" in context
        parts = "\n".join(await screen.press("v"))
        assert f"{money(tally.carry)} carry" in parts
        assert f"{money(tally.new)} new" in parts
        assert f"{money(tally.cost - tally.carry - tally.new)} output" in parts
        sent = "\n".join(await screen.press("v"))
        assert f"{tokens(tally.prompt_tokens)} sent in all" in sent
        assert f"{tokens(tally.prompt_tokens - tally.cache_read)} not cached" in sent


def test_the_word_of_a_level_that_was_just_entered_stands_before_its_mark() -> None:
    session = Session(5, model=OPUS, clock=Ticking())
    state = state_of_session(session)
    for _ in story(session, 180):
        state = state_of_session(session)
        if state.main.state.level.watch_turn is not None:
            break
    turn = state.main.state.level.watch_turn
    assert turn == state.main.state.turns
    view = make_view(Snapshot(Phase.LIVE, state), START)
    (line,) = [text for text in plain(Drawing(view, divide(116, 14)).rows()) if "▲" in text]
    _, word, rest = line.partition(f"▲ 2x turn {turn}")
    assert word
    assert rest.startswith("┊")
