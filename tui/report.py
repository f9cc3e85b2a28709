"""``runningtab report`` as text: what one session cost, or what many did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from meter.money import PICO_PER_DOLLAR, Certainty
from meter.rates import RateTable
from meter.session import SessionState
from meter.tally import Tally
from parsers.labels import clean
from tui.format import MARKS, money, plural, share, span, sum_of_money, tokens, window

_LABEL_WIDTH = 19
_STALE_DAYS = 60
_YOUNG_DAYS = 30

Table = list[tuple[str, ...]]


def report_text(states: Sequence[SessionState], rates: RateTable, today: date) -> str:
    """Return the summary of one session, or a line for each of several and their sum."""
    parts = [_session(states[0])] if len(states) == 1 else [_list(states), _total(states)]
    return "\n\n".join([*parts, "\n".join(footnotes(states, rates, today))]) + "\n"


def _session(state: SessionState) -> str:
    rows = [("Session", state.title or clean(state.session_id)), ("", clean(state.path)), *cost_rows(state)]
    models = aligned(models_table(state.models.items()))
    return "\n".join([*_pairs(rows), "", *models, "", *_pairs(main_thread_rows(state))])


def cost_rows(state: SessionState) -> list[tuple[str, str]]:
    """Return what a session cost, how long it took, and whose turns they were."""
    return [
        ("Total cost", f"{_cost(state.tally)} at list price"),
        *_times(state),
        ("Turns", _turns(state)),
        *_agents(state),
        *_beside(state),
    ]


def _beside(state: SessionState) -> list[tuple[str, str]]:
    """Return what the transcript does not hold: Claude Code's own total with the difference named, or an estimate."""
    hidden = f"≈ {money(state.hidden)}" if state.hidden else ""
    if state.client_cost_usd is None:
        return [("Not in transcript", f"{hidden} estimated for compactions and searches")] if hidden else []
    client = round(state.client_cost_usd * PICO_PER_DOLLAR)
    more = client - state.tally.cost
    words = money(client)
    if abs(more) * 1_000 > client and not state.tally.unpriced_turns:
        if more > 0:
            estimate = f", {hidden} estimated" if hidden else ""
            words += f": {money(more)} for requests not in the transcript (compactions, searches{estimate})"
        else:
            words += f": {money(-more)} less, as of its last exit or from before a kill"
    return [("Claude Code's total", words)]


def _pairs(rows: Sequence[tuple[str, str]]) -> list[str]:
    return [f"{name:<{_LABEL_WIDTH}}  {text}".rstrip() for name, text in rows]


def _times(state: SessionState) -> list[tuple[str, str]]:
    rows = []
    if state.api_ms:
        rows.append(("Duration (API)", span(timedelta(milliseconds=state.api_ms))))
    if state.started_at and state.ended_at:
        began = state.started_at.strftime("%Y-%m-%d %H:%M")
        rows.append(("Duration (wall)", f"{span(state.ended_at - state.started_at)}, from {began} UTC"))
    return rows


def _turns(state: SessionState) -> str:
    text = f"{state.tally.turns} in {state.prompts} {plural(state.prompts, 'prompt')}"
    return f"{text}, {len(state.models)} models" if len(state.models) > 1 else text


def _agents(state: SessionState) -> list[tuple[str, str]]:
    if not state.agents:
        return []
    spent = sum((tab.state.tally for tab in state.agents), Tally())
    number = len(state.agents)
    return [
        ("Agents", f"{number} {plural(number, 'agent')}, {spent.turns} {plural(spent.turns, 'turn')}, {_cost(spent)}")
    ]


def main_thread_rows(state: SessionState) -> list[tuple[str, str]]:
    """Return the cache, the context and the compounding of the main thread."""
    main = state.main.state
    if not main.turns:
        return []
    tally = main.tally
    rows = []
    if tally.hit_rate is not None:
        rows.append(("Cache hit rate", f"{share(tally.hit_rate)} of prompt tokens"))
    if tally.saved:
        rows.append(("Saved by cache", money(tally.saved)))
    if tally.miss:
        rows.append(("Cache misses", f"{money(tally.miss)} paid again for what a warm cache would have held"))
    rows.append(("Context", _context(state)))
    if state.main.preamble and tally.cost:
        mark = MARKS[state.main.preamble.certainty]
        rows.append(("Fresh session", f"{mark}{tokens(state.main.preamble.tokens)} tokens"))
        if tally.history:
            part = share(tally.history / tally.cost)
            rows.append(("Grown history", f"{money(tally.history)} to re-send it, {part} of the main thread's cost"))
            rows.append(("Without growth", f"{money(tally.flat)} for the same turns"))
    return rows


def _context(state: SessionState) -> str:
    main = state.main.state
    parts = [tokens(main.context)]
    if state.window.tokens:
        parts[0] += f" of {window(state.window.tokens)} ({share(main.context / state.window.tokens)})"
    if main.peak > main.context:
        parts.append(f"peak {tokens(main.peak)}")
    if main.compactions:
        parts.append(f"{main.compactions} {plural(main.compactions, 'compaction')}")
    return ", ".join(parts)


