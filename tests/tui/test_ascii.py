"""ASCII alone: every screen at every size, the text of reports, and stand-ins as wide as what they stand for."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from fixtures.session import Session
from fixtures.spend import Spend
from parsers.targets import Library
from tests.tui.pilot import NAMED_SIZES, SIZES, stage
from tests.tui.snapshots import SESSIONS, Growing, live
from tests.tui.terminal import Terminal
from tui.ascii import speaks_utf8, to_ascii
from tui.ascii_screen import AsciiFilter, ascii_rows
from tui.cells import plain, row
from tui.cli import main
from tui.follow import Phase, Snapshot
from tui.format import money
from tui.settings import DEFAULTS

ASCII = replace(DEFAULTS, ascii=True)


def assert_ascii(rows: list[str], columns: int) -> None:
    for line in rows:
        assert line.isascii(), line
        assert len(line) == columns


@pytest.mark.parametrize("name", SESSIONS)
async def test_every_size_is_ascii(name: str) -> None:
    async with stage(SIZES[0], settings=ASCII) as screen:
        await screen.show(live(name))
        for size in SIZES:
            assert_ascii(await screen.resize(*size), size[0])


@pytest.mark.parametrize("size", NAMED_SIZES, ids=str)
async def test_whatever_key_is_pressed_it_is_ascii(size: tuple[int, int]) -> None:
    async with stage(size, settings=ASCII) as screen:
        await screen.show(live("story"))
        for key in ("v", "v", "v", "v", "home", "b", "p", "s", "end", "z"):
            assert_ascii(await screen.press(key), size[0])
        for opened in ("enter", "question_mark", "w"):
            assert_ascii(await screen.press(opened), size[0])
            await screen.press("escape")


@pytest.mark.parametrize("size", [(44, 24), (120, 36)], ids=str)
async def test_what_the_toolkit_draws_is_ascii_too(size: tuple[int, int], isolated_home: Path) -> None:
    folder = isolated_home / ".claude" / "projects" / "-tide"
    folder.mkdir(parents=True)
    Session(1).write_to(folder)
    async with stage(size, Library((isolated_home / ".claude",)), ASCII, toasts=True) as screen:
        for snapshot in (Snapshot(Phase.WAITING), Snapshot(Phase.READING, progress=0.4), live("story")):
            assert_ascii(await screen.show(snapshot), size[0])
        screen.app.notify("≈ $0.30 · /clear", timeout=10)
        await screen.pause()
        assert_ascii(screen.rows(), size[0])
        assert "~ $0.30 - /clear" in screen.text()
        assert_ascii(await screen.press("ctrl+p"), size[0])
        assert_ascii(await screen.press("t", "h", "e", "down"), size[0])


async def test_it_says_in_ascii_what_it_says_with_glyphs() -> None:
    async with stage() as screen:
        usual = await screen.show(live("story"))
    async with stage(settings=ASCII) as screen:
        shown = await screen.show(live("story"))
    kept = 0
    for line, (before, after) in enumerate(zip(usual, shown, strict=True)):
        if line in (3, 4, 5) or line == len(usual) - 1:  # large digits; a key whose name is a glyph
            continue
        for old, new in zip(before, after, strict=True):
            assert new == old or not old.isascii() or new == "!", (before, after)  # the mark of act takes a blank
            kept += new == old
    assert kept > 1_000
    state = live("story").state
    assert state is not None
    assert f" {money(state.tally.cost)} " in shown[4]


async def test_the_parts_of_money_are_told_by_their_letters() -> None:
    async with stage(settings=ASCII) as screen:
        rows = await screen.show(Growing(40).grow(0))
    assert any(re.search(r" c{3,}n+o+ ", line) for line in rows[3:9])
    assert re.search(r" c+n+o* ", rows[-3])
    assert re.search(r"\| =+-+ \|", "\n".join(rows))
    assert "enter details" in rows[-1]


def test_areas_keep_their_boundary_to_half_a_cell() -> None:
    area, flat = "$carry-area", "$flat-area"
    cells = row(("█", flat), ("▃", f"{flat} on {area}"), ("▅", f"{flat} on {area}"), ("▆", area), ("▂", area))
    assert plain(ascii_rows([cells])) == ["#:#: "]
    assert plain(ascii_rows([row(("━━", "$gauge"), ("━", "$track"), ("▌", "$new on $selection"))])) == ["━━-▌"]


@given(st.text())
def test_the_screen_keeps_its_width_whatever_it_is_told(text: str) -> None:
    style = Style(bold=True)
    (segment,) = AsciiFilter().apply([Segment(text, style)], Color(0, 0, 0))
    assert segment.text.isascii()
    assert segment.style == style
    assert len(segment.text) == cell_len(text) or text.isascii()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("● live · ▶ ‖ ◌", "* live - > = ."),
        ("○ calm ▲ watch ■ act", "- calm ! watch!! act"),
        ("■", "!"),
        ("×◇┴⠐", "xc+."),
        ("╭─╮│╰╯├┤┼┃━┐┘", "+-+|+++++|=++"),
        ("≈ $1, ≥ $2 › …", "~ $1, > $2 > ."),
        ("plain [b] text", "plain [b] text"),
        ("Flut für 潮 e\u0301", "Flut f?r ?? e"),
    ],
)
def test_stand_ins(text: str, shown: str) -> None:
    assert to_ascii(text) == shown


@pytest.mark.parametrize(
    ("encoding", "environ", "speaks"),
    [
        ("utf-8", {}, True),
        ("utf-8", {"LANG": "de_DE.UTF-8"}, True),
        ("UTF8", {"LC_CTYPE": "UTF-8"}, True),
        ("utf-8", {"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, False),
        ("utf-8", {"LC_ALL": "", "LANG": "en_US.utf8"}, True),
        ("utf-8", {"LANG": "de_DE.ISO-8859-1"}, False),
        ("ascii", {"LANG": "de_DE.UTF-8"}, False),
        ("iso8859-1", {}, False),
    ],
)
def test_a_terminal_speaks_utf8_when_its_locale_and_its_stream_do(
    encoding: str, environ: dict[str, str], *, speaks: bool
) -> None:
    assert speaks_utf8(encoding, environ) == speaks


Written = Callable[..., str]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    """Return what a report prints to a stream of an encoding: a session with an estimate and a lower bound."""
    session = Session(1)
    session.custom_title("Flut für Sylt")
    session.main.turn(Spend(input=1_000_000), tier="priority")
    session.main.turn(Spend(input=1, output=5), model="claude-opus-4-6", output="provisional")
    path = session.write_to(tmp_path)

    def run(encoding: str, *options: str) -> str:
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        with monkeypatch.context() as patch:
            patch.setattr("sys.stdout", stream)
            assert main(["report", str(path), *options]) == 0
        stream.seek(0)
        return stream.read()

    return run


def test_a_report_without_utf8_keeps_its_marks(written: Written) -> None:
    printed = written("ascii")
    assert ">= $4.00 at list price" in printed
    assert "~ An estimate" in printed
    assert "Flut f?r Sylt" in printed


def test_a_stream_that_has_a_letter_gets_it(written: Written) -> None:
    printed = written("iso8859-1")
    assert "Flut für Sylt" in printed
    assert "~ An estimate" in printed


@pytest.mark.parametrize("form", [(), ("--markdown",), ("--csv",), ("--json",)])
def test_a_report_in_ascii_is_asked_for(form: tuple[str, ...], written: Written) -> None:
    assert written("utf-8", "--ascii", *form).isascii()


def test_a_lower_bound_is_two_characters_in_text() -> None:
    assert "≥ $2.10 …".encode("ascii", errors="runningtab.stand-in") == b">= $2.10 ..."


@pytest.mark.parametrize("arguments", [["--ascii"], []], ids=["asked for", "no UTF-8"])
def test_in_a_terminal(arguments: list[str], tmp_path: Path, isolated_home: Path) -> None:
    session = Session(1)
    session.main.prompt()
    session.main.turn(Spend(input=1_000_000))
    path = session.write_to(tmp_path)
    environ = {} if arguments else {"LC_ALL": "C"}
    with Terminal([str(path), *arguments], isolated_home, environ=environ) as terminal:
        shown = terminal.until(lambda text: "tab $4.00" in text)
        terminal.press("q")
        assert terminal.ended() == 0
    assert shown.isascii()
