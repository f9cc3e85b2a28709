"""The verdict row: a chip and one sentence, in the longest form that has room, and what goes before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product
from textwrap import wrap

import pytest
from rich.cells import cell_len

from fixtures.session import START
from meter.level import Level
from meter.nudge import Kind, Nudge
from meter.session import SessionState
from tests.meter.nudged import CALM, state_of
from tests.tui.pilot import stage
from tests.tui.test_nudge_words import (
    ALL,
    BROKE,
    CLEAR_ACT,
    CLEAR_WATCH,
    COLD,
    COMPACT,
    DAY,
    EXPIRING,
    FAT,
    NEAR,
    PREAMBLE,
    STEP,
    SWITCH,
)
from tests.tui.told import ACT, WATCH, Told
from tui.cells import plain
from tui.follow import Phase, Snapshot
from tui.nudge_words import calm_sentence, sentence
from tui.view import NONE_SNOOZED, View
from tui.widgets.verdict import verdict

WIDTHS = (40, 44, 60, 80, 100, 120)
QUIET = state_of(CALM)
STILL = state_of([20_000, 100])
"""A session in which /clear would not pay back."""


def view_of(
    *nudges: Nudge, state: SessionState = QUIET, snoozed: dict[Kind, int] | None = None, subscription: bool = False
) -> View:
    return View(
        Snapshot(Phase.LIVE, state, 1.0),
        START,
        nudges=nudges,
        snoozed=snoozed or NONE_SNOOZED,
        subscription=subscription,
    )


def lines_at(columns: int) -> int:
    """Return the rows that the verdict has: two in a side pane."""
    return 2 if columns < 60 else 1


def rows_of(view: View, columns: int) -> list[str]:
    """Return the verdict's rows without what fills them up; each must be as wide as the screen, or empty."""
    rows = plain(verdict(view, columns, lines_at(columns)))
    assert len(rows) == lines_at(columns)
    assert all(cell_len(row) in (0, columns) for row in rows)
    return [row.rstrip() for row in rows]


def said(rows: Sequence[str]) -> str:
    """Return the sentence behind the chip, its rows joined."""
    first, *rest = rows
    chip = re.match(r" (○ calm|▲ watch|■ act)  ", first)
    assert chip, first
    assert all(row.startswith(" " * chip.end()) or not row for row in rest)
    return " ".join([first[chip.end() :], *(row.strip() for row in rest)]).strip()


def room(level: Level, columns: int) -> int:
    """Return the columns beside the chip: blanks around it, and one at the right end."""
    return columns - len(("○ calm", "▲ watch", "■ act")[level]) - 4


@pytest.mark.parametrize(
    ("nudges", "chip"),
    [((), "○ calm"), ((SWITCH, FAT, PREAMBLE), "○ calm"), ((CLEAR_WATCH,), "▲ watch"), ((CLEAR_ACT,), "■ act")],
    ids=["nothing", "calm ones", "watch", "act"],
)
def test_the_chip_tells_the_level(nudges: tuple[Nudge, ...], chip: str) -> None:
    for columns in WIDTHS:
        assert rows_of(view_of(*nudges), columns)[0].startswith(f" {chip}  ")


def test_calm_has_no_background_and_act_a_reversed_chip() -> None:
    styles = [
        {style for _, style in verdict(view_of(*nudges), 120, 1)[0]} for nudges in ((), (CLEAR_WATCH,), (CLEAR_ACT,))
    ]
    calm, watch, act = styles
    assert not any(" on " in style or style.startswith("on ") for style in calm)
    assert all("on $watch-row" in style for style in watch)
    assert {style for style in act if "on $act-row" not in style} == {"$background on $act bold"}


def test_the_action_is_bold() -> None:
    (cells,) = verdict(view_of(CLEAR_WATCH), 120, 1)
    assert "".join(text for text, style in cells[2:] if "bold" in style) == "/clear after this task: "


def test_calm_is_said_at_every_width_where_it_fits() -> None:
    assert calm_sentence(STILL) == "Keep going: /clear would not pay back within 50 turns."
    for columns in (40, 44, 80, 100, 120):
        assert said(rows_of(view_of(state=STILL), columns)) == calm_sentence(STILL)


NARROW = "/clear now: saves ≈ $4.19 in 20 turns, pays back in 3 turns."


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (40, NARROW),  # over both rows
        (44, NARROW),
        (60, "/clear now: saves ≈ $4.19 in 20 turns."),
        (80, NARROW),
        (100, "/clear now: saves ≈ $4.19 in 20 turns (≈ $1.89 instead of $6.08), pays back in 3 turns."),
        (120, "/clear now: saves ≈ $4.19 in 20 turns (≈ $1.89 instead of $6.08), pays back in 3 turns."),
    ],
)
def test_the_longest_form_that_has_room_is_said(columns: int, words: str) -> None:
    assert said(rows_of(view_of(CLEAR_ACT), columns)) == words


SHOWN = [nudge for nudge in ALL if nudge.level > Level.CALM or nudge in (EXPIRING, COLD, BROKE)]
"""What the verdict row may be given: calm ones leave it to the calm sentence, but for those that pass."""


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("subscription", [False, True], ids=["api", "subscription"])
def test_a_sentence_whose_smallest_form_fits_is_never_cut(columns: int, *, subscription: bool) -> None:
    for nudge in SHOWN:
        forms = [sentence(nudge, columns=size, subscription=subscription) for size in (100, 60, 40)]
        rows = rows_of(view_of(nudge, subscription=subscription), columns)
        assert 1 <= sum(bool(row) for row in rows) <= 2
        if len(wrap(forms[-1], room(nudge.level, columns), break_on_hyphens=False)) <= lines_at(columns):
            assert said(rows) in forms
        else:
            assert said(rows) in forms or rows[-1].endswith("…")


