"""Stand-ins for every character outside ASCII: the only table of them.

For terminals without UTF-8, and for who asks for it. On the screen a stand-in is as wide as what it stands for, so
that nothing moves.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Mapping

_STAND_INS = {
    "*": "●•★◉",
    ">": "▶›→▸❯▌≥⇥»▷",
    "=": "‖━═⇄",
    ".": "◌…",
    "-": "○╸╺·┈─–—‐−",
    "!": "▲■▼",
    "x": "××✕✗✖",
    "c": "◇",
    "n": "┅",
    "+": "┴↳",
    "~": "≈",
    "|": "│┃┊▎▏▕▐",
    "^": "↑⏎⌃",
    "v": "↓✓",
    "<": "←«⏪≤",
    "/": "↺",
    "S": "⇧",
    "'": "‘’′",
    '"': "“”″",
    " ": "\u00a0\u2800",
}
_WIDER = {"≥": ">=", "≤": "<=", "…": "..."}
"""Where nothing has to keep its width."""


class _Table(dict[int, str]):
    """Stand-ins by code point; one that is not known is found when it is first met."""

    def __missing__(self, code: int) -> str:
        found = self[code] = _other(chr(code))
        return found


def _other(char: str) -> str:
    """Return the stand-in of a character that is no glyph of ours: of lines and blocks the nearest, of text ``?``."""
    if char.isascii():
        return char
    if "\u2500" <= char <= "\u257f":  # box drawing: what is neither plainly level nor upright is a corner
        name = unicodedata.name(char)
        return "|" if "VERTICAL" in name and not ("HORIZONTAL" in name or "AND" in name) else _level(name)
    if "\u2580" <= char <= "\u259f":
        return "#"
    if "\u2801" <= char <= "\u28ff":
        return "."
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return ""
    return "??" if unicodedata.east_asian_width(char) in "WF" else "?"


def _level(name: str) -> str:
    return "-" if "HORIZONTAL" in name and "VERTICAL" not in name and "AND" not in name else "+"


_TABLE = _Table({ord(char): stand_in for stand_in, chars in _STAND_INS.items() for char in chars})


def to_ascii(text: str) -> str:
    """Return the text in ASCII, each character as wide as it was; what has no stand-in becomes ``?``."""
    # The level act has two marks, told from watch by more than its word, where a blank before it makes room.
    return text if text.isascii() else text.replace(" ■", "!!").translate(_TABLE)


def stand_in(error: UnicodeError) -> tuple[str, int]:
    """Say what is written for characters that a stream cannot encode, as ``codecs.register_error`` wants it."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_WIDER.get(char) or to_ascii(char) for char in error.object[error.start : error.end]), error.end


STAND_IN = "runningtab.stand-in"
"""The name under which streams know ``stand_in``."""
codecs.register_error(STAND_IN, stand_in)


def speaks_utf8(encoding: str, environ: Mapping[str, str]) -> bool:
    """Tell whether a terminal takes UTF-8: Python writes it in the C locale too, which does not promise it."""
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    return "utf" in encoding.lower() and (not locale or "utf" in locale.lower())
