"""The arguments of the command line, and what is said of bad ones."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from parsers.labels import clean

BAD_USAGE = 2

_COMMANDS = ("watch", "replay", "report", "sessions", "demo", "settings")
_WITH_VALUE = ("--config-dir", "--prices", "--speed", "--at", "--svg")

_USAGE = """runningtab [TARGET] [OPTION...]
       runningtab watch --json [TARGET]
       runningtab replay TARGET [--speed 20 | max] [--at TURN] [--linked] [--json | --svg FILE]
       runningtab report [TARGET... | --all] [--json | --csv | --markdown] [--what-if]
       runningtab sessions [--json]
       runningtab settings
       runningtab demo"""
_EPILOG = """\
TARGET is a transcript, a folder of transcripts, a working directory, or the beginning of a session id.
Without one, the session of this working directory is meant: a live one first, then the newest.
Options of every command: --config-dir DIR, --prices FILE, --no-titles, --ascii.
"""


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options with their ``command``; bad usage ends the program with one line and exit code 2."""
    return _parser().parse_args(_command_first(arguments))


def _command_first(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with the command at their head; ``watch`` when none is named."""
    is_value = False
    for index, argument in enumerate(arguments):
        if is_value:
            is_value = False
        elif argument in ("-h", "--help", "--version"):
            return list(arguments)
        elif argument.startswith("-"):
            is_value = argument in _WITH_VALUE
        elif argument in _COMMANDS:
            return [argument, *arguments[:index], *arguments[index + 1 :]]
        else:
            break
    return ["watch", *arguments]


def _parser() -> argparse.ArgumentParser:
    common = _Parser(add_help=False)
    common.add_argument(
        "--config-dir", action="append", default=[], metavar="DIR", help="Claude Code's directory (repeatable)"
    )
    common.add_argument("--prices", type=Path, metavar="FILE", help="your own prices, as JSON")
    common.add_argument("--no-titles", action="store_true", help="keep and show no text of the transcript")
    common.add_argument("--ascii", action="store_true", help="write and draw nothing but ASCII")

    parser = _Parser(
        prog="runningtab",
        usage=_USAGE,
        description="The running tab of a Claude Code session: what it has cost, and what the next turn will.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and end")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True, prog="runningtab")

    watch = commands.add_parser("watch", parents=[common], help="follow a session live (the default)", epilog=_EPILOG)
    watch.add_argument("target", nargs="?", metavar="TARGET")
    watch.add_argument("--json", action="store_true", help="no screen: a line of JSON for every change")

    replay = commands.add_parser("replay", parents=[common], help="play a past session, with the money")
    replay.add_argument("target", metavar="TARGET")
    replay.add_argument("--speed", type=_speed, default=20.0, metavar="N", help="times as fast as it was, or max (20)")
    replay.add_argument("--at", type=_turn, metavar="TURN", help="begin at this turn, paused")
    replay.add_argument("--linked", action="store_true", help="with the sessions that /clear ended and began")
    form = replay.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="no screen: the lines of watch --json")
    form.add_argument("--svg", type=Path, metavar="FILE", help="no screen: a picture of the turn")

    report = commands.add_parser("report", parents=[common], help="print what sessions cost", epilog=_EPILOG)
    report.add_argument("targets", nargs="*", metavar="TARGET")
    report.add_argument("--all", action="store_true", help="all sessions of all projects")
    form = report.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--csv", action="store_true", help="print a table for spreadsheets, a row a session")
    form.add_argument("--markdown", action="store_true", help="print Markdown, for an issue or a pull request")
    report.add_argument("--what-if", action="store_true", help="what they would have cost, led another way")

    sessions = commands.add_parser("sessions", parents=[common], help="list the sessions of all projects")
    sessions.add_argument("--json", action="store_true", help="print JSON")

    commands.add_parser("demo", parents=[common], help="show the screen on a made-up session")

    commands.add_parser("settings", parents=[common], help="print the settings in force and where from")
    return parser


def _speed(text: str) -> float | None:
    """Read a speed; ``max`` is None."""
    if text == "max":
        return None
    speed = float(text.removesuffix("x"))
    if not 0 < speed < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no speed: a number above 0, or max")
    return speed


def _turn(text: str) -> int:
    turn = int(text)
    if turn < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no turn: they count from 1")
    return turn


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        complain(f"{message} (see `{self.prog} --help`)")
        raise SystemExit(BAD_USAGE)


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        from importlib.metadata import version

        print(f"runningtab {version('runningtab')}")
        parser.exit()


def complain(line: str) -> None:
    """Say one thing that is wrong."""
    print(f"runningtab: {clean(line)}", file=sys.stderr)
