"""The meters: the tab, the context and the cache, each in its own panel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from meter.level import compaction_point
from meter.session import SessionState
from tui.cells import EMPTY, Row, first_fit, fit, row, spread, width
from tui.format import MARKS, countdown, money, plural, share, sum_of_money, tokens, whole_share, window
from tui.view import View
from tui.widgets.big_money import big_money
from tui.widgets.gauge import gauge
from tui.widgets.next_turn import dollars_to_pico
from tui.widgets.panel import Panel


class TabPanel(Panel):
    """What the session has cost so far: the first thing that the eye finds."""

    def depends_on(self, view: View) -> object:
        return (super().depends_on(view), view.spent_last_hour, view.spent_today)

    def title(self, view: View, size: int) -> tuple[Row, Row]:
        return row(("Tab", "$foreground bold")), row(("list price", "$muted"))

    def footer(self, view: View, size: int) -> Row:
        """Return what linked sessions cost in all, or Claude Code's own total where it differs.

        That holds requests which the transcript does not.
        """
        if view.whole is not None and view.whole.earlier and view.state is not None:
            in_all = money(view.whole.earlier + view.state.tally.cost)
            return row(("sessions in all ", "$muted"), (in_all, "$foreground"))
        client = view.state.client_cost_usd if view.state else None
        if client is None or view.state is None or money(dollars_to_pico(client)) == money(view.state.tally.cost):
            return EMPTY
        return row(("Claude Code says ", "$muted"), (money(dollars_to_pico(client)), "$foreground"))

    def body(self, view: View, columns: int, lines: int) -> list[Row]:
        state = view.state
        if state is None:
            return big_money("$0.00", "$faint", columns, blocks=not view.ascii)
        tally = state.tally
        figure = "?" if view.is_unpriced else money(tally.cost) if tally.cost else "$0.00"
        mark = MARKS[tally.certainty].strip()
        rows = big_money(figure, "$bright", columns, mark, blocks=not view.ascii)
        last = view.last_turn
        parts = [("tab", tab_text(view))]
        if last is not None and last.price:
            parts.append(("last", money(last.cost)))
        rows += [_as_fits(parts, columns), _lately(view, columns)]
        return rows


def _lately(view: View, columns: int) -> Row:
    """Return what was spent in the last hour and today; of an older session, when it was."""
    state = view.state
    if state is None:
        return EMPTY
    parts = [("agents", MARKS[view.agents.certainty] + money(view.agents.cost))] if state.agents else []
    if view.spent_today:
        parts += [("hour", money(view.spent_last_hour)), ("today", money(view.spent_today))]
    elif (active := _last_turn_at(state)) is not None:
        parts.append(("last active", active.astimezone(view.now.tzinfo).strftime("%Y-%m-%d")))
    return _as_fits(parts, columns)


def _last_turn_at(state: SessionState) -> datetime | None:
    """Return the time of the newest turn: other lines may be written when a session is only opened again."""
    times = [tab.state.last.turn.done_at for tab in state.threads if tab.state.last is not None]
    return max((time for time in times if time is not None), default=None)


def _as_fits(parts: Sequence[tuple[str, str]], columns: int) -> Row:
    """Return names and figures in order, those that fit; a figure is never cut."""
    cells = EMPTY
    for name, figure in parts:
        more = row("  " if cells else "", (f"{name} ", "$muted"), (figure, "$foreground"))
        cells = (*cells, *more) if width(cells) + width(more) <= columns else cells
    return cells


def tab_text(view: View) -> str:
    """Return the tab as plain text, to select and copy."""
    tally = view.state.tally if view.state else None
    if tally is None:
        return "$0"
    return sum_of_money(tally.cost, tally.certainty, tally.unpriced_turns, tally.turns - tally.unpriced_turns)


class ContextPanel(Panel):
    """How big the prompt has become, of how much."""

    def title(self, view: View, size: int) -> tuple[Row, Row]:
        return row(("Context", "$foreground bold")), EMPTY

    def body(self, view: View, columns: int, lines: int) -> list[Row]:
        return context_rows(view, columns)


def context_rows(view: View, columns: int) -> list[Row]:
    """Return the context's rows: size of window, gauge, growth, fresh session, when it compacts."""
    state = view.state
    if state is None or not state.main.turns:
        return [row(("nothing sent yet", "$muted"))]
    main, outlook = state.main, view.outlook
    size = row((tokens(main.state.context), "$bright bold"))
    if state.window.tokens:
        part = main.state.context / state.window.tokens
        size = (*size, (f" of {window(state.window.tokens)}", "$muted"))
        rows = [spread(size, row((share(part), "$foreground")), columns), gauge(part, columns)]
    else:
        rows = [
            size,
            first_fit(columns, row(("window of this model not known", "$muted")), row(("window not known", "$muted"))),
        ]
    if outlook is not None:
        growth = row((f"+{tokens(round(outlook.growth))}", "$foreground"), (" a turn", "$muted"))
        rows.append(first_fit(columns, row(*growth, *_compacts(view)), growth))
    fresh = EMPTY
    if main.preamble:
        mark = MARKS[main.preamble.certainty]
        size = row((f"{mark}{tokens(main.preamble.tokens)}", "$foreground"))
        fresh = first_fit(columns, row(("fresh session ", "$muted"), *size), row(("fresh ", "$muted"), *size))
    rows.append(fresh)
    rows.append(row(("sent in all ", "$muted"), (tokens(main.state.tally.prompt_tokens), "$foreground")))
    return rows


