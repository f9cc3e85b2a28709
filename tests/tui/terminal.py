"""Runs the program in a real pseudo-terminal and reads the screen that a person would see."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pyte

TIMEOUT = 30.0


class Terminal:
    """The program under a terminal of a size; use it as a context manager."""

    def __init__(
        self,
        arguments: Sequence[str],
        home: Path,
        columns: int = 80,
        lines: int = 24,
        environ: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._parent, child = pty.openpty()
        self._size(columns, lines)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "CLAUDE_CONFIG_DIR": str(home / "claude"),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "TEXTUAL_ANIMATIONS": "none",
            **environ,
        }
        command = [sys.executable, "-m", "tui", *arguments]
        self.process = subprocess.Popen(
            command, stdin=child, stdout=child, stderr=child, env=environment, start_new_session=True
        )
        os.close(child)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        os.close(self._parent)

    def resize(self, columns: int, lines: int) -> None:
        self._screen.resize(lines, columns)
        self._size(columns, lines)
        self.process.send_signal(signal.SIGWINCH)

    def press(self, keys: str) -> None:
        os.write(self._parent, keys.encode())

    def until(self, wanted: Callable[[str], bool]) -> str:
        """Wait until the screen shows what is wanted and return its text."""
        end = time.monotonic() + TIMEOUT
        while not wanted(self.text()):
            assert time.monotonic() < end, self.text()
            self._read()
        return self.text()

    def ended(self) -> int:
        """Wait for the program's end and return its exit code."""
        end = time.monotonic() + TIMEOUT
        while self.process.poll() is None:
            assert time.monotonic() < end, self.text()
            self._read()
        self._read()
        return self.process.returncode

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    def _read(self) -> None:
        ready, _, _ = select.select([self._parent], [], [], 0.05)
        if ready:
            try:
                self._stream.feed(os.read(self._parent, 65_536))
            except OSError:  # the program has closed its side
                return

    def _size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._parent, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
