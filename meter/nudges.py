"""The advice that a session's figures give: what to do, what it saves, after how many turns it pays back.

No sentences here: a nudge's facts hold the figures of which a screen makes them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from meter.budget import Budgets, overspent
from meter.fat_result import carried, fat_result
from meter.level import Level, best_advice, compaction_point, family_of, near_families, newest_models
from meter.money import PICO_PER_DOLLAR, Certainty, Pico, dollars
from meter.nudge import (
    Broke,
    Cold,
    CompactionNear,
    Expiring,
    Fat,
    HeavyPreamble,
    Kind,
    Moment,
    Nudge,
    PriceStep,
    Reset,
    Switch,
)
from meter.outlook import RECENT, Alternative, Outlook, Rate, Tariff, tokens_in_all
from meter.rates import canonicalize, list_prices, utc_day
from meter.session import SessionState

CACHE_WORTH = 0.50
"""Dollars; a cache that is lost, or about to be, is named from here on: what the level ``watch`` asks for, too."""
CARRY_WORTH = 0.10
"""Dollars over the horizon; less is not worth a sentence about a part of the history."""
SOON = timedelta(minutes=5)
"""Before its end the cache is about to expire."""
AHEAD = 10
"""Turns; what comes later is not near. A prompt takes nine: so long before, a task can still be finished."""
HEAVY_PREAMBLE = 42_400
"""Tokens; three of four public sessions start with less."""
USUAL_PREAMBLE = 35_300
"""Tokens; half of the public sessions start with less: what could be trimmed lies above it."""


def nudges(
    state: SessionState,
    *,
    moment: Moment | None = None,
    budgets: Budgets | None = None,
    today: Pico | None = None,
) -> tuple[Nudge, ...]:
    """Return what is to be said of a session, the most urgent first and of these the most money, each kind once.

    Without a moment the cache is taken as warm. ``today`` is what the day has cost; the budgets are
    the session's own unless others are given.
    """
    found = list(_budget(state, state.budgets if budgets is None else budgets, today))
    found += _cache_broke(state)
    if (outlook := state.main.outlook) is not None:
        found += _of_outlook(state, outlook, moment)
    return tuple(sorted(found, key=lambda nudge: (-nudge.level, -nudge.at_stake)))


def foremost(found: Sequence[Nudge], *, snoozed: Collection[Kind] = ()) -> Nudge | None:
    """Return the one to show when there is room for one: the most urgent, of these the first."""
    return next((nudge for nudge in found if nudge.kind not in snoozed), None)


def _of_outlook(state: SessionState, outlook: Outlook, moment: Moment | None) -> Iterator[Nudge]:
    cold = moment is not None and moment.cold
    yield from _reset(state, outlook, moment, cold=cold)
    yield from _switch(state, outlook, cold=cold)
    if moment is not None:
        yield from _cache_clock(outlook, moment)
    yield from _fat_result(state, outlook, cold=cold)
    yield from _preamble(state, outlook)
    yield from _compaction(state, outlook)
    yield from _price_step(state, outlook, cold=cold)


def _reset(state: SessionState, outlook: Outlook, moment: Moment | None, *, cold: bool) -> Iterator[Nudge]:
    level, turns = state.main.state.level.compounding, state.horizon
    advice = best_advice(outlook, turns, cold=cold)
    if level is Level.CALM or advice.saving <= 0:
        return
    kind = Kind(advice.kind)

    def compact(turns: int) -> float:
        return outlook.compact(turns, cold=cold)

    way: Alternative = outlook.clear if kind is Kind.CLEAR else compact
    facts = Reset(
        cost=advice.cost,
        instead_of=outlook.keep_going(turns, cold=cold),
        tokens=_sent_after_clear(outlook, turns) if kind is Kind.CLEAR else _sent_after_compaction(outlook, turns),
        instead_of_tokens=_sent(outlook.context, outlook.mean_growth, turns),
        warm_for=moment.left if moment and moment.waiting and not cold else None,
    )
    pays_back = outlook.pays_back(way, cold=cold)
    yield Nudge(kind, level, advice.saving, advice.saving, turns, pays_back, outlook.certainty, facts)


def _sent(start: float, growth: float, turns: int) -> float:
    """Return the tokens of the turns' prompts, of which the first re-sends ``start``."""
    return tokens_in_all(start, growth, turns) + turns * growth


def _sent_after_clear(outlook: Outlook, turns: int) -> float:
    opening = min(turns, RECENT)
    grown = outlook.preamble + opening * outlook.opening_growth
    early = _sent(outlook.preamble, outlook.opening_growth, opening)
    return early + _sent(grown, outlook.mean_growth, turns - opening)


def _sent_after_compaction(outlook: Outlook, turns: int) -> float:
    return outlook.context + _sent(outlook.preamble + outlook.summary, outlook.mean_growth, turns)


def _switch(state: SessionState, outlook: Outlook, *, cold: bool) -> Iterator[Nudge]:
    last, turns = state.main.state.last, state.horizon
    near = near_families(last.turn.billed_id) if last else ()
    tariffs = {model: tariff for model, tariff in state.switch.items() if family_of(model) in near}
    if last is None or not tariffs:
        return
    model = min(tariffs, key=lambda model: outlook.switch(turns, tariffs[model]))
    tariff = tariffs[model]

    def switch(turns: int) -> float:
        return outlook.switch(turns, tariff)

    saving = outlook.saving(switch, turns, cold=cold)
    if saving > 0:
        # What the client calls by a family's name is no matter of the person's own prices.
        named = newest_models(list_prices(), utc_day(last.turn.at))
        alias = family_of(model) if canonicalize(model)[0] in named else None
        cold_start = outlook.to_switch(tariff)
        facts = Switch(model, alias, cold_start, outlook.context)
        pays_back = outlook.pays_back(switch, cold=cold)
        yield Nudge(Kind.SWITCH, Level.CALM, saving, saving, turns, pays_back, outlook.certainty, facts)