def _compacts(view: View) -> Row:
    """Return how many turns are left until the client compacts by itself, when that is in sight."""
    state, outlook = view.state, view.outlook
    if state is None or outlook is None or not state.window.tokens:
        return EMPTY
    left = outlook.turns_until(compaction_point(state.window.tokens))
    return EMPTY if left is None else row((", full in ≈ ", "$muted"), (f"{left} turns", "$foreground"))


class CachePanel(Panel):
    """How much of what was sent came from the cache, and how long it stays warm."""

    def depends_on(self, view: View) -> object:
        return (super().depends_on(view), warmth(view))

    def title(self, view: View, size: int) -> tuple[Row, Row]:
        return row(("Cache", "$foreground bold")), EMPTY

    def body(self, view: View, columns: int, lines: int) -> list[Row]:
        return cache_rows(view, columns)


def cache_rows(view: View, columns: int) -> list[Row]:
    """Return the cache's rows: hit rate, countdown, what going cold costs, breaks."""
    state = view.state
    rate = state.main.state.tally.hit_rate if state else None
    if state is None or rate is None:
        return [row(("nothing cached yet", "$muted"))]
    words = hit_words(view)
    turn = view.last_turn
    beside = EMPTY
    if turn is not None and turn.turn.usage.context and columns >= 24:
        beside = row(
            ("turn ", "$muted"), (whole_share(turn.turn.usage.cache_read, turn.turn.usage.context), "$foreground")
        )
    left = spread(words, beside, columns) if width(words) + width(beside) < columns else words
    rows = [left, gauge(rate, columns)]
    warm, ttl = warmth(view), _of_ttl(view)
    rows.append(spread(warm, ttl, columns) if width(warm) + width(ttl) < columns else warm)
    rows.append(going_cold(view))
    rows.append(breaks_row(view, columns))
    return rows


def hit_words(view: View) -> Row:
    rate = view.state.main.state.tally.hit_rate if view.state else None
    return EMPTY if rate is None else row((share(rate), "$bright bold"), (" hit", "$muted"))


def warmth(view: View) -> Row:
    """Return whether the cache is warm, and for how long."""
    clock = view.clock
    left = clock.left(view.now) if clock else None
    if clock is None:
        return row(("○ no cache", "$muted"))
    if left is None:
        return row(("○ age not known", "$muted"))
    if not left:
        return row(("○ ", "$muted"), ("probably cold", "$foreground"))
    if view.answering:
        return row(("● ", "$output"), ("warm", "$output"), (", answering", "$muted"))
    return row(("● ", "$output"), ("warm ", "$output"), (countdown(left), "$bright bold"), (" left", "$muted"))


