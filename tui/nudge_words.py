"""The sentence of each nudge: wide, narrow, and with tokens first for a subscription."""

from __future__ import annotations

from enum import Enum, auto

from meter.budget import Overspent, Scope
from meter.cache import Cause
from meter.level import Level
from meter.money import PICO_PER_DOLLAR, Certainty
from meter.nudge import (
    Broke,
    Cold,
    CompactionNear,
    Expiring,
    Fat,
    HeavyPreamble,
    Kind,
    Nudge,
    PriceStep,
    Reset,
    Switch,
)
from meter.outlook import FAR
from meter.session import SessionState
from parsers.labels import label
from tui.format import MARKS, countdown, limit, money, plural, tokens

WIDE_FROM = 100
"""Columns of the wide form."""
PAY_BACK_FROM = 44
"""Columns under which the pay-back, and a subscription's dollars, are left out: two rows must do."""

_CAUSES = {
    Cause.MODEL: "the model was switched",
    Cause.MICROCOMPACTION: "old tool results were dropped",
    Cause.IDLE: "the session was idle for too long",
    Cause.VERSION: "the client was updated",
    Cause.TOOLS: "the tools changed",
    Cause.MCP: "the MCP servers changed",
    Cause.AGENTS: "the agents changed",
    Cause.EFFORT: "the effort changed",
    Cause.REWRITTEN: "history was rewritten at the prompt",
    Cause.UNKNOWN: "nothing in the transcript says why",
}


class _Form(Enum):
    WIDE = auto()
    NARROW = auto()
    SMALLEST = auto()


def sentence(nudge: Nudge, *, columns: int = WIDE_FROM, subscription: bool = False) -> str:
    """Write a nudge for a row of so many columns; to a subscription tokens come first and dollars last."""
    form = _Form.WIDE if columns >= WIDE_FROM else _Form.NARROW if columns >= PAY_BACK_FROM else _Form.SMALLEST
    wide = form is _Form.WIDE
    match nudge.facts:
        case Reset() as facts:
            return _reset(nudge, facts, form, subscription=subscription)
        case Switch() as facts:
            return _switch(nudge, facts, form, subscription=subscription)
        case Expiring() as facts:
            return _expiring(facts, wide=wide, subscription=subscription)
        case Cold() as facts:
            return _cold(nudge.saving, facts, form, subscription=subscription)
        case Broke() as facts:
            return _broke(nudge.certainty, facts, wide=wide, subscription=subscription)
        case Fat() as facts:
            return _fat(nudge.level, facts, wide=wide, subscription=subscription)
        case HeavyPreamble() as facts:
            return _preamble(facts, wide=wide)
        case Overspent() as facts:
            return _budget(facts)
        case CompactionNear() as facts:
            return _compaction(nudge.level, facts, wide=wide)
        case PriceStep() as facts:
            return _price_step(facts, wide=wide)


def calm_sentence(state: SessionState) -> str:
    """Write what the verdict says while nothing is to be done; the same at every width."""
    outlook, turns = state.main.outlook, state.horizon
    if outlook is None:
        return "The next turn tells what the history costs."
    if (saving := outlook.saving(outlook.clear, turns)) <= 0:
        return f"Keep going: /clear would not pay back within {_turns(turns)}."
    return f"Keep going: /clear would save ≈ {_dollars(saving)} in {_turns(turns)}."


def _reset(nudge: Nudge, facts: Reset, form: _Form, *, subscription: bool) -> str:
    over, saving = _turns(nudge.horizon_turns), f"≈ {_dollars(nudge.saving or 0)}"
    clear, wide = nudge.kind is Kind.CLEAR, form is _Form.WIDE
    action = f"/{nudge.kind} {_when(nudge.level)}" if clear or wide else "/compact"
    if wide and not clear and facts.warm_for is not None:
        action = f"/compact while the cache is warm ({countdown(facts.warm_for)})"
    in_full = wide or (clear and nudge.level is Level.ACT)
    pay_back = _pay_back(nudge, form, in_full=in_full)
    if subscription:
        less = _tokens(facts.instead_of_tokens - facts.tokens)
        sums = f" (≈ {_tokens(facts.tokens)} instead of {_tokens(facts.instead_of_tokens)})" if wide and clear else ""
        return f"{action}: saves ≈ {less} tokens in {over}{sums}{pay_back}{_last(saving, form)}."
    cost, instead_of = _dollars(facts.cost), _dollars(facts.instead_of)
    sums = f" (≈ {cost} instead of {instead_of})" if wide and clear else ""
    return f"{action}: saves {saving} in {over}{sums}{pay_back}."


def _switch(nudge: Nudge, facts: Switch, form: _Form, *, subscription: bool) -> str:
    over, saving, wide = _turns(nudge.horizon_turns), f"≈ {_dollars(nudge.saving or 0)}", form is _Form.WIDE
    action = f"/model {facts.alias or label(facts.model)}"
    pay_back = _pay_back(nudge, form, in_full=wide)
    if subscription and form is not _Form.SMALLEST:  # a switch saves no tokens
        start = f"{tokens(facts.tokens)} tokens once" if wide else tokens(facts.tokens)
        same = " (same tokens assumed)" if wide else ""
        return f"{action}: re-writes {start}{pay_back}{same}; saves {saving} in {over}."
    if wide:
        start = _dollars(facts.cold_start)
        return f"{action}: saves {saving} in {over} after a cold start of {start}{pay_back} (same tokens assumed)."
    return f"{action}: saves {saving} in {over}{pay_back}."


