"""Draws the compounding curve: areas, axes, marks and direct labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meter.counterfactual import Mark
from meter.money import PICO_PER_DOLLAR, Pico
from meter.thread_tab import ThreadTab
from tui.cells import EMPTY, Row, fit, row, width
from tui.format import MARKS, axis_money, limit, money, share
from tui.view import View, Whole, short_model
from tui.widgets.curve import (
    Area,
    Cell,
    column_of,
    column_turns,
    dotted,
    draw_area,
    grid_step,
    joined,
    lined,
    scale_for,
)

_AHEAD = 8
"""Columns of the outlook, at least."""
_TALLEST = 2.0
"""The outlook may make the scale so many times as high as what was paid: above it the line leaves the chart."""


@dataclass(frozen=True, slots=True)
class Plot:
    """How the columns of the panel are divided."""

    axis: int
    columns: int
    ahead: int
    labels: int
    rows: int


def divide(columns: int, lines: int, coming: float | None = 0.0) -> Plot:
    """Return the division of a panel: narrow ones have neither axis numbers nor labels.

    ``coming`` is the share of the turns on the axis that are foretold: they get as much of it, up to a third.
    None says that nothing is: a replay knows what comes.
    """
    narrow = columns < 58
    axis, labels = (0, 0) if narrow else (7, 20 if columns >= 76 else 17)
    plot = columns - axis - labels
    ahead = 0 if coming is None else min(plot // 3, max(6 if narrow else _AHEAD, round(plot * coming)))
    numbers = 2 if lines >= 10 and not narrow else 1
    return Plot(axis, plot - ahead, ahead, labels, lines - numbers)


class Drawing:
    """Draws cumulative cost: flat, the carry of grown history on top of it, the outlook dotted."""

    def __init__(self, view: View, plot: Plot) -> None:
        assert view.state is not None  # noqa: S101 - the panel draws nothing without one
        self.view = view
        self.state = view.state
        self.plot = plot
        self.span: View | Whole = view.whole or view
        """All that is on the axis: in a replay that goes beyond the moment."""
        self.turns = len(self.span.paid)
        self.now = view.paid[-1] / PICO_PER_DOLLAR if view.paid else 0.0
        outlook = None if view.whole else view.outlook
        self.end = self.now + (outlook.keep_going(self.state.horizon, cold=view.is_cold) if outlook else 0.0)
        self.scale = scale_for(self.highest(), plot.rows)
        self.top = self.scale.top

    @property
    def main(self) -> ThreadTab:
        """The thread whose turns are on the axis."""
        assert self.span.state is not None  # noqa: S101 - as above
        return self.span.state.main

    def highest(self) -> float:
        highest = max(self.span.paid[-1], self.view.alternate.paid[-1] if self.view.alternate else 0)
        return max(min(self.end, self.now * _TALLEST), highest / PICO_PER_DOLLAR * 1.05, 1e-4)

    def cells(self) -> list[list[Cell | None]]:
        """Return the areas over all turns on the axis."""
        area = Area(
            [amount / PICO_PER_DOLLAR for amount in self.span.flat],
            [amount / PICO_PER_DOLLAR for amount in self.span.paid],
        )
        return draw_area(area, self.plot.columns, self.plot.rows, self.top)

    def written(self, value: float) -> str:
        """Write a value of the vertical axis."""
        return axis_money(value)

    def rows(self) -> list[Row]:
        plot = self.plot
        cells = self._future(self.cells())
        labels = self.labels() if plot.labels else [EMPTY] * plot.rows
        grid = self._grid()
        ahead = self.ahead()
        drawn = [self._line(cells[line], ahead[line], line, grid) for line in range(plot.rows)]
        self._draw_alternate(drawn)
        self._mark_playhead(drawn)
        self.mark_thresholds(drawn, cells)
        self._mark_breaks(drawn, cells)
        rows = [row(*self._axis(grid.get(line)), *joined(drawn[line]), *labels[line]) for line in range(plot.rows)]
        rows.append(self._base())
        if plot.axis and len(rows) < plot.rows + 2:
            rows.append(self._numbers())
        return rows

    def _future(self, cells: list[list[Cell | None]]) -> list[list[Cell | None]]:
        """Return the cells with what is still to come in grey."""
        if self.view.whole is None:
            return cells
        now = self.playhead
        return [[*line[:now], *(cell and _greyed(cell) for cell in line[now:])] for line in cells]

    @property
    def playhead(self) -> int:
        """The column behind that of the newest turn."""
        shown = len(self.view.paid)
        return column_of(shown - 1, self.turns, self.plot.columns) + 1 if shown else 0

    def alternates(self) -> Sequence[float]:
        """Return what the alternate line stands for, a figure a turn; empty where this chart has none."""
        return [amount / PICO_PER_DOLLAR for amount in self.view.alternate.paid] if self.view.alternate else []

    def _draw_alternate(self, drawn: list[list[Cell]]) -> None:
        """Draw the session with its marks as a line over the areas, from the first mark on."""
        figures, alternate = self.alternates(), self.view.alternate
        if not figures or alternate is None or not alternate.result.marks:
            return
        turns, columns = column_turns(len(figures), self.plot.columns), self.plot.columns
        first = column_of(alternate.result.marks[0].turn - 1, self.turns, columns)

        def figure(part: float) -> float:
            return figures[turns[min(columns - 1, int(part * columns - 1e-9))]]

        for line, dots in enumerate(lined(figure, columns, self.plot.rows, self.top)):
            for column in range(first, columns):
                if dots[column]:
                    _, style = drawn[line][column]
                    area = style.rpartition(" on ")[2] if "-area" in style or style == "$track" else ""
                    drawn[line][column] = (dots[column], f"$bright on {area}" if area else "$bright bold")

    def _mark_playhead(self, drawn: list[list[Cell]]) -> None:
        column = self.playhead
        if self.view.whole is not None and column < self.plot.columns:
            for line in drawn:
                line[column] = ("│", "$bright")

    def _grid(self) -> dict[int, str]:
        """Return the labels of the rows on which a grid line runs."""
        return {line: self.written(value) for line, value in self.scale.lines.items()}

    def _axis(self, label: str | None) -> Row:
        return row((f"{label or '':>{self.plot.axis - 1}} ", "$faint")) if self.plot.axis else EMPTY

    def _line(self, cells: list[Cell | None], ahead: list[str], line: int, grid: dict[int, str]) -> list[Cell]:
        empty: Cell = ("┈", "$grid") if line in grid and line != self.plot.rows - 1 and self.plot.axis else (" ", "")
        dots = [(dot, "$carry") if dot else empty for dot in ahead]
        return [cell or empty for cell in cells] + dots

    def ahead(self) -> list[list[str]]:
        outlook, plot = self.view.outlook, self.plot
        if outlook is None or not plot.ahead:
            return [[""] * plot.ahead for _ in range(plot.rows)]
        horizon = self.state.horizon

        def after(part: float) -> float:
            return self.now + outlook.keep_going(max(1, round(part * horizon)), cold=self.view.is_cold)

        return dotted(after, plot.ahead, plot.rows, self.top)

    def mark_thresholds(self, drawn: list[list[Cell]], cells: list[list[Cell | None]]) -> None:
        """Draw where a level was entered: a dashed line down to the area, and its name at the top."""
        level, settings = self.state.main.state.level, self.view.level_settings
        entered = [("▲", settings.watch, level.watch_turn, "$watch"), ("■", settings.act, level.act_turn, "$act")]
        if level.watch_turn == level.act_turn:
            entered = entered[1:]
        marks = self.view.alternate.result.marks if self.view.alternate else ()
        if not self.plot.axis:
            return
        places = [
            (column_of(mark.turn - 1, self.turns, self.plot.columns), mark_words(mark), mark.turn, "$bright")
            for mark in marks
        ] + [
            (column_of(turn - 1, self.turns, self.plot.columns), f"{glyph} {limit(entry.factor)}", turn, style)
            for glyph, entry, turn, style in entered
            if turn is not None
        ]
        for column, _, _, _ in places:
            for line in range(self.plot.rows):
                if cells[line][column] is not None:
                    break
                drawn[line][column] = ("┊", "$faint")
        free = [0, 0, 0]
        for column, name, turn, style in sorted(places):
            text = f"{name} turn {turn}" if self.plot.columns >= 60 else name
            # At the right edge the word stands before its mark.
            start = column + 1 if column + 1 + len(text) <= self.plot.columns else column - len(text)
            line = next((row for row in range(min(3, self.plot.rows)) if start - 1 >= free[row]), 0)
            if start - 1 >= free[line] and cells[line][min(start + len(text), self.plot.columns) - 1] is None:
                self._write(drawn[line], start, text, style, len(name))
                free[line] = start + len(text) + 1

    def _write(self, line: list[Cell], column: int, text: str, style: str, coloured: int) -> None:
        """Write a word into a row, as far as the plot goes; only its first characters are coloured."""
        for index, char in enumerate(text):
            if column + index < self.plot.columns:
                line[column + index] = (char, style if index < coloured else "$muted")

    def _mark_breaks(self, drawn: list[list[Cell]], cells: list[list[Cell | None]]) -> None:
        if self.plot.columns < 48:
            return
        for found in self.state.main.breaks:
            column = column_of(found.turn - 1, self.turns, self.plot.columns)
            filled = [line for line in range(self.plot.rows) if cells[line][column] is not None]
            above = (filled[0] if filled else self.plot.rows) - 1
            if above >= 0:
                drawn[above][column] = ("×", "$act bold")

    def _base(self) -> Row:
        """Return the axis with the marks of prompts and compactions."""
        plot, main = self.plot, self.state.main
        line: list[Cell] = [("─", "$frame")] * (plot.columns + plot.ahead)
        for before, _ in main.prompts:
            if before < self.turns:
                line[column_of(before, self.turns, plot.columns)] = ("┴", "$muted")
        for before, _ in main.compactions:
            line[column_of(min(before, self.turns - 1), self.turns, plot.columns)] = ("◇", "$new")
        if plot.columns < 48:
            for found in main.breaks:
                line[column_of(found.turn - 1, self.turns, plot.columns)] = ("×", "$act bold")
        return row(" " * plot.axis, *joined(line))

    def _numbers(self) -> Row:
        plot = self.plot
        line = [" "] * (plot.columns + plot.ahead + 4)
        step = int(max(1, grid_step(self.turns, 4)))
        now = str(self.turns)
        places = [(0, "1")] + [
            (column_of(turn - 1, self.turns, plot.columns), str(turn)) for turn in range(step, self.turns, step)
        ]
        last = plot.columns - len(now)
        end = 0
        for column, text in places:
            if end <= column and column + len(text) < last - 1:
                line[column : column + len(text)] = text
                end = column + len(text) + 2
        line[last : last + len(now)] = now
        if self.view.outlook is not None and plot.ahead:
            ahead = f"+{self.state.horizon}"
            line[plot.columns + plot.ahead - len(ahead) : plot.columns + plot.ahead] = ahead
        return row(" " * plot.axis, ("".join(line), "$faint"))

    def labels(self) -> list[Row]:
        """Return the direct labels at the right: the outlook, and the bracket that names the gap."""
        rows = self.plot.rows
        tally = self.state.main.state.tally
        labels: list[Row] = [EMPTY] * rows
        if not self.view.paid:
            return labels
        paid, flat = self.view.paid[-1], self.view.flat[-1]
        if self.view.whole is not None and len(self.view.paid) < self.turns:
            return self._labels_midway(paid, flat)
        top = max(1, rows - 1 - int(self.now / self.top * rows))
        if self.view.outlook is not None and self.plot.ahead:
            line = rows - 1 - int(self.end / self.top * rows)
            beyond = " ↑" if line < 0 else ""
            words = (f" at +{self.state.horizon}{beyond}", "$muted")
            labels[max(0, min(line, top - 1, rows - 5))] = row((" ≈ ", "$muted"), (_dollars(self.end), "$carry"), words)
        height = max(3, round((paid - flat) / PICO_PER_DOLLAR / self.top * rows))
        if rows < 5 or not tally.history:  # no room for a bracket, or nothing that it could name
            labels[min(top, rows - 1)] = row((" ┐ ", "$carry"), (money(paid), "$bright bold"), (" paid", "$muted"))
            return labels
        top = min(top, rows - 4)
        bottom = min(rows - 1, top + height)
        middle = top + max(1, (bottom - top) // 2 - (bottom - top > 4))
        mark = MARKS[self.state.tally.certainty]
        labels[top] = row((" ┐ ", "$carry"), (f"{mark}{money(paid)}", "$bright bold"), (" paid", "$muted"))
        for line in range(top + 1, bottom):
            labels[line] = row((" │", "$carry"))
        history = money(tally.history)
        word = " history" if len(history) + 11 <= self.plot.labels else ""
        labels[middle] = row((" ├ ", "$carry"), (history, "$carry bold"), (word, "$muted"))
        if middle + 1 < bottom and paid:
            labels[middle + 1] = row((" │ ", "$carry"), (f"{share(tally.history / paid)} of the tab", "$muted"))
        labels[bottom] = row((" ┘ ", "$flat"), (money(flat), "$foreground"), (" flat", "$muted"))
        return [fit(cells, self.plot.labels) if width(cells) > self.plot.labels else cells for cells in labels]

    def _labels_midway(self, paid: Pico, flat: Pico) -> list[Row]:
        """Return the figures of a moment: the right edge is not its place, so that only the end is pointed at."""
        rows, tally = self.plot.rows, self.state.main.state.tally
        mark = MARKS[self.state.tally.certainty]
        figures = [
            row(" ", (f"{mark}{money(paid)}", "$bright bold"), (" paid", "$muted")),
            row(" ", (money(tally.history), "$carry bold"), (" history", "$muted")),
            row(" ", (money(flat), "$foreground"), (" flat", "$muted")),
        ]
        labels: list[Row] = [EMPTY] * rows
        end = min(rows - 1, max(0, rows - 1 - int(self.span.paid[-1] / PICO_PER_DOLLAR / self.top * rows)))
        labels[end] = row((" ┐ ", "$faint"), (f"{money(self.span.paid[-1])} at end", "$muted"))
        first = max(end + 1, rows - len(figures) - 1)
        for line, figure in zip(range(first, rows), figures, strict=False):
            labels[line] = figure
        return [fit(cells, self.plot.labels) if width(cells) > self.plot.labels else cells for cells in labels]


def mark_words(mark: Mark) -> str:
    """Write what is done at a mark."""
    return f"⇄ {short_model(mark.model)}" if mark.model else "↺ /clear"


def _greyed(cell: Cell) -> Cell:
    """Return a cell in the one grey of what is still to come."""
    return ("█" if " on " in cell[1] else cell[0], "$track")


def _dollars(amount: float) -> str:
    return money(Pico(amount * PICO_PER_DOLLAR))
