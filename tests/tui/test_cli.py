"""The command line: exit codes, one clear line for bad input, nothing hostile on the terminal."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from fixtures.session import Session
from fixtures.spend import Spend
from parsers.session_files import ProjectFolder
from tui.cli import main

Captured = pytest.CaptureFixture[str]


def made(folder: Path, seed: int = 1) -> Path:
    session = Session(seed)
    session.main.prompt()
    session.main.turn(Spend(input=1_000))
    folder.mkdir(parents=True, exist_ok=True)
    return session.write_to(folder)


def complaint(capsys: Captured) -> str:
    """Return the one line on stderr; nothing else may have been written."""
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith("\n")
    assert err.count("\n") == 1, err
    assert err.startswith("runningtab: ")
    return err


CODEX = '{"timestamp":"2026-01-01T00:00:00Z","type":"response_item","payload":{"type":"message","role":"user"}}\n'
GEMINI = '{\n  "sessionId": "abc",\n  "messages": [\n    {"type": "gemini", "tokens": {"input": 5}}\n  ]\n}\n'
COMPACT = '{"type":"assistant","text":"hi","input_tokens":5,"output_tokens":9}\n'
WAITING = '{"type":"mode","mode":"normal","sessionId":"s"}\n'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "not a Claude Code transcript"),
        (b"\0" * 50, "not a Claude Code transcript"),
        (b"dear diary\n", "not a Claude Code transcript"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not a Claude Code transcript"),
        (CODEX.encode(), "not a Claude Code transcript"),
        (GEMINI.encode(), "not a Claude Code transcript"),
        (COMPACT.encode(), "not a Claude Code transcript"),
        (WAITING.encode(), "without any response"),
    ],
    ids=["empty", "blank", "NUL", "text", "picture", "Codex", "Gemini", "other assistant", "no response yet"],
)
@pytest.mark.parametrize("flags", [[], ["--json"]], ids=["text", "json"])
def test_a_file_without_turns_says_why_in_one_line(
    content: bytes, words: str, flags: list[str], tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    assert main(["report", str(path), *flags]) == 1
    line = complaint(capsys)
    assert words in line
    assert str(path) in line


@pytest.mark.parametrize("name", ["nowhere.jsonl", "no/where", "deadbeef", "n" * 300, "n" * 5_000])
def test_a_target_that_is_not_there_is_named(name: str, capsys: Captured) -> None:
    assert main(["report", name]) == 1
    assert name in complaint(capsys)


def test_a_folder_without_sessions_says_where_it_looked(tmp_path: Path, isolated_home: Path, capsys: Captured) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["report", str(tmp_path / "empty")]) == 1
    line = complaint(capsys)
    assert str(tmp_path / "empty") in line
    assert str(isolated_home / "claude" / "projects") in line


def test_a_directory_named_like_a_transcript_is_a_folder_without_sessions(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "x.jsonl").mkdir()
    assert main(["report", str(tmp_path / "x.jsonl")]) == 1
    assert "no transcripts here" in complaint(capsys)


@pytest.mark.parametrize("arguments", [["report"], ["report", "--all"]], ids=["nothing named", "all"])
def test_without_claude_code_it_says_what_was_looked_for(
    arguments: list[str], isolated_home: Path, capsys: Captured
) -> None:
    assert main(arguments) == 1
    assert str(isolated_home / "claude" / "projects") in complaint(capsys)


def test_an_unreadable_file_says_so(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path)
    opened = Path.open

    def refusing(self: Path, *args: str, **options: int) -> object:
        if self == path:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(self, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refusing)
    assert main(["report", str(path)]) == 1
    assert complaint(capsys) == f"runningtab: {path}: Permission denied\n"


def test_an_unreadable_project_folder_says_so(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(self: ProjectFolder) -> list[Path]:
        raise PermissionError(errno.EACCES, "Permission denied", str(self.path))

    monkeypatch.setattr(ProjectFolder, "sessions", refusing)
    assert main(["report", str(tmp_path)]) == 1
    assert complaint(capsys) == f"runningtab: {tmp_path}: Permission denied\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "line 1: not JSON"),
        ("[]", "line 1: expected an object"),
        ('{"models": [],\n "discount": 7}', "line 2: discount"),
        ('{"models": [\n {"canonical_id": "a"}]}', "line 2: row 1: input"),
        ('{"models": [],\n "models": [{"canonical_id": "a"}]}', "line "),
        ('{"mod\\u0065ls": [{"canonical_id": "a"}]}', "line 1: row 1: input"),
        ("[" * 200_000, "line 1: not JSON"),
    ],
    ids=["cut", "list", "discount", "row", "key named twice", "escaped key", "deeply nested"],
)
def test_a_broken_price_file_is_bad_usage(content: str, words: str, tmp_path: Path, capsys: Captured) -> None:
    path, prices = made(tmp_path), tmp_path / "prices.json"
    prices.write_text(content)
    assert main(["report", str(path), "--prices", str(prices)]) == 2
    line = complaint(capsys)
    assert line.startswith(f"runningtab: {prices}: {words}")


def test_a_price_file_that_is_not_there_is_bad_usage(tmp_path: Path, capsys: Captured) -> None:
    assert main(["report", str(made(tmp_path)), "--prices", str(tmp_path / "none.json")]) == 2
    assert "none.json" in complaint(capsys)


def test_a_price_file_that_is_no_text_is_bad_usage(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "prices.json").write_bytes(b"\xff\xfe\x00")
    assert main(["report", str(made(tmp_path)), "--prices", str(tmp_path / "prices.json")]) == 2
    assert "UTF-8" in complaint(capsys)


def test_own_prices_change_the_report_and_are_named(tmp_path: Path, capsys: Captured) -> None:
    prices = tmp_path / "prices.json"
    prices.write_text('{"discount": 0.5}')
    assert main(["report", str(made(tmp_path)), "--prices", str(prices), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["total"]["cost_usd"] == 0.002
    assert main(["report", str(made(tmp_path)), "--prices", str(prices)]) == 0
    assert "Your own prices are in force." in capsys.readouterr().out


def test_own_prices_in_the_configuration_are_used_without_being_asked_for(
    tmp_path: Path, isolated_home: Path, capsys: Captured
) -> None:
    own = isolated_home / ".config" / "runningtab" / "prices.json"
    if sys.platform == "darwin":
        own = isolated_home / "Library" / "Application Support" / "runningtab" / "prices.json"
    own.parent.mkdir(parents=True)
    own.write_text('{"discount": 0.25}')
    assert main(["report", str(made(tmp_path)), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["total"]["cost_usd"] == 0.001


def test_an_ambiguous_id_is_bad_usage(isolated_home: Path, capsys: Captured) -> None:
    project = isolated_home / "claude" / "projects" / "p"
    one = made(project, 1)
    made(project, 2)
    assert main(["report", one.stem[:8]]) == 2
    assert one.stem in complaint(capsys)


@pytest.mark.parametrize("arguments", [["report", "--frob"], ["--frob"], ["report", "--prices"]], ids=str)
def test_unknown_options_are_bad_usage(arguments: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_the_version_is_printed(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    name, version = capsys.readouterr().out.split()
    assert name == "runningtab"
    assert version[0].isdigit()


def test_of_several_targets_those_that_fail_say_so_and_the_others_are_reported(
    tmp_path: Path, capsys: Captured
) -> None:
    path, empty = made(tmp_path / "p"), tmp_path / "empty.jsonl"
    empty.touch()
    assert main(["report", "--json", "deadbeef", str(path), str(tmp_path / "gone.jsonl"), str(empty)]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["total"]["turns"] == 1
    assert [name in line for name, line in zip(("deadbeef", "gone", "empty"), err.splitlines(), strict=True)] == [
        True,
        True,
        True,
    ]


def test_of_several_targets_that_all_fail_each_says_so_once(tmp_path: Path, capsys: Captured) -> None:
    assert main(["report", "deadbeef", str(tmp_path / "gone.jsonl")]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.partition(":")[2].split(":")[0].strip() for line in err.splitlines()] == [
        "deadbeef",
        str(tmp_path / "gone.jsonl"),
    ]


def test_a_target_named_twice_counts_once(tmp_path: Path, capsys: Captured) -> None:
    path = made(tmp_path)
    assert main(["report", "--json", str(path), str(path.parent), str(path)]) == 0
    assert json.loads(capsys.readouterr().out)["total"]["turns"] == 1


def test_sessions_without_a_turn_are_left_out_of_a_folders_report(tmp_path: Path, capsys: Captured) -> None:
    made(tmp_path)
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "waiting.jsonl").write_text(WAITING)
    assert main(["report", "--json", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    assert (len(json.loads(out)["sessions"]), err) == (1, "")


def test_without_a_target_the_session_of_this_directory_is_reported(
    tmp_path: Path, isolated_home: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    project = isolated_home / "claude" / "projects" / "p"
    project.mkdir(parents=True)
    here, elsewhere = Session(1, cwd=str(tmp_path)), Session(2)
    for number, session in enumerate((here, elsewhere)):
        session.main.turn(Spend(input=1))
        os.utime(session.write_to(project), (number, number))
    assert main(["report", "--json"]) == 0
    (session_json,) = json.loads(capsys.readouterr().out)["sessions"]
    assert session_json["session_id"] == here.id


def test_config_dirs_are_repeatable_and_all_of_them_are_read(tmp_path: Path, capsys: Captured) -> None:
    made(tmp_path / "a" / "projects" / "p", 1)
    made(tmp_path / "b" / "projects" / "p", 2)
    roots = ["--config-dir", str(tmp_path / "a"), "--config-dir", str(tmp_path / "b")]
    assert main(["report", "--all", "--json", *roots]) == 0
    assert len(json.loads(capsys.readouterr().out)["sessions"]) == 2


HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202egnp.\u2066x\x9b31m\r[bold]moon[/bold]"


@pytest.mark.parametrize("count", [1, 2], ids=["one session", "several"])
def test_hostile_text_does_not_reach_the_terminal(count: int, tmp_path: Path, capsys: Captured) -> None:
    project = tmp_path / f"p\x1b[31m{HOSTILE[-3]}\u202e"
    project.mkdir()
    for seed in range(count):
        session = Session(seed + 1, model=f"tidal{HOSTILE}", cwd=HOSTILE)
        session.custom_title(HOSTILE)
        session.main.prompt(HOSTILE)
        session.main.turn(Spend(input=1))
        session.agent(agent_type=HOSTILE).turn(Spend(input=1))
        session.write_to(project)
    (project / f"not\x1b[5m-one{count}.jsonl").write_text("text")
    assert main(["report", str(project)]) == 0
    assert main(["report", str(project / f"not\x1b[5m-one{count}.jsonl")]) == 1
    out, err = capsys.readouterr()
    assert "[bold]moon[/bold]" in out  # no markup is interpreted either
    for ch in (out + err).replace("\n", ""):
        assert unicodedata.category(ch) not in ("Cc", "Cf", "Cs", "Zl", "Zp"), ascii(ch)


def test_without_titles_no_text_of_the_transcript_is_shown(tmp_path: Path, capsys: Captured) -> None:
    session = Session()
    session.custom_title("moonlit harbour")
    session.main.prompt("where is the moonfish")
    session.main.turn(Spend(input=1))
    path = session.write_to(tmp_path)
    for flags in ([], ["--json"]):
        assert main(["report", str(path), "--no-titles", *flags]) == 0
        assert "moon" not in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--version"], ["report", "a.jsonl"], ["report", "--json", "a.jsonl"]], ids=str)
def test_commands_without_a_screen_import_neither_textual_nor_watchdog(arguments: list[str], tmp_path: Path) -> None:
    made(tmp_path).rename(tmp_path / "a.jsonl")
    program = (
        "import sys\n"
        "from tui.cli import main\n"
        "try:\n    code = main(sys.argv[1:])\n"
        "except SystemExit as end:\n    code = end.code\n"
        "heavy = {'textual', 'rich', 'watchdog', 'pydantic'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else code)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_a_reader_that_has_gone_ends_the_report_quietly(tmp_path: Path) -> None:
    made(tmp_path).rename(tmp_path / "a.jsonl")
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-c", "import sys; from tui.cli import main; sys.exit(main())", "report", "a.jsonl"]
    done = subprocess.run(command, cwd=tmp_path, stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert done.stderr == ""


def test_a_terminal_without_utf_8_gets_a_report_not_a_traceback(tmp_path: Path) -> None:
    session = Session()
    session.custom_title("Gezeiten für Süd")
    session.main.turn(Spend(input=1))
    session.write_to(tmp_path).rename(tmp_path / "a.jsonl")
    command = [sys.executable, "-c", "import sys; from tui.cli import main; sys.exit(main())", "report", "a.jsonl"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Gezeiten f?r S?d" in done.stdout


@pytest.mark.parametrize("forms", [("--json", "--csv"), ("--markdown", "--csv"), ("--json", "--markdown")])
def test_a_report_has_one_form(forms: tuple[str, str], tmp_path: Path, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as end:
        main(["report", str(made(tmp_path)), *forms])
    assert end.value.code == 2
    line = complaint(capsys)
    assert all(form in line for form in forms)
    assert "`runningtab report --help`" in line
