"""Which files make one session, in the layouts of all generations."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fixtures.clients import CLIENTS
from fixtures.session import Session
from fixtures.spend import Spend
from parsers.reader import SessionReader
from parsers.session_files import AgentFinder, ProjectFolder, agent_id_of, agent_type_of, flat_agent_owner

FLAT = CLIENTS["2.0.76"]
ONE = Spend(input=1, output=1)


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def test_main_transcripts_are_the_jsonl_files_that_are_no_agents(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl", "agent-1.jsonl", "notes.txt", "c.json"):
        (tmp_path / name).touch()
    (tmp_path / "memory").mkdir()
    (tmp_path / "folder.jsonl").mkdir()
    assert names(ProjectFolder(tmp_path).sessions()) == ["a.jsonl", "b.jsonl"]


def test_a_session_whose_main_file_is_gone_is_named_by_its_agents(tmp_path: Path) -> None:
    nested, flat = Session(1), Session(2, client=FLAT)
    for session in (nested, flat):
        session.agent().turn(ONE)
        session.write_to(tmp_path).unlink()
    assert names(ProjectFolder(tmp_path).sessions()) == sorted([nested.path, flat.path])


def test_a_folder_that_cannot_be_listed_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ProjectFolder(tmp_path / "nowhere").sessions()


def test_a_flat_agent_belongs_to_the_session_of_its_first_response(tmp_path: Path) -> None:
    one, two = Session(1, client=FLAT), Session(2, client=FLAT)
    agents = [session.agent() for session in (one, two)]
    for session, agent in zip((one, two), agents, strict=True):
        session.main.turn(ONE)
        agent.turn(ONE)
        session.write_to(tmp_path)
    project = ProjectFolder(tmp_path)
    for session, agent in zip((one, two), agents, strict=True):
        assert names(AgentFinder(tmp_path / session.path, project).find(session.id)) == [agent.path]


def test_a_flat_agent_without_a_response_belongs_to_nobody_until_it_has_one(tmp_path: Path) -> None:
    session = Session(1, client=FLAT)
    session.main.turn(ONE)
    agent = session.agent()
    session.write_to(tmp_path)
    project = ProjectFolder(tmp_path)
    assert project.flat_agents(session.id) == []
    (line,) = agent.turn(ONE)
    with (tmp_path / agent.path).open("ab") as file:
        file.write(line.data)
    assert names(project.flat_agents(session.id)) == [agent.path]


def test_an_agents_owner_is_read_from_an_unfinished_line_and_through_damage(tmp_path: Path) -> None:
    session = Session(1, client=FLAT)
    agent = session.agent()
    (line,) = agent.turn(ONE)
    path = tmp_path / agent.path
    path.write_bytes(b'{"type":"assistant","mess\n' + line.data.rstrip())
    assert flat_agent_owner(path) == session.id
    path.write_bytes(b"")
    assert flat_agent_owner(path) is None
    assert flat_agent_owner(tmp_path / "nowhere.jsonl") is None


def test_agents_that_appear_while_the_session_runs_are_found(tmp_path: Path) -> None:
    session = Session(1)
    session.main.turn(ONE)
    path = session.write_to(tmp_path)
    reader = SessionReader(path)
    reader.poll()
    assert len(reader.log.threads()) == 1
    for layout in ("folder", "nested", "flat"):
        session.agent(layout=layout).turn(ONE)
        session.write_to(tmp_path)
        os.utime(tmp_path, ns=(0, len(session.lines)))
        reader.poll()
    assert len(reader.log.threads()) == 4


def test_an_agents_type_comes_from_the_file_beside_it(tmp_path: Path) -> None:
    session = Session(1, client=CLIENTS["2.1.100"])
    session.main.turn(ONE)
    session.agent(agent_type="\x1b[31mPlan\u202e").turn(ONE)
    reader = SessionReader(session.write_to(tmp_path))
    reader.poll()
    assert [thread.agent_type for thread in reader.log.threads()] == [None, "Plan"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"agentType":5}', b'{"agentType":""}', b"\xff"])
def test_a_broken_meta_file_gives_no_type(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "agent-a1.meta.json").write_bytes(content)
    assert agent_type_of(tmp_path / "agent-a1.jsonl") is None


def test_an_agent_file_that_cannot_be_read_is_named_and_the_session_stays(tmp_path: Path) -> None:
    session = Session(1)
    session.main.turn(ONE)
    agent = session.agent()
    agent.turn(ONE)
    path = session.write_to(tmp_path)
    (tmp_path / agent.path).unlink()
    (tmp_path / agent.path).mkdir()
    reader = SessionReader(path)
    assert reader.poll()
    assert list(reader.unreadable) == [tmp_path / agent.path]
    assert len(reader.log.threads()) == 1


def test_an_agents_file_named_as_the_session_is_read_alone(tmp_path: Path) -> None:
    session = Session(1, client=FLAT)
    session.main.turn(ONE)
    one, other = session.agent(), session.agent()
    for agent in (one, other):
        agent.turn(ONE)
    session.write_to(tmp_path)
    reader = SessionReader(tmp_path / one.path)
    reader.poll()
    assert sum(thread.visible for thread in reader.log.threads()) == 1
    assert agent_id_of(tmp_path / one.path) == one.agent_id


def test_a_file_that_is_gone_leaves_what_was_read(tmp_path: Path) -> None:
    session = Session(1)
    session.main.turn(ONE)
    path = session.write_to(tmp_path)
    reader = SessionReader(path)
    reader.poll()
    path.unlink()
    assert not reader.poll()
    assert reader.missing
    assert reader.log.threads()[0].turns == 1
    session.main.turn(ONE)
    session.write_to(tmp_path)
    assert reader.poll()
    assert not reader.missing
    assert reader.log.threads()[0].turns == 2


@pytest.mark.parametrize(
    ("stem", "expected"),
    [("0123abcd-0000-4000-8000-0000000000ff", "0123abcd-0000-4000-8000-0000000000ff"), ("full", None)],
)
def test_the_session_id_is_the_stem_if_a_uuid_else_the_most_frequent_id(
    tmp_path: Path, stem: str, expected: str | None
) -> None:
    session, other = Session(1), Session(2)
    session.main.turn(ONE, blocks=3)
    other.main.turn(ONE)
    path = tmp_path / f"{stem}.jsonl"
    path.write_bytes(other.files()[other.path] + session.files()[session.path])
    reader = SessionReader(path)
    reader.poll()
    assert reader.log.session_id == (expected or session.id)


def test_a_file_without_any_id_is_named_by_its_stem(tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    path.write_text("{}\n")
    reader = SessionReader(path)
    reader.poll()
    assert reader.log.session_id == "notes"
