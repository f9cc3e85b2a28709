"""Incremental = cold: however the files grow, the state is that of one read at the end."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from fixtures.chain import Line
from fixtures.session import Session
from fixtures.spend import Spend
from fixtures.story import story
from meter.rates import list_prices
from meter.session import SessionMeter, SessionState
from parsers import transcript as transcript_module
from parsers.decoding import decode
from parsers.reader import SessionReader
from parsers.session_log import SessionLog
from tests.conftest import SHARED
from tests.made import Dice, dice, sessions
from tests.support import Json, read_file, state_of, state_of_session, transcript_of, unmarked
from tui.session_json import session_json


def same(left: SessionState, right: SessionState) -> None:
    """Assert that two states are equal, down to the order in which a report lists things."""
    assert left == right
    assert json.dumps(session_json(left)) == json.dumps(session_json(right))


@settings(max_examples=500)
@given(sessions(mixed=True), dice)
def test_any_split_of_the_files_into_appends_ends_in_the_state_of_a_cold_read(session: Session, dice: Dice) -> None:
    files = {
        path: dice.damage().change(content) if content and dice.coin() else content
        for path, content in session.files().items()
    }
    log = SessionLog(session.path)
    meter = SessionMeter(log, list_prices())
    for path, piece in dice.pieces(files):
        transcript = transcript_of(log, path)
        log.feed(transcript, piece)
        if dice.coin():
            log.finish(transcript)
        if dice.coin():
            meter.update()
    for path in files:
        log.finish(transcript_of(log, path))
    same(meter.update(), state_of(files, session.path))


@settings(max_examples=25)
@given(sessions(steps=5))
def test_a_file_fed_byte_by_byte_ends_in_the_state_of_a_cold_read(session: Session) -> None:
    files = session.files()
    log = SessionLog(session.path)
    meter = SessionMeter(log, list_prices())
    for path, content in files.items():
        transcript = transcript_of(log, path)
        for at in range(len(content)):
            log.feed(transcript, content[at : at + 1])
            log.finish(transcript)
        meter.update()
    same(meter.update(), state_of_session(session))


@settings(max_examples=250)
@given(sessions(mixed=True), dice)
def test_when_the_meter_updates_makes_no_difference(session: Session, dice: Dice) -> None:
    log, other = SessionLog(session.path), SessionLog(session.path)
    after_each, now_and_then = SessionMeter(log, list_prices()), SessionMeter(other, list_prices())
    for line in session.lines:
        log.feed(transcript_of(log, line.path), line.data)
        after_each.update()
        other.feed(transcript_of(other, line.path), line.data)
        if dice.coin():
            now_and_then.update()
    same(after_each.update(), now_and_then.update())
    same(after_each.update(), state_of_session(session))


@settings(max_examples=250)
@given(sessions(), dice)
def test_a_restarted_file_gives_the_old_lines_followed_by_the_new_files(session: Session, dice: Dice) -> None:
    old = session.files()[session.path]
    kept = old[: dice.pick(dice.upto(len(old)), len(old), len(old) - 1)]
    begun = dice.upto(len(session.lines))
    new = b"".join(line.data for line in session.lines[begun:] if line.path == session.path)
    finished = dice.coin()
    log = SessionLog(session.path)
    meter = SessionMeter(log, list_prices())
    log.feed(log.main, kept)
    if finished:
        log.finish(log.main)
    meter.update()
    log.main.restart()
    for path, piece in dice.pieces({session.path: new}):
        log.feed(transcript_of(log, path), piece)
    log.finish(log.main)
    state = meter.update()
    assert state.rewritten
    whole = _whole_lines(kept, last=finished)
    same(unmarked(state), state_of({session.path: whole + new}, session.path))


def _whole_lines(data: bytes, *, last: bool) -> bytes:
    """Return the lines of a file up to its last newline, and the one after it if that is a whole object."""
    head, newline, tail = data.rpartition(b"\n")
    whole = last and tail and not decode(tail)[1]
    return head + newline + (tail + b"\n" if whole else b"")


@pytest.mark.parametrize("how", ["rename", "truncate", "overwrite"])
@settings(max_examples=80)
@given(session=sessions(), dice=dice)
def test_a_rewritten_file_on_disk_keeps_what_was_counted(
    how: str, session: Session, dice: Dice, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = session.write_to(tmp_path_factory.mktemp("project"))
    files = {name: content for name, content in session.files().items() if name != session.path}
    lines = [line.data for line in session.lines if line.path == session.path]
    kept = dice.upto(len(lines))
    written = b"".join(lines[kept:])
    if how == "overwrite":  # grown over what was read: only the bytes tell
        fresh = Session(session.seed + 10_000, client=session.client)
        for _ in range(2 * len(lines) + 4):
            fresh.main.turn(Spend(input=9, output=7))
        written = fresh.files()[fresh.path]
    old = b"".join(lines)
    reader = SessionReader(path)
    meter = SessionMeter(reader.log, list_prices())
    reader.poll()
    meter.update()
    if how == "rename":
        other = path.with_name("compacted.tmp")
        other.write_bytes(written)
        other.rename(path)
    else:
        with path.open("r+b") as file:
            file.write(written)
            file.truncate()
    reader.poll()
    state = meter.update()
    expected = state_of({session.path: old + written, **files}, session.path)
    same(_at(unmarked(state), path), _at(expected, path))
    assert state.rewritten == (how == "rename" or not written.startswith(old))


def _at(state: SessionState, path: Path) -> SessionState:
    """Return the state without what the place of its files decides: keys of lines that have no id, agents' types."""
    threads = tuple(replace(tab, agent_type=None) for tab in state.threads)
    return replace(state, path=str(path), threads=threads)