def _budget(facts: Overspent) -> str:
    # Turns without a price are missing in the sum.
    mark = MARKS[min(facts.certainty, Certainty.LOWER_BOUND)]
    limit_, spent = money(facts.limit), f"{mark}{money(facts.spent)}"
    match facts.scope:
        case Scope.TURN:
            return f"The last turn passed {limit_}: it cost {spent}."
        case Scope.SESSION:
            return f"This session passed {limit_}: {spent} so far."
        case Scope.DAY:
            return f"Today passed {limit_}: {spent} so far."


def _compaction(level: Level, facts: CompactionNear, *, wide: bool) -> str:
    if facts.turns is None:
        comes = f"at {tokens(facts.point)}, now {tokens(facts.context)}"
    else:
        comes = f"in ≈ {_turns(facts.turns)}" if facts.turns else "with the next turn"
    if wide:
        return f"Compaction {comes}: /clear {_when(level)} keeps what you choose, not what a summary keeps."
    return f"Compacts {comes}"


def _price_step(facts: PriceStep, *, wide: bool) -> str:
    ahead, times = f"≈ {_turns(facts.turns)}", limit(round(facts.times, 1))
    if wide:
        before = " /clear before." if facts.clear_pays else ""
        return f"In {ahead} the prompt passes {facts.threshold:,} tokens: from there a turn is {times} dearer.{before}"
    return f"{times} dearer in {ahead}{': /clear' if facts.clear_pays else ''}"


def _expiring(facts: Expiring, *, wide: bool, subscription: bool) -> str:
    left, extra, size = countdown(facts.left), _dollars(facts.extra), tokens(facts.tokens)
    if subscription:
        again = f": after that the next turn re-writes {size}" if wide else f", or {size} again"
        return f"Answer within {left}{again}; {extra}."
    return f"Answer within {left}{f': after that the next turn costs {extra} more' if wide else f', or +{extra}'}."


def _cold(saving: float | None, facts: Cold, form: _Form, *, subscription: bool) -> str:
    wide = form is _Form.WIDE
    size, cost = tokens(facts.tokens), _dollars(facts.cost)
    if wide:
        start = f"The cache is cold: the next turn re-writes {size}{'' if subscription else f' for ≈ {cost}'}"
    else:
        start = f"Cache cold: next turn {size if subscription else f'≈ {cost}'}"
    if facts.clear_tokens is None or saving is None:
        return f"{start}{_last(f'≈ {cost}', form) if subscription else ''}."
    clear = "/clear first saves" if wide else "/clear saves"
    if subscription:
        return f"{start}; {clear} {tokens(facts.clear_tokens)}{_last(_dollars(saving), form)}."
    return f"{start}; {clear} {_dollars(saving)}."


def _broke(certainty: Certainty, facts: Broke, *, wide: bool, subscription: bool) -> str:
    cost, size = f"{MARKS[certainty]}{money(facts.cost)}", tokens(facts.tokens)
    if not wide:
        return f"Cache break: {size}, {cost}" if subscription else f"Cache break: {cost}"
    start = f"Cache break at turn {facts.turn}"
    if subscription:
        return f"{start}: {size} tokens written again; {_CAUSES[facts.cause]}; {cost}."
    return f"{start}: {cost} to write {size} tokens again; {_CAUSES[facts.cause]}."


def _fat(level: Level, facts: Fat, *, wide: bool, subscription: bool) -> str:
    result = facts.result
    size, cost, one = tokens(result.tokens), _dollars(result.per_turn), result.results == 1
    if not wide:
        what = f"{size} result" if one else f"{size} of results"
        return f"{what} in every turn: +{cost}" if subscription else f"{what}: +{cost} a turn"
    what = f"One result of {size} tokens" if one else f"{result.results} results of {size} tokens"
    action = f": /clear {_when(level)}" if facts.clear_pays else ""
    if subscription:
        return f"{what} {'is' if one else 'are'} sent again every turn from here{action}; {cost} a turn."
    return f"{what} {'costs' if one else 'cost'} {cost} every turn from here{action}."


def _preamble(facts: HeavyPreamble, *, wide: bool) -> str:
    size, cost = f"{MARKS[facts.certainty]}{tokens(facts.tokens)}", _dollars(facts.per_turn)
    if wide:  # tokens come first in any case
        return f"A fresh session starts at {size}: trim tools and memory; each turn carries it for {cost}."
    return f"Preamble {size}: {cost} a turn"


def _when(level: Level) -> str:
    """Write when to do it: nobody should clear in the middle of a task before it is urgent."""
    return "now" if level is Level.ACT else "after this task"


def _pay_back(nudge: Nudge, form: _Form, *, in_full: bool) -> str:
    if form is _Form.SMALLEST:
        return ""
    turns = nudge.pays_back_turns
    if turns is None:
        return f", pays back after more than {FAR} turns"
    return f", pays back in {_turns(turns) if in_full else turns}"


def _last(amount: str, form: _Form) -> str:
    """Write the dollars of a sentence in which tokens come first."""
    return "" if form is _Form.SMALLEST else f"; {amount}"


def _turns(count: int) -> str:
    return f"{count} {plural(count, 'turn')}"


def _dollars(amount: float) -> str:
    return money(round(amount * PICO_PER_DOLLAR))


def _tokens(count: float) -> str:
    return tokens(max(0, round(count)))
