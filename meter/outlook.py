"""What the coming turns cost: going on with the history, after ``/clear``, after ``/compact``, or on another model.

Sums over coming turns are closed forms: the fold asks for them after every turn of a session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from meter.money import PICO_PER_DOLLAR, Certainty
from meter.pricing import charge_of
from meter.rates import Prices, RateTable
from parsers.turns import Turn

RECENT = 20
"""Turns that tell the pace; also the turns for which a fresh session grows as fast as this one did at its start."""
SUMMARY = 9_000
"""Tokens that a compaction leaves above the preamble, until the session has shown its own figure."""
SUMMARY_OUTPUT = 4_000
"""Tokens that the compaction request writes."""
FAR = 100
"""Turns; what lies beyond is not foretold."""

Alternative = Callable[[int], float]  # number of turns to dollars


class Rate(NamedTuple):
    """Pico-dollars per token: re-sent from the cache, new and written to it, written by the model."""

    read: int
    write: int
    output: int


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a model charges for a prompt up to a threshold of tokens, and above it."""

    below: Rate
    above: Rate
    threshold: int

    def at(self, prompt: float) -> Rate:
        """Return the rate for a prompt of this many tokens."""
        return self.below if prompt <= self.threshold else self.above

    def run(self, start: float, growth: float, output: float, turns: int) -> float:
        """Return the pico-dollars of turns of which the first re-sends ``start`` tokens, each adding ``growth``."""
        if self.above is self.below:
            return _run(self.below, start, growth, output, turns)
        low = turns_within(self.threshold, start, growth, turns)
        cost = _run(self.below, start, growth, output, low)
        return cost if low == turns else cost + _run(self.above, start + low * growth, growth, output, turns - low)

    def cold(self, tokens: float, growth: float) -> float:
        """Return the pico-dollars that writing tokens costs above reading them, in a prompt that adds ``growth``."""
        rate = self.at(tokens + growth)
        return tokens * (rate.write - rate.read)