@settings(max_examples=120)
@given(session=sessions(), dice=dice)
def test_files_that_grow_on_disk_end_in_the_state_of_a_cold_read(
    session: Session, dice: Dice, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("project")
    path = folder / session.path
    reader = SessionReader(path)
    meter = SessionMeter(reader.log, list_prices())
    for name, piece in dice.pieces(session.files(), most=4):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("ab") as file:
            file.write(piece)
        if dice.coin():
            reader.poll()
            meter.update()
    for name, content in session.side_files.items():
        (folder / name).write_bytes(content)
    reader.poll()
    reader.poll()
    cold = SessionReader(path)
    cold.poll()
    same(meter.update(), SessionMeter(cold.log, list_prices()).update())


@settings(max_examples=200)
@given(sessions(), dice)
def test_a_revised_turn_gives_the_state_of_one_that_came_right_at_once(session: Session, dice: Dice) -> None:
    """The first lines of a response may hold a smaller output, however late the final line comes."""
    finals = {one.id: one.spend.output for one in session.responses.values() if one.final}
    files = session.files()
    right = {path: b"".join(_finished(line, finals) for line in _split(content)) for path, content in files.items()}
    log = SessionLog(session.path)
    meter = SessionMeter(log, list_prices())
    for path, piece in dice.pieces(files):
        log.feed(transcript_of(log, path), piece)
        meter.update()
    assert _priced(meter.update()) == _priced(state_of(right, session.path))


def _split(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def _finished(line: bytes, finals: dict[str, int]) -> bytes:
    raw: Json = json.loads(line)
    message = raw["data"]["message"].get("message") if raw["type"] == "progress" else raw.get("message")
    if isinstance(message, dict) and message.get("id") in finals:
        message["usage"]["output_tokens"] = finals[message["id"]]
    return json.dumps(raw).encode() + b"\n"


def _priced(state: SessionState) -> Json:
    return session_json(state)


def _counted_appends(monkeypatch: pytest.MonkeyPatch, turns: int) -> dict[int, tuple[int, int]]:
    """Return by main turn how many lines were decoded and turns priced for the append of one response's line."""
    decoded = 0

    def counting(line: bytes) -> tuple[list[Json], bool]:
        nonlocal decoded
        decoded += 1
        return decode(line)

    monkeypatch.setattr(transcript_module, "decode", counting)
    session = Session(3)
    log = SessionLog(session.path)
    meter = SessionMeter(log, list_prices())
    work: dict[int, tuple[int, int]] = {}

    def append(lines: list[Line]) -> None:
        for line in lines:
            transcript = transcript_of(log, line.path)
            log.feed(transcript, line.data)
            log.finish(transcript)

    for lines in story(session, turns):
        append(lines)
    for number in range(turns + 1, turns + 4):
        before = (decoded, meter.priced)
        meter.update()
        before = (decoded, meter.priced)
        append(session.main.turn(Spend(input=5, write_1h=900, read=40_000, output=300), tools=("Read",)))
        meter.update()
        work[number - turns] = (decoded - before[0], meter.priced - before[1])
    return work


def test_an_append_costs_the_same_work_at_turn_10_and_at_turn_5000(monkeypatch: pytest.MonkeyPatch) -> None:
    early = _counted_appends(monkeypatch, 10)
    late = _counted_appends(monkeypatch, 5_000)
    assert early == late == dict.fromkeys((1, 2, 3), (2, 1))


def test_a_poll_without_news_reads_and_prices_nothing(tmp_path: Path) -> None:
    session = Session()
    list(story(session, 30))
    reader = SessionReader(session.write_to(tmp_path))
    meter = SessionMeter(reader.log, list_prices())
    assert reader.poll()
    meter.update()
    read, priced = reader.bytes_read, meter.priced
    assert not reader.poll()
    meter.update()
    assert (reader.bytes_read, meter.priced) == (read, priced)
    assert read == sum(len(content) for content in session.files().values())


def test_an_append_on_disk_reads_only_the_appended_bytes(tmp_path: Path) -> None:
    session = Session()
    list(story(session, 30))
    path = session.write_to(tmp_path)
    reader = SessionReader(path)
    reader.poll()
    before = reader.bytes_read
    (line,) = session.main.turn(Spend(input=3, output=5))
    with path.open("ab") as file:
        file.write(line.data)
    reader.poll()
    assert reader.bytes_read - before == len(line.data)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared transcripts are not on this machine")
@pytest.mark.parametrize("step", [997, 65_537])
@pytest.mark.parametrize("name", ["client/subagent", "client/old-2.0.76-tools", "client/compact", "client/fork-resume"])
def test_a_real_session_read_in_pieces_ends_in_the_state_of_a_cold_read(name: str, step: int) -> None:
    for path in sorted((SHARED / name).glob("projects/*/*.jsonl")):
        if path.name.startswith("agent-"):
            continue
        agents = sorted(path.with_suffix("").rglob("agent-*.jsonl"))
        files = {str(file): file.read_bytes() for file in (path, *agents)}
        log = SessionLog(str(path))
        meter = SessionMeter(log, list_prices())
        for file, content in reversed(files.items()):
            for at in range(0, len(content), step):
                log.feed(transcript_of(log, file), content[at : at + step])
                meter.update()
        for file in files:
            log.finish(transcript_of(log, file))
        same(meter.update(), state_of(files, str(path)))


def test_read_file_is_the_cold_read(tmp_path: Path) -> None:
    session = Session()
    list(story(session, 20))
    assert read_file(session.write_to(tmp_path)).tally.cost == session.totals.pico
