"""Sessions that one process went through belong together; forks and headless clears do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.session import Session
from fixtures.spend import Spend
from parsers.linked import linked_sessions
from tests.conftest import SHARED

SPEND = Spend(input=4, write_1h=20_000, output=200)


def written(session: Session, folder: Path) -> Path:
    path = folder / session.path
    path.write_bytes(session.files()[session.path])
    return path


def test_sessions_of_one_process_are_linked_by_age(tmp_path: Path) -> None:
    first = Session(1, process=Session(1).id)
    first.main.prompt()
    first.main.turn(SPEND)
    after = []
    for seed in (3, 2):
        session = Session(seed, process=first.id)
        session.main.prompt()
        session.main.turn(SPEND)
        after.append(written(session, tmp_path))
    stranger = Session(9)
    stranger.main.prompt()
    stranger.main.turn(SPEND)
    written(stranger, tmp_path)
    path = written(first, tmp_path)
    expected = [path, after[1], after[0]]  # a session begins so many minutes later as its seed is larger
    for one in expected:
        assert linked_sessions(one) == expected


def test_a_session_alone_is_its_own_chain(tmp_path: Path) -> None:
    session = Session(1)
    session.main.prompt()
    session.main.turn(SPEND)
    path = written(session, tmp_path)
    assert linked_sessions(path) == [path]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared transcripts are not on this machine")
@pytest.mark.parametrize(
    ("capture", "linked"), [("interactive", 2), ("clear-headless", 1), ("fork-resume", 1), ("plain-multiturn", 1)]
)
def test_what_the_real_client_links(capture: str, linked: int) -> None:
    for path in sorted((SHARED / "client" / capture / "projects").glob("*/*.jsonl")):
        found = linked_sessions(path)
        assert path in found
        assert len(found) == linked
