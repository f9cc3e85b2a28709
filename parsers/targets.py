"""From what a person names, or from where they stand, to the transcripts that are meant."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from parsers.decoding import decode
from parsers.lines import clean_line
from parsers.roots import LiveProcess, ProcessStart, live_processes, process_start, project_folders
from parsers.session_files import ProjectFolder
from parsers.session_log import is_uuid
from parsers.transcript import Transcript

_TAIL = 256 * 1024
_BEGINNING = 4 * 1024 * 1024


class TargetError(Exception):
    """What was named cannot be found or read; the message says what and where."""


class AmbiguousTargetError(TargetError):
    """Several sessions begin with the id that was named."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The session that is meant when nothing is named."""

    path: Path
    live_here: int
    """Number of live sessions in this working directory, this one included."""


@dataclass(frozen=True)
class Library:
    """All transcripts below the config roots."""

    roots: tuple[Path, ...]
    start_of: ProcessStart = process_start

    def projects(self) -> tuple[list[ProjectFolder], list[str]]:
        """Return the project folders, and a line for each root that cannot be read."""
        folders: list[ProjectFolder] = []
        troubles: list[str] = []
        for root in self.roots:
            try:
                folders += [ProjectFolder(path) for path in project_folders(root)]
            except OSError as error:
                troubles.append(f"{root / 'projects'}: {error.strerror}")
        return folders, troubles

    def sessions(self) -> tuple[list[tuple[Path, ProjectFolder]], list[str]]:
        """Return every main transcript with its folder, and a line for each folder that cannot be read."""
        folders, troubles = self.projects()
        found: list[tuple[Path, ProjectFolder]] = []
        for folder in folders:
            try:
                found += [(path, folder) for path in folder.sessions()]
            except OSError as error:
                troubles.append(f"{folder.path}: {error.strerror}")
        return found, troubles

    def live(self) -> list[LiveProcess]:
        return [entry for root in self.roots for entry in live_processes(root, self.start_of)]

    def where(self) -> str:
        """Name the places that were looked into."""
        return ", ".join(str(root / "projects") for root in self.roots)

    def choose(self, cwd: Path) -> Choice | None:
        """Return the session meant in a working directory; None when there is no transcript at all.

        Its candidates were last in this directory, one above it up to the git root, or another worktree of
        the same repository. A live one goes first, then the newest; then the newest of all projects.
        """
        newest = sorted(self._written(), reverse=True)
        here = {str(path) for path in neighbours(cwd)} | {str(path.resolve()) for path in neighbours(cwd)}
        live = {entry.session_id: entry for entry in self.live()}
        lively = [path for _, path in newest if path.stem in live and _stands_in(path, here, live[path.stem].cwd)]
        if lively:
            return Choice(lively[0], len(lively))
        for _, path in newest:
            if _stands_in(path, here, None):
                return Choice(path, 0)
        return Choice(newest[0][1], 0) if newest else None

    def _written(self) -> Iterator[tuple[int, Path]]:
        for path, _ in self.sessions()[0]:
            try:
                status = path.stat()
            except OSError:
                continue
            if status.st_size:
                yield status.st_mtime_ns, path


def _stands_in(path: Path, folders: set[str], registered: str | None) -> bool:
    cwd = last_cwd(path) or registered
    return cwd is not None and cwd in folders


def last_cwd(path: Path) -> str | None:
    """Return the working directory that the transcript's last records name; None when they name none."""
    size = _TAIL
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            while True:
                file.seek(max(0, end - size))
                lines = file.read(size).split(b"\n")
                for line in reversed(lines if size >= end else lines[1:]):
                    for raw in reversed(decode(clean_line(line))[0]) if b'"cwd"' in line else ():
                        if isinstance(raw.get("cwd"), str):
                            return str(raw["cwd"])
                if size >= end:
                    return None
                size *= 8
    except OSError:
        return None


def neighbours(cwd: Path) -> list[Path]:
    """Return the working directory, its parents up to the git root, and the repository's other worktrees."""
    cwd = cwd.absolute()
    for folder in (cwd, *cwd.parents):
        if (folder / ".git").exists():
            between = [cwd, *(parent for parent in cwd.parents if parent == folder or folder in parent.parents)]
            return list(dict.fromkeys([*between, *_worktrees(folder)]))
    return [cwd]