def _cache_clock(outlook: Outlook, moment: Moment) -> Iterator[Nudge]:
    left, extra = moment.left, outlook.going_cold
    if not moment.waiting or moment.finished or left is None or extra < CACHE_WORTH:
        return
    if not moment.cold:
        if left <= SOON:
            facts = Expiring(left, extra, outlook.context)
            yield Nudge(Kind.CACHE_EXPIRING, Level.WATCH, extra, extra, 1, 1, outlook.certainty, facts)
        return
    growth = outlook.mean_growth
    cost = outlook.context * outlook.tariff.at(outlook.context + growth).write / PICO_PER_DOLLAR
    saving = outlook.saving(outlook.clear, 1, cold=True)
    offered = _clear_offered(outlook) and saving > 0
    less = round(outlook.context + growth - outlook.preamble - outlook.opening_growth)
    yield Nudge(
        Kind.CACHE_EXPIRING,
        Level.CALM,
        saving if offered else None,
        saving if offered else extra,
        1,
        1 if offered else None,
        outlook.certainty,
        Cold(outlook.context, cost, less if offered else None),
    )


def _cache_broke(state: SessionState) -> Iterator[Nudge]:
    main, last = state.main, state.main.state.last
    if last is None or not main.breaks:
        return
    newest = main.breaks[-1]
    turn = main.turns[newest.turn - 1]
    # A prompt may take hundreds of turns: what is long past is no news.
    recent = turn.prompt == last.prompt and last.number - newest.turn < RECENT
    if recent and newest.cost is not None and (cost := dollars(newest.cost)) >= CACHE_WORTH:
        facts = Broke(newest.turn, newest.tokens, newest.cost, newest.cause)
        yield Nudge(Kind.CACHE_BROKE, Level.CALM, None, cost, state.horizon, None, turn.certainty, facts)


def _fat_result(state: SessionState, outlook: Outlook, *, cold: bool) -> Iterator[Nudge]:
    result = fat_result(state.main, outlook)
    if result is not None and (stake := result.per_turn * state.horizon) >= CARRY_WORTH:
        facts = Fat(result, _clear_pays(outlook, state.horizon, cold=cold))
        yield Nudge(Kind.FAT_RESULT, Level.CALM, None, stake, state.horizon, None, Certainty.ESTIMATED, facts)


def _preamble(state: SessionState, outlook: Outlook) -> Iterator[Nudge]:
    preamble = state.main.preamble
    if preamble is None or preamble.tokens < HEAVY_PREAMBLE:
        return
    per_turn = carried(outlook, preamble.tokens)
    if per_turn * state.horizon >= CARRY_WORTH:
        stake = carried(outlook, preamble.tokens - USUAL_PREAMBLE) * state.horizon
        facts = HeavyPreamble(preamble.tokens, preamble.certainty, per_turn)
        yield Nudge(Kind.PREAMBLE, Level.CALM, None, stake, state.horizon, None, preamble.certainty, facts)


def _budget(state: SessionState, budgets: Budgets, today: Pico | None) -> Iterator[Nudge]:
    if (passed := overspent(state, budgets, today)) is not None:
        stake = dollars(passed.excess)
        yield Nudge(Kind.BUDGET, Level.WATCH, None, stake, state.horizon, None, passed.certainty, passed)


def _compaction(state: SessionState, outlook: Outlook) -> Iterator[Nudge]:
    if state.window.tokens is None:
        return
    level, point = state.main.state.level.fullness, compaction_point(state.window.tokens)
    turns = 0 if outlook.context > point else outlook.turns_until(point)
    # A nearly full context is a level of its own, which has to be explained even if it grows slowly.
    if level is Level.CALM and (turns is None or turns > AHEAD):
        return
    facts = CompactionNear(turns, outlook.context, point)
    # The request, and what it leaves written to the cache.
    stake = replace(outlook, context=max(point, outlook.context)).compact(0)
    yield Nudge(Kind.COMPACTION_NEAR, level, None, stake, state.horizon, None, outlook.certainty, facts)


def _price_step(state: SessionState, outlook: Outlook, *, cold: bool) -> Iterator[Nudge]:
    tariff, turns = outlook.tariff, state.horizon
    ahead = None if tariff.above is tariff.below else outlook.turns_until(tariff.threshold)
    if ahead is None or ahead > AHEAD:
        return
    stake = outlook.keep_going(turns) - _at_one_rate(outlook, tariff.below).keep_going(turns)
    before, after = (_at_one_rate(outlook, rate).next_turn for rate in (tariff.below, tariff.above))
    if stake > 0 and before:
        times = after / before
        facts = PriceStep(ahead, tariff.threshold, times, _clear_pays(outlook, turns, cold=cold))
        yield Nudge(Kind.PRICE_STEP, Level.WATCH, None, stake, turns, None, outlook.certainty, facts)


def _at_one_rate(outlook: Outlook, rate: Rate) -> Outlook:
    """Return the outlook as it would be if prompts of all sizes had one rate."""
    return replace(outlook, tariff=Tariff(rate, rate, 0))


def _clear_offered(outlook: Outlook) -> bool:
    return outlook.context >= 2 * outlook.preamble


def _clear_pays(outlook: Outlook, turns: int, *, cold: bool) -> bool:
    return _clear_offered(outlook) and outlook.saving(outlook.clear, turns, cold=cold) > 0
