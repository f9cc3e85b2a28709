"""Whole lines to decoded objects, and what older clients damaged in them."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

Json = dict[str, Any]

_STDLIB = json.JSONDecoder(strict=False)
_GAP = re.compile(r"[\s\x00,]*")


def decode(line: bytes) -> tuple[list[Json], bool]:
    """Return the objects of a line, and whether any of it was damaged.

    Older clients left two objects on one line, and strings with lone surrogates or raw control
    characters: what orjson refuses goes to the standard library, object by object.
    """
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return _decode_slowly(line.decode("utf-8", "replace"))
    return ([value], False) if isinstance(value, dict) else ([], True)


def _decode_slowly(text: str) -> tuple[list[Json], bool]:
    found: list[Json] = []
    at = 0
    while at < len(text):
        try:
            value, at = _STDLIB.raw_decode(text, at)
        except (ValueError, RecursionError):
            return found, True
        if not isinstance(value, dict):
            return found, True
        found.append(value)
        gap = _GAP.match(text, at)
        at = gap.end() if gap else at
    return found, False
