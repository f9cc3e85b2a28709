"""``report --what-if``: the lines, their figures, and the JSON that only this option adds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fixtures.session import Session
from fixtures.spend import Spend
from tests.support import Json
from tui.cli import main


def worked_out(seed: int = 1, *, model: str = "claude-opus-5-5") -> Session:
    """A step, an edit, and a long answer behind a broken cache: 2,200 tokens answered in all."""
    session = Session(seed, model=model)
    session.main.prompt()
    session.main.turn(Spend(write_5m=20_000, output=100), tools=("Read",))
    session.main.turn(Spend(read=20_000, write_5m=10_000, output=100), tools=("Edit",))
    session.main.turn(Spend(write_5m=40_000, output=2_000))
    return session


# Opus 5.5: 70,000 written at $5, 20,000 read at $0.20, 2,200 answered at $20, by the million tokens.
REAL = (70_000 * 5 + 20_000 * 0.2 + 2_200 * 20) / 1e6
UNCACHED = (90_000 * 4 + 2_200 * 20) / 1e6
AT_HAIKU = (70_000 * 0.125 + 20_000 * 0.01 + 2_200 * 0.5) / 1e6


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["report", *arguments]) == 0
    return capsys.readouterr().out


def line(text: str, name: str) -> str:
    (found,) = [row for row in text.splitlines() if row.strip().startswith(name)]
    return " ".join(found.split())


def test_each_line_has_its_cost_its_change_and_what_it_assumes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = printed(capsys, "--what-if", str(worked_out().write_to(tmp_path)))
    assert line(text, "as it was") == f"as it was ${REAL:.2f} 100% Opus 5.5"
    assert line(text, "without caching") == (
        f"without caching ${UNCACHED:.2f} +${UNCACHED - REAL:.4f} 102% everything as plain input"
    )
    assert line(text, "Haiku 5.5") == f"Haiku 5.5 ${AT_HAIKU:.2f} -${REAL - AT_HAIKU:.2f} 3% all turns at its prices"
    # 28,000 written, 8,000 read, the answers as they were.
    smaller = (28_000 * 5 + 8_000 * 0.2 + 2_200 * 20) / 1e6
    assert line(text, "compacted by 60%").startswith(f"compacted by 60% ≈ ${smaller:.2f} -${REAL - smaller:.2f} 47%")
    assert line(text, "routed 33/33/33").endswith("Haiku 5.5, Sonnet 5.5, Opus 5.5")
    assert line(text, "stacked").endswith("unbroken, routed")
    assert "Routed: easy is a turn of up to 500 tokens that calls tools and edits no file" in text
    assert "you will pay" not in text
    assert max(map(len, text.splitlines())) < 140


def test_the_ways_to_go_on_stand_below(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "--what-if", str(worked_out().write_to(tmp_path)))
    # 10,000 new tokens a turn from the last two turns, 1,050 answered; the context is 40,000, a fresh one 20,000.
    sent = 50 * 40_000 + 10_000 * 50 * 49 // 2
    keep = (sent * 0.2 + 50 * (10_000 * 5 + 1_050 * 20)) / 1e6
    assert line(text, "keep going") == f"keep going ≈ ${keep:.2f} nothing changes"
    clear = next(row for row in text.splitlines() if row.startswith("  /clear  "))
    # Written once: 20,000 at $5 in place of $0.20.
    assert clear.split()[1:3] == ["≈", "$0.10"]
    assert "A switch changes the price of the history, /clear removes it." in text


def test_without_the_option_there_is_no_word_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(worked_out().write_to(tmp_path))
    assert "What if" not in printed(capsys, path)
    (session,) = json.loads(printed(capsys, "--json", path))["sessions"]
    assert "what_if" not in session


def what_if(capsys: pytest.CaptureFixture[str], *paths: Path) -> list[Json]:
    whole = json.loads(printed(capsys, "--json", "--what-if", *map(str, paths)))
    return [session["what_if"] for session in whole["sessions"]]


def test_the_json_has_the_unrounded_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = what_if(capsys, worked_out().write_to(tmp_path))
    lines = {(one["key"], one.get("model")): one for one in found["looking_back"]}
    assert {key for key, _ in lines} == {
        *("as_it_was", "never_growing", "without_breaks", "without_caching", "compacted", "model", "routed", "stacked")
    }
    assert lines["as_it_was", None]["cost_usd"] == pytest.approx(REAL, abs=1e-12)
    assert lines["as_it_was", None]["difference_usd"] == 0
    haiku = lines["model", "claude-haiku-5-5"]
    assert haiku["cost_usd"] == pytest.approx(AT_HAIKU, abs=1e-12)
    assert haiku["difference_usd"] == pytest.approx(AT_HAIKU - REAL, abs=1e-12)
    assert (haiku["certainty"], haiku["too_small_from_turn"]) == ("exact", None)
    assert lines["routed", None]["turns"] == {"claude-haiku-5-5": 1, "claude-sonnet-5-5": 1, "claude-opus-5-5": 1}
    assert found["horizon_turns"] == 50
    ways = {(way["key"], way["model"]): way for way in found["from_here"]}
    assert ways["clear", None]["begin_usd"] == pytest.approx(20_000 * 4.8 / 1e6)
    assert ways["keep_going", None]["saving_usd"] == 0
    keep, switched = ways["keep_going", None], ways["switch", "claude-haiku-5-5"]
    assert switched["saving_usd"] == pytest.approx(keep["cost_usd"] - switched["cost_usd"])


def test_a_model_that_is_too_small_has_no_price(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = Session(model="claude-opus-5-5")
    session.main.turn(Spend(write_5m=20_000), model="claude-haiku-4-5")
    session.main.turn(Spend(write_5m=250_000))
    path = session.write_to(tmp_path)
    (found,) = what_if(capsys, path)
    (small,) = [way for way in found["from_here"] if way["model"] == "claude-haiku-4-5"]
    assert (small["window"], small["cost_usd"]) == (200_000, None)
    (back,) = [one for one in found["looking_back"] if one.get("model") == "claude-haiku-4-5"]
    assert back["too_small_from_turn"] == 2
    text = printed(capsys, "--what-if", str(path))
    assert line(text, "Haiku 4.5").endswith("past its 200K window at turn 2")
    assert line(text, "switch to Haiku 4.5").endswith("does not fit: 250.0K of its 200K")


def test_each_of_several_sessions_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [worked_out(seed).write_to(tmp_path) for seed in (1, 2)]
    text = printed(capsys, "--what-if", str(tmp_path))
    assert [row.split()[2] for row in text.splitlines() if row.startswith("What if")] == [p.stem[:8] for p in paths]
    assert len(what_if(capsys, *paths)) == 2


def test_a_session_without_a_price_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = worked_out(model="tidal-model-1").write_to(tmp_path)
    assert "No turn has a price" in printed(capsys, "--what-if", str(path))
    (found,) = what_if(capsys, path)
    assert (found["looking_back"], found["from_here"]) == ([], [])


def test_unpriced_turns_are_counted_beside_the_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = worked_out()
    session.main.turn(Spend(read=40_000), model="tidal-model-1")
    text = printed(capsys, "--what-if", str(session.write_to(tmp_path)))
    assert "1 unpriced turn is left out of every line." in text
    assert "From here: known from the second turn of a priced model on." in text


def test_a_session_of_one_turn_has_no_way_to_go_on_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = Session()
    session.main.turn(Spend(write_5m=20_000))
    text = printed(capsys, "--what-if", str(session.write_to(tmp_path)))
    assert "From here: known from the second turn of a priced model on." in text
    assert line(text, "as it was") == "as it was $0.10 100% Opus 5.5"
