"""Bytes of a growing file to whole lines."""

from __future__ import annotations

LINE_LIMIT = 64 * 1024 * 1024
"""Bytes; a longer line is dropped while it streams in and never buffered."""

_BOM = b"\xef\xbb\xbf"
_EDGE = b"\x00\r\n\t "


class LineSplitter:
    """Cuts a stream of byte chunks into lines and keeps the unfinished tail.

    Lines come without their newline, NUL bytes at the edges (torn writes), carriage return and
    byte order mark; blank ones are left out.
    """

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0
        self._dropping = False
        self.dropped_lines = 0
        self.dropped_bytes = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the lines that this chunk completes, in order."""
        pieces = chunk.split(b"\n")
        rest = pieces.pop()
        lines: list[bytes] = []
        for piece in pieces:
            if self._size or len(piece) > self._limit:
                self._grow(piece)
                piece = b"" if self._dropping else b"".join(self._parts)
                self.cut()
            if line := clean_line(piece):
                lines.append(line)
        self._grow(rest)
        return lines

    def tail(self) -> bytes:
        """Return the unfinished last line; empty when it is blank or too long."""
        joined = b"".join(self._parts)
        self._parts = [joined] if joined else []
        return clean_line(joined)

    def cut(self) -> None:
        """Forget the unfinished line: what follows belongs to another one."""
        self._parts.clear()
        self._size = 0
        self._dropping = False

    def _grow(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._dropping:
            self.dropped_bytes += len(piece)
        elif self._size > self._limit:
            self._dropping = True
            self._parts.clear()
            self.dropped_lines += 1
            self.dropped_bytes += self._size
        elif piece:
            self._parts.append(piece)


def clean_line(line: bytes) -> bytes:
    """Return the line without what torn writes and other systems leave at its edges."""
    line = line.strip(_EDGE)
    if line.startswith(_BOM):
        line = line[len(_BOM) :].strip(_EDGE)
    return line
