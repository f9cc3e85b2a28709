"""Made-up sessions as films: written to a folder with the times that a test chooses, and read back."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path

from fixtures.chain import Line
from fixtures.session import START, Session, Ticking
from fixtures.spend import Spend
from fixtures.story import story
from meter.rates import list_prices
from tui.film import Film, load_film

OPUS = "claude-opus-4-6"
"""A model with a window of 200,000 tokens: its client compacts by itself at 167,000."""


def timed(seed: int = 5) -> tuple[Session, Ticking]:
    """Return a session that writes nothing yet, and its clock, which moves only when it is told to."""
    clock = Ticking(START, timedelta())
    return Session(seed, clock=clock), clock


def turns_after(*gaps: float) -> Session:
    """Return a session of one prompt: a turn at once, and one more after each of these seconds."""
    session, clock = timed()
    session.main.prompt("where is the moon")
    session.main.turn(Spend(input=5, write_1h=20_000, output=100))
    for number, gap in enumerate(gaps):
        clock.wait(gap)
        session.main.turn(Spend(input=5, write_1h=1_000, read=20_000 + 1_000 * number, output=100))
    return session


def sized(*contexts: int, output: int = 5_000) -> Session:
    """Return a session whose prompts have these sizes, warm: so much output keeps the history's share small."""
    session, clock = timed()
    session.main.prompt("where is the moon")
    known = 0
    for context in contexts:
        if context:
            read = min(known, context)
            session.main.turn(Spend(write_1h=context - read, read=read, output=output), model=OPUS)
        else:
            session.main.compact(before=known, after=9_000)
        known = context
        clock.wait(30)
    return session


def agents_only() -> Session:
    """Return a session whose main thread never answered: its agents worked, ten seconds a turn."""
    session, clock = timed()
    session.main.prompt("where is the moon")
    agent = session.agent(layout="folder")
    for read in (0, 9_000, 9_500):
        agent.turn(Spend(input=4, write_5m=500, read=read, output=50))
        clock.wait(10)
    return session


def with_agents_at_both_ends() -> Session:
    """Return a session whose agents work before its first turn and after its last one, the second."""
    session, clock = timed()
    session.main.prompt()
    agent = session.agent(layout="folder")
    spend = Spend(input=5, write_1h=3_000, output=10)
    for chain in (agent, session.main, session.main, agent):
        chain.turn(spend)
        clock.wait(10)
    return session


def without_times(session: Session) -> Session:
    """Take the times out of all lines."""
    stamp = f'"timestamp":"{session.clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")}"'.encode()
    session.lines = [Line(line.path, line.data.replace(stamp, b'"timestamp":null')) for line in session.lines]
    assert b"2026-" not in b"".join(line.data for line in session.lines)
    return session


def film_of(session: Session, folder: Path | None = None, *, keep_labels: bool = True) -> Film:
    """Write a session's files below a folder, or a passing one, and return its film."""
    if folder is not None:
        return load_film([session.write_to(folder)], list_prices(), keep_labels=keep_labels)
    with tempfile.TemporaryDirectory() as passing:
        return load_film([session.write_to(Path(passing))], list_prices(), keep_labels=keep_labels)


def shown(film: Film) -> Sequence[tuple[int, float]]:
    """Return each frame's turns of the main thread, and its seconds since the first frame."""
    first = film.frames[0].at
    return [(frame.turns, (frame.at - first).total_seconds()) for frame in film.frames]


@cache
def story_film() -> Film:
    """Return sixty turns with prompts at every ninth, a break at turn 48, and agents after turns 13 and 44."""
    session = Session(5)
    session.ai_title("A page of tide tables")
    list(story(session, 60))
    return film_of(session)


@cache
def other_film(name: str) -> Film:
    match name:
        case "one turn":
            return film_of(turns_after())
        case "two turns":
            return film_of(turns_after(5.0))
        case "agents only":
            return film_of(agents_only())
        case "agents at both ends":
            return film_of(with_agents_at_both_ends())
        case "without times":
            return film_of(without_times(turns_after(0, 0, 0)))
    session, clock = timed()
    if name == "unpriced":
        session.model = "tidal-model-1"
    session.main.prompt()
    for gap in (0, 60, -86_400, 10, 3_600):
        clock.wait(gap)
        session.main.turn(Spend(input=5, write_1h=9_000, output=10))
    return film_of(session)
