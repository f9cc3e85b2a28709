"""A finished session's lines in the order in which they were written, over all of its files: for replays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from pathlib import Path

from parsers.reader import OnChunk, tell_agent_types
from parsers.session_files import CHUNK, AgentFinder, ProjectFolder, agent_id_of, is_agent_file
from parsers.session_log import SessionLog, is_uuid
from parsers.transcript import Transcript

_TIME = re.compile(rb'"timestamp":"(\d{4}-[^"]{6,30})"')
_RESPONSE = re.compile(rb'"message":\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*?"id":"([^"\\]+)"')


@dataclass(frozen=True, slots=True)
class _Line:
    """A line, or a piece of one that is longer than a chunk."""

    time: bytes
    """The newest time that its file has told so far, as written: times of one form sort as text.

    In a main transcript only responses tell one: a client that resumes may write lines of today above those of
    yesterday.
    """
    file: int
    number: int
    data: bytes
    response: bytes | None
    """Id of the response that it holds a part of, as far as it stands where clients write it."""


class Recording:
    """Plays a session's files into a log, line by line in the order of their times.

    The log ends as a cold read's does: the order in which files are fed makes no difference to it.
    """

    def __init__(self, path: Path, *, project: ProjectFolder | None = None, keep_labels: bool = True) -> None:
        self.path = path
        self.log = SessionLog(str(path), keep_labels=keep_labels)
        self.unreadable: dict[Path, str] = {}
        """Agent files that could not be read, with the reason."""
        self._finder = AgentFinder(path, project)

    def play(self, on_chunk: OnChunk | None = None) -> Iterator[None]:
        """Feed the log; yields after each line that may have changed it, once for a response of several lines.

        Raises OSError when the main file is unreadable. ``on_chunk`` is told how far the files have been read.
        """
        files = self._files()
        last_lines = [_last_lines(path) for path in files]
        size, read = sum(path.stat().st_size for path in files), 0
        transcripts: dict[int, Transcript] = {}
        for line in merge(*(_lines(path, file) for file, path in enumerate(files)), key=lambda line: line.time):
            path = files[line.file]
            if line.file not in transcripts:
                transcripts[line.file] = self._transcript(path)
            transcript = transcripts[line.file]
            self.log.feed(transcript, line.data)
            read += len(line.data)
            if on_chunk is not None:
                on_chunk(read, size)
            is_part = line.response is not None and line.number < last_lines[line.file].get(line.response, 0)
            if line.data.endswith(b"\n") and not is_part:
                if transcript is not self.log.main:
                    tell_agent_types(transcript, path)
                yield
        for transcript in transcripts.values():
            self.log.finish(transcript)
            if transcript is not self.log.main:
                tell_agent_types(transcript, Path(transcript.path))
        yield

    def _files(self) -> list[Path]:
        """Return the session's files that can be read, the main transcript first."""
        agents = [] if is_agent_file(self.path) else self._finder.find(self._session_id())
        files = [self.path] if self.path.exists() or not agents else []
        for path in agents:
            try:
                with path.open("rb"):
                    files.append(path)
            except OSError as error:
                self.unreadable[path] = error.strerror or str(error)
        return files

    def _session_id(self) -> str:
        """Return the session's id, for which a file that is not named by it has to be read."""
        log = SessionLog(str(self.path), keep_labels=False)
        if not is_uuid(self.path.stem) and self.path.exists():
            for line in _lines(self.path, 0):
                log.feed(log.main, line.data)
            log.finish(log.main)
        return log.session_id

    def _transcript(self, path: Path) -> Transcript:
        if path == self.path:
            return self.log.main
        return self.log.add_agent(str(path), agent_id_of(path), self._finder.owner(path))


def _lines(path: Path, file: int) -> Iterator[_Line]:
    """Return a file's lines, those above a chunk in pieces."""
    newest, number = b"", 0
    with path.open("rb") as source:
        while data := source.readline(CHUNK):
            found = _RESPONSE.search(data)
            tells = found is not None or is_agent_file(path)
            if tells and (time := _TIME.search(data)) is not None:
                newest = max(newest, time[1])
            yield _Line(newest, file, number, data, found[1] if found else None)
            number += data.endswith(b"\n")


def _last_lines(path: Path) -> dict[bytes, int]:
    """Return the number of the last line of each response: the ones before it tell only a part of it."""
    return {line.response: line.number for line in _lines(path, 0) if line.response is not None}
