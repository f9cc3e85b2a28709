"""All meters in one column, for a pane of 40 to 59 cells."""

from __future__ import annotations

from tui.cells import EMPTY, Row, first_fit, fit, row, spread, width
from tui.format import MARKS, factor, money, share, tokens
from tui.view import View
from tui.widgets.big_money import big_money
from tui.widgets.gauge import gauge
from tui.widgets.meters import going_cold, hit_words, short_breaks, short_warmth, tab_text, warmth
from tui.widgets.next_turn import dollars_to_pico, parts_row, split_bar
from tui.widgets.panel import Panel

LARGE_FROM = 10
"""Rows from which the figures stand in large digits."""


class NarrowMeters(Panel):
    """Tab and next turn side by side, the split bar, then the gauges; the first rows stay longest."""

    framed = False

    def depends_on(self, view: View) -> object:
        return (super().depends_on(view), warmth(view))

    def title(self, view: View, size: int) -> tuple[Row, Row]:
        return EMPTY, EMPTY

    def body(self, view: View, columns: int, lines: int) -> list[Row]:
        state = view.state
        if state is None:
            return big_money("$0.00", "$faint", columns, blocks=not view.ascii)
        large = lines >= LARGE_FROM
        rows = _figures(view, columns) if large else [_line(view)]
        outlook = view.outlook
        if outlook is not None:
            rows += [split_bar(view.next_parts, columns), parts_row(view.next_parts, columns)]
        if len(rows) + 3 < lines:
            rows.append(EMPTY)
        return rows + _gauges(view, columns)


def _figures(view: View, columns: int) -> list[Row]:
    state, outlook = view.state, view.outlook
    cost = state.tally.cost if state else 0
    half = columns // 2
    mark = MARKS[state.tally.certainty].strip() if state else ""
    figure = "?" if view.is_unpriced else money(cost) if cost else "$0.00"
    tab = big_money(figure, "$bright", half + 2, mark, blocks=not view.ascii)
    last = row(("tab ", "$muted"), (tab_text(view), "$bright"))
    if outlook is None:
        return [*tab, last]
    price = money(dollars_to_pico(sum(view.next_parts)))
    start = max(half, max(width(cells) for cells in tab) + 1)
    coming = big_money(price, "$next", columns - start, mark="≈", blocks=not view.ascii)
    rows = [row(*fit(left, start), *right) for left, right in zip(tab, coming, strict=True)]
    times = first_fit(
        columns - width(last) - 1,
        row(("next turn ", "$muted"), *_times(view), (" a fresh one", "$muted")),
        row(("next turn ", "$muted"), *_times(view), (" fresh", "$muted")),
        row(("next ", "$muted"), *_times(view), (" fresh", "$muted")),
    )
    return [*rows, spread(last, times, columns)]


def _times(view: View) -> Row:
    return row((factor(view.outlook.factor), f"{view.level_style} bold")) if view.outlook else EMPTY


def _line(view: View) -> Row:
    outlook = view.outlook
    cells = row((tab_text(view), "$bright bold"))
    if outlook is not None:
        price = money(dollars_to_pico(sum(view.next_parts)))
        cells = (*cells, ("  next ≈ ", "$muted"), (price, "$foreground bold"))
        cells = (*cells, ("  ", ""), (factor(outlook.factor), f"{view.level_style} bold"), (" fresh", "$muted"))
    return cells


def _gauges(view: View, columns: int) -> list[Row]:
    state = view.state
    if state is None or not state.main.turns:
        return [row(("nothing sent yet", "$muted"))]
    main = state.main.state
    part = main.context / state.window.tokens if state.window.tokens else 0.0
    left = view.clock.left(view.now) if view.clock else None
    warm = left / view.clock.ttl if left is not None and view.clock else 0.0
    room = columns - 17
    percent = row((f" {share(part)}", "$muted")) if state.window.tokens else EMPTY
    return [
        row(
            *fit(row(("context ", "$muted"), (tokens(main.context), "$bright bold")), 17),
            *gauge(part, room - width(percent)),
            *percent,
        ),
        row(
            *fit(hit_words(view), 9),
            *gauge(main.tally.hit_rate or 0.0, 7),
            " ",
            *fit(short_warmth(view), 13),
            *gauge(warm, columns - 30),
        ),
        spread(going_cold(view), short_breaks(view), columns),
    ]
