"""The session meter: a session's threads and what they add up to, as one frozen state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import pairwise

from meter.budget import Budgets
from meter.hidden import hidden_cost
from meter.level import LevelSettings, LevelState, newest_models, switch_candidates
from meter.money import Pico
from meter.outlook import Tariff, turns_a_prompt
from meter.rates import RateTable, utc_day
from meter.settings import DEFAULT_SETTINGS, MeterSettings
from meter.tally import Tally
from meter.thread import ThreadMeter, ThreadState
from meter.thread_tab import ThreadTab
from meter.window import Window
from parsers.session_log import SessionLog
from parsers.transcript import Thread


@dataclass(frozen=True, slots=True)
class Facts:
    """What the files tell of a session beside its threads."""

    session_id: str
    path: str
    title: str | None
    cwd: str | None
    started_at: datetime | None
    ended_at: datetime | None
    prompts: int
    damaged_lines: int
    rewritten: bool
    client_cost_usd: float | None
    """Claude Code's own running total, where it left one."""
    api_ms: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """How far a log had come: what its files told by then, and how many events each thread had."""

    facts: Facts
    events: tuple[tuple[Thread, int], ...]


@dataclass(frozen=True, slots=True)
class SessionState(Facts):
    """All that is known of a session at one moment; a cold read of the same lines gives an equal one."""

    window: Window
    levels: LevelSettings
    """When to warn, and the horizon of savings."""
    budgets: Budgets
    """What the person wants to spend at most."""
    next_prompt_turns: int
    """Turns that the next prompt is expected to take: the median of this session's."""
    candidates: tuple[str, ...]
    """Ids of models to compare with: those in use, then the ones named or the newest of each family."""
    switch: Mapping[str, Tariff]
    """What the models that the main thread could go on with charge, by id; the one in use is left out."""
    hidden: Pico
    """Estimate of requests that the transcript does not hold: compactions, inner searches."""
    threads: tuple[ThreadTab, ...]
    """The main thread first, then the agents by age."""
    tally: Tally
    inherited: Tally
    models: Mapping[str, Tally]

    @property
    def horizon(self) -> int:
        """Turns over which savings are judged."""
        return self.levels.horizon

    @property
    def main(self) -> ThreadTab:
        return self.threads[0]

    @property
    def agents(self) -> tuple[ThreadTab, ...]:
        return self.threads[1:]


