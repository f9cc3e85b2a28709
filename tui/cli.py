"""The command line. Only the commands that draw a screen import textual."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_config_path

from meter.rates import RateTable, list_prices
from parsers.linked import linked_sessions
from parsers.roots import config_roots
from parsers.session_files import ProjectFolder
from parsers.targets import AmbiguousTargetError, Library, TargetError, find_transcripts, newest, refuse_foreign
from tui.arguments import BAD_USAGE, complain, parse_arguments
from tui.ascii import STAND_IN, speaks_utf8
from tui.settings import Settings, SettingsError, load_settings, settings_text

if TYPE_CHECKING:
    from meter.session import SessionState
    from tui.sessions import Wanted

FOUND, NOTHING_FOUND = 0, 1
INTERRUPTED = 130


class _BadUsageError(Exception):
    """The command cannot be carried out as it was given."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code: 0, 1 when nothing was found, 2 for bad usage."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=STAND_IN)  # where there is no UTF-8, stand-ins and no traceback
    options = parse_arguments(arguments)
    if options.ascii and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="ascii", errors=STAND_IN)
    try:
        code = _COMMANDS[options.command](options)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except _BadUsageError as error:
        complain(str(error))
        return BAD_USAGE
    except AmbiguousTargetError as error:
        complain(str(error))
        return BAD_USAGE
    except TargetError as error:
        complain(str(error))
        return NOTHING_FOUND
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone: nothing is wrong, and nothing more can be said.
        _silence_output()
        return FOUND
    except OSError as error:
        _silence_output()
        complain(f"cannot write: {error.strerror or error}")
        return NOTHING_FOUND


def _silence_output() -> None:
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _library(options: argparse.Namespace) -> Library:
    return Library(config_roots(options.config_dir, os.environ))


def _rates(options: argparse.Namespace) -> RateTable:
    """Return the list prices with the person's own on top; a broken price file is bad usage."""
    path = options.prices or user_config_path("runningtab") / "prices.json"
    if options.prices is None and not path.exists():
        return list_prices()
    from meter.price_file import PriceFileError, with_own_prices

    try:
        return with_own_prices(list_prices(), path.read_text("utf-8"))
    except OSError as error:
        raise _BadUsageError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _BadUsageError(f"{path}: not UTF-8 text") from error
    except PriceFileError as error:
        raise _BadUsageError(f"{path}: {error}") from error


def _report(options: argparse.Namespace) -> int:
    from tui.sessions import by_start, read_sessions

    if options.what_if and (options.csv or options.markdown):
        raise _BadUsageError("--what-if goes with the text or with --json")
    rates = _rates(options)
    settings = _settings()
    library = _library(options)
    wanted: dict[Path, Wanted] = {}
    for item in _wanted(options, library):
        if item.path not in wanted or item.named:
            wanted[item.path] = item
    keep_labels = _labels(options, settings)
    read = read_sessions(wanted.values(), rates, complain, keep_labels=keep_labels, settings=settings.meter)
    states = by_start(read)
    found = {state.path for state in states}
    for target in dict.fromkeys(item.target for item in wanted.values() if not item.named):
        if not any(str(item.path) in found for item in wanted.values() if item.target == target):
            complain(f"{target}: no session with a response")
    if not states:
        if not wanted:
            complain(f"no session in {library.where()}")
        return NOTHING_FOUND
    print(_report_in_form(options, states, rates), end="")
    return FOUND


def _report_in_form(options: argparse.Namespace, states: list[SessionState], rates: RateTable) -> str:
    today = datetime.now(UTC).date()
    if options.json or options.csv:
        from tui.session_json import report_json

        report = report_json(states, rates)
        if options.csv:
            from tui.report_csv import report_csv

            return report_csv(report)
        if options.what_if:
            from tui.what_if_report import what_if_json

            for session, state in zip(report["sessions"], states, strict=True):
                session["what_if"] = what_if_json(state, rates)
        return json.dumps(report) + "\n"
    if options.markdown:
        from tui.report_markdown import report_markdown

        return report_markdown(states, rates, today)
    from tui.report import report_text

    text = report_text(states, rates, today)
    if options.what_if:
        from tui.what_if_report import what_if_text

        text += f"\n{what_if_text(states, rates)}"
    return text


def _wanted(options: argparse.Namespace, library: Library) -> list[Wanted]:
    """Return the transcripts to read; raises TargetError when no target gave any."""
    from tui.sessions import Wanted

    if options.all and options.targets:
        raise _BadUsageError("--all and TARGET exclude each other")
    if options.all:
        found, troubles = library.sessions()
        for trouble in troubles:
            complain(trouble)
        return [Wanted(path, project, library.where()) for path, project in found]
    if not options.targets:
        return [_chosen(library)]
    wanted: list[Wanted] = []
    failures: list[TargetError] = []
    for target in options.targets:
        try:
            found = find_transcripts(target, library)
        except TargetError as error:
            failures.append(error)
        else:
            wanted += [Wanted(path, project, target, named=len(found) == 1) for path, project in found]
    if not wanted:
        *failures, last = failures
    for failure in failures:
        complain(str(failure))
    if not wanted:
        raise last
    return wanted


