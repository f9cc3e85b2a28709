"""The settings file: what is in force without one, every key of it, and one clear line for a bad one."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pytest

import tui.app
from fixtures.session import Session
from fixtures.spend import LIST, PICO, Spend
from meter.budget import Budgets
from meter.level import Entry, LevelSettings
from meter.settings import DEFAULT_SETTINGS
from tests.support import read_file, state_of_session
from tests.tui.pilot import stage
from tui.cli import main
from tui.follow import Phase, Snapshot
from tui.settings import DEFAULTS, KEYS, Settings, SettingsError, load_settings, settings_path, written

Captured = pytest.CaptureFixture[str]
Json = dict[str, Any]

README = Path(__file__).resolve().parents[2] / "README.md"

GIVEN: dict[str, tuple[str, object]] = {
    "horizon_turns": ("20", 20),
    "watch_factor": ("3", 3.0),
    "watch_saving": ("0.75", 0.75),
    "watch_context": ("0.5", 0.5),
    "act_factor": ("4.5", 4.5),
    "act_saving": ("2", 2.0),
    "act_context": ("0", 0.0),
    "switch_to": ('["claude-sonnet-5-5", "sonnet"]', ("claude-sonnet-5-5", "sonnet")),
    "budget_turn": ("0.5", 0.5),
    "budget_session": ("10", 10.0),
    "budget_day": ("30", 30.0),
    "billing": ('"subscription"', "subscription"),
    "toasts": ("false", False),
    "bell": ("true", True),
    "notify": ("true", True),
    "titles": ("false", False),
    "ascii": ("true", True),
    "theme": ('"tab-light"', "tab-light"),
}
"""A value other than the default for each key, as the file writes it and as it is read."""


def write(text: str | bytes) -> Path:
    path = settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def made(folder: Path) -> Path:
    """Write a session of a 20,000 token preamble, 100,000 tokens of history and 30 small turns."""
    session = Session(1, model="claude-opus-5-5")
    session.custom_title("moonlit harbour")
    session.main.prompt("where is the moonfish")
    context = 0
    for add in (20_000, 100_000, *[500] * 30):
        session.main.turn(Spend(write_1h=add, read=context, output=100))
        context += add
    folder.mkdir(parents=True, exist_ok=True)
    return session.write_to(folder)


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


def test_without_a_file_all_is_as_the_design_says() -> None:
    assert not settings_path().exists()
    settings = load_settings()
    assert settings == DEFAULTS == Settings()
    assert settings.meter == DEFAULT_SETTINGS
    assert settings.meter.levels == LevelSettings(50, Entry(2.0, 0.50, 0.80), Entry(2.5, 1.50, 0.95))
    assert settings.origin is None


def test_the_file_lies_in_the_configuration_directory(isolated_home: Path) -> None:
    assert settings_path().name == "settings.toml"
    assert settings_path().parent.name == "runningtab"
    assert settings_path().is_relative_to(isolated_home)


def test_an_empty_file_changes_nothing_but_is_named() -> None:
    path = write("# nothing yet\n")
    settings = load_settings()
    assert settings.origin == path
    assert list(settings.rows()) == list(DEFAULTS.rows())


def test_an_example_is_here_for_every_key() -> None:
    assert set(GIVEN) == set(KEYS)
    assert all(getattr(DEFAULTS, key) != value for key, (_, value) in GIVEN.items())


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_read_and_no_other_changes(key: str) -> None:
    text, value = GIVEN[key]
    if key == "watch_factor":  # not above what enters act
        text, value = "2.25", 2.25
    path = write(f"# ours\n{key} = {text}  # as we like it\n")
    found = {name: (setting, source) for name, setting, source in load_settings().rows()}
    defaults = {name: (setting, source) for name, setting, source in DEFAULTS.rows()}
    assert found == {**defaults, key: (value, str(path))}
    assert type(found[key][0]) is type(value)


def test_all_keys_together_reach_the_meter() -> None:
    write("".join(f"{key} = {text}\n" for key, (text, _) in GIVEN.items()))
    meter = load_settings().meter
    assert meter.levels == LevelSettings(20, Entry(3.0, 0.75, 0.5), Entry(4.5, 2.0, None))
    assert meter.budgets == Budgets(0.5, 10.0, 30.0)
    assert meter.switch_to == ("claude-sonnet-5-5", "sonnet")


def test_a_share_of_0_turns_the_limit_of_the_context_off() -> None:
    write("watch_context = 0\nact_context = 0.0\n")
    levels = load_settings().meter.levels
    assert (levels.watch.context, levels.act.context) == (None, None)


BROKEN = [
    ("horizon = 20", 1, "horizon", "no such setting"),
    ("bell = true\n\n# ours\nBell = true", 4, "Bell", "no such setting"),
    ('bell = true\n"tide tables" = 3', 2, "tide tables", "no such setting"),
    ('notify = true\nbell = "yes"', 2, "bell", "boolean"),
    ("bell = 1", 1, "bell", "boolean"),
    ("\n\nhorizon_turns = 2.5", 3, "horizon_turns", "integer"),
    ("horizon_turns = true", 1, "horizon_turns", "integer"),
    ('horizon_turns = "20"', 1, "horizon_turns", "integer"),
    ("act_saving = true", 1, "act_saving", "number"),
    ('budget_day = "30"', 1, "budget_day", "number"),
    ("budget_day = 2026-11-20", 1, "budget_day", "number"),
    ('switch_to = "claude-sonnet-5-5"', 1, "switch_to", "list"),
    ('bell = true\nswitch_to = [\n  "claude-sonnet-5-5",\n  3,\n]', 2, "switch_to", "string"),
    ('switch_to = [""]', 1, "switch_to", "at least 1 character"),
    ("theme = 3", 1, "theme", "string"),
    ('theme = ""', 1, "theme", "at least 1 character"),
    ("bell.loud = true", 1, "bell", "boolean"),
    ("  'bell' = 3", 1, "bell", "boolean"),
    ("horizon_turns = 0", 1, "horizon_turns", "greater than or equal to 1"),
    ("horizon_turns = -20", 1, "horizon_turns", "greater than or equal to 1"),
    ("horizon_turns = 1001", 1, "horizon_turns", "less than or equal to 1000"),
    ("watch_factor = 0.5", 1, "watch_factor", "greater than or equal to 1"),
    ("act_factor = 1001", 1, "act_factor", "less than or equal to 1000"),
    ("act_factor = nan", 1, "act_factor", "finite"),
    ("act_saving = inf", 1, "act_saving", "finite"),
    ("watch_saving = -0.01", 1, "watch_saving", "greater than or equal to 0"),
    ("watch_context = 1.01", 1, "watch_context", "less than or equal to 1"),
    ("act_context = -0.1", 1, "act_context", "greater than or equal to 0"),
    ("budget_turn = -1", 1, "budget_turn", "greater than or equal to 0"),
    ("budget_session = -1", 1, "budget_session", "greater than or equal to 0"),
    ('billing = "free"', 1, "billing", "'api' or 'subscription'"),
    ("watch_factor = 4\nact_factor = 3", 2, "act_factor", "below watch_factor"),
    ("act_factor = 3\nwatch_factor = 4", 1, "act_factor", "below watch_factor"),
    ("bell = true\nact_factor = 1.5", 2, "act_factor", "below watch_factor"),
    ("bell = true\nwatch_factor = 3", 2, "watch_factor", "above act_factor"),
    ("bell = true\n[levels]\nwatch_factor = 3", 2, "levels", "no such setting"),
    ("notify = true\n\n[bell]\nloud = true", 3, "bell", "boolean"),
    ("notify = true\n[[bell]]\n", 2, "bell", "boolean"),
    ("[tide]\nbell = 'x'\n", 1, "tide", "no such setting"),
    ("bell . loud = 3", 1, "bell", "boolean"),
    ("theme = '''\nbell = 3\n'''\nbell = 3", 4, "bell", "boolean"),
    ("[bell]\n[bell]", 2, "bell", "Cannot declare"),
    ("bell = true\ntheme = '''x\n", 2, "theme", "Expected"),
    ("switch_to = [\n  'a',\n]\ntheme = '''x\n", 4, "theme", "Expected"),
    ("bell = true\nnotify = yes\n", 2, "notify", "Invalid value"),
    ("bell = true\r\nnotify = yes\r\n", 2, "notify", "Invalid value"),
    ("bell = true\nbell = false\ntheme = 'x'\n", 2, "bell", "Cannot overwrite"),
    ("bell = true notify = true\n", 1, "bell", "Expected newline"),
]


@pytest.mark.parametrize(("text", "line", "key", "words"), BROKEN, ids=[f"{text!r}" for text, *_ in BROKEN])
def test_a_bad_file_names_itself_the_line_and_the_key(text: str, line: int, key: str, words: str) -> None:
    path = write(text)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    message = str(refused.value)
    assert message.startswith(f"{path}: line {line}: {key}: ")
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"bell\n", "line 1: Expected '='"),
        (b"bell = true\n= 3\n", "line 2: Invalid statement"),
        (b"[bell\n", "line 1: Expected ']'"),
        (b"a = " + b"[" * 100_000, "line 1: "),
        (b"theme = '\xff\xfe'", "not UTF-8 text"),
        (b"\x00\x00", "line 1: "),
    ],
    ids=["no value", "no key", "a table cut", "deeply nested", "no text", "NUL"],
)
def test_what_is_no_setting_at_all_names_the_line(content: bytes, words: str) -> None:
    path = write(content)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value).startswith(f"{path}: {words}")


@pytest.mark.parametrize(
    "arguments",
    [["report"], ["report", "--json"], ["watch"], ["watch", "--json"], [], ["settings"], ["demo"]],
    ids=lambda arguments: " ".join(arguments) or "nothing",
)
def test_every_command_ends_on_a_bad_file(arguments: list[str], tmp_path: Path, capsys: Captured) -> None:
    path = write("bell = true\nhorizon_turns = 0\n")
    target = [] if arguments in (["settings"], ["demo"]) else [str(made(tmp_path))]
    assert main([*arguments, *target]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"runningtab: {path}: line 2: horizon_turns: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("text", ['"\\u001b[2Jx\\u0007" = 1', "x\x1b[2J = 1", 'theme = "\x1b[31m"', "\u202ex = 1"])
def test_nothing_of_a_bad_file_controls_the_terminal(text: str, capsys: Captured) -> None:
    write(text)
    assert main(["settings"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert all(unicodedata.category(char) not in ("Cc", "Cf") for char in err.removesuffix("\n"))


def test_a_file_that_cannot_be_read_is_bad_usage(capsys: Captured) -> None:
    settings_path().mkdir(parents=True)
    assert main(["settings"]) == 2
    assert capsys.readouterr().err == f"runningtab: {settings_path()}: Is a directory\n"


def shown(capsys: Captured) -> tuple[list[str], dict[str, tuple[str, str]]]:
    """Return the remarks of ``runningtab settings``, and each key with its value and its source; unset ones too."""
    assert main(["settings"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    rows = [(line, re.fullmatch(r"(?:# )?(\w+) *= (.*?) *# (.*)", line)) for line in lines]
    return [line for line, row in rows if not row], {row[1]: (row[2], row[3]) for _, row in rows if row}


def test_settings_prints_the_defaults_and_where_the_file_would_be(isolated_home: Path, capsys: Captured) -> None:
    remarks, rows = shown(capsys)
    assert tuple(rows) == KEYS
    off = {key for key in KEYS if getattr(DEFAULTS, key) is None}
    assert off == {"budget_turn", "budget_session", "budget_day"}
    for key, (value, source) in rows.items():
        assert source == ("off, default" if key in off else "default")
        assert key in off or value == written(getattr(DEFAULTS, key))
    assert remarks[0] == f"# {settings_path()} (not there: all defaults)"
    assert f"# own prices: {settings_path().with_name('prices.json')} (not there)" in remarks
    assert f"# Claude Code: {isolated_home / 'claude'}" in remarks


def test_settings_prints_what_is_in_force_and_from_where(capsys: Captured) -> None:
    path = write("".join(f"{key} = {text}\n" for key, (text, _) in GIVEN.items() if key != "theme"))
    path.with_name("prices.json").write_text("{}")
    remarks, rows = shown(capsys)
    assert remarks[0] == f"# {path}"
    assert f"# own prices: {path.with_name('prices.json')}" in remarks
    assert rows["theme"] == ('"tab-dark"', "default")
    for key, (text, _) in GIVEN.items():
        if key != "theme":
            assert rows[key] == (text, "set in the file")


def in_force() -> dict[str, object]:
    return {key: value for key, value, _ in load_settings().rows()}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "".join(f"{key} = {text}\n" for key, (text, _) in GIVEN.items()),
        "budget_day = 0\nact_saving = 1234567.125\nwatch_saving = 1e-9\nwatch_context = 0\n",
        'theme = "a\\"b\\\\c\\u001b\\u202e\\U0001F30A # d"\nswitch_to = ["x\\ty", "\\u007f", "潮"]\n',
    ],
    ids=["defaults", "all", "numbers", "text"],
)
def test_what_settings_prints_is_a_settings_file(text: str, capsys: Captured) -> None:
    path = write(text)
    if not text:
        path.unlink()
    before = in_force()
    assert main(["settings"]) == 0
    printed = capsys.readouterr().out
    assert printed.replace("\n", "").isprintable()
    write(printed)
    assert in_force() == before
    uncommented = re.sub(r"(?m)^# (budget_\w+ *= )", r"\1", printed)
    write(uncommented)
    assert all(value is not None for value in in_force().values())


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


def documented() -> dict[str, object]:
    """Return the keys of README's table with their defaults."""
    section = README.read_text("utf-8").split("### Settings\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    found: dict[str, object] = {}
    for names, defaults, meaning in rows:
        keys = re.findall(r"`(\w+)`", names)
        values = defaults.replace("`", "").split(", ")
        values = values if len(values) == len(keys) else values * len(keys)
        assert len(meaning.strip()) > 10
        for key, value in zip(keys, values, strict=True):
            assert key not in found, f"{key} is documented twice"
            found[key] = None if value == "off" else tomllib.loads(f"value = {value}")["value"]
    return found


def test_readme_documents_every_key_and_its_default() -> None:
    defaults: dict[str, object] = {key: getattr(DEFAULTS, key) for key in KEYS}
    assert documented() == {**defaults, "switch_to": []}


def test_readme_names_the_file_and_the_command() -> None:
    text = README.read_text("utf-8")
    assert "`settings.toml`" in text
    assert "`runningtab settings`" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (0.1 + 0.2, "0.30000000000000004"),
        ('a"\\\x1b', '"a\\"\\\\\\U0000001b"'),
        (50, "50"),
        (2.0, "2"),
        (0.5, "0.5"),
        ((), "[]"),
        (("a", "b"), '["a", "b"]'),
    ],
)
def test_a_value_is_written_as_the_file_would(value: object, text: str) -> None:
    assert written(value) == text