class SessionMeter:
    """Turns a session's log into states; each update folds only what the log has new or revised."""

    def __init__(
        self,
        log: SessionLog,
        rates: RateTable,
        foreign: frozenset[str] = frozenset(),
        settings: MeterSettings = DEFAULT_SETTINGS,
    ) -> None:
        self._log = log
        self._settings = settings
        self._rates = rates
        self._foreign = foreign
        self._meters: dict[int, ThreadMeter] = {}
        self._tabs: dict[int, ThreadTab] = {}

    @property
    def priced(self) -> int:
        """Turns priced so far: the work done, counted."""
        return sum(meter.priced for meter in self._meters.values())

    def update(self) -> SessionState:
        """Return the session's state with all that its log holds by now."""
        return self._state(self._facts(), tuple(self._tab(thread) for thread in self._log.threads()))

    def moment(self) -> Moment:
        """Return how far the log has come, without folding it: ``state_at`` gives the state of that moment."""
        return Moment(self._facts(), tuple((thread, len(thread.events)) for thread in self._log.threads()))

    def state_at(self, moment: Moment) -> SessionState:
        """Return the state as it was when the log had come so far; to be asked after an update.

        What the log revised since is taken as it is now, and so is what later lines told of a window.
        """
        tabs = (
            _tab(meter, meter.state_after(events))
            for thread, events in moment.events
            if (meter := self._meters.get(id(thread))) is not None
        )
        return self._state(moment.facts, tuple(tabs))

    def turns_at(self, moment: Moment) -> list[int]:
        """Return how many turns each thread had at a moment, the main one first; to be asked after an update."""
        threads = [(self._meters.get(id(thread)), events) for thread, events in moment.events]
        return [meter.state_after(events).turns for meter, events in threads if meter is not None]

    def levels(self) -> list[LevelState]:
        """Return the level after each turn of the main thread."""
        main = self._meters[id(self._log.main.main_thread)]
        states = (main.state_after(events) for events in range(len(main.thread.events) + 1))
        return [after.level for before, after in pairwise(states) if after.turns > before.turns]

    def _facts(self) -> Facts:
        log, main = self._log, self._log.main
        first = [transcript.started_at for transcript in log.transcripts if transcript.started_at]
        last = [transcript.ended_at for transcript in log.transcripts if transcript.ended_at]
        return Facts(
            session_id=log.session_id,
            path=log.path,
            title=main.title,
            cwd=main.cwd or next((agent.cwd for agent in log.transcripts if agent.cwd), None),
            started_at=min(first, default=None),
            ended_at=max(last, default=None),
            prompts=main.prompts,
            damaged_lines=sum(transcript.damaged_lines for transcript in log.transcripts),
            rewritten=any(transcript.rewritten for transcript in log.transcripts),
            client_cost_usd=log.cost_state.total_usd if log.cost_state else None,
            api_ms=log.cost_state.api_ms if log.cost_state else None,
        )

    def _state(self, facts: Facts, tabs: tuple[ThreadTab, ...]) -> SessionState:
        models = _sum_models(tab.state.models for tab in tabs)
        candidates = self._candidates(tabs[0], models)
        return SessionState(
            **{field.name: getattr(facts, field.name) for field in fields(Facts)},
            window=tabs[0].state.window,
            levels=self._settings.levels,
            budgets=self._settings.budgets,
            next_prompt_turns=_next_prompt_turns(tabs[0]),
            candidates=candidates,
            switch=self._switch(tabs[0], candidates),
            hidden=hidden_cost(tabs, self._rates),
            threads=tabs,
            tally=_sum(tab.state.tally for tab in tabs),
            inherited=_sum(tab.state.inherited for tab in tabs),
            models=models,
        )

    def _tab(self, thread: Thread) -> ThreadTab:
        key = id(thread)
        meter = self._meters.get(key)
        if meter is None or meter.thread is not thread:
            meter = self._meters[key] = ThreadMeter(thread, self._rates, self._foreign, self._settings.levels)
        tab = self._tabs.get(key)
        if meter.update(self._wide_models(thread)) or tab is None or tab.agent_type != thread.agent_type:
            tab = self._tabs[key] = _tab(meter, meter.state)
        return tab

    def _candidates(self, main: ThreadTab, models: Iterable[str]) -> tuple[str, ...]:
        day = utc_day(main.state.last.turn.at) if main.state.last else None
        return tuple(dict.fromkeys([*models, *(self._settings.switch_to or newest_models(self._rates, day))]))

    def _switch(self, main: ThreadTab, candidates: Iterable[str]) -> Mapping[str, Tariff]:
        last, outlook = main.state.last, main.outlook
        if last is None or outlook is None:
            return {}
        one_hour, horizon = main.state.pace.one_hour, self._settings.levels.horizon
        return switch_candidates(last.turn, outlook, candidates, self._rates, one_hour=one_hour, horizon=horizon)

    def _wide_models(self, thread: Thread) -> frozenset[str]:
        return frozenset(self._log.main.wide_models) if thread.agent_id is None else frozenset()


def _tab(meter: ThreadMeter, state: ThreadState) -> ThreadTab:
    """Return one thread's part of the session as of a state of it."""
    thread = meter.thread
    return ThreadTab(
        thread.agent_id,
        thread.agent_type,
        state,
        meter.preamble,
        tuple(meter.turns[: state.turns]),
        tuple(meter.prompts[: state.prompts]),
        tuple(meter.compactions[: state.compactions]),
        tuple(meter.breaks[: state.breaks]),
        meter.outlook_after(state) if thread.agent_id is None else None,
    )


def _next_prompt_turns(main: ThreadTab) -> int:
    answered = main.state.last is not None and not main.state.last.turn.ends_with_tool
    return turns_a_prompt([before for before, _ in main.prompts], main.state.turns, over=answered)


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total = total + tally
    return total


def _sum_models(parts: Iterable[Mapping[str, Tally]]) -> Mapping[str, Tally]:
    models: dict[str, Tally] = {}
    for part in parts:
        for model, tally in part.items():
            models[model] = models.get(model, Tally()) + tally
    return models
