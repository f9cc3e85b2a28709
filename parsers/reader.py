"""Reads a session's files as far as they have grown."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

from parsers.session_files import CHUNK, AgentFinder, ProjectFolder, agent_id_of, agent_type_of, is_agent_file
from parsers.session_log import SessionLog
from parsers.transcript import Transcript

_FINGERPRINT = 4096

OnChunk = Callable[[int, int], None]
"""Takes the bytes read so far and the file's size."""


def _ignore(_read: int, _size: int) -> None:
    pass


class FileTail:
    """Follows one file by its offset: hands out what was appended, notices truncation and replacement."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.missing = False
        self.bytes_read = 0
        self._offset = 0
        self._inode: int | None = None
        self._written = 0
        self._first = b""
        self._last = b""

    def read_into(self, log: SessionLog, transcript: Transcript, on_chunk: OnChunk = _ignore) -> bool:
        """Feed what is new to the log and tell whether there was anything; raises OSError but for a missing file."""
        try:
            status = self.path.stat()
            if status.st_size == self._offset and status.st_ino == self._inode and status.st_mtime_ns == self._written:
                self.missing = False
                return False
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "not a regular file")
            file = self.path.open("rb", buffering=0)
        except FileNotFoundError:
            self.missing = True
            return False
        with file:
            self.missing = False
            status = os.fstat(file.fileno())
            self._written = status.st_mtime_ns
            restarted = self._inode is not None and self._was_rewritten(file.fileno(), status)
            if restarted:
                transcript.restart()
                self._offset, self._first, self._last = 0, b"", b""
            self._inode = status.st_ino
            file.seek(self._offset)
            start = self._offset
            while chunk := file.read(CHUNK):
                log.feed(transcript, chunk)
                self._offset += len(chunk)
                if len(self._first) < _FINGERPRINT:
                    self._first += chunk[: _FINGERPRINT - len(self._first)]
                self._last = (self._last + chunk[-_FINGERPRINT:])[-_FINGERPRINT:]
                on_chunk(self._offset, status.st_size)
            self.bytes_read += self._offset - start
        log.finish(transcript)
        return self._offset > start or restarted

    def _was_rewritten(self, descriptor: int, status: os.stat_result) -> bool:
        """Tell whether what was read is no longer what the file holds.

        A new inode or a shorter file says so; a file rewritten in place is told by its first bytes and by the
        last ones that were read.
        """
        if status.st_ino != self._inode or status.st_size < self._offset:
            return True
        if os.pread(descriptor, len(self._first), 0) != self._first:
            return True
        return os.pread(descriptor, len(self._last), self._offset - len(self._last)) != self._last


class SessionReader:
    """A session's log and the files it is read from; ``poll`` reads what was appended since the last call."""

    def __init__(self, path: Path, *, project: ProjectFolder | None = None, keep_labels: bool = True) -> None:
        self.path = path
        self.log = SessionLog(str(path), keep_labels=keep_labels)
        self.unreadable: dict[Path, str] = {}
        """Agent files that could not be read, with the reason."""
        self._main = FileTail(path)
        self._agents: dict[Path, FileTail] = {}
        self._finder = AgentFinder(path, project)

    @property
    def missing(self) -> bool:
        """The main transcript is not there (any more)."""
        return self._main.missing

    @property
    def bytes_read(self) -> int:
        return self._main.bytes_read + sum(tail.bytes_read for tail in self._agents.values())

    @property
    def agent_folder(self) -> Path:
        return self._finder.folder

    def poll(self, *, look_for_agents: bool = True, on_chunk: OnChunk = _ignore) -> bool:
        """Read what was appended and tell whether anything was; raises OSError when the main file is unreadable.

        ``on_chunk`` is told how far the main file has been read, and may raise to end the reading.
        """
        changed = self._main.read_into(self.log, self.log.main, on_chunk)
        if look_for_agents and not is_agent_file(self.path):
            self._find_agents()
        for path, tail in self._agents.items():
            changed |= self._read_agent(path, tail)
        return changed

    def _find_agents(self) -> None:
        for path in self._finder.find(self.log.session_id):
            if path not in self._agents:
                self._agents[path] = FileTail(path)

    def _read_agent(self, path: Path, tail: FileTail) -> bool:
        owner = self._finder.owner(path)
        transcript = self.log.add_agent(str(path), agent_id_of(path), owner)
        try:
            changed = tail.read_into(self.log, transcript)
        except OSError as error:
            self.unreadable[path] = error.strerror or str(error)
            return False
        self.unreadable.pop(path, None)
        tell_agent_types(transcript, path)
        return changed


def tell_agent_types(transcript: Transcript, path: Path) -> None:
    """Give the threads of an agent's file the type that the file beside it names."""
    for thread in transcript.threads.values():
        if thread.agent_type is None and thread.turns:
            thread.agent_type = agent_type_of(path)
