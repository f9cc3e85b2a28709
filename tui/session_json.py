"""A session's state as the stable JSON of ``report --json`` and ``watch --json``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from meter.cache import CacheBreak
from meter.money import dollars
from meter.nudge import Nudge
from meter.nudges import nudges
from meter.rates import RateTable
from meter.session import SessionState
from meter.tally import Tally
from meter.thread_tab import ThreadTab
from tui.nudge_words import sentence

SCHEMA = 1


def session_json(state: SessionState) -> dict[str, Any]:
    """Return one session; numbers are not rounded, money is in dollars, times are ISO in UTC."""
    main = state.main
    return {
        "session_id": state.session_id,
        "path": state.path,
        "title": state.title,
        "cwd": state.cwd,
        "started_at": iso(state.started_at),
        "ended_at": iso(state.ended_at),
        "turns": state.tally.turns,
        "prompts": state.prompts,
        "damaged_lines": state.damaged_lines,
        "rewritten": state.rewritten,
        "inherited": {"turns": state.inherited.turns, "cost_usd": dollars(state.inherited.cost)},
        **_sums(state.tally),
        "fees_usd": dollars(state.tally.fees),
        "unpriced_turns": state.tally.unpriced_turns,
        "estimated_hidden_usd": dollars(state.hidden),
        "client_cost_usd": state.client_cost_usd,
        "models": {model: _model(tally) for model, tally in state.models.items()},
        "threads": [_thread(tab) for tab in state.threads],
        "context": {
            "tokens": main.state.context,
            "peak": main.state.peak,
            "window": state.window.tokens,
            "window_certainty": "known" if state.window.known else "assumed",
            "compactions": main.state.compactions,
        },
        "cache": {
            "hit_rate": main.state.tally.hit_rate,
            "breaks": [_break(found) for found in main.breaks],
            "miss_usd": dollars(main.state.tally.miss),
            "saved_usd": dollars(main.state.tally.saved),
        },
        "compounding": {
            "preamble_tokens": main.preamble.tokens if main.preamble else None,
            "preamble_certainty": main.preamble.certainty.words if main.preamble else None,
            "factor": main.outlook.factor if main.outlook else None,
            "carry_usd": dollars(main.state.tally.carry),
            "history_carry_usd": dollars(main.state.tally.history),
            "flat_usd": dollars(main.state.tally.flat),
            "level": main.state.level.level.words,
        },
        "outlook": _outlook(state),
        "nudges": [_nudge(nudge) for nudge in nudges(state)],
    }


def _nudge(nudge: Nudge) -> dict[str, Any]:
    return {
        "kind": nudge.kind.value,
        "level": nudge.level.words,
        "saving_usd": nudge.saving,
        "horizon_turns": nudge.horizon_turns,
        "pays_back_turns": nudge.pays_back_turns,
        "text": sentence(nudge),
    }


def _break(found: CacheBreak) -> dict[str, Any]:
    cost = None if found.cost is None else dollars(found.cost)
    return {"turn": found.turn, "cause": found.cause.value, "tokens": found.tokens, "cost_usd": cost}


def _outlook(state: SessionState) -> dict[str, Any] | None:
    outlook, horizon = state.main.outlook, state.horizon
    if outlook is None:
        return None
    return {
        "growth_tokens": outlook.growth,
        "output_tokens": outlook.output,
        "next_turn_usd": outlook.next_turn,
        "next_prompt_usd": outlook.next_prompt(state.next_prompt_turns),
        "horizon_turns": horizon,
        "continue_usd": outlook.keep_going(horizon),
        "clear_usd": outlook.clear(horizon),
        "compact_usd": outlook.compact(horizon),
        "switch": {model: outlook.switch(horizon, tariff) for model, tariff in state.switch.items()},
    }


def report_json(states: Sequence[SessionState], rates: RateTable) -> dict[str, Any]:
    """Return the whole report; the total counts each turn once."""
    total = sum((state.tally for state in states), Tally())
    return {
        "schema": SCHEMA,
        "prices_as_of": rates.as_of.isoformat(),
        "sessions": [session_json(state) for state in states],
        "total": {"turns": total.turns, **_sums(total), "unpriced_turns": total.unpriced_turns},
    }


def iso(at: datetime | None) -> str | None:
    """Write a time as the transcripts do: UTC, milliseconds, ``Z``."""
    return None if at is None else at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _sums(tally: Tally) -> dict[str, Any]:
    return {"tokens": _tokens(tally), "cost_usd": dollars(tally.cost), "certainty": tally.certainty.words}


def _tokens(tally: Tally) -> dict[str, int]:
    return {
        "input": tally.input,
        "output": tally.output,
        "cache_read": tally.cache_read,
        "cache_write_5m": tally.write_5m,
        "cache_write_1h": tally.write_1h,
        "web_searches": tally.web_searches,
    }


def _model(tally: Tally) -> dict[str, Any]:
    sums = _sums(tally)
    if tally.unpriced_turns == tally.turns:
        sums["cost_usd"] = None
    return {"turns": tally.turns, **sums}


def _thread(tab: ThreadTab) -> dict[str, Any]:
    tally = tab.state.tally
    return {
        "agent_id": tab.agent_id,
        "agent_type": tab.agent_type,
        "turns": tally.turns,
        "tokens": _tokens(tally),
        "cost_usd": dollars(tally.cost),
    }
