"""The order of the turn list: nothing is lost by folding or sorting, and each turn is found in its row."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fixtures.session import Session
from fixtures.spend import Spend
from tests.made import sessions
from tests.support import state_of_session
from tui.widgets.turn_order import Shown, by_time, dearest_first, folded, turns_alone
from tui.widgets.turn_rows import ListRow, PromptRow, TurnRow, list_rows


def numbers(shown: Shown) -> list[int]:
    return [item.metered.number for item in shown.rows if isinstance(item, TurnRow)]


def made(*prompts: int, costs: list[int] | None = None) -> list[ListRow]:
    """Return the rows of a session with so many turns in each prompt; costs are in output tokens."""
    session = Session(1)
    outputs = iter(costs or [100] * sum(prompts))
    for turns in prompts:
        session.main.prompt()
        for _ in range(turns):
            session.main.turn(Spend(output=next(outputs)))
    return list_rows(state_of_session(session))


def test_a_folded_list_is_its_prompts_with_their_turns_and_dollars() -> None:
    rows = made(2, 3, 1)
    shown = folded(rows, ())
    assert list(shown.rows) == [item for item in rows if isinstance(item, PromptRow)]
    assert [item.turns for item in shown.rows if isinstance(item, PromptRow)] == [2, 3, 1]
    assert shown.places == [0, 0, 1, 1, 1, 2]
    assert [shown.turn(index) for index in range(3)] == [1, 3, 6]


def test_an_opened_prompt_shows_its_turns_between_the_folded_ones() -> None:
    shown = folded(made(2, 3, 1), {3})
    assert shown.places == [0, 0, 2, 3, 4, 5]
    assert [shown.turn(index) for index in range(6)] == [1, None, 3, 4, 5, 6]
    assert [shown.heading(index) for index in range(6)] == [0, 1, 1, 1, 1, 5]


def test_the_dearest_turn_is_first_and_of_equal_ones_the_older() -> None:
    assert numbers(dearest_first(made(2, 3, costs=[100, 300, 200, 300, 50]))) == [2, 4, 3, 1, 5]


def test_turns_without_a_price_come_last() -> None:
    session = Session(1)
    session.main.turn(Spend(output=900), model="tidal-model-1")
    session.main.turn(Spend(output=1))
    assert numbers(dearest_first(list_rows(state_of_session(session)))) == [2, 1]


@given(sessions(steps=30, mixed=True), st.sets(st.integers(1, 30)))
def test_every_turn_has_the_row_that_shows_it(session: Session, opened: set[int]) -> None:
    state = state_of_session(session)
    rows = list_rows(state)
    turns = range(1, len(state.main.turns) + 1)
    for shown in (by_time(rows), turns_alone(rows), dearest_first(rows), folded(rows, opened), folded(rows, ())):
        assert len(shown.places) == len(turns)
        assert shown.place(0) is shown.place(len(turns) + 1) is shown.place(None) is None
        for turn in turns:
            place = shown.place(turn)
            assert place is not None
            item = shown.rows[place]
            if isinstance(item, TurnRow):
                assert item.metered.number == turn == shown.turn(place)
            else:
                assert isinstance(item, PromptRow)
                assert item.first <= turn < item.first + item.turns
                assert shown.turn(place) == item.first
        assert shown.headings == [index for index, item in enumerate(shown.rows) if isinstance(item, PromptRow)] or (
            not shown.headings
        )
    for shown in (by_time(rows), turns_alone(rows), folded(rows, opened)):
        assert all(place <= after for place, after in pairwise(shown.places))
    assert sorted(numbers(dearest_first(rows))) == numbers(by_time(rows)) == list(turns)
