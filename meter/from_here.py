"""From here: the ways to go on with a session, what each costs to begin, what it saves, and when it pays back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from meter.level import family_of, near_families, on_offer, switch_candidates
from meter.outlook import Alternative, Outlook, Tariff
from meter.rates import RateTable, utc_day
from meter.session import SessionState
from parsers.turns import Turn


class Step(StrEnum):
    """What is done now."""

    KEEP = "keep_going"
    CLEAR = "clear"
    COMPACT = "compact"
    SWITCH = "switch"
    CLEAR_AND_SWITCH = "clear_and_switch"


@dataclass(frozen=True, slots=True)
class Going:
    """A way to go on that is open; all its money is an estimate, in dollars."""

    step: Step
    model: str | None
    """The model gone on with; None: the one in use."""
    tokens: int
    """Written to begin with; the summary too, after a compaction."""
    begin: float
    """What that costs above going on warm, once; the compaction's own request included."""
    cost: float
    """Over the horizon, with what it costs to begin."""
    saving: float
    """Against going on as it is; negative when it costs more."""
    pays_back: int | None
    """First coming turn after which it has saved money; None when not in sight, and for going on."""


@dataclass(frozen=True, slots=True)
class TooSmall:
    """A model that cannot go on: its window does not hold the context of the horizon's last turn."""

    model: str
    context: int
    window: int


@dataclass(frozen=True, slots=True)
class FromHere:
    """The ways to go on over a horizon of turns."""

    horizon: int
    ways: tuple[Going | TooSmall, ...]
    """Going on first, then the resets, the switches, and a reset with a switch."""

    @property
    def best(self) -> int:
        """Place of the way to look at first: the better reset when it saves, else any way that saves, else going on.

        A reset goes on with the same model; what another one would make of the work nobody knows.
        """
        saving = {place: way.saving for place, way in enumerate(self.ways) if isinstance(way, Going) and way.saving > 0}
        resets = {place for place in saving if self.ways[place].model is None}
        return max(resets or saving, key=lambda place: saving[place], default=0)


def from_here(
    state: SessionState,
    rates: RateTable,
    *,
    horizon: int | None = None,
    models: Iterable[str] | None = None,
    cold: bool = False,
) -> FromHere | None:
    """Return the ways to go on; None without an outlook.

    ``models`` may be switched to, the session's candidates when left out; ``cold``: the cache has expired.
    """
    outlook, last = state.main.outlook, state.main.state.last
    if outlook is None or last is None:
        return None
    turns = horizon or state.horizon
    wanted = state.candidates if models is None else tuple(models)

    def going(step: Step, tokens: int, begin: float, cost: Alternative, model: str | None = None) -> Going:
        saving = outlook.saving(cost, turns, cold=cold)
        return Going(step, model, tokens, begin, cost(turns), saving, outlook.pays_back(cost, cold=cold))

    def open_to(outlook: Outlook) -> dict[str, Tariff]:
        one_hour = state.main.state.pace.one_hour
        return switch_candidates(last.turn, outlook, wanted, rates, one_hour=one_hour, horizon=turns)

    keep = Going(
        Step.KEEP,
        None,
        outlook.context if cold else 0,
        outlook.going_cold if cold else 0.0,
        outlook.keep_going(turns, cold=cold),
        0.0,
        None,
    )
    compact = partial(outlook.compact, cold=cold)
    resets = [
        going(Step.CLEAR, outlook.preamble, outlook.to_clear, outlook.clear),
        going(Step.COMPACT, outlook.preamble + outlook.summary, outlook.to_compact(cold=cold), compact),
    ]
    switches = [
        going(Step.SWITCH, outlook.context, outlook.to_switch(tariff), partial(outlook.switch, tariff=tariff), model)
        for model, tariff in open_to(outlook).items()
    ]
    near = near_families(last.turn.billed_id)
    both = [
        going(Step.CLEAR_AND_SWITCH, there.preamble, there.to_clear, there.clear, model)
        for model, tariff in open_to(replace(outlook, context=outlook.preamble)).items()
        for there in [replace(outlook, tariff=tariff)]
        if family_of(model) in near
    ]
    cheaper = [way for way in both if way.cost < resets[0].cost]
    return FromHere(
        turns,
        (
            keep,
            *resets,
            *sorted(switches, key=lambda way: way.cost),
            *_too_small(last.turn, outlook, wanted, {way.model for way in switches}, rates),
            *sorted(cheaper, key=lambda way: way.cost)[:1],
        ),
    )


def _too_small(
    turn: Turn, outlook: Outlook, models: Iterable[str], taken: Collection[str | None], rates: RateTable
) -> Iterator[TooSmall]:
    """Give the models that are left out for their window, the one in use aside."""
    day = utc_day(turn.at)
    here = rates.find(turn.billed_id, day)
    for model, row in on_offer(models, day, rates).items():
        same = here is not None and row.canonical_id == here.row.canonical_id
        if model not in taken and not same and row.default_window is not None:
            yield TooSmall(model, outlook.context, row.default_window)
