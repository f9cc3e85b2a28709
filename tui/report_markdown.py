"""``runningtab report --markdown``: what somebody pastes into an issue or a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from meter.rates import RateTable
from meter.session import SessionState
from parsers.labels import clean
from tui.report import (
    Table,
    cost_rows,
    footnotes,
    main_thread_rows,
    models_by_cost,
    models_table,
    sessions_table,
    total_rows,
)


def report_markdown(states: Sequence[SessionState], rates: RateTable, today: date) -> str:
    """Return one session with its models, or a table of several and their sum, as GitHub's Markdown.

    No path stands in it: what is pasted in public should not tell the folders of its author.
    """
    parts = _session(states[0]) if len(states) == 1 else _list(states)
    return "\n\n".join([*parts, *footnotes(states, rates, today)]) + "\n"


def _session(state: SessionState) -> list[str]:
    title = f"**Session** {_code(state.title or state.session_id)}"
    rows = [*cost_rows(state), *main_thread_rows(state)]
    return [title, _items(rows), _table(models_table(state.models.items()), code=0)]


def _list(states: Sequence[SessionState]) -> list[str]:
    table = sessions_table(states)
    name = len(table[0]) - 1
    models = models_table(models_by_cost(states))
    return [_table(table, code=name, left=(0, name)), _items(total_rows(states)), _table(models, code=0)]


def _items(rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"- **{name}**: {text}" for name, text in rows)


def _table(table: Table, *, code: int, left: Sequence[int] = (0,)) -> str:
    """Return a table; the column of names holds text of a transcript, all others our own figures."""
    head, *rows = table
    rule = tuple(":--" if column in left else "--:" for column in range(len(head)))
    named = [(*row[:code], _code(row[code], cell=True), *row[code + 1 :]) for row in rows]
    lines = [head, rule, *named]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _code(text: str, *, cell: bool = False) -> str:
    """Return untrusted text as code, in which no markup, link, mention or issue number is interpreted."""
    text = clean(text)
    if not text:
        return ""
    if cell:  # a bar ends a cell even in code; two backslashes in a row would free it again
        text = text.replace("\\|", "\\ |").replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    room = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{room}{text}{room}{fence}"
