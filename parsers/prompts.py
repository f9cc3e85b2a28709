"""Prompts: what the person typed, told apart from all the other lines of role user."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from parsers.labels import label
from parsers.records import UserLine

_NOT_TYPED = (
    "<command-name>",
    "<command-message>",
    "<local-command-",
    "<bash-",
    "<task-notification>",
    "<system-reminder>",
    "[Request interrupted by user",
    "Caveat: The messages below were generated",
)
_WRAPPING = re.compile(r"</?(?:bash|command|local-command|task)-\w+>")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A typed prompt; its label is its first line, or empty when labels are not kept."""

    key: str
    at: datetime | None
    label: str


def is_prompt(line: UserLine, *, positions: bool) -> bool:
    """Tell whether a person typed this line.

    ``positions`` says that this file's client writes ``turnPosition``, on prompts only; older clients
    are judged by the text.
    """
    if line.compact_summary or line.origin.sidechain:
        return False
    if positions:
        return line.positioned
    return not line.meta and not line.tool_result and _is_typed(line.content)


def is_clear(line: UserLine) -> bool:
    """Tell whether this line is the ``/clear`` command, with which a new file begins."""
    return _text(line.content).lstrip().startswith("<command-name>/clear</command-name>")


def prompt_label(content: object) -> str:
    """Return the first line of a prompt's text, without the tags in which the client wraps what it ran."""
    text = _text(content)
    return label(_WRAPPING.sub(" ", text[:4_000]) if text.lstrip().startswith("<bash-stdout>") else text)


def _is_typed(content: object) -> bool:
    text = _text(content).lstrip()
    if isinstance(content, list):
        return bool(content) and not text.startswith(_NOT_TYPED)
    return bool(text) and not text.startswith(_NOT_TYPED)


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        for block in content:
            if isinstance(block, dict) and block.get("type") == "text" and isinstance(block.get("text"), str):
                return str(block["text"])
    return ""