def _of_ttl(view: View) -> Row:
    if view.answering:
        return EMPTY  # nothing runs down
    return row((f"of {'1h' if view.clock.ttl.total_seconds() == 3600 else '5m'}", "$muted")) if view.clock else EMPTY


def going_cold(view: View) -> Row:
    """Return what the next turn costs more because the cache is cold, or once it is."""
    outlook, clock = view.outlook, view.clock
    if outlook is None or clock is None:
        return EMPTY
    extra = f"+{money(dollars_to_pico(outlook.going_cold))}"
    return row(("being cold " if view.is_cold else "going cold ", "$muted"), (extra, "$foreground"))


def breaks_row(view: View, columns: int) -> Row:
    """Return the breaks and their cost; the sum of all misses beside it where it differs."""
    state = view.state
    if state is None:
        return EMPTY
    breaks = state.main.breaks
    misses = state.main.state.tally.miss
    if not breaks:
        return row(("no cache breaks", "$muted"))
    cost = sum(found.cost or 0 for found in breaks)
    number = len(breaks)
    all_misses = f" (all {money(misses)})" if money(misses) != money(cost) else ""
    words = f" {plural(number, 'break')} cost "
    cells = row((str(number), "$foreground"), (words, "$muted"), (money(cost), "$foreground"))
    return first_fit(columns, row(*cells, (all_misses, "$muted")), cells, short_breaks(view))


class ContextAndCachePanel(Panel):
    """Context and cache in one panel, for normal screens."""

    def depends_on(self, view: View) -> object:
        return (super().depends_on(view), warmth(view))

    def title(self, view: View, size: int) -> tuple[Row, Row]:
        return row(("Context and cache", "$foreground bold")), EMPTY

    def body(self, view: View, columns: int, lines: int) -> list[Row]:
        state = view.state
        if state is None or not state.main.turns:
            return [row(("nothing sent yet", "$muted"))]
        bar = max(4, columns - 16)
        rate = state.main.state.tally.hit_rate
        size = row((tokens(state.main.state.context), "$bright bold"))
        if state.window.tokens:
            size = (*size, (f" of {window(state.window.tokens)}", "$muted"))
        part = state.main.state.context / state.window.tokens if state.window.tokens else 0.0
        left = view.clock.left(view.now) if view.clock else None
        warm = left / view.clock.ttl if left is not None and view.clock else 0.0
        return [
            row(*fit(size, 16), *gauge(part, bar)),
            row(*fit(hit_words(view), 16), *gauge(rate or 0.0, bar)),
            row(*fit(short_warmth(view), 16), *gauge(warm, bar)),
            _both(going_cold(view), short_breaks(view), columns),
        ]


def _both(first: Row, second: Row, columns: int) -> Row:
    """Return two rows beside each other, or the first alone when there is no room for both."""
    return row(*first, "  ", *second) if width(first) + width(second) + 2 <= columns else first


def short_warmth(view: View) -> Row:
    """Return the warmth in fifteen cells."""
    clock = view.clock
    left = clock.left(view.now) if clock else None
    if left is None:
        return row(("○ no cache", "$muted"))
    if not left:
        return row(("○ ", "$muted"), ("cold", "$foreground"))
    if view.answering:
        return row(("● ", "$output"), ("answering", "$muted"))
    return row(("● ", "$output"), ("warm ", "$output"), (countdown(left), "$bright bold"))


def short_breaks(view: View) -> Row:
    state = view.state
    if state is None or not state.main.breaks:
        return row(("no breaks", "$muted"))
    cost = sum(found.cost or 0 for found in state.main.breaks)
    number = len(state.main.breaks)
    return row((str(number), "$foreground"), (f" {plural(number, 'break')} ", "$muted"), (money(cost), "$foreground"))
