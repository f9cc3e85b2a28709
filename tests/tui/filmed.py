"""Made-up sessions as films: written to a folder with the times that a test chooses, and read back."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from fixtures.session import START, Session, Ticking
from fixtures.spend import Spend
from meter.rates import list_prices
from tui.film import Film, load_film


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


def agents_only() -> Session:
    """Return a session whose main thread never answered: its agents worked, ten seconds a turn."""
    session, clock = timed()
    session.main.prompt("where is the moon")
    agent = session.agent(layout="folder")
    for read in (0, 9_000, 9_500):
        agent.turn(Spend(input=4, write_5m=500, read=read, output=50))
        clock.wait(10)
    return session


def film_of(session: Session, folder: Path | None = None, *, keep_labels: bool = True) -> Film:
    """Write a session's files below a folder, or a passing one, and return its film."""
    if folder is not None:
        return load_film(session.write_to(folder), list_prices(), keep_labels=keep_labels)
    with tempfile.TemporaryDirectory() as passing:
        return load_film(session.write_to(Path(passing)), list_prices(), keep_labels=keep_labels)


def shown(film: Film) -> Sequence[tuple[int, float]]:
    """Return each frame's turns of the main thread, and its seconds since the first frame."""
    first = film.frames[0].at
    return [(frame.turns, (frame.at - first).total_seconds()) for frame in film.frames]
