"""Made-up sessions of every generation: what is written is what is counted and priced."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from fixtures.clients import CLIENTS, TODAY, Client
from fixtures.damage import DAMAGES, Damage
from fixtures.session import Session
from fixtures.spend import Spend, total
from fixtures.story import story
from meter.money import Certainty
from meter.rates import list_prices
from meter.session import SessionMeter, SessionState
from parsers.session_files import ProjectFolder
from parsers.session_log import SessionLog
from tests.conftest import SHARED
from tests.made import Dice, dice, made, sessions
from tests.support import read_file, read_folder, state_of_session, tokens, transcript_of
from tui.cli import main
from tui.sessions import Wanted, read_sessions

SMALL = Spend(input=3, output=50, write_5m=100, read=1_000)


@settings(max_examples=400)
@given(sessions())
def test_a_session_gives_the_tokens_and_the_money_that_were_written_into_it(session: Session) -> None:
    state = state_of_session(session)
    assert tokens(state.tally) == session.totals.tokens
    assert (state.tally.turns, state.tally.cost) == (session.totals.turns, session.totals.pico)
    assert state.tally.unpriced_turns == session.totals.unpriced_turns
    assert {name: (tally.turns, tally.cost, tokens(tally)) for name, tally in state.models.items()} == {
        name: (sums.turns, sums.pico, sums.tokens) for name, sums in session.models.items()
    }
    assert (state.prompts, state.main.state.compactions) == (session.prompts, session.compactions)
    assert (state.main.state.tally.cost, state.main.state.turns) == (
        session.main_totals.pico,
        session.main_totals.turns,
    )
    assert sorted(tab.state.turns for tab in state.agents) == session.agent_turns
    assert state.damaged_lines == 0


@settings(max_examples=200)
@given(sessions())
def test_the_worst_certainty_of_the_turns_is_the_sums(session: Session) -> None:
    cut = any(not one.final for one in session.responses.values())
    unpriced = session.totals.unpriced_turns > 0
    expected = Certainty.UNPRICED if unpriced else Certainty.LOWER_BOUND if cut else Certainty.EXACT
    assert state_of_session(session).tally.certainty is expected


def holds_to_the_pico_dollar(state: SessionState) -> None:
    for tab in state.threads:
        tally = tab.state.tally
        assert tally.carry + tally.new + tally.output_cost + tally.fees == tally.cost
        assert tally.flat + tally.history == tally.cost
        assert tally.input_cost + tally.write_cost + tally.read_cost == tally.carry + tally.new
        assert 0 <= tally.history <= tally.carry
        for turn in tab.turns:
            if turn.price is not None and turn.parts is not None:
                assert turn.parts.carry + turn.parts.new + turn.price.output + turn.price.fees == turn.price.cost
                assert turn.parts.miss >= 0
                assert 0 <= turn.parts.history <= turn.parts.carry
    assert sum(tab.state.tally.cost for tab in state.threads) == state.tally.cost
    assert sum(tally.cost for tally in state.models.values()) == state.tally.cost


@settings(max_examples=300)
@given(sessions(mixed=True))
def test_carry_new_output_and_fees_are_the_cost_to_the_pico_dollar(session: Session) -> None:
    holds_to_the_pico_dollar(state_of_session(session))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared transcripts are not on this machine")
@pytest.mark.parametrize("folder", sorted({p.parent for p in SHARED.rglob("*.jsonl") if "subagents" not in p.parts}))
def test_the_identities_hold_on_every_real_session(folder: Path) -> None:
    for state in read_folder(folder):
        holds_to_the_pico_dollar(state)


@pytest.mark.parametrize("client", CLIENTS.values(), ids=lambda client: client.version)
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
def test_damage_costs_no_turn_and_is_counted(client: Client, damage: Damage, tmp_path: Path) -> None:
    session = Session(client=client)
    session.main.prompt()
    for tools in (("Read",), ()):
        session.main.turn(SMALL, blocks=2, tools=tools)
        session.main.results()
    path = session.write_to(tmp_path)
    path.write_bytes(damage.change(path.read_bytes()))
    state = read_file(path)
    assert (state.tally.turns, state.tally.cost) == (2, session.totals.pico)
    assert tokens(state.tally) == session.totals.tokens
    assert (state.prompts, state.damaged_lines) == (1, damage.damaged_lines)


@pytest.mark.parametrize("client", CLIENTS.values(), ids=lambda client: client.version)
def test_agents_are_counted_in_the_layout_of_every_generation(client: Client, tmp_path: Path) -> None:
    session = Session(client=client)
    session.main.prompt()
    session.main.turn(SMALL, tools=("Task",))
    one, other = session.agent("Look at the north"), session.agent("Look at the south")
    for chain in (one, other, one):  # parallel agents: their lines stand between one another
        chain.turn(SMALL, tools=("Grep",))
        chain.results()
    session.main.results()
    session.main.turn(SMALL)
    (state,) = read_folder(session.write_to(tmp_path).parent)
    assert state.tally.turns == 5
    assert state.tally.cost == session.totals.pico
    assert [tab.state.turns for tab in state.threads] == [2, 2, 1]
    assert state.prompts == 1
    assert state.main.state.context == SMALL.context
    if client.details:
        assert [tab.agent_type for tab in state.threads] == [None, "Explore", "Explore"]


def test_agents_deeper_below_the_session_are_found(tmp_path: Path) -> None:
    session = Session()
    session.main.turn(SMALL)
    session.agent(layout="nested").turn(SMALL)
    (tmp_path / session.id / "subagents" / "workflows" / "wf-1").mkdir(parents=True)
    journal = tmp_path / session.id / "subagents" / "workflows" / "wf-1" / "journal.jsonl"
    path = session.write_to(tmp_path)
    journal.write_text('{"type":"started"}\n{"type":"result"}\n')
    state = read_file(path)
    assert (state.tally.turns, state.damaged_lines) == (2, 0)


def test_progress_records_count_only_where_there_are_no_agent_files(tmp_path: Path) -> None:
    session = Session(client=CLIENTS["2.1.29"])
    session.main.turn(SMALL)
    session.agent(layout="progress").turn(Spend(input=7, output=9))
    state = read_file(session.write_to(tmp_path))
    assert (state.tally.turns, state.tally.input) == (2, 10)
    session.agent(layout="folder").turn(Spend(input=7, output=9), message_id=list(session.responses)[1])
    state = read_file(session.write_to(tmp_path))
    assert (state.tally.turns, state.tally.input) == (2, 10)


@settings(max_examples=100)
@given(dice=dice)
def test_a_fork_and_its_origin_count_each_response_once(dice: Dice, tmp_path_factory: pytest.TempPathFactory) -> None:
    client = dice.pick(TODAY, CLIENTS["2.1.197"], CLIENTS["2.0.76"])
    origin = made(dice, 12, client=client)
    fork = origin.fork(origin.seed + dice.pick(-1, 1) * 11 + 20_000, marked=client.today)
    fork.main.turn(SMALL)
    if dice.coin():
        origin.main.turn(SMALL)
    own = [one for key, one in fork.responses.items() if key not in origin.responses]
    both = {**fork.responses, **origin.responses}
    folder = tmp_path_factory.mktemp("forks")
    for session in (origin, fork):
        session.write_to(folder)
    states = {state.session_id: state for state in read_folder(folder)}
    assert sum(state.tally.cost for state in states.values()) == total(both.values()).pico
    assert sum(state.tally.turns for state in states.values()) == len(both)
    assert states[fork.id].tally.turns + states[fork.id].inherited.turns == len(fork.responses)
    if client.today:
        assert states[fork.id].tally.cost == total(own).pico
        if origin.id in states:
            assert states[origin.id].inherited.turns == 0


def test_a_fork_read_alone_counts_its_copies(tmp_path: Path) -> None:
    origin = Session(1)
    origin.main.turn(SMALL)
    fork = origin.fork(2)
    fork.main.turn(SMALL)
    assert read_file(fork.write_to(tmp_path)).tally.turns == 2


def test_a_fork_of_a_fork_pays_only_for_its_own(tmp_path: Path) -> None:
    one = Session(1)
    one.main.turn(SMALL)
    two = one.fork(2)
    two.main.turn(SMALL)
    three = two.fork(3)
    three.main.turn(SMALL)
    for session in (one, two, three):
        session.write_to(tmp_path)
    by_id = {state.session_id: state for state in read_folder(tmp_path)}
    assert [by_id[s.id].tally.turns for s in (one, two, three)] == [1, 1, 1]
    assert [by_id[s.id].inherited.turns for s in (one, two, three)] == [0, 1, 2]


def test_unmarked_copies_belong_to_the_smaller_path_and_keep_the_larger_counts(tmp_path: Path) -> None:
    origin = Session(5, client=CLIENTS["2.0.76"])
    origin.main.turn(Spend(input=2, output=900), output="provisional", message_id="msg_shared")
    fork = origin.fork(4, marked=False)
    fork.main.turn(Spend(input=2, output=900), output="final", message_id="msg_shared")
    for session in (origin, fork):
        session.write_to(tmp_path)
    states = {state.session_id: state for state in read_folder(tmp_path)}
    assert (states[fork.id].tally.turns, states[fork.id].tally.output) == (1, 900)
    assert (states[origin.id].tally.turns, states[origin.id].inherited.turns) == (0, 1)


def test_the_payer_that_a_copy_names_owns_it_before_any_smaller_path(tmp_path: Path) -> None:
    payer = Session(5)
    payer.main.turn(SMALL)
    marked, unmarked = payer.fork(6), payer.fork(4, marked=False)
    for session in (payer, marked, unmarked):
        session.write_to(tmp_path)
    assert {state.session_id: state.tally.turns for state in read_folder(tmp_path)} == {
        payer.id: 1,
        marked.id: 0,
        unmarked.id: 0,
    }


@pytest.mark.parametrize("main_first", [True, False])
def test_a_turn_that_an_agents_file_knows_better_stays_the_main_threads(*, main_first: bool) -> None:
    session = Session()
    spend = Spend(input=2, output=900)
    session.main.turn(spend, output="provisional", message_id="msg_shared")
    session.agent().turn(spend, output="final", message_id="msg_shared")
    lines = sorted(session.lines, key=lambda line: (line.path != session.path) == main_first)
    log = SessionLog(session.path)
    for line in lines:
        log.feed(transcript_of(log, line.path), line.data)
    state = SessionMeter(log, list_prices()).update()
    assert [tab.state.turns for tab in state.threads] == [1]
    (one,) = state.main.turns
    assert (one.turn.usage.output, one.certainty) == (900, Certainty.EXACT)


def test_clear_begins_a_session_that_counts_from_nothing(tmp_path: Path) -> None:
    first = Session(1)
    first.process = first.id
    first.main.prompt("one")
    first.main.turn(SMALL)
    second = first.clear(2)
    second.main.prompt("two")
    second.main.turn(SMALL)
    for session in (first, second):
        session.write_to(tmp_path)
    states = read_folder(tmp_path)
    assert [(state.tally.turns, state.prompts) for state in states] == [(1, 1), (1, 1)]


@pytest.mark.parametrize(
    ("steps", "title"),
    [
        (("prompt",), "where is the moon"),
        (("summary", "prompt"), "where is the moon"),
        (("summary",), "About the moon"),
        (("prompt", "ai"), "Tides by the client"),
        (("custom", "prompt", "ai", "summary"), "Tides by me"),
        ((), None),
    ],
)
def test_the_title_is_the_persons_then_the_clients_then_the_first_prompt(
    steps: tuple[str, ...], title: str | None
) -> None:
    session = Session()
    for step in steps:
        match step:
            case "prompt":
                session.main.prompt()
            case "summary":
                session.summary("About the moon")
            case "ai":
                session.ai_title("Tides by the client")
            case "custom":
                session.custom_title("Tides by me")
    session.main.turn(SMALL)
    assert state_of_session(session).title == title


def test_a_synthetic_answer_is_no_turn_and_leaves_the_context() -> None:
    session = Session()
    session.main.turn(SMALL)
    session.main.synthetic()
    state = state_of_session(session)
    assert (state.tally.turns, state.main.state.context) == (1, SMALL.context)


def test_a_compaction_empties_the_context_until_the_next_turn() -> None:
    session = Session()
    session.main.turn(SMALL)
    session.main.compact()
    assert state_of_session(session).main.state.context == 0
    session.main.turn(Spend(input=1, read=200))
    assert state_of_session(session).main.state.context == 201


def test_the_clients_own_total_is_the_last_it_left() -> None:
    session = Session()
    session.main.turn(SMALL)
    session.cost_state()
    session.main.turn(SMALL)
    session.cost_state(hidden_usd=0.25)
    state = state_of_session(session)
    assert state.client_cost_usd == pytest.approx(session.totals.usd + 0.25)
    assert state.tally.cost == session.totals.pico


@pytest.mark.parametrize("client", CLIENTS.values(), ids=lambda client: client.version)
def test_the_report_of_a_long_made_up_session_is_its_arithmetic(
    client: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = Session(client=client)
    list(story(session, 70))
    path = session.write_to(tmp_path)
    assert main(["report", "--json", str(path)]) == 0
    (report,) = json.loads(capsys.readouterr().out)["sessions"]
    assert report["tokens"] == session.totals.tokens
    assert report["cost_usd"] == pytest.approx(session.totals.usd, abs=1e-12)
    assert report["prompts"] == session.prompts == 8
    assert len(report["threads"]) == 1 + len(session.agent_turns) == 3


def test_steps_of_the_story_come_one_by_one_and_together_are_its_files() -> None:
    session = Session()
    lines = [line for step in story(session, 12) for line in step]
    assert all(line.data.endswith(b"\n") for line in lines)
    main_file = b"".join(line.data for line in lines if line.path == session.path)
    assert main_file == session.files()[session.path]


def test_a_session_whose_main_file_is_gone_is_its_agents(tmp_path: Path) -> None:
    session = Session()
    session.main.turn(SMALL)
    session.agent().turn(SMALL)
    session.write_to(tmp_path).unlink()
    project = ProjectFolder(tmp_path)
    (path,) = project.sessions()
    (state,) = read_sessions([Wanted(path, project, named=False)], list_prices(), pytest.fail)
    assert (state.session_id, state.tally.turns, state.main.state.turns) == (session.id, 1, 0)
