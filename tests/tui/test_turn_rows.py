"""The rows of the turn list: order, sums, and columns that stand below their heads at every width."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.clients import CLIENTS
from fixtures.session import Session, Ticking
from fixtures.spend import Spend
from meter.session import SessionState
from meter.tally import Tally
from tests.made import sessions
from tests.support import state_of_session
from tui.cells import Row, plain, width
from tui.format import money, tokens
from tui.widgets.turn_rows import (
    AgentRow,
    Columns,
    CompactionRow,
    ListRow,
    PromptRow,
    TurnRow,
    agent_row,
    bar,
    bar_scale,
    compaction_row,
    list_rows,
    prompt_row,
    tool_name,
    turn_row,
)

FIRST = Spend(input=4, write_1h=20_000, output=200)
NEXT = Spend(input=4, write_1h=1_000, read=20_000, output=200)


def text(cells: Row) -> str:
    return plain([cells])[0]


def columns(total: int = 120, *, models: bool = False) -> Columns:
    return Columns(total, UTC, models)


def drawn(rows: list[ListRow], wide: Columns) -> list[str]:
    """Return the rows as the list draws them."""
    lines = []
    for item in rows:
        match item:
            case PromptRow():
                lines.append(text(prompt_row(item, wide)))
            case TurnRow():
                lines.append(text(turn_row(item, wide, bar_scale(rows), "Opus 5.5")))
            case AgentRow():
                lines.append(text(agent_row(item, wide)))
            case CompactionRow():
                lines.append(text(compaction_row(item, wide)))
    return lines


def kinds(rows: list[ListRow]) -> str:
    letters = {PromptRow: "p", TurnRow: "t", AgentRow: "a", CompactionRow: "c"}
    return "".join(letters[type(item)] for item in rows)


def turns(rows: list[ListRow]) -> list[TurnRow]:
    return [item for item in rows if isinstance(item, TurnRow)]


@pytest.fixture
def session() -> Session:
    return Session(1)


def test_prompts_are_the_headings_of_their_turns(session: Session) -> None:
    session.main.prompt("where is the moon")
    session.main.turn(FIRST, tools=("Read",))
    session.main.turn(NEXT)
    session.main.prompt("and the tide")
    session.main.turn(NEXT)
    state = state_of_session(session)
    rows = list_rows(state)
    assert kinds(rows) == "pttpt"
    first, second = (item for item in rows if isinstance(item, PromptRow))
    costs = [metered.cost for metered in state.main.turns]
    assert (first.turns, first.cost) == (2, costs[0] + costs[1])
    assert (second.turns, second.cost) == (1, costs[2])
    assert [item.heading for item in turns(rows)] == [0, 0, 3]
    heading = text(prompt_row(first, columns()))
    assert heading.startswith(" › where is the moon ───")
    assert heading.rstrip().endswith(f"─ 2 turns  {money(first.cost)}")
    assert text(prompt_row(second, columns())).rstrip().endswith(f"─ 1 turn  {money(second.cost)}")


def test_turns_before_any_prompt_have_a_heading_too(session: Session) -> None:
    session.main.turn(FIRST)
    rows = list_rows(state_of_session(session))
    assert kinds(rows) == "pt"
    assert text(prompt_row(rows[0], columns())).startswith(" › before any prompt ─")  # type: ignore[arg-type]


def test_a_prompt_without_an_answer_has_no_row_yet(session: Session) -> None:
    session.main.prompt("first")
    session.main.turn(FIRST)
    session.main.prompt("interrupted")
    session.main.prompt("second")
    session.main.turn(NEXT)
    session.main.prompt("not answered yet")
    rows = list_rows(state_of_session(session))
    assert kinds(rows) == "ptpt"
    assert [item.prompt.label for item in rows if isinstance(item, PromptRow) and item.prompt] == ["first", "second"]


def test_agents_stand_under_the_turn_that_began_them() -> None:
    clock = Ticking()
    session = Session(1, clock=clock)
    session.main.prompt()
    session.main.turn(FIRST, tools=("Task",))
    agent = session.agent(agent_type="Explore")
    agent.turn(Spend(input=4, write_5m=9_000, output=200))
    agent.turn(Spend(input=4, write_5m=500, read=9_000, output=200))
    session.main.turn(NEXT)
    late = session.agent(agent_type="Plan")
    late.turn(Spend(input=4, write_5m=9_000, output=200))
    state = state_of_session(session)
    rows = list_rows(state)
    assert kinds(rows) == "ptata"
    found = [item for item in rows if isinstance(item, AgentRow)]
    assert [item.tab.agent_type for item in found] == ["Explore", "Plan"]
    line = text(agent_row(found[0], columns(60)))
    assert line.startswith("      ↳ Explore  2 turns ")
    assert line.rstrip().endswith(money(found[0].tab.state.tally.cost))
    # A prompt's dollars are those of all the work that it began.
    assert isinstance(rows[0], PromptRow)
    assert rows[0].cost == state.tally.cost


def test_an_agent_without_a_main_turn_stands_alone(session: Session) -> None:
    session.agent().turn(Spend(input=4, write_5m=9_000, output=200))
    rows = list_rows(state_of_session(session))
    assert kinds(rows) == "a"


def test_a_compaction_stands_between_its_turns(session: Session) -> None:
    session.main.prompt()
    session.main.turn(FIRST, tools=("Read",))
    session.main.compact(before=150_000, after=9_000)
    session.main.turn(NEXT)
    rows = list_rows(state_of_session(session))
    assert kinds(rows).startswith("ptc")
    assert text(compaction_row(rows[2], columns(40))).rstrip() == "   ◇ compacted 150.0K → 9.0K"  # type: ignore[arg-type]


def test_a_break_names_its_cost_and_cause(session: Session) -> None:
    session.main.prompt()
    session.main.turn(FIRST, tools=("Read",))
    for _ in range(5):
        session.main.turn(NEXT, tools=("Read",))
    session.main.turn(Spend(input=4, write_1h=60_000, output=200), tools=("Read",))
    state = state_of_session(session)
    (found,) = state.main.breaks
    rows = turns(list_rows(state))
    assert [item.broke for item in rows] == [None] * 6 + [found]
    line = text(turn_row(rows[-1], columns(), bar_scale(list(rows)), ""))
    assert f"× cache break {money(found.cost or 0)}: {found.cause.words}" in line
    assert "▸" in line
    assert "Read" not in line
    assert all("▸" not in text(turn_row(item, columns(), bar_scale(list(rows)), "")) for item in rows[:-1])


def test_the_bar_is_filled_by_a_little_more_than_the_dearest_turn_without_a_break(session: Session) -> None:
    session.main.prompt()
    session.main.turn(FIRST)
    for _ in range(3):
        session.main.turn(NEXT)
    session.main.turn(Spend(input=4, write_1h=90_000, output=200))
    state = state_of_session(session)
    rows = list_rows(state)
    assert len(state.main.breaks) == 1
    dearest = max(metered.cost for metered in state.main.turns[:-1])
    assert bar_scale(rows) == dearest * 115 // 100
    assert bar_scale(turns(rows)[-1:]) == state.main.turns[-1].cost * 115 // 100  # nothing else is in view
    assert bar_scale([]) == 0


def test_a_bar_shows_carry_new_and_output_in_their_shares(session: Session) -> None:
    session.main.prompt()
    session.main.turn(FIRST)
    session.main.turn(NEXT)
    metered = state_of_session(session).main.turns[-1]
    assert metered.parts is not None
    assert metered.price is not None
    cells = [span for span in bar(metered, 100, metered.cost) if span[0]]
    assert [style for _, style in cells] == ["$carry", "$new", "$output"]
    amounts = (metered.parts.carry, metered.parts.new, metered.price.output)
    for (drawn, _), amount in zip(cells, amounts, strict=True):
        assert set(drawn) == {"━"}
        assert abs(len(drawn) - 100 * amount / metered.cost) <= 1


@given(sessions(steps=10), st.integers(1, 40), st.integers(0, 10**13))
def test_a_bar_has_its_width_and_is_clipped_when_it_is_dearer(session: Session, size: int, scale: int) -> None:
    for metered in state_of_session(session).main.turns:
        cells = bar(metered, size, scale)
        assert width(cells) == size
        if scale and metered.price is not None:
            assert ("▸" in text(cells)) == (round(metered.cost * size / scale) > size)


def test_an_unpriced_turn_has_tokens_and_a_question_mark(session: Session) -> None:
    session.main.prompt()
    session.main.turn(Spend(input=1_500, output=20), model="tidal-model-1")
    rows = turns(list_rows(state_of_session(session)))
    line = text(turn_row(rows[0], columns(), 10**9, "tidal-model-1"))
    assert " ? " in line
    assert "$" not in line
    assert "1.5K" in line
    assert "━" not in line


def test_a_lower_bound_says_so() -> None:
    session = Session(1, client=CLIENTS["2.0.76"])
    session.main.prompt()
    session.main.turn(FIRST, output="provisional")
    rows = turns(list_rows(state_of_session(session)))
    line = text(turn_row(rows[0], columns(), 10**12, ""))
    assert f"≥{money(rows[0].metered.cost)} " in line


def test_what_it_did_is_its_tool_or_the_answer(session: Session) -> None:
    session.main.prompt()
    session.main.turn(FIRST, tools=("Read", "Bash"), target="Look at the tides")
    session.main.turn(NEXT, tools=("mcp__harbour__high_water",), target="Sylt")
    session.main.turn(NEXT)
    lines = [text(turn_row(item, columns(), 10**12, "")) for item in turns(list_rows(state_of_session(session)))]
    assert "Read +1 Look at the tides" in lines[0]
    assert "high_water harbour Sylt" in lines[1]
    assert lines[2].rstrip().endswith("answer")


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Read", "Read"), ("mcp__a__b", "b a"), ("mcp__a__b__c", "b__c a"), ("mcp__a", "mcp__a"), ("", "")],
)
def test_tools_of_servers_are_named_tool_first(name: str, shown: str) -> None:
    assert tool_name(name) == shown


@pytest.mark.parametrize("total", [74, 80, 95, 96, 120, 196])
@pytest.mark.parametrize("models", [False, True])
def test_figures_stand_below_the_heads_of_their_columns(session: Session, total: int, models: bool) -> None:  # noqa: FBT001
    session.main.prompt()
    session.main.turn(FIRST)
    session.main.turn(NEXT, tools=("Read",), target="tides.py")
    wide = columns(total, models=models)
    head = text(wide.heading())
    (_, item) = turns(list_rows(state_of_session(session)))
    line = text(turn_row(item, wide, item.metered.cost, "Opus 5.5"))
    usage = item.metered.turn.usage
    at = item.metered.turn.at
    assert at is not None
    figures = {
        "#": "2",
        "time": at.strftime("%H:%M:%S"),
        "context": tokens(usage.context),
        "new": tokens(item.metered.new_tokens),
        "output": tokens(usage.output),
        "cost": money(item.metered.cost),
    }
    for name, figure in figures.items():
        end = head.index(name) + len(name)
        assert line[:end].endswith(figure), name
        assert line[end : end + 1] in (" ", "")
    assert ("hit" in head) == (total >= 96)
    assert line.index("Read") == head.index("what")
    assert ("Opus 5.5" in line) == ("model" in head) == (models and total >= 96)


def test_a_narrow_list_shows_number_cost_bar_and_tool(session: Session) -> None:
    session.main.prompt()
    session.main.turn(FIRST)
    session.main.turn(NEXT, tools=("Read",), target="tides.py")
    narrow = columns(44)
    (_, item) = turns(list_rows(state_of_session(session)))
    line = text(turn_row(item, narrow, item.metered.cost, "Opus 5.5"))
    head = text(narrow.heading())
    assert line.split() == ["2", money(item.metered.cost), "━" * 11, "Read", "tides.py"]
    assert head.split() == ["#", "cost", "parts", "what"]
    assert line[: head.index("cost") + 4].endswith(money(item.metered.cost))


@given(sessions(steps=16), st.integers(40, 196), st.booleans())
def test_every_row_has_exactly_the_width(session: Session, total: int, models: bool) -> None:  # noqa: FBT001
    rows = list_rows(state_of_session(session))
    for line in drawn(rows, columns(total, models=models)):
        assert width(((line, ""),)) == total
        assert line.isprintable()


@given(sessions(steps=30, mixed=True))
def test_every_turn_and_agent_has_one_row_and_prompts_add_up(session: Session) -> None:
    state = state_of_session(session)
    rows = list_rows(state)
    assert [item.metered for item in turns(rows)] == list(state.main.turns)
    assert sorted(id(item.tab) for item in rows if isinstance(item, AgentRow)) == sorted(map(id, state.agents))
    headings = [item for item in rows if isinstance(item, PromptRow)]
    assert sum(item.turns for item in headings) == len(state.main.turns)
    # An agent's cost stands under the prompt in which it began; one that began before any turn under none.
    first = next((metered.turn.at for metered in state.main.turns if metered.turn.at), None)
    early = [tab for tab in state.agents if first is None or not tab.turns[0].turn.at or tab.turns[0].turn.at < first]
    assert sum(item.cost for item in headings) == state.tally.cost - sum(tab.state.tally.cost for tab in early)
    for item in turns(rows):
        heading = rows[item.heading]
        assert isinstance(heading, PromptRow)
        assert rows.index(heading) == max(i for i in range(rows.index(item)) if isinstance(rows[i], PromptRow))


def _main(state: SessionState) -> Tally:
    return state.main.state.tally
