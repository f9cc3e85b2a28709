"""What ``runningtab settings`` and README say of the settings: each key, its value, and a file that loads again."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.tui.given import GIVEN, write
from tui.cli import main
from tui.settings import DEFAULTS, KEYS, load_settings, settings_path, written

Captured = pytest.CaptureFixture[str]
Json = dict[str, Any]

README = Path(__file__).resolve().parents[2] / "README.md"


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
