"""An estimate of what the client paid for requests that its transcripts do not hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from meter.money import Pico
from meter.outlook import SUMMARY_OUTPUT
from meter.pricing import WEB_SEARCH, price_usage, turn_prices
from meter.rates import RateTable
from parsers.turns import Turn

if TYPE_CHECKING:  # the thread's fold imports this module
    from meter.thread_tab import ThreadTab

SEARCH_INPUT, SEARCH_OUTPUT = 1_000, 100
"""Tokens of the request that the WebSearch tool makes for itself, as the client's own totals show it."""


def hidden_cost(tabs: Sequence[ThreadTab], rates: RateTable) -> Pico:
    """Return the estimated cost of the requests behind compactions and searches, and of unbilled inner iterations.

    A compaction whose request lies in an agent file of its own (``agent-acompact-*``) is billed already.
    """
    billed = sum((tab.agent_id or "").startswith("acompact") for tab in tabs)
    compactions = [cost for tab in tabs for cost in _compactions(tab, rates)]
    return sum(compactions[billed:]) + sum(tab.state.unbilled for tab in tabs)


def unbilled(turn: Turn, rates: RateTable) -> Pico:
    """Return the estimated cost of a turn's searches and of its inner iterations that its usage leaves out."""
    searches = _searches(turn, rates) if turn.tools else 0
    return searches + _surplus(turn, rates) if len(turn.iterations) > 1 else searches


def _compactions(tab: ThreadTab, rates: RateTable) -> list[Pico]:
    """Return what each compaction request cost: the whole context read once more, and a summary written."""
    costs = []
    for before, compaction in tab.compactions:
        if not before:
            continue  # a leading one was paid by the session that this one goes on from
        last = tab.turns[before - 1].turn
        context = compaction.before or last.usage.context
        prices = turn_prices(last, context, rates)
        if prices is not None:
            costs.append(context * prices.read + SUMMARY_OUTPUT * prices.output)
    return costs


def _searches(turn: Turn, rates: RateTable) -> Pico:
    count = sum([tool.name == "WebSearch" for tool in turn.tools])
    prices = turn_prices(turn, SEARCH_INPUT, rates) if count else None
    if prices is None:
        return 0
    return count * (WEB_SEARCH + SEARCH_INPUT * prices.input + SEARCH_OUTPUT * prices.output)


def _surplus(turn: Turn, rates: RateTable) -> Pico:
    """Return the price of iterations that the response's own usage leaves out, advisors aside: they are billed."""
    parts = [part for part in turn.iterations if part.kind != "advisor_message"]
    if len(parts) < 2 or parts[-1].usage.output != turn.usage.output or parts[-1].usage.context != turn.usage.context:
        return 0
    return sum(price_usage(part, part.model or turn.billed_id, turn, rates) or 0 for part in parts[:-1])
