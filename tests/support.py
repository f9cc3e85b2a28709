"""Ways into the program that several tests share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from fixtures.session import Session
from meter.rates import RateTable, list_prices
from meter.session import SessionMeter, SessionState
from meter.tally import Tally
from parsers.records import AssistantLine
from parsers.session_files import ProjectFolder, agent_id_of, is_agent_file
from parsers.session_log import SessionLog
from parsers.transcript import Transcript
from parsers.turns import Turn, turn_of
from parsers.validation import parse
from tui.sessions import Wanted, read_sessions

Json = dict[str, Any]


def read_folder(folder: Path, rates: RateTable | None = None) -> list[SessionState]:
    """Return the sessions of one project folder as ``report`` reads them; no complaint is expected."""
    project = ProjectFolder(folder)
    wanted = [Wanted(path, project, named=False) for path in project.sessions()]
    complaints: list[str] = []
    states = read_sessions(wanted, rates or list_prices(), complaints.append)
    assert complaints == []
    return states


def read_file(path: Path) -> SessionState:
    """Return the one session of a transcript."""
    (state,) = read_sessions([Wanted(path, ProjectFolder(path.parent), named=True)], list_prices(), _fail)
    return state


def _fail(line: str) -> None:
    raise AssertionError(line)


def transcript_of(log: SessionLog, path: str) -> Transcript:
    """Return the transcript of one of the session's files, which joins the log when it is new."""
    return log.add_agent(path, agent_id_of(Path(path))) if is_agent_file(Path(path)) else log.main


def log_of(files: Mapping[str, bytes], main: str) -> SessionLog:
    """Return the log of a cold read: main first, then the agents by name."""
    log = SessionLog(main)
    for path in sorted(files, key=lambda name: (name != main, name)):
        transcript = transcript_of(log, path)
        log.feed(transcript, files[path])
        log.finish(transcript)
    return log


def state_of(files: Mapping[str, bytes], main: str) -> SessionState:
    return SessionMeter(log_of(files, main), list_prices()).update()


def state_of_session(session: Session) -> SessionState:
    return state_of(session.files(), session.path)


def unmarked(state: SessionState) -> SessionState:
    """Return the state without the mark that a file was rewritten."""
    return replace(state, rewritten=False)


def tokens(tally: Tally) -> dict[str, int]:
    return {
        "input": tally.input,
        "output": tally.output,
        "cache_read": tally.cache_read,
        "cache_write_5m": tally.write_5m,
        "cache_write_1h": tally.write_1h,
        "web_searches": tally.web_searches,
    }


def turn(
    *,
    model: str = "claude-sonnet-4-6",
    requested: str | None = None,
    at: str | None = "2026-11-20T12:00:00.000Z",
    stop_reason: str | None = "end_turn",
    **usage: object,
) -> Turn:
    """Return the turn of one assistant line; ``usage`` is the API's object, with ``input_tokens`` and the like."""
    raw: Json = {
        "type": "assistant",
        "uuid": "u-1",
        "timestamp": at,
        "message": {"id": "msg_1", "model": model, "stop_reason": stop_reason, "usage": usage},
    }
    if requested is not None:
        raw["requestedModel"] = requested
    line = parse(raw)
    assert isinstance(line, AssistantLine)
    return turn_of(line, "key")


def written(one_hour: int = 0, five_minutes: int = 0) -> Json:
    """Return the cache writes of a usage object with their split."""
    split = {"ephemeral_1h_input_tokens": one_hour, "ephemeral_5m_input_tokens": five_minutes}
    return {"cache_creation_input_tokens": one_hour + five_minutes, "cache_creation": split}
