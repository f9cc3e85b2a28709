"""The meters: the tab, the context and the cache, each in its own panel."""

from __future__ import annotations

from meter.money import Certainty
from tui.cells import EMPTY, Row, row, spread, width
from tui.format import MARKS, money, plural, share, sum_of_money, tokens, window
from tui.view import View
from tui.widgets.digits import GLYPHS, large, large_width
from tui.widgets.gauge import gauge
from tui.widgets.panel import Panel


def big_money(figure: str, style: str, columns: int, mark: str = "") -> list[Row]:
    """Return an amount in large digits with its dollar sign beside them; one bold line when they do not fit."""
    for text in (figure, figure.rsplit(".", 1)[0] if figure.endswith(("0", "5")) or "." in figure else figure):
        digits = text.replace("$", "")
        if all(char in GLYPHS for char in digits) and large_width(digits) + 2 <= columns:
            top, middle, bottom = large(digits)
            return [
                row(("$ ", "$muted"), (top, style)),
                row((f"{mark or ' '} ", "$muted"), (middle, style)),
                row("  ", (bottom, style)),
            ]
    return [EMPTY, row((figure, f"{style} bold")), EMPTY]


class TabPanel(Panel):
    """What the session has cost so far: the first thing that the eye finds."""

    def title(self, view: View, size: int) -> tuple[Row, Row]:
        return row(("Tab", "$foreground bold")), row(("list price", "$muted"))

    def body(self, view: View, columns: int, lines: int) -> list[Row]:
        state = view.state
        if state is None:
            return big_money("$0.00", "$faint", columns)
        tally = state.tally
        figure = money(tally.cost) if tally.cost else "$0.00"
        mark = MARKS[tally.certainty].strip()
        rows = big_money(figure, "$bright" if tally.turns else "$faint", columns, mark)
        last = money(view.last_turn.cost) if view.last_turn else "$0"
        rows.append(row(("tab ", "$muted"), (_exactly(view), "$bright"), ("  last ", "$muted"), (last, "$foreground")))
        if state.agents:
            rows.append(row(("agents ", "$muted"), (money(view.agents.cost), "$foreground"), *_hour(view, columns)))
        else:
            rows.append(
                row(
                    ("hour ", "$muted"),
                    (money(view.spent_last_hour), "$foreground"),
                    (" today ", "$muted"),
                    (money(view.spent_today), "$foreground"),
                )
            )
        return rows


def _exactly(view: View) -> str:
    """Return the tab as plain text, to select and copy."""
    tally = view.state.tally if view.state else None
    if tally is None:
        return "$0"
    return sum_of_money(tally.cost, tally.certainty, tally.unpriced_turns, tally.turns - tally.unpriced_turns)


def _hour(view: View, columns: int) -> Row:
    return row(("  hour ", "$muted"), (money(view.spent_last_hour), "$foreground")) if columns >= 26 else EMPTY


class ContextPanel(Panel):
    """How big the prompt has become, of how much."""

    def title(self, view: View, size: int) -> tuple[Row, Row]:
        return row(("Context", "$foreground bold")), EMPTY

    def body(self, view: View, columns: int, lines: int) -> list[Row]:
        return context_rows(view, columns)


def context_rows(view: View, columns: int) -> list[Row]:
    """Return the context's rows: size of window, gauge, growth, fresh session."""
    state = view.state
    if state is None or not state.main.turns:
        return [row(("nothing sent yet", "$muted"))]
    main = state.main
    size = row((tokens(main.state.context), "$bright bold"))
    rows = []
    if state.window.tokens:
        part = main.state.context / state.window.tokens
        size = (*size, (f" of {window(state.window.tokens)}", "$muted"))
        rows = [spread(size, row((share(part), "$foreground")), columns), gauge(part, columns)]
    else:
        rows = [size, row(("window of this model not known", "$muted"))]
    if main.preamble:
        mark = MARKS[main.preamble.certainty]
        rows.append(row(("fresh session ", "$muted"), (f"{mark}{tokens(main.preamble.tokens)}", "$foreground")))
    rows.append(row(("sent in all ", "$muted"), (tokens(main.state.tally.prompt_tokens), "$foreground")))
    return rows


class CachePanel(Panel):
    """How much of what was sent came from the cache."""

    def title(self, view: View, size: int) -> tuple[Row, Row]:
        return row(("Cache", "$foreground bold")), EMPTY

    def body(self, view: View, columns: int, lines: int) -> list[Row]:
        return cache_rows(view, columns)


def cache_rows(view: View, columns: int) -> list[Row]:
    """Return the cache's rows: hit rate in words and as a gauge, misses."""
    state = view.state
    rate = state.main.state.tally.hit_rate if state else None
    if state is None or rate is None:
        return [row(("nothing cached yet", "$muted"))]
    words = row((share(rate), "$bright bold"), (" hit", "$muted"))
    turn = view.last_turn
    beside = EMPTY
    if turn is not None and turn.turn.usage.context:
        beside = row(("turn ", "$muted"), (share(turn.turn.usage.cache_read / turn.turn.usage.context), "$foreground"))
    rows = [spread(words, beside, columns) if width(words) + width(beside) < columns else words, gauge(rate, columns)]
    tally = state.main.state.tally
    rows.append(row(("misses cost ", "$muted"), (money(tally.miss), "$foreground")))
    rows.append(row(("caching saved ", "$muted"), (money(tally.saved), "$foreground")))
    return rows


class ContextAndCachePanel(Panel):
    """Context and cache in one panel, for narrow screens."""

    def title(self, view: View, size: int) -> tuple[Row, Row]:
        return row(("Context and cache", "$foreground bold")), EMPTY

    def body(self, view: View, columns: int, lines: int) -> list[Row]:
        state = view.state
        if state is None or not state.main.turns:
            return [row(("nothing sent yet", "$muted"))]
        return [*context_rows(view, columns)[:2], *cache_rows(view, columns)]


def certainty_words(certainty: Certainty, unpriced: int) -> str:
    """Return how sure the tab is, in words; empty when it is exact."""
    if unpriced:
        return f"{unpriced} unpriced {plural(unpriced, 'turn')}"
    return "" if certainty is Certainty.EXACT else certainty.words