def _worktrees(root: Path) -> list[Path]:
    """Return all worktrees of the repository, read from git's own files."""
    git = root / ".git"
    try:
        if git.is_file():
            own = _named_in(git, git.read_text("utf-8").partition("gitdir:")[2])
            if own.parent.name != "worktrees":
                return []  # a submodule: the repository around it is another one
            git = own.parent.parent
        if not (git / "worktrees").is_dir():
            return [git.parent]
        links = [entry / "gitdir" for entry in (git / "worktrees").iterdir()]
        return [git.parent, *(_named_in(link, link.read_text("utf-8")).parent for link in links if link.is_file())]
    except (OSError, ValueError):
        return []


def _named_in(file: Path, text: str) -> Path:
    """Return the path that one of git's files names, which may be relative to it."""
    return Path(os.path.normpath(file.parent / text.strip()))


def find_transcripts(target: str, library: Library) -> list[tuple[Path, ProjectFolder]]:
    """Return the main transcripts that a target names; raises TargetError when there are none.

    A target is a transcript, a folder of transcripts, a config root, a session's own folder, a working
    directory, or the beginning of a session id.
    """
    if not target:
        raise AmbiguousTargetError("an empty TARGET names nothing")
    try:
        path = Path(os.path.abspath(Path(target).expanduser()))  # noqa: PTH100 - a link keeps its own identity
        if path.is_dir():
            return _in_folder(path, library)
        if path.exists():
            if not path.is_file():
                raise TargetError(f"{path}: not a regular file")
            return [(path, ProjectFolder(path.parent))]
    except (OSError, RuntimeError, ValueError) as error:
        raise TargetError(f"{target}: {getattr(error, 'strerror', None) or error}") from error
    if _looks_like_path(target):
        raise TargetError(f"{target}: no such file or folder")
    return _by_id(target, library)


def _looks_like_path(target: str) -> bool:
    return os.sep in target or target.endswith(".jsonl") or target.startswith((".", "~"))


def _in_folder(folder: Path, library: Library) -> list[tuple[Path, ProjectFolder]]:
    try:
        root = folder.parent if folder.name == "projects" else folder
        if (root / "projects").is_dir():
            found, troubles = Library((root,)).sessions()
            if troubles and not found:
                raise TargetError(troubles[0])
        else:
            project = ProjectFolder(folder)
            found = [(path, project) for path in project.sessions()]
            if not any(_may_be_transcript(path) for path, _ in found):
                # A working directory may hold line-wise JSON of its own.
                found = _of_directory(folder, library) or found
            session = folder.parent / f"{folder.name}.jsonl"
            if not found and is_uuid(folder.name) and (session.exists() or (folder / "subagents").is_dir()):
                found = [(session, ProjectFolder(folder.parent))]
    except OSError as error:
        raise TargetError(f"{folder}: {error.strerror}") from error
    if not found:
        raise TargetError(
            f"{folder}: no transcripts here, and no session in {library.where()} was last in this directory"
        )
    return found


def _of_directory(folder: Path, library: Library) -> list[tuple[Path, ProjectFolder]]:
    here = {str(folder), str(folder.resolve())}
    return [(path, project) for path, project in library.sessions()[0] if last_cwd(path) in here]


def _may_be_transcript(path: Path) -> bool:
    try:
        refuse_foreign(path)
    except TargetError:
        return False
    return is_uuid(path.stem) or _size(path) > 0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _by_id(prefix: str, library: Library) -> list[tuple[Path, ProjectFolder]]:
    found = [(path, project) for path, project in library.sessions()[0] if path.stem.lower().startswith(prefix.lower())]
    if not found:
        raise TargetError(f"{prefix}: no file, folder or session of this name in {library.where()}")
    if len({path.stem for path, _ in found}) > 1:
        names = ", ".join(path.stem for path, _ in found[:5])
        raise AmbiguousTargetError(f"{prefix}: {len(found)} sessions begin with this id: {names}")
    return found


def refuse_foreign(path: Path) -> None:
    """Raise TargetError for a file that cannot be read, or whose beginning is no Claude Code transcript.

    An empty one passes, and so does one that is not there: both may become a transcript.
    """
    if not path.exists():
        return
    if not path.is_file():
        raise TargetError(f"{path}: not a regular file")
    transcript = Transcript(str(path))
    try:
        with path.open("rb") as file:
            beginning = file.read(_BEGINNING)
    except OSError as error:
        raise TargetError(f"{path}: {error.strerror or error}") from error
    transcript.feed(beginning)
    transcript.finish()
    if beginning and not transcript.records and len(beginning) < _BEGINNING:
        raise TargetError(f"{path}: not a Claude Code transcript")


def newest(found: Sequence[tuple[Path, ProjectFolder]]) -> tuple[Path, ProjectFolder]:
    """Return the transcript that was written last."""
    return max(found, key=lambda item: (_written_at(item[0]), str(item[0])))


def _written_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
