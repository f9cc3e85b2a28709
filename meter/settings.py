"""What a person can set about the figures."""

from __future__ import annotations

from dataclasses import dataclass

from meter.budget import NO_BUDGETS, Budgets
from meter.level import DEFAULT_LEVELS, LevelSettings


@dataclass(frozen=True, slots=True)
class MeterSettings:
    """When to warn, what may be spent, and which models a switch may go to."""

    levels: LevelSettings = DEFAULT_LEVELS
    budgets: Budgets = NO_BUDGETS
    switch_to: tuple[str, ...] = ()
    """Model ids; empty: the newest of each family."""


DEFAULT_SETTINGS = MeterSettings()
