"""What a person may have set: a value for every key, the file, and a session on which a setting shows."""

from __future__ import annotations

from pathlib import Path

from fixtures.session import Session
from fixtures.spend import Spend
from tui.settings import settings_path

GIVEN: dict[str, tuple[str, object]] = {
    "horizon_turns": ("20", 20),
    "watch_factor": ("3", 3.0),
    "watch_saving": ("0.75", 0.75),
    "watch_context": ("0.5", 0.5),
    "act_factor": ("4.5", 4.5),
    "act_saving": ("2", 2.0),
    "act_context": ("0", 0.0),
    "switch_to": ('["claude-sonnet-5-5", "sonnet"]', ("claude-sonnet-5-5", "sonnet")),
    "budget_turn": ("0.5", 0.5),
    "budget_session": ("10", 10.0),
    "budget_day": ("30", 30.0),
    "billing": ('"subscription"', "subscription"),
    "toasts": ("false", False),
    "bell": ("true", True),
    "notify": ("true", True),
    "titles": ("false", False),
    "ascii": ("true", True),
    "theme": ('"tab-light"', "tab-light"),
}
"""A value other than the default for each key, as the file writes it and as it is read."""


def write(text: str | bytes) -> Path:
    path = settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def made(folder: Path) -> Path:
    """Write a session of a 20,000 token preamble, 100,000 tokens of history and 30 small turns."""
    session = Session(1, model="claude-opus-5-5")
    session.custom_title("moonlit harbour")
    session.main.prompt("where is the moonfish")
    context = 0
    for add in (20_000, 100_000, *[500] * 30):
        session.main.turn(Spend(write_1h=add, read=context, output=100))
        context += add
    folder.mkdir(parents=True, exist_ok=True)
    return session.write_to(folder)
