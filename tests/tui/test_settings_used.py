"""Each setting does what it says: in the report, in the stream and on the screen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import tui.app
from fixtures.session import Session
from fixtures.spend import LIST, PICO, Spend
from tests.support import read_file, state_of_session
from tests.tui.given import made, write
from tests.tui.pilot import stage
from tui.cli import main
from tui.follow import Phase, Snapshot
from tui.settings import Settings

Captured = pytest.CaptureFixture[str]
Json = dict[str, Any]


def reported(path: Path, capsys: Captured) -> Json:
    assert main(["report", "--json", str(path)]) == 0
    (session,) = json.loads(capsys.readouterr().out)["sessions"]
    assert isinstance(session, dict)
    return session


def reset(session: Json) -> Json:
    """Return the nudge to be rid of the history, whichever way is the better one."""
    (nudge,) = [nudge for nudge in session["nudges"] if nudge["kind"] in ("clear", "compact")]
    assert isinstance(nudge, dict)
    return nudge


def test_the_horizon_reaches_the_report(tmp_path: Path, capsys: Captured) -> None:
    path = made(tmp_path)
    usual = reported(path, capsys)
    write("horizon_turns = 100\n")
    told = reported(path, capsys)
    assert (usual["outlook"]["horizon_turns"], told["outlook"]["horizon_turns"]) == (50, 100)
    assert reset(told)["horizon_turns"] == 100
    assert "100 turns" in reset(told)["text"]
    # Turns re-send C + k G and write G; by the mean of the last 20 turns, G is 500 and the output 100.
    _, output, _, write_1h, read = LIST["claude-opus-5-5"]
    context = 20_000 + 100_000 + 30 * 500
    for session, turns in ((usual, 50), (told, 100)):
        resent = sum(context + 500 * number for number in range(turns))
        cost = resent * read + turns * (500 * write_1h + 100 * output)
        assert session["outlook"]["continue_usd"] == pytest.approx(cost / PICO, rel=1e-9)


def test_the_thresholds_reach_the_report(tmp_path: Path, capsys: Captured) -> None:
    path = made(tmp_path)
    assert reported(path, capsys)["compounding"]["level"] == "watch"
    write("act_saving = 0.50\n")
    assert reported(path, capsys)["compounding"]["level"] == "act"
    write("act_saving = 100\nwatch_saving = 100\n")
    calm = reported(path, capsys)
    assert calm["compounding"]["level"] == "calm"
    assert not {"clear", "compact"} & {nudge["kind"] for nudge in calm["nudges"]}


def test_the_models_of_a_switch_reach_the_report(tmp_path: Path, capsys: Captured) -> None:
    path = made(tmp_path)
    assert set(reported(path, capsys)["outlook"]["switch"]) == {"claude-sonnet-5-5", "claude-haiku-5-5"}
    write('switch_to = ["claude-sonnet-5-5"]\n')
    assert set(reported(path, capsys)["outlook"]["switch"]) == {"claude-sonnet-5-5"}
    write('switch_to = ["claude-opus-4-8", "tidal-model-1"]\n')
    assert set(reported(path, capsys)["outlook"]["switch"]) == {"claude-opus-4-8"}


@pytest.mark.parametrize("flags", [[], ["--json"]], ids=["text", "json"])
def test_titles_off_keeps_no_text_of_the_transcript(flags: list[str], tmp_path: Path, capsys: Captured) -> None:
    path = made(tmp_path)
    assert main(["report", str(path), *flags]) == 0
    assert "moonlit harbour" in capsys.readouterr().out
    write("titles = false\n")
    assert main(["report", str(path), *flags]) == 0
    out = capsys.readouterr().out
    assert "moon" not in out
    if flags:
        assert json.loads(out)["sessions"][0]["title"] is None


@pytest.mark.parametrize(
    ("text", "flags", "kept"),
    [("", [], True), ("titles = true", [], True), ("titles = false", [], False), ("", ["--no-titles"], False)],
)
def test_the_screen_and_the_stream_are_told_whether_to_keep_titles(
    text: str, flags: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, kept: bool
) -> None:
    path = made(tmp_path)
    write(f"{text}\nhorizon_turns = 20\n")
    calls: list[Json] = []

    def note(*_: object, **told: object) -> int:
        calls.append(told)
        return 0

    monkeypatch.setattr(tui.app, "watch", note)
    monkeypatch.setattr("tui.stream.stream", note)
    monkeypatch.setattr("tui.cli._need_terminal", lambda: None)
    assert main(["watch", str(path), *flags]) == 0
    assert main(["watch", "--json", str(path), *flags]) == 0
    screen, stream = calls
    assert (screen["keep_labels"], stream["keep_labels"]) == (kept, kept)
    assert screen["settings"].horizon_turns == stream["settings"].levels.horizon == 20


@pytest.mark.parametrize(("theme", "used"), [("tab-light", "tab-light"), ("ansi-dark", "ansi-dark"), ("x", "tab-dark")])
async def test_the_theme_is_the_screens(theme: str, used: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLORTERM", "truecolor")
    async with stage(settings=Settings(theme=theme)) as screen:
        assert screen.app.theme == used


async def test_a_subscription_reads_of_tokens_first(tmp_path: Path) -> None:
    snapshot = Snapshot(Phase.LIVE, read_file(made(tmp_path)), 1.0)
    async with stage(settings=Settings(billing="subscription")) as screen:
        verdict = (await screen.show(snapshot))[1]
    assert verdict.index(" tokens in 50 turns") < verdict.index("$")


async def test_a_budget_of_the_settings_is_watched() -> None:
    session = Session(1)
    session.main.prompt()
    session.main.turn(Spend(write_1h=20_000))
    snapshot = Snapshot(Phase.LIVE, state_of_session(session), 1.0)
    spent = 20_000 * LIST["claude-opus-5-5"][3] / PICO
    assert spent == 0.16
    for settings, words in (
        (Settings(budget_session=0.10), "This session passed $0.10: $0.16 so far."),
        (Settings(budget_day=0.12), "Today passed $0.12: $0.16 so far."),
        (Settings(budget_session=0.16), None),
    ):
        async with stage(settings=settings) as screen:
            verdict = (await screen.show(snapshot))[1]
        assert (words in verdict) if words else ("passed" not in verdict)
