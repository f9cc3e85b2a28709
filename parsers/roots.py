"""Claude Code's own directories: config roots, their projects, and the registry of live processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
from pydantic_core import SchemaValidator, ValidationError
from pydantic_core import core_schema as cs


def config_roots(given: Sequence[str], environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the config roots to look into: those given, else ``CLAUDE_CONFIG_DIR``, else the two usual ones."""
    named = [part.strip() for text in given or [environ.get("CLAUDE_CONFIG_DIR", "")] for part in text.split(",")]
    if folders := [name for name in named if name]:
        return tuple(_expanded(name) for name in folders)
    home = Path(environ.get("HOME") or Path.home())
    return (home / ".claude", home / ".config" / "claude")


def _expanded(name: str) -> Path:
    try:
        return Path(name).expanduser().absolute()
    except RuntimeError:  # no such user: the name stands for itself
        return Path(name).absolute()


def project_folders(root: Path) -> list[Path]:
    """Return the project folders below a config root, sorted; none when it has no projects.

    Raises OSError when the folder is there but cannot be read.
    """
    try:
        with os.scandir(root / "projects") as entries:
            return sorted(Path(entry.path) for entry in entries if entry.is_dir())
    except (FileNotFoundError, NotADirectoryError):
        return []


@dataclass(frozen=True, slots=True)
class LiveProcess:
    """An entry of the registry whose process runs."""

    pid: int
    session_id: str
    cwd: str | None
    status: str | None
    """``idle`` while it waits for the person."""


ProcessStart = Callable[[int], str | None]
"""Returns the start mark of a process: "" when it runs but its start is not known, None when it does not run."""


def process_start(pid: int) -> str | None:
    """Return the start time of a process as Linux tells it, in clock ticks since boot."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
        return stat.rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except OSError:
        return ""
    return ""


_TEXT = cs.with_default_schema(cs.str_schema(strict=True), default=None, on_error="default")
_ENTRY = SchemaValidator(
    cs.typed_dict_schema(
        {
            "pid": cs.typed_dict_field(cs.int_schema(strict=True, gt=0, lt=2**31)),
            "sessionId": cs.typed_dict_field(cs.str_schema(strict=True, pattern=r"^[A-Za-z0-9_-]{1,200}$")),
            "cwd": cs.typed_dict_field(_TEXT),
            "status": cs.typed_dict_field(_TEXT),
            "procStart": cs.typed_dict_field(
                cs.with_default_schema(
                    cs.union_schema([cs.str_schema(strict=True), cs.int_schema(strict=True)]),
                    default="",
                    on_error="default",
                )
            ),
        }
    )
)


def live_processes(root: Path, start_of: ProcessStart = process_start) -> list[LiveProcess]:
    """Return the client's processes that run now: registered, alive, and not another one under an old number."""
    found = []
    try:
        with os.scandir(root / "sessions") as entries:
            paths = sorted(Path(entry.path) for entry in entries if _is_entry(entry.name))
    except OSError:
        return []
    for path in paths:
        try:
            entry = _ENTRY.validate_python(orjson.loads(path.read_bytes()))
        except (OSError, orjson.JSONDecodeError, ValidationError):
            continue
        started, registered = start_of(entry["pid"]), str(entry["procStart"])
        comparable = registered.isdigit() and started not in (None, "")
        if started is not None and (not comparable or started == registered):
            found.append(LiveProcess(entry["pid"], entry["sessionId"], entry["cwd"], entry["status"]))
    return found


def _is_entry(name: str) -> bool:
    """Only ``<pid>.json``: what else lies there (keys) is not ours to open."""
    stem, dot, suffix = name.partition(".")
    return stem.isdigit() and suffix == "json" and bool(dot)