def test_at_120_columns_the_whole_sentence_is_said() -> None:
    for nudge in SHOWN:
        wide, form = sentence(nudge, columns=100), said(rows_of(view_of(nudge), 120))
        assert form == (wide if len(wide) <= room(nudge.level, 120) else sentence(nudge, columns=60))


@pytest.mark.parametrize("calm", [SWITCH, FAT, PREAMBLE], ids=lambda nudge: str(nudge.kind))
def test_what_is_not_urgent_leaves_the_row_to_the_calm_sentence(calm: Nudge) -> None:
    assert said(rows_of(view_of(calm), 120)) == calm_sentence(QUIET)


def test_the_first_that_is_not_snoozed_is_said() -> None:
    found = (CLEAR_ACT, NEAR, STEP)
    for snoozed, words in (
        ({}, CLEAR_ACT),
        ({Kind.CLEAR: 3}, NEAR),
        ({Kind.CLEAR: 3, Kind.COMPACTION_NEAR: 3}, STEP),
    ):
        assert said(rows_of(view_of(*found, snoozed=snoozed), 120)) == sentence(words)


@pytest.mark.parametrize(("left", "words"), [(8, "snoozed, 8 turns left"), (1, "snoozed, 1 turn left")])
def test_snoozed_is_the_calm_form_with_the_turns_left(left: int, words: str) -> None:
    view = view_of(CLEAR_ACT, snoozed={Kind.CLEAR: left})
    for columns in (50, 54, 59, 100, 120):
        rows = rows_of(view, columns)
        assert rows[0].startswith(" ○ calm  ")
        assert words in said(rows).lower()
        assert "…" not in said(rows)


def test_of_several_snoozed_ones_the_longest_is_told() -> None:
    view = view_of(CLEAR_ACT, NEAR, snoozed={Kind.CLEAR: 2, Kind.COMPACTION_NEAR: 7})
    assert "snoozed, 7 turns left" in said(rows_of(view, 120)).lower()


def test_what_is_snoozed_but_not_there_is_not_told() -> None:
    assert said(rows_of(view_of(snoozed={Kind.CLEAR: 8}), 120)) == calm_sentence(QUIET)


NOTICES = [
    (Snapshot(Phase.GONE), "The transcript was deleted: this is its last state."),
    (Snapshot(Phase.FAILED, trouble="/x/a.jsonl: Permission denied"), "/x/a.jsonl: Permission denied"),
    (Snapshot(Phase.LIVE, degraded="inotify limit"), "Watching degraded (inotify limit): looking every second."),
    (Snapshot(Phase.LIVE, offered="0163e776-629f"), "A new session began here: 0163e776. o opens it."),
]


def noticed(snapshot: Snapshot, *nudges: Nudge) -> View:
    state = QUIET
    return View(
        Snapshot(snapshot.phase, state, 1.0, snapshot.degraded, offered=snapshot.offered, trouble=snapshot.trouble),
        START,
        nudges=nudges,
    )


@pytest.mark.parametrize(("snapshot", "words"), NOTICES, ids=lambda told: told if isinstance(told, str) else "")
def test_a_notice_goes_before_a_calm_verdict(snapshot: Snapshot, words: str) -> None:
    for columns, nudges in product(WIDTHS, ((), (SWITCH,))):
        rows = rows_of(noticed(snapshot, *nudges), columns)
        assert " ".join(" ".join(rows).split()) == words


@pytest.mark.parametrize("columns", WIDTHS)
def test_what_is_to_be_done_goes_before_a_notice(columns: int) -> None:
    for nudge in (CLEAR_WATCH, CLEAR_ACT, DAY, COMPACT):
        rows = rows_of(noticed(NOTICES[0][0], nudge), columns)
        assert said(rows).startswith(said(rows_of(view_of(nudge), columns))[:20])


@pytest.mark.parametrize(("context", "action"), [(WATCH, "/clear after this task: "), (ACT, "/clear now: ")])
async def test_the_screen_says_it_whole_at_every_size(context: int, action: str) -> None:
    told = Told()
    told.turn(context)
    async with stage((40, 12)) as screen:
        await screen.show(told.snapshot())
        for size in ((40, 12), (44, 12), (60, 12), (80, 12), (100, 12), (120, 12)):
            rows = await screen.resize(*size)
            words = said([row.rstrip() for row in rows[1 : 1 + lines_at(size[0])]])
            assert words.startswith(action)
            assert words.endswith(".")
            assert "…" not in words


async def test_z_snoozes_for_ten_turns_and_brings_back() -> None:
    told = Told()
    told.turn(WATCH)
    async with stage((120, 12)) as screen:
        before = (await screen.show(told.snapshot()))[1]
        assert before.startswith(" ▲ watch ")
        assert "snoozed, 10 turns left" in (await screen.press("z"))[1].lower()
        assert (await screen.press("z"))[1] == before
        await screen.press("z")
        for left in range(9, 0, -1):
            told.turn(WATCH)
            if left not in (9, 4, 1):
                continue
            row = (await screen.show(told.snapshot()))[1]
            assert f"snoozed, {left} turn{'s' * (left > 1)} left" in row.lower()
            assert row.startswith(" ○ calm ")
        told.turn(WATCH)
        assert (await screen.show(told.snapshot()))[1].startswith(" ▲ watch ")


async def test_z_with_nothing_to_hide_does_nothing() -> None:
    told = Told()
    async with stage((120, 36)) as screen:
        before = await screen.show(told.snapshot())
        assert await screen.press("z") == before