def _chosen(library: Library) -> Wanted:
    from tui.sessions import Wanted

    choice = library.choose(_here())
    if choice is None:
        raise TargetError(f"no Claude Code session found in {library.where()}")
    return Wanted(choice.path, ProjectFolder(choice.path.parent), str(choice.path), named=True)


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise TargetError(f"the working directory is gone: {error.strerror}") from error


def _watch(options: argparse.Namespace) -> int:
    rates = _rates(options)
    settings = _settings()
    library = _library(options)
    path = newest(find_transcripts(options.target, library))[0] if options.target else None
    if path is not None:
        refuse_foreign(path)
    if options.json:
        from tui.stream import stream

        keep_labels = _labels(options, settings)
        return stream(path, library, _here(), rates, keep_labels=keep_labels, settings=settings.meter)
    _need_terminal()
    from tui.app import watch

    drawn = _as_drawn(options, settings)
    return watch(path, library, _here(), rates, keep_labels=_labels(options, settings), settings=drawn)


def _replay(options: argparse.Namespace) -> int:
    rates, settings, library = _rates(options), _as_drawn(options, _settings()), _library(options)
    path = newest(find_transcripts(options.target, library))[0]
    refuse_foreign(path)
    keep_labels = _labels(options, settings)
    try:
        paths = linked_sessions(path) if options.linked else [path]
        if options.svg or options.json:
            return _replay_unseen(options, paths, library, rates, settings, keep_labels=keep_labels)
    except OSError as error:
        if error.filename is None:
            raise
        raise TargetError(f"{error.filename}: {error.strerror}") from error
    _need_terminal()
    from tui.app import replay

    settings = _as_drawn(options, settings)
    return replay(
        paths, library, rates, keep_labels=keep_labels, settings=settings, speed=options.speed, at_turn=options.at
    )


def _replay_unseen(
    options: argparse.Namespace,
    paths: list[Path],
    library: Library,
    rates: RateTable,
    settings: Settings,
    *,
    keep_labels: bool,
) -> int:
    """Write a replay as lines of JSON or as a picture."""
    nothing = TargetError(f"{paths[0]}: no response in this session: nothing to replay")
    if options.json:
        from tui.replay_stream import replay_stream

        at, speed = options.at or 0, options.speed
        told = replay_stream(paths, rates, speed=speed, at_turn=at, keep_labels=keep_labels, settings=settings.meter)
        if not told:
            raise nothing
        return FOUND
    if any(options.svg.resolve().is_relative_to(root.resolve()) for root in library.roots):
        raise _BadUsageError(f"{options.svg}: nothing is written below Claude Code's directory")
    from tui.picture import picture

    drawn = picture(paths, library, rates, settings, keep_labels=keep_labels, at_turn=options.at)
    if drawn is None:
        raise nothing
    options.svg.write_text(drawn, "utf-8")
    return FOUND


def _sessions(options: argparse.Namespace) -> int:
    from tui.session_list import list_entries, read_entries, sessions_json, sessions_text

    rates, library = _rates(options), _library(options)
    entries, troubles = list_entries(library)
    for trouble in troubles:
        complain(trouble)
    if not entries:
        raise TargetError(f"no Claude Code session found in {library.where()}")
    read = {entry.path: entry for entry in read_entries(entries, library, rates)}
    entries = [read.get(entry.path, entry) for entry in entries]
    print(sessions_json(entries) if options.json else sessions_text(entries, datetime.now(UTC)), end="")
    return FOUND


def _demo(options: argparse.Namespace) -> int:
    rates = _rates(options)
    settings = _settings()
    _need_terminal()
    from tui.demo import demo

    return demo(rates, _as_drawn(options, settings))


def _show_settings(_options: argparse.Namespace) -> int:
    print(settings_text(_settings(), os.environ), end="")
    return FOUND


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        raise _BadUsageError(str(error)) from error


def _labels(options: argparse.Namespace, settings: Settings) -> bool:
    return settings.titles and not options.no_titles


def _as_drawn(options: argparse.Namespace, settings: Settings) -> Settings:
    """Return the settings for this terminal: without UTF-8 it is drawn in ASCII."""
    if options.ascii or not speaks_utf8(sys.stdout.encoding, os.environ):
        return replace(settings, ascii=True)
    return settings


def _need_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise _BadUsageError("the screen needs a terminal; `report`, `watch --json` and `replay --json` do without one")


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "watch": _watch,
    "replay": _replay,
    "report": _report,
    "sessions": _sessions,
    "demo": _demo,
    "settings": _show_settings,
}