def tokens_in_all(start: float, growth: float, turns: int) -> float:
    """Return the tokens of turns in all, when the first has ``start`` and each next one ``growth`` more."""
    return turns * start + growth * (turns * (turns - 1) // 2)


def turns_within(limit: float, start: float, growth: float, turns: int) -> int:
    """Return how many of the turns, from the first, send a prompt of no more than ``limit`` tokens."""
    if start + (turns - 1) * growth + growth <= limit:
        return turns
    if start + growth > limit:
        return 0
    within = int((limit - start) / growth)
    # The division may round across the limit: the size of the prompt itself decides.
    while start + within * growth + growth <= limit:
        within += 1
    while start + (within - 1) * growth + growth > limit:
        within -= 1
    return within


def _run(rate: Rate, start: float, growth: float, output: float, turns: int) -> float:
    sent = turns * start + growth * (turns * (turns - 1) // 2)  # tokens_in_all, without the call
    return sent * rate.read + turns * (growth * rate.write + output * rate.output)


def tariff_of(turn: Turn, rates: RateTable, *, one_hour: bool) -> Tariff | None:
    """Return what prompts cost at a turn's model, day, speed and geo, by the bucket written to; None if unpriced."""
    charge = charge_of(turn, rates)
    if charge is None:
        return None
    below = _rate(charge.below, one_hour=one_hour)
    if charge.above is charge.below:
        return Tariff(below, below, 0)
    return Tariff(below, _rate(charge.above, one_hour=one_hour), charge.threshold)


def _rate(prices: Prices, *, one_hour: bool) -> Rate:
    return Rate(prices.read, prices.write_1h if one_hour else prices.write_5m, prices.output)


class Step(NamedTuple):
    """What one turn added, in tokens."""

    new: int
    output: int
    final: bool


@dataclass(frozen=True, slots=True)
class Pace:
    """What the turns of a thread so far tell about the coming ones."""

    recent: tuple[Step, ...] = ()
    """The segment's last turns without its first; until there is one, those of the segment before."""
    stale: bool = False  # ``recent`` is of the segment before
    own_turns: int = 0
    """Turns that were not copied from another session; counted up to the last one of the opening."""
    opening: int = 0
    """New tokens of the own turns 2 to 21."""
    after_compaction: int = 0
    """Context of the first turn after the last compaction; 0 without one."""
    one_hour: bool = False
    """The newest cache write was in the 1h bucket."""

    def after(self, turn: Turn, new_tokens: int, *, first: bool, compacted: bool) -> Pace:
        """Return the pace with one more turn; a segment's first one may come after a compaction."""
        usage = turn.usage
        recent, step = self.recent, Step(new_tokens, usage.output, turn.final)
        if not first:
            recent = (step,) if self.stale else (*recent[1 - RECENT :], step)
        counts = turn.copied_from is None and self.own_turns <= RECENT
        return Pace(
            recent=recent,
            stale=first,
            own_turns=self.own_turns + counts,
            opening=self.opening + new_tokens if counts and self.own_turns else self.opening,
            after_compaction=usage.context if compacted else self.after_compaction,
            one_hour=usage.write_1h > 0 if usage.cache_creation else self.one_hour,
        )


NO_PACE = Pace()


@dataclass(frozen=True, slots=True)
class Outlook:
    """The coming turns of a thread, as its last ones tell; all its money is an estimate, in dollars."""

    context: int
    """Tokens of the last prompt."""
    preamble: int
    """Tokens of a fresh session; never above the context."""
    growth: float
    """New tokens a turn, median."""
    mean_growth: float
    opening_growth: float
    """New tokens a turn while a fresh session reads its files again, mean."""
    output: float
    """Output tokens a turn, median."""
    mean_output: float
    summary: int
    """Tokens that a compaction leaves above the preamble."""
    tariff: Tariff
    recent: tuple[Step, ...]
    certainty: Certainty

    @property
    def next_turn(self) -> float:
        """The price of the next turn."""
        return self.tariff.run(self.context, self.growth, self.output, 1) / PICO_PER_DOLLAR

    def next_parts(self, *, cold: bool = False) -> tuple[float, float, float]:
        """Return the price of the next turn, divided: carry, new, output."""
        rate = self.tariff.at(self.context + self.growth)
        return (
            self.context * (rate.write if cold else rate.read) / PICO_PER_DOLLAR,
            self.growth * rate.write / PICO_PER_DOLLAR,
            self.output * rate.output / PICO_PER_DOLLAR,
        )

    @property
    def band(self) -> tuple[float, float]:
        """The next turn if it is as small as the smallest tenth of the last ones, and as large as the largest."""
        new, output = sorted(step.new for step in self.recent), _outputs(self.recent)
        low, high = (
            self.tariff.run(self.context, quantile(new, share), quantile(output, share), 1) for share in (0.1, 0.9)
        )
        return low / PICO_PER_DOLLAR, high / PICO_PER_DOLLAR

    @property
    def factor(self) -> float:
        """How many times the price of a fresh session's turn a turn costs now; never below 1."""
        fresh = self.tariff.run(self.preamble, self.growth, self.output, 1)
        return max(1.0, self.tariff.run(self.context, self.growth, self.output, 1) / fresh) if fresh else 1.0

    @property
    def going_cold(self) -> float:
        """What the next turn costs more once the cache has expired."""
        return self.tariff.cold(self.context, self.mean_growth) / PICO_PER_DOLLAR

    def next_prompt(self, turns: int) -> float:
        """Return the price of the next prompt, if it takes this many turns of median size."""
        return self.tariff.run(self.context, self.growth, self.output, turns) / PICO_PER_DOLLAR

    def keep_going(self, turns: int, *, cold: bool = False) -> float:
        """Return the cost of going on with the history as it is."""
        extra = self.tariff.cold(self.context, self.mean_growth) if cold else 0
        return (self.tariff.run(self.context, self.mean_growth, self.mean_output, turns) + extra) / PICO_PER_DOLLAR

    @property
    def to_clear(self) -> float:
        """What ``/clear`` costs above a warm start: a fresh session writes its preamble."""
        return self.tariff.cold(self.preamble, self.opening_growth) / PICO_PER_DOLLAR

    def clear(self, turns: int) -> float:
        """Return the cost of the turns after ``/clear``: a fresh session, which first reads its files again."""
        opening = min(turns, RECENT)
        grown = self.preamble + opening * self.opening_growth
        cost = self.tariff.run(self.preamble, self.opening_growth, self.mean_output, opening)
        if turns > opening:
            cost += self.tariff.run(grown, self.mean_growth, self.mean_output, turns - opening)
        return (cost + self.tariff.cold(self.preamble, self.opening_growth)) / PICO_PER_DOLLAR

    def to_compact(self, *, cold: bool = False) -> float:
        """Return what ``/compact`` costs at once: its own request, and the cold start with the summary."""
        return self._to_compact(cold=cold) / PICO_PER_DOLLAR

    def compact(self, turns: int, *, cold: bool = False) -> float:
        """Return the cost of the turns after ``/compact``, its own request included."""
        cost = self.tariff.run(self.preamble + self.summary, self.mean_growth, self.mean_output, turns)
        return (self._to_compact(cold=cold) + cost) / PICO_PER_DOLLAR

    def _to_compact(self, *, cold: bool) -> float:
        rate = self.tariff.at(self.context)
        request = self.context * (rate.write if cold else rate.read) + SUMMARY_OUTPUT * rate.output
        return request + self.tariff.cold(self.preamble + self.summary, self.mean_growth)

    def to_switch(self, tariff: Tariff) -> float:
        """Return what another model costs above a warm start: it writes the history as it is."""
        return tariff.cold(self.context, self.mean_growth) / PICO_PER_DOLLAR

    def switch(self, turns: int, tariff: Tariff) -> float:
        """Return the cost of the turns at another model, whose cache is cold; the same tokens are assumed."""
        cost = tariff.run(self.context, self.mean_growth, self.mean_output, turns)
        return (cost + tariff.cold(self.context, self.mean_growth)) / PICO_PER_DOLLAR

    def saving(self, alternative: Alternative, turns: int, *, cold: bool = False) -> float:
        """Return what an alternative saves over this many turns; negative when it costs more."""
        return self.keep_going(turns, cold=cold) - alternative(turns)

    def pays_back(self, alternative: Alternative, *, cold: bool = False) -> int | None:
        """Return after how many turns an alternative has saved money; None when not within ``FAR``."""
        return next((turns for turns in range(1, FAR + 1) if self.saving(alternative, turns, cold=cold) > 0), None)

    def turns_until(self, tokens: int) -> int | None:
        """Return which coming turn, from 1, is the first with a prompt above so many tokens; None if none in sight."""
        within = turns_within(tokens, self.context, self.mean_growth, FAR)
        return within + 1 if self.context <= tokens and within < FAR else None


def outlook_of(turn: Turn, pace: Pace, preamble: int, rates: RateTable) -> Outlook | None:
    """Return the outlook after a thread's turn, which the pace holds already; None when its model is unknown.

    Not to be asked after a thread's first turn, nor between a compaction and the next turn.
    """
    tariff = tariff_of(turn, rates, one_hour=pace.one_hour)
    if tariff is None:
        return None
    # Without any turn but a segment's first one there is no growth to go by, and only this turn's output.
    recent = pace.recent or (Step(0, turn.usage.output, turn.final),)
    context = turn.usage.context
    new, output = sorted([step.new for step in recent]), _outputs(recent)
    mean_growth = sum(new) / len(new)
    opening_growth = pace.opening / (pace.own_turns - 1) if pace.own_turns > 1 else 0
    known = pace.recent and any(step.final for step in recent)
    left = pace.after_compaction - preamble
    return Outlook(
        context=context,
        preamble=min(preamble, context),
        growth=quantile(new, 0.5),
        mean_growth=mean_growth,
        opening_growth=max(mean_growth, opening_growth),
        output=quantile(output, 0.5),
        mean_output=sum(output) / len(output),
        summary=left if left > 0 else SUMMARY,
        tariff=tariff,
        recent=recent,
        certainty=Certainty.ESTIMATED if known else Certainty.LOWER_BOUND,
    )


def _outputs(recent: Sequence[Step]) -> list[int]:
    """Return the output tokens in order: the final ones, or all when none is."""
    return sorted([step.output for step in recent if step.final]) or sorted([step.output for step in recent])


def turns_a_prompt(starts: Sequence[int], turns: int, *, over: bool) -> int:
    """Return the median number of turns of a prompt; the usual one before there are three.

    ``starts`` are the numbers of turns before each prompt; ``over`` says that the newest one is answered.
    """
    ends = [*starts[1:], turns] if starts else []
    counts = [end - start for start, end in zip(starts, ends, strict=True)]
    counts = sorted(count for count in (counts if over else counts[:-1]) if count)
    return int(quantile(counts, 0.5) + 0.5) if len(counts) >= 3 else 9


def quantile(ordered: Sequence[int], share: float) -> float:
    """Return the value below which a share of the ordered ones lies, interpolated between neighbours."""
    place = (len(ordered) - 1) * share
    index = int(place)
    low, high = ordered[index], ordered[min(index + 1, len(ordered) - 1)]
    return low + (high - low) * (place - index)
