"""``runningtab report --what-if``: sessions led another way, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from meter.from_here import FromHere, Going, TooSmall, from_here
from meter.money import PICO_PER_DOLLAR, Certainty, dollars
from meter.outlook import Outlook
from meter.rates import RateTable
from meter.session import SessionState
from meter.what_if import (
    AsItWas,
    AtModel,
    Cleared,
    Compacted,
    Flat,
    LookBack,
    Routed,
    Stacked,
    Unbroken,
    Uncached,
    Way,
    look_back,
)
from parsers.labels import clean
from tui.format import MARKS, money, plural, share, tokens
from tui.report import Table, aligned
from tui.what_if_words import ROUTING, SWITCHING, assumption, first_cost, pay_back, step_name, way_name


def what_if_text(states: Sequence[SessionState], rates: RateTable) -> str:
    """Return for each session what it would have cost and what the next turns would, each line with its change."""
    return "\n\n".join(_session(state, rates, named=len(states) > 1) for state in states) + "\n"


def _session(state: SessionState, rates: RateTable, *, named: bool) -> str:
    title = f"  {clean(state.session_id)[:8]}  {state.title or ''}".rstrip() if named else ""
    parts = [f"What if{title}"]
    lines = look_back(state, rates)
    if not lines:
        return f"{parts[0]}\n  No turn has a price: there is nothing to compare."
    parts.append(_looking_back(lines, state.tally.unpriced_turns))
    found, outlook = from_here(state, rates), state.main.outlook
    if found is None or outlook is None:
        parts.append("  From here: known from the second turn of a priced model on.")
    else:
        parts.append(_going_on(found, outlook))
    return "\n\n".join(parts)


def _looking_back(lines: Sequence[LookBack], unpriced: int) -> str:
    real = lines[0].cost
    table: Table = [("  Had it been", "Cost", "Difference", "Share", "Assumed")]
    for line in lines:
        change = "" if line is lines[0] else _signed(line.cost - real)
        part = share(line.cost / real) if real else ""
        cost = f"{MARKS[line.certainty]}{money(line.cost)}"
        table.append((f"  {way_name(line.way)}", cost, change, part, assumption(line.way)))
    notes = ["The same turns are assumed, nothing read again; at list price.", ROUTING]
    if unpriced:
        are = "is" if unpriced == 1 else "are"
        notes.append(f"{unpriced} unpriced {plural(unpriced, 'turn')} {are} left out of every line.")
    return "\n".join([*aligned(table, left=(0, 4)), "", *(f"  {note}" for note in notes)])


def _going_on(found: FromHere, outlook: Outlook) -> str:
    pace = f"at {tokens(round(outlook.mean_growth))} new and {tokens(round(outlook.mean_output))} output tokens a turn"
    table: Table = [("  From here", "To begin", f"{found.horizon} turns", "Saves", "Pays back", "Assumed")]
    for way in found.ways:
        if isinstance(way, TooSmall):
            figures = ("", "", "")
        else:
            saves = _saved(way.saving) if way.pays_back is not None or way.saving else ""
            figures = (_estimate(way.begin), _estimate(way.cost), saves)
        table.append((f"  {step_name(way)}", *figures, pay_back(way), first_cost(way)))
    notes = (f"Estimated {pace}, the cache taken as warm.", SWITCHING)
    return "\n".join([*aligned(table, left=(0, 4, 5)), "", *(f"  {note}" for note in notes)])


def _estimate(amount: float) -> str:
    return f"{MARKS[Certainty.ESTIMATED]}{money(round(amount * PICO_PER_DOLLAR))}" if amount else ""


def _saved(amount: float) -> str:
    """Write a saving; what costs more has a plus."""
    pico = round(amount * PICO_PER_DOLLAR)
    return money(pico) if pico >= 0 else f"+{money(-pico)}"


def _signed(change: int) -> str:
    return f"+{money(change)}" if change > 0 else money(change)


def what_if_json(state: SessionState, rates: RateTable) -> dict[str, Any]:
    """Return the same as JSON; money is in dollars, nothing is rounded."""
    lines = look_back(state, rates)
    found = from_here(state, rates)
    return {
        "looking_back": [_line(line, lines[0]) for line in lines],
        "horizon_turns": found.horizon if found else state.horizon,
        "from_here": [_way_on(way) for way in found.ways] if found else [],
    }


def _line(line: LookBack, real: LookBack) -> dict[str, Any]:
    return {
        **_facts(line.way),
        "cost_usd": dollars(line.cost),
        "difference_usd": dollars(line.cost - real.cost),
        "certainty": line.certainty.words,
        "assumes": assumption(line.way),
    }


def _facts(way: Way) -> dict[str, Any]:
    match way:
        case AsItWas(models):
            return {"key": "as_it_was", "models": list(models)}
        case Flat():
            return {"key": "never_growing"}
        case Cleared(turn):
            return {"key": "cleared", "turn": turn}
        case Unbroken(breaks):
            return {"key": "without_breaks", "breaks": breaks}
        case Uncached():
            return {"key": "without_caching"}
        case Compacted(percent):
            return {"key": "compacted", "percent": percent}
        case AtModel(model, window, too_small_from):
            return {"key": "model", "model": model, "window": window, "too_small_from_turn": too_small_from}
        case Routed(models, turns):
            return {"key": "routed", "turns": dict(zip(models, turns, strict=True))}
        case Stacked(cleared, models):
            return {"key": "stacked", "turn": cleared, "models": list(models)}


def _way_on(way: Going | TooSmall) -> dict[str, Any]:
    if isinstance(way, TooSmall):
        return {"key": "switch", "model": way.model, "window": way.window, "cost_usd": None}
    return {
        "key": way.step.value,
        "model": way.model,
        "tokens": way.tokens,
        "begin_usd": way.begin,
        "cost_usd": way.cost,
        "saving_usd": way.saving,
        "pays_back_turns": way.pays_back,
    }