def models_table(models: Iterable[tuple[str, Tally]]) -> Table:
    """Return a row of heads, then for each model its tokens and below them their money."""
    table: Table = [("Model", "Turns", "Input", "Output", "Cache read", "Cache write", "Cost")]
    for model, tally in models:
        table.append(_row(clean(model) or "unnamed model", tally))
        if tally.unpriced_turns < tally.turns:
            table.append(("", "", *_parts(tally), _fees(tally)))
    return table


def _row(name: str, tally: Tally) -> tuple[str, ...]:
    written = tally.write_5m + tally.write_1h
    counts = (tally.input, tally.output, tally.cache_read, written)
    return (name, str(tally.turns), *(tokens(count) for count in counts), _cost(tally))


def _parts(tally: Tally) -> list[str]:
    return [money(part) for part in (tally.input_cost, tally.output_cost, tally.read_cost, tally.write_cost)]


def _fees(tally: Tally) -> str:
    return f"fees {money(tally.fees)}" if tally.fees else ""


def _cost(tally: Tally) -> str:
    return sum_of_money(tally.cost, tally.certainty, tally.unpriced_turns, tally.turns - tally.unpriced_turns)


def _list(states: Sequence[SessionState]) -> str:
    return "\n".join(aligned(sessions_table(states), left=(0, 5)))


def sessions_table(states: Sequence[SessionState]) -> Table:
    """Return a row of heads, then a row for each session; the last column names it."""
    table: Table = [("Began", "Turns", "Context", "Hit", "Cost", "Session")]
    for state in states:
        began = state.started_at.strftime("%Y-%m-%d %H:%M") if state.started_at else ""
        rate = state.main.state.tally.hit_rate
        name = f"{clean(state.session_id)[:8]}  {state.title or ''}".rstrip()
        context = tokens(state.main.state.context)
        table.append(
            (began, str(state.tally.turns), context, "" if rate is None else share(rate), _cost(state.tally), name)
        )
    return table


def _total(states: Sequence[SessionState]) -> str:
    return "\n".join([*_pairs(total_rows(states)), "", *aligned(models_table(models_by_cost(states)))])


def total_rows(states: Sequence[SessionState]) -> list[tuple[str, str]]:
    """Return the sum of several sessions; each turn is counted once."""
    total = sum((state.tally for state in states), Tally())
    turns = f"{total.turns} {plural(total.turns, 'turn')}"
    rows = [("Total cost", f"{_cost(total)} at list price"), ("Sessions", f"{len(states)}, {turns}")]
    inherited = sum(state.inherited.turns for state in states)
    if inherited:
        rows.append(("Copies", f"{inherited} {plural(inherited, 'turn')} of forks, counted once, where they were paid"))
    return rows


def models_by_cost(states: Sequence[SessionState]) -> list[tuple[str, Tally]]:
    """Return each model of several sessions with its sums, the dearest first."""
    models: dict[str, Tally] = {}
    for state in states:
        for model, tally in state.models.items():
            models[model] = models.get(model, Tally()) + tally
    return sorted(models.items(), key=lambda item: -item[1].cost)


def footnotes(states: Sequence[SessionState], rates: RateTable, today: date) -> list[str]:
    """Return the lines that say how far the figures hold."""
    total = sum((state.tally for state in states), Tally())
    notes = [f"List prices of {rates.as_of}; subscribers pay no per-token bill."]
    if rates.custom:
        notes.append("Your own prices are in force.")
    newest = max((state.ended_at.date() for state in states if state.ended_at), default=rates.as_of)
    if (today - rates.as_of).days > _STALE_DAYS or (newest - rates.as_of).days > _YOUNG_DAYS:
        notes.append(f"! The price table is of {rates.as_of}: newer models or prices may be missing.")
    if total.certainty is Certainty.LOWER_BOUND or _any(states, Certainty.LOWER_BOUND):
        notes.append(
            "≥ A lower bound: some responses were cut off, or their client never wrote the final output count."
        )
    if _any(states, Certainty.ESTIMATED):
        notes.append("≈ An estimate: some turns were billed by a cloud or at a price that the sources disagree on.")
    if total.unpriced_turns:
        unpriced = f"{total.unpriced_turns} {plural(total.unpriced_turns, 'turn')}"
        notes.append(f"? {unpriced} of an unknown model: tokens counted, no money given.")
    damaged = sum(state.damaged_lines for state in states)
    if damaged:
        notes.append(f"{damaged} damaged {plural(damaged, 'line')} skipped.")
    return notes


def _any(states: Sequence[SessionState], certainty: Certainty) -> bool:
    """Tell whether a figure of the report bears a mark: a thread's, or a model's beside one that has no price."""
    return any(
        tally.certainty is certainty
        for state in states
        for tally in (*(tab.state.tally for tab in state.threads), *state.models.values())
    )


def aligned(table: Table, left: Sequence[int] = (0,)) -> list[str]:
    """Return the rows of a table as lines, all columns but those at the left aligned to the right."""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return [
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
