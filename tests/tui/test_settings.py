"""The settings file: what is in force without one, every key of it, and one clear line for a bad one."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from meter.budget import Budgets
from meter.level import Entry, LevelSettings
from meter.settings import DEFAULT_SETTINGS
from tests.tui.given import GIVEN, made, write
from tui.cli import main
from tui.settings import DEFAULTS, KEYS, Settings, SettingsError, load_settings, settings_path

Captured = pytest.CaptureFixture[str]
Json = dict[str, Any]


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
