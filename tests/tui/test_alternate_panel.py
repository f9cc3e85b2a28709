"""The panel of what would have been: its words at every width, and its figures for every kind of mark."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from fixtures.session import Session
from fixtures.spend import Spend
from meter.counterfactual import Mark, had_marked
from meter.rates import list_prices
from meter.session import SessionState
from tests.support import state_of_session
from tui.cells import plain, row
from tui.follow import Phase, Snapshot
from tui.format import money
from tui.view import View, Whole, alternate, cumulative, make_view
from tui.widgets.alternate_panel import AlternatePanel, figures, flowed, had_you, in_short
from tui.widgets.panel import framed

RATES = list_prices()
HAIKU, SONNET, OPUS = "claude-haiku-4-5", "claude-sonnet-5-5", "claude-opus-5-5"


def state_with(*contexts: int, model: str = OPUS, others: tuple[str, ...] = ()) -> SessionState:
    """Return turns whose prompts have these sizes, each reading what the one before held; 100 answered."""
    session = Session(5, model=model)
    session.main.prompt()
    known = 0
    for number, context in enumerate(contexts):
        session.main.turn(
            Spend(write_1h=context - known, read=known, output=100),
            model=others[number] if number < len(others) else None,
        )
        known = context
    return state_of_session(session)


def view_of(state: SessionState, *marks: Mark) -> View:
    """Return the end of a session with marks."""
    assert state.ended_at is not None
    whole = Whole(state, *cumulative(state))
    view = make_view(Snapshot(Phase.REPLAY, state, 1.0), state.ended_at, whole=whole)
    return view.beside(alternate(whole, had_marked(state.main, marks, RATES)))


def told(view: View) -> list[str]:
    assert view.alternate is not None
    assert view.whole is not None
    return plain(figures(view, view.alternate, view.whole))


GROWING = (20_000, 30_000, 40_000, 50_000, 60_000)
# Opus 5.5 in dollars a token: written for an hour, read, answered.
WRITE, READ, OUTPUT = 8e-6, 0.2e-6, 20e-6


def test_a_clear_costs_more_at_first_and_the_panel_says_so() -> None:
    found = told(view_of(state_with(*GROWING), Mark(3)))
    # Turn 4 writes the preamble again instead of reading 40,000; turn 5 reads 20,000 less.
    more = 20_000 * WRITE - 40_000 * READ - 20_000 * READ
    assert f"+${more:.2f} dearer" in found
    assert "context 40.0K instead of 60.0K" in found
    assert f"the clear itself +${20_000 * (WRITE - READ):.2f} for 20.0K" in found
    # After it a turn reads 40,000 and writes the usual 10,000.
    assert f"next turn ≈ ${40_000 * READ + 10_000 * WRITE + 100 * OUTPUT:.2f}" in found


def test_several_marks_are_counted_and_their_restarts_added() -> None:
    found = told(view_of(state_with(*GROWING), Mark(2), Mark(3), Mark(4)))
    assert f"the clear itself +${3 * 20_000 * (WRITE - READ):.2f} for 60.0K" in found
    assert had_you((Mark(2), Mark(3), Mark(4))) == "Had you done so at 3 turns"


def test_a_clear_and_a_switch_at_one_turn_share_their_cold_start() -> None:
    view = view_of(state_with(*GROWING), Mark(3), Mark(3, SONNET))
    # Sonnet 5.5: written for an hour at $4 a million, read at $0.10.
    assert f"the cold start +{money(20_000 * (4_000_000 - 100_000))} for 20.0K" in told(view)
    assert not any(part.startswith("next turn") for part in told(view))  # its tokens are another model's


def test_a_model_that_is_too_small_is_said_from_its_first_turn() -> None:
    # Haiku 4.5 holds 200,000 tokens.
    found = told(view_of(state_with(20_000, 150_000, 199_000, 210_000, 220_000), Mark(2, HAIKU)))
    assert "past the model's window from turn 4" in found


def test_a_dearer_model_is_dearer() -> None:
    state = state_with(*GROWING, model=SONNET)
    found = told(view_of(state, Mark(1, OPUS)))
    # Every price of Opus 5.5 is twice that of Sonnet 5.5, and turn 2 writes the 20,000 that it had read.
    rest = sum(30_000 * 0 + turn.cost for turn in state.main.turns[1:])
    more = rest + 20_000 * (8_000_000 - 200_000)
    assert f"+{money(more)} dearer" in found


@pytest.mark.parametrize(("unpriced", "words"), [(1, "1 turn without a price"), (2, "2 turns without a price")])
def test_turns_without_a_price_are_counted(unpriced: int, words: str) -> None:
    others = ("tidal-model-1",) * unpriced
    assert words in told(view_of(state_with(*GROWING, others=others), Mark(3)))


def test_nothing_saved_so_far_is_not_said() -> None:
    found = told(view_of(state_with(*GROWING), Mark(5)))
    assert [part.split()[0] for part in found] == ["at", "saved"]
    assert "saved $0" in found


@pytest.mark.parametrize(
    ("marks", "words", "short"),
    [
        ((Mark(149),), "Had you cleared at turn 149", "/clear at turn 149"),
        ((Mark(5, SONNET),), "Had you gone on with Sonnet 5.5 from turn 5", "Sonnet 5.5 from turn 5"),
        (
            (Mark(5), Mark(5, SONNET)),
            "Had you cleared at turn 5 and gone on with Sonnet 5.5 from turn 5",
            "/clear at 5, Sonnet 5.5 from 5",
        ),
    ],
)
def test_the_question(marks: tuple[Mark, ...], words: str, short: str) -> None:
    assert (had_you(marks), in_short(marks)) == (words, short)


MARKS = (
    (Mark(3),),
    (Mark(4_999, SONNET),),
    (Mark(610), Mark(610, SONNET)),
    (Mark(149, HAIKU), Mark(4_610, SONNET)),
    tuple(Mark(turn) for turn in range(1, 40)),
)


@pytest.mark.parametrize("boxed", [False, True], ids=["rule", "box"])
@pytest.mark.parametrize("marks", MARKS, ids=len)
def test_it_fills_its_place_and_cuts_no_word(marks: tuple[Mark, ...], boxed: bool) -> None:  # noqa: FBT001
    view = view_of(state_with(*GROWING), Mark(3))
    assert view.alternate is not None
    named = replace(view.alternate, result=replace(view.alternate.result, marks=marks, restarts=()))
    panel = AlternatePanel()
    panel.body = lambda *_: []  # type: ignore[method-assign]
    panel.boxed = boxed
    for columns in range(44, 201):
        rows = plain(framed(panel, view.beside(named), columns, 4, boxed=boxed))
        assert [cell_len(text) for text in rows] == [columns] * 4
        assert "…" not in rows[0]
        assert "x remove" in rows[0] or (columns < 60 and len(marks) > 1)


def test_parts_flow_over_the_rows_there_are() -> None:
    parts = [row(word) for word in ("one", "two", "three", "four")]
    assert plain(flowed(parts, 9, 9)) == ["one   two", "three", "four"]
    assert plain(flowed(parts, 9, 2)) == ["one   two", "three"]
    assert plain(flowed(parts, 100, 2)) == ["one   two   three   four"]
    assert flowed([], 100, 2) == []
