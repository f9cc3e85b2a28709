"""The other charts on the same axis: context, tokens sent, cost per turn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from meter.money import PICO_PER_DOLLAR
from tui.cells import EMPTY, Row, row
from tui.format import axis_money, money, tokens, window
from tui.widgets.curve import Area, Cell, column_turns, draw_area, draw_stack
from tui.widgets.curve_drawing import Drawing


class TokenDrawing(Drawing):
    """Draws tokens over turns: grey, they are not money."""

    def written(self, value: float) -> str:
        return tokens(round(value)).replace(".0", "")

    def ahead(self) -> list[list[str]]:
        return [[""] * self.plot.ahead for _ in range(self.plot.rows)]

    def mark_thresholds(self, drawn: list[list[Cell]], cells: list[list[Cell | None]]) -> None:
        """Levels are about money."""

    def alternates(self) -> Sequence[float]:
        return ()

    def stacked(self, *names: tuple[str, str, str]) -> list[Row]:
        """Return labels under each other: figure, word, style."""
        rows = [row((" ", ""), (figure, style), (f" {word}", "$muted")) for figure, word, style in names]
        return [*rows[: self.plot.rows], *[EMPTY] * (self.plot.rows - len(rows))]


class ContextDrawing(TokenDrawing):
    """Draws the size of each turn's prompt; a compaction is a fall."""

    def highest(self) -> float:
        return max(1.0, self.main.state.peak)

    def alternates(self) -> Sequence[float]:
        return self.view.alternate.result.contexts if self.view.alternate else ()

    def cells(self) -> list[list[Cell | None]]:
        sizes = [metered.turn.usage.context for metered in self.main.turns]
        return draw_area(Area(sizes, sizes, "gauge", "gauge"), self.plot.columns, self.plot.rows, self.top)

    def labels(self) -> list[Row]:
        main, outlook = self.state.main.state, self.view.outlook
        names = [(tokens(main.context), "now", "$bright bold"), (tokens(main.peak), "peak", "$foreground")]
        if outlook is not None:
            names.append((f"+{tokens(round(outlook.growth))}", "a turn", "$foreground"))
        if self.state.window.tokens:
            names.append((window(self.state.window.tokens), "window", "$foreground"))
        return self.stacked(*names)


class SentDrawing(TokenDrawing):
    """Draws all prompt tokens sent so far: below, those that were not read from the cache."""

    def highest(self) -> float:
        return max(1.0, self.main.state.tally.prompt_tokens)

    def cells(self) -> list[list[Cell | None]]:
        usages = [metered.turn.usage for metered in self.main.turns]
        sent = list(accumulate(usage.context for usage in usages))
        uncached = list(accumulate(usage.context - usage.cache_read for usage in usages))
        return draw_area(Area(uncached, sent, "gauge", "track"), self.plot.columns, self.plot.rows, self.top)

    def labels(self) -> list[Row]:
        tally = self.state.main.state.tally
        rate = f"{tally.hit_rate:.1%}" if tally.hit_rate is not None else "?"
        uncached = tally.prompt_tokens - tally.cache_read
        return self.stacked(
            (tokens(tally.prompt_tokens), "sent in all", "$bright bold"),
            (rate, "cached", "$foreground"),
            (tokens(uncached), "not cached", "$foreground"),
        )


class PartsDrawing(TokenDrawing):
    """Draws the cost of each turn, stacked: carry, new, output; a column is the mean of its turns."""

    def highest(self) -> float:
        return max(1e-6, *(sum(parts) for parts in self._columns()))

    def written(self, value: float) -> str:
        return axis_money(value)

    def _columns(self) -> list[tuple[float, float, float]]:
        ends = [index + 1 for index in column_turns(self.turns, self.plot.columns)]
        starts = [min(end - 1, before) for before, end in zip([0, *ends], ends, strict=False)]
        turns = self.main.turns
        found = []
        for start, end in zip(starts, ends, strict=True):
            bin_ = [metered for metered in turns[start:end] if metered.parts and metered.price]
            sums = [0, 0, 0]
            for metered in bin_:
                if metered.parts and metered.price:
                    sums[0] += metered.parts.carry
                    sums[1] += metered.parts.new
                    sums[2] += metered.price.output + metered.price.fees
            size = max(1, len(bin_)) * PICO_PER_DOLLAR
            found.append((sums[0] / size, sums[1] / size, sums[2] / size))
        return found

    def cells(self) -> list[list[Cell | None]]:
        columns = self._columns()
        heights = [[sum(parts[: layer + 1]) for parts in columns] for layer in range(3)]
        layers = list(zip(heights, ("carry", "new", "output"), strict=True))
        return draw_stack(layers, self.plot.rows, self.top)

    def labels(self) -> list[Row]:
        tally = self.state.main.state.tally
        output = tally.output_cost + tally.fees
        return self.stacked(
            (money(output), "output", "$output"),
            (money(tally.new), "new", "$new"),
            (money(tally.carry), "carry", "$carry"),
        )
