"""Short labels from untrusted transcript text, safe to write to a terminal."""

from __future__ import annotations

import re
import unicodedata

LABEL_WIDTH = 80
"""Characters that are kept of any transcript text."""

_SCAN = 2_000  # only the beginning of a prompt is looked at: labels are short, prompts may be megabytes
_UNSAFE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # control, bidi and other format, surrogates, private, unassigned
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.?")


def clean(text: str) -> str:
    """Return the text on one line without control, bidi, zero-width or unassigned characters."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = _ANSI.sub("", text)
    spaced = "".join(" " if ch.isspace() else ch for ch in text)
    return " ".join("".join(ch for ch in spaced if unicodedata.category(ch) not in _UNSAFE).split())


def label(text: object) -> str:
    """Return the first non-empty line of a text, cleaned and cut to ``LABEL_WIDTH``; empty for anything else."""
    if not isinstance(text, str):
        return ""
    for line in text[:_SCAN].splitlines():
        if cleaned := clean(line):
            return cleaned if len(cleaned) <= LABEL_WIDTH else cleaned[: LABEL_WIDTH - 1].rstrip() + "…"
    return ""
