"""The compounding panel: a chart in its frame, with what its marks mean."""

from __future__ import annotations

from enum import Enum

from textual.reactive import reactive

from tui.cells import EMPTY, Row, row
from tui.format import factor, limit, money, plural
from tui.view import View
from tui.widgets.curve_drawing import Drawing, divide
from tui.widgets.other_charts import ContextDrawing, PartsDrawing, SentDrawing
from tui.widgets.panel import Panel


class Chart(Enum):
    """What the panel draws; the key ``v`` goes from one to the next."""

    COST = "Compounding"
    CONTEXT = "Context per turn"
    PARTS = "Cost per turn"
    SENT = "Prompt tokens sent in all"

    @property
    def next(self) -> Chart:
        charts = list(Chart)
        return charts[(charts.index(self) + 1) % len(charts)]


class CurvePanel(Panel):
    """Cumulative cost over turns, or another chart on the same axis with the same marks."""

    chart: reactive[Chart] = reactive(Chart.COST)

    def depends_on(self, view: View) -> object:
        return (super().depends_on(view), self.chart, view.alternate)

    def watch_chart(self) -> None:
        self.watch_view()

    def title(self, view: View, size: int) -> tuple[Row, Row]:
        name = row((self.chart.value, "$foreground bold"))
        outlook, state = view.outlook, view.state
        hint = row(("v", "$bright bold"), (" view", "$muted")) if size >= 100 else EMPTY
        if self.chart is not Chart.COST:
            return name, hint if self.boxed or size < 60 else _marks(view, size)
        if outlook is None or state is None:
            return name, hint
        times = (factor(outlook.factor), f"{view.level_style} bold")
        if size < 60:
            history = row((money(state.main.state.tally.history), "$carry bold"), (" for history", "$muted"))
            return name, history
        if size < 100:
            return row(*name, "  ", times, (" a fresh turn", "$muted")), _marks(view, size)
        words = row(*name, ("  a turn now costs ", "$muted"), times, (" a fresh one", "$muted"))
        settings = view.level_settings
        entries = f"  (▲ {limit(settings.watch.factor)}  ■ {limit(settings.act.factor)})"
        return row(*words, (entries, "$faint")), hint if self.boxed else _marks(view, size)

    def footer(self, view: View, size: int) -> Row:
        return _marks(view, size)

    def body(self, view: View, columns: int, lines: int) -> list[Row]:
        state = view.state
        if view.is_unpriced and self.chart in (Chart.COST, Chart.PARTS):
            return [EMPTY, row(("  this model has no known price: nothing to draw", "$muted"))]
        turns = len((view.whole or view).paid)
        if lines < 3:
            return []
        if state is None or not turns:
            return [EMPTY, row(("  the curve begins with the first response", "$muted"))]
        coming = None if view.whole else state.horizon / (turns + state.horizon) if view.outlook else 0.0
        plot = divide(columns, lines, coming)
        return _DRAWINGS[self.chart](view, plot).rows()


def _marks(view: View, size: int) -> Row:
    """Return what the marks on the curve mean, with their numbers."""
    state = view.state
    if state is None:
        return EMPTY
    main, full = state.main, size >= 100
    parts: list[tuple[str, str]] = []
    if number := len(main.prompts):
        words = f"{number} {plural(number, 'prompt')}" if full else "prompts"
        parts += [("┴ ", "$muted"), (f"{words}  ", "$muted")]
    if number := len(main.breaks):
        cost = money(sum(found.cost or 0 for found in main.breaks))
        words = f"{number} {'cache ' if full else ''}{plural(number, 'break')} {cost}"
        parts += [("× ", "$act"), (f"{words}  ", "$muted")]
    if number := len(main.compactions):
        parts += [("◇ ", "$new"), (f"{number} {plural(number, 'compaction')}  ", "$muted")] if full else []
    if parts:
        parts[-1] = (parts[-1][0].rstrip(), parts[-1][1])
    return row(*parts)


_DRAWINGS: dict[Chart, type[Drawing]] = {
    Chart.COST: Drawing,
    Chart.CONTEXT: ContextDrawing,
    Chart.PARTS: PartsDrawing,
    Chart.SENT: SentDrawing,
}
