"""Sums of tokens and money, the same in any order."""

from __future__ import annotations

from dataclasses import dataclass

from meter.money import Certainty, Pico


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over turns: tokens, and money of the priced ones."""

    turns: int = 0
    input: int = 0
    output: int = 0
    cache_read: int = 0
    write_5m: int = 0
    write_1h: int = 0
    web_searches: int = 0
    cost: Pico = 0
    fees: Pico = 0
    output_cost: Pico = 0
    carry: Pico = 0
    new: Pico = 0
    miss: Pico = 0
    history: Pico = 0
    saved: Pico = 0
    input_cost: Pico = 0
    write_cost: Pico = 0
    read_cost: Pico = 0
    unpriced_turns: int = 0
    certainty: Certainty = Certainty.EXACT

    @property
    def prompt_tokens(self) -> int:
        return self.input + self.cache_read + self.write_5m + self.write_1h

    @property
    def hit_rate(self) -> float | None:
        """Share of the prompt tokens that came from the cache; None without prompt tokens."""
        return self.cache_read / self.prompt_tokens if self.prompt_tokens else None

    @property
    def flat(self) -> Pico:
        """What the same turns would have cost, had the context not grown."""
        return self.cost - self.history

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.turns + other.turns,
            self.input + other.input,
            self.output + other.output,
            self.cache_read + other.cache_read,
            self.write_5m + other.write_5m,
            self.write_1h + other.write_1h,
            self.web_searches + other.web_searches,
            self.cost + other.cost,
            self.fees + other.fees,
            self.output_cost + other.output_cost,
            self.carry + other.carry,
            self.new + other.new,
            self.miss + other.miss,
            self.history + other.history,
            self.saved + other.saved,
            self.input_cost + other.input_cost,
            self.write_cost + other.write_cost,
            self.read_cost + other.read_cost,
            self.unpriced_turns + other.unpriced_turns,
            max(self.certainty, other.certainty),
        )


NOTHING = Tally()
