"""``runningtab report --csv``: a row a session, the figures of ``--json`` in columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

from parsers.labels import clean

Value = str | int | float | bool | None

_FORMULA = tuple("=+-@＝＋－＠")
"""How a text begins that a spreadsheet takes for a formula; the wide forms where the locale is East Asian."""


def _at(*keys: str) -> Callable[[dict[str, Any]], Value]:
    """Return a reader of one place; what lies below a ``null`` is not known either."""

    def read(session: dict[str, Any]) -> Value:
        found: Any = session
        for key in keys:
            found = None if found is None else found[key]
        return found  # type: ignore[no-any-return]  # the leaves of the JSON are plain values

    return read


def _same(*keys: str) -> dict[str, Callable[[dict[str, Any]], Value]]:
    return {key: _at(key) for key in keys}


def _inside(outer: str, *keys: str, prefix: str = "") -> dict[str, Callable[[dict[str, Any]], Value]]:
    return {prefix + key: _at(outer, key) for key in keys}


_COLUMNS = {
    **_same("session_id", "path", "title", "cwd", "started_at", "ended_at", "turns", "prompts"),
    **_inside("tokens", "input", "output", "cache_read", "cache_write_5m", "cache_write_1h", prefix="tokens_"),
    **_inside("tokens", "web_searches"),
    **_same("cost_usd", "fees_usd", "certainty", "unpriced_turns", "estimated_hidden_usd", "client_cost_usd"),
    **_inside("inherited", "turns", "cost_usd", prefix="inherited_"),
    "models": lambda session: " ".join(session["models"]),
    "agents": lambda session: len(session["threads"]) - 1,
    **_inside("context", "tokens", "peak", "window", "window_certainty", prefix="context_"),
    **_inside("context", "compactions"),
    **_inside("cache", "hit_rate"),
    "breaks": lambda session: len(session["cache"]["breaks"]),
    **_inside("cache", "miss_usd", "saved_usd"),
    **_inside("compounding", "preamble_tokens", "preamble_certainty", "factor", "level"),
    **_inside("compounding", "carry_usd", "history_carry_usd", "flat_usd"),
    **_inside("outlook", "growth_tokens", "output_tokens", "next_turn_usd", "next_prompt_usd", "horizon_turns"),
    **_inside("outlook", "continue_usd", "clear_usd", "compact_usd"),
    **_same("damaged_lines", "rewritten"),
}
"""Columns by name, as the JSON's keys; the outer key stands before an inner one that says too little alone."""


def report_csv(report: dict[str, Any]) -> str:
    """Return the sessions of a report, as ``report_json`` gives it, with a row of heads; numbers are not rounded."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for session in report["sessions"]:
        writer.writerow(_cell(read(session)) for read in _COLUMNS.values())
    return text.getvalue()


def _cell(value: Value) -> Value:
    """Return a value as it is safe to open in a spreadsheet: text never is a formula, numbers stay numbers."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return value
    # A transcript's text is untrusted. Control characters go, so a row is a line; what would be run as a formula
    # gets an apostrophe, which spreadsheets take for "this is text". Who needs the very bytes reads the JSON.
    text = clean(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
