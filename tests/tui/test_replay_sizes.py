"""The replay screen at every size: nothing cut, the future in grey, in ASCII and without colours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tui.filmed import other_film, story_film
from tests.tui.pilot import NAMED_SIZES, SIZES, assert_whole
from tests.tui.replayed import replaying
from tui.settings import DEFAULTS
from tui.widgets.curve_drawing import Drawing, divide
from tui.widgets.curve_panel import Chart, CurvePanel

TURNS = 60
"""Turns of the film that is shown."""
OTHERS = ("one turn", "two turns", "agents only", "agents at both ends", "without times", "unpriced", "clock goes back")


def playheads(rows: list[str], columns: int) -> set[int]:
    """Return the columns at which a line stands in all rows of the chart."""
    return {column for column in range(columns) if all(row[column] == "│" for row in rows)}


@pytest.mark.parametrize("size", NAMED_SIZES, ids=str)
async def test_every_chart_has_a_grey_future_behind_the_playhead(size: tuple[int, int]) -> None:
    columns, lines = size
    async with replaying(story_film(), size, at_turn=30) as replay:
        for chart in Chart:
            rows = await replay.rows()
            assert_whole(rows, columns, lines)
            panel = replay.screen.query_one(CurvePanel)
            assert panel.chart is chart
            assert panel.view is not None
            boxed = panel.boxed
            inner = panel.size.width - (4 if boxed else 2)
            plot = divide(inner, panel.size.height - (2 if boxed else 1), None)
            place = plot.axis + 30 * plot.columns // TURNS if 30 * plot.columns % TURNS else None
            left = panel.region.x + (2 if boxed else 1)
            top = panel.region.y + 1
            drawn = [row[left : left + inner] for row in rows[top : top + plot.rows]]
            head = plot.axis + 29 * plot.columns // TURNS + 1
            assert place is None or abs(place - head) <= 1
            assert head in playheads(drawn, inner)
            assert not {column for column in playheads(drawn, inner) if plot.axis <= column < head}
            cells = Drawing(panel.view, plot)._future(Drawing(panel.view, plot).cells())
            grey = {cell[1] for line in cells for cell in line[head - plot.axis :] if cell}
            past = {cell[1] for line in cells for cell in line[: head - plot.axis] if cell}
            assert grey == {"$track"}
            assert "$track" not in past
            await replay.press("v")
        assert replay.screen.query_one(CurvePanel).chart is Chart.COST


@pytest.mark.parametrize("size", [*SIZES, (24, 8), (30, 20), (200, 12)], ids=str)
async def test_it_is_whole_at_every_size_and_moment(size: tuple[int, int]) -> None:
    async with replaying(story_film(), size) as replay:
        for keys in ((), ("end",), ("home",), ("n",), ("n", "c"), ("n", "m"), ("n", "c", "c"), ("x",)):
            assert_whole(await replay.press(*keys), *size)
        await replay.press("space", "home", "space")
        for _ in range(6):
            assert_whole(await replay.tick(1.0), *size)


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("size", NAMED_SIZES, ids=str)
async def test_odd_sessions_stand_every_key(name: str, size: tuple[int, int]) -> None:
    async with replaying(other_film(name), size) as replay:
        for key in (
            *("c", "m", "x", "x", "left", "right", "shift+right", "shift+left", "n", "p", "home", "v", "v", "v"),
            *("v", "c", "m", "end", "c", "x", "space", "space", "plus", "minus", "z", "b", "s"),
        ):
            assert_whole(await replay.press(key), *size)
        for opened in ("w", "question_mark", "enter"):
            await replay.press(opened)
            await replay.press("escape")
        assert_whole(await replay.tick(2.0), *size)
        assert replay.app.screen is replay.screen


async def test_resized_while_it_plays() -> None:
    async with replaying(story_film(), speed=2.0) as replay:
        for size in (*SIZES, *reversed(SIZES)):
            assert_whole(await replay.resize(*size), *size)
            assert_whole(await replay.tick(0.5), *size)
        assert replay.player.frame > 0


@pytest.mark.parametrize("size", [*SIZES, (200, 12)], ids=str)
async def test_all_of_it_is_ascii(size: tuple[int, int]) -> None:
    async with replaying(story_film(), size, replace(DEFAULTS, ascii=True), at_turn=30) as replay:
        for key in ("v", "v", "v", "v", "c", "n", "m", "v", "space", "end", "x", "w", "escape"):
            for row in await replay.press(key):
                assert row.isascii(), row
                assert len(row) == size[0]


@pytest.mark.parametrize("size", NAMED_SIZES, ids=str)
async def test_without_colours_it_says_the_same(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    async with replaying(story_film(), size, at_turn=30) as replay:
        usual = await replay.press("c", "right")
    monkeypatch.setenv("NO_COLOR", "1")
    async with replaying(story_film(), size, at_turn=30) as replay:
        rows = await replay.press("c", "right")
        # Parts of a turn's price are told apart by their bars instead.
        assert [row.translate(str.maketrans("═┅", "━━")) for row in rows] == usual
        for strip in replay.app.screen._compositor.render_strips():
            for segment in strip:
                colour = segment.style.color if segment.style else None
                assert colour is None or colour.triplet is None or len(set(colour.triplet)) == 1, segment
