"""Wakes the follower the moment a watched folder changes, as far as the system allows."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

_REMOTE = frozenset(("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "vboxsf", "virtiofs"))


class FileWatch:
    """Watches folders and collects the paths that changed; ``wake`` is set when there are any.

    Where watching is not to be had (no watches or instances left, a remote file system) ``trouble`` says
    why, and the follower has to look for itself.
    """

    def __init__(self, wake: threading.Event) -> None:
        # Imported here: a command that watches nothing does not pay for it.
        from watchdog.observers import Observer

        logging.getLogger("watchdog").addHandler(logging.NullHandler())  # its farewells are no news to a person

        self._wake = wake
        self._lock = threading.Lock()
        self._changed: set[str] = set()
        self._folders: set[Path] = set()
        self._observer = Observer()
        self._observer.daemon = True
        self.trouble: str | None = None
        try:
            self._observer.start()
        except OSError as error:
            self.trouble = error.strerror or str(error)

    def add(self, folder: Path, *, recursive: bool = False) -> None:
        """Watch one more folder, if it is there."""
        if folder in self._folders or self.trouble is not None or not folder.is_dir():
            return
        if is_remote(folder):
            self.trouble = "the file system is remote"
            return
        from watchdog.events import (
            DirCreatedEvent,
            DirMovedEvent,
            FileCreatedEvent,
            FileDeletedEvent,
            FileModifiedEvent,
            FileMovedEvent,
            FileSystemEvent,
            FileSystemEventHandler,
        )

        watch = self

        class Handler(FileSystemEventHandler):
            def on_any_event(self, event: FileSystemEvent) -> None:
                watch.note(event.src_path, event.dest_path)

        kinds: list[type[FileSystemEvent]] = [
            FileModifiedEvent,
            FileCreatedEvent,
            FileMovedEvent,
            FileDeletedEvent,
            DirCreatedEvent,
            DirMovedEvent,
        ]
        try:
            self._observer.schedule(Handler(), str(folder), recursive=recursive, event_filter=kinds)
        except OSError as error:
            self.trouble = error.strerror or str(error)
        else:
            self._folders.add(folder)

    def note(self, *paths: bytes | str) -> None:
        """Remember that these paths changed, and wake whoever waits."""
        with self._lock:
            self._changed.update(os.fsdecode(path) for path in paths if path)
        self._wake.set()

    def take(self) -> set[str]:
        """Return the paths that changed since the last call."""
        with self._lock:
            changed, self._changed = self._changed, set()
        return changed

    def close(self) -> None:
        if self._observer.is_alive():
            self._observer.stop()
            self._observer.join(2)


def is_remote(folder: Path, mounts: Path = Path("/proc/mounts")) -> bool:
    """Tell whether a folder lies on a file system whose changes by other machines the kernel does not see."""
    try:
        table = mounts.read_text("utf-8", "replace")
    except OSError:
        return False
    best, kind = "", ""
    here = str(folder.resolve())
    for line in table.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ")
        inside = here == point or here.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind in _REMOTE
