"""Real transcripts: the program counts and prices them as the client itself did."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from meter.money import PICO_PER_DOLLAR
from meter.rates import list_prices
from meter.session import SessionState
from meter.tally import Tally
from parsers.session_files import ProjectFolder
from tests.conftest import SHARED
from tests.support import read_file, read_folder, tokens
from tui.cli import main
from tui.sessions import Wanted, read_sessions

Json = dict[str, Any]

CLIENT, PUBLIC = SHARED / "client", SHARED / "public"
CAPTURES = sorted(path.parent for path in CLIENT.glob("*/truth.json"))
EXPECTED: dict[str, Json] = json.loads((PUBLIC / "expected.json").read_text()) if PUBLIC.is_dir() else {}
SESSIONS = sorted(name for name in EXPECTED if "/agent-" not in name)

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared transcripts are not on this machine")

BILLED = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")


def truth_of(capture: Path) -> Json:
    truth: Json = json.loads((capture / "truth.json").read_text())
    return truth


def projects_of(capture: Path) -> list[Path]:
    return sorted((capture / "projects").iterdir())


def states_of(capture: Path) -> list[SessionState]:
    """Read all transcripts of a capture together: each message once, over all its projects."""
    (folder,) = projects_of(capture)
    return read_folder(folder)


def models_of(states: Sequence[SessionState]) -> dict[str, Tally]:
    models: dict[str, Tally] = {}
    for state in states:
        for model, tally in state.models.items():
            models[model] = models.get(model, Tally()) + tally
    return models


def test_the_shared_transcripts_are_all_there() -> None:
    assert len(CAPTURES) == 21
    assert len(SESSIONS) == 8


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.name)
def test_a_capture_gives_the_clients_tokens_and_dollars(capture: Path) -> None:
    truth, states = truth_of(capture), states_of(capture)
    models = models_of(states)
    unpriced = set(truth["unpriced_models"])
    assert {name: tally.turns for name, tally in models.items()} == {
        name: entry["turns"] for name, entry in truth["models"].items()
    }
    for name, entry in truth["models"].items():
        assert {key: tokens(models[name])[key] for key in BILLED} == {key: entry[key] for key in BILLED}
        if name in unpriced:
            assert (models[name].cost, models[name].unpriced_turns) == (0, entry["turns"])
        else:
            assert models[name].cost / PICO_PER_DOLLAR == pytest.approx(entry["cost_usd"], abs=1e-9)
            assert models[name].unpriced_turns == 0
    priced = truth["cost_usd"] - sum(truth["models"][name]["cost_usd"] for name in unpriced)
    assert sum(state.tally.cost for state in states) / PICO_PER_DOLLAR == pytest.approx(priced, abs=1e-9)
    assert sum(state.tally.turns for state in states) == truth["turns"]


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.name)
def test_the_report_command_gives_the_same_totals(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    truth = truth_of(capture)
    (folder,) = projects_of(capture)
    assert main(["report", "--json", str(folder)]) == 0
    total = json.loads(capsys.readouterr().out)["total"]
    entries = truth["models"].values()
    assert {key: total["tokens"][key] for key in BILLED} == {key: sum(e[key] for e in entries) for key in BILLED}
    unpriced = [truth["models"][name] for name in truth["unpriced_models"]]
    assert total["unpriced_turns"] == sum(entry["turns"] for entry in unpriced)
    assert total["cost_usd"] == pytest.approx(
        truth["cost_usd"] - sum(entry["cost_usd"] for entry in unpriced), abs=1e-9
    )


def test_report_all_below_a_config_root_gives_the_same_totals(capsys: pytest.CaptureFixture[str]) -> None:
    capture = CLIENT / "fork-resume"
    assert main(["report", "--json", "--all", "--config-dir", str(capture)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["total"]["turns"] == 6
    assert report["total"]["cost_usd"] == pytest.approx(0.166845, abs=1e-9)
    assert len(report["sessions"]) == 3


@pytest.mark.parametrize(
    ("stem", "client_total"),
    [("1e8aa05f", 0.1545), ("22f476a0", 0.142785), ("4c622df4", 0.14241)],
)
def test_a_fork_reported_alone_holds_its_copies_like_the_clients_own_total(stem: str, client_total: float) -> None:
    (path,) = (CLIENT / "fork-resume").rglob(f"{stem}*.jsonl")
    assert read_file(path).client_cost_usd == pytest.approx(client_total, abs=1e-9)
    assert read_file(path).tally.cost / PICO_PER_DOLLAR == pytest.approx(client_total, abs=1e-9)


def test_forks_reported_together_inherit_what_another_session_paid() -> None:
    states = states_of(CLIENT / "fork-resume")
    alone = {state.path: read_file(Path(state.path)).tally for state in states}
    for state in states:
        assert state.tally.turns + state.inherited.turns == alone[state.path].turns
        assert state.tally.cost + state.inherited.cost == alone[state.path].cost
    assert sum(state.inherited.turns for state in states) > 0


@pytest.mark.parametrize("name", SESSIONS)
def test_a_public_session_gives_the_counts_of_its_files(name: str) -> None:
    state = read_file(PUBLIC / name)
    agents = [row for path, row in EXPECTED.items() if path.startswith(name.removesuffix(".jsonl") + "/subagents/")]
    entries = [entry for row in (EXPECTED[name], *agents) for entry in row["per_model"].values()]
    progress = EXPECTED[name]["progress_subagent"]
    hidden = [{**progress, "messages": progress["ids"]}] if progress["ids"] and not agents else []
    got = tokens(state.tally)
    assert state.tally.turns == sum(entry["messages"] for entry in [*entries, *hidden])
    for key in ("input", "output", "cache_read"):
        assert got[key] == sum(entry[key] for entry in [*entries, *hidden])
    assert got["cache_write_5m"] + got["cache_write_1h"] == sum(e["cache_creation"] for e in [*entries, *hidden])
    if not hidden:
        assert got["cache_write_1h"] == sum(entry["cache_1h"] for entry in entries)
    assert state.damaged_lines == EXPECTED[name]["unparsable"]
    assert state.main.state.compactions == EXPECTED[name]["compactions"]


@pytest.mark.parametrize("name", SESSIONS)
def test_a_public_session_gives_the_counts_of_each_model(name: str) -> None:
    state = read_file(PUBLIC / name)
    main_tally = state.main.state.models
    per_model = EXPECTED[name]["per_model"]
    assert {model: tally.turns for model, tally in main_tally.items()} == {
        model: entry["messages"] for model, entry in per_model.items()
    }
    for model, entry in per_model.items():
        tally = main_tally[model]
        assert (tally.input, tally.output, tally.cache_read) == (entry["input"], entry["output"], entry["cache_read"])
        assert (tally.write_5m, tally.write_1h) == (entry["cache_creation"] - entry["cache_1h"], entry["cache_1h"])


@pytest.mark.parametrize("name", SESSIONS)
def test_a_public_turn_without_a_stop_reason_makes_its_output_a_lower_bound(name: str) -> None:
    cut = sum(entry["no_stop_reason"] for entry in EXPECTED[name]["per_model"].values())
    turns = read_file(PUBLIC / name).main.turns
    assert sum(not turn.turn.final for turn in turns) == cut


def test_two_public_sessions_that_share_messages_count_them_once() -> None:
    fork, origin = (f"JanDeDobbeleer__oh-my-posh/{part}/full.jsonl" for part in ("77/ff57b06fba/0", "02/54bffa0c17/1"))
    paths = [PUBLIC / fork, PUBLIC / origin]
    wanted = [Wanted(path, ProjectFolder(path.parent), named=True) for path in paths]
    states = read_sessions(wanted, list_prices(), lambda line: pytest.fail(line))
    assert sum(state.tally.turns for state in states) == 610
    assert sum(state.inherited.turns for state in states) == 538
