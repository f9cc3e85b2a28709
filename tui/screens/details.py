"""One turn as a till receipt: every price line written out."""

from __future__ import annotations

from datetime import tzinfo
from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from meter.cache import CacheBreak
from meter.money import Certainty, Pico
from meter.pricing import WEB_SEARCH
from meter.thread import MeteredTurn
from parsers.labels import clean
from tui.cells import EMPTY, Row, content, row, spread, width
from tui.format import exact_money, rate, share
from tui.view import short_model
from tui.widgets.turn_rows import tool_name

WIDTH = 64
"""Cells of the receipt."""


class DetailsScreen(ModalScreen[None]):
    """Shows what one turn cost and why."""

    CSS = """
    DetailsScreen { align: center middle; background: $background 60%; }
    DetailsScreen > VerticalScroll {
        width: 100%; max-width: 70; height: auto; max-height: 94%;
        background: $background; border: round $frame; padding: 0 2;
        scrollbar-size-vertical: 1; scrollbar-color: $frame; scrollbar-background: $background;
    }
    DetailsScreen Static { text-wrap: nowrap; text-overflow: clip; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,q", "dismiss", "back")]

    def __init__(self, metered: MeteredTurn, broke: CacheBreak | None, zone: tzinfo | None) -> None:
        super().__init__()
        self._metered = metered
        self._broke = broke
        self._zone = zone

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(id="receipt")

    def on_mount(self) -> None:
        self._write()

    def on_resize(self) -> None:
        self._write()

    def _write(self) -> None:
        columns = min(WIDTH, max(24, self.size.width - 6))
        self.query_one("#receipt", Static).update(content(receipt(self._metered, self._broke, self._zone, columns)))


def receipt(metered: MeteredTurn, broke: CacheBreak | None, zone: tzinfo | None, columns: int) -> list[Row]:
    """Return the receipt: count x list price = dollars, the sum, what it paid for, and what it lost."""
    turn = metered.turn
    at = turn.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if turn.at else "time not known"
    rows = [
        spread(row((f"Turn {metered.number}", "$bright bold")), row((at, "$muted")), columns),
        spread(row((short_model(turn.billed_id), "$foreground")), row((_manner(metered), "$muted")), columns),
        EMPTY,
    ]
    if metered.price is None:
        rows += [
            *_counts(metered, columns),
            EMPTY,
            row(("This model has no known price: no money is given to it.", "$watch")),
        ]
        return rows
    rows += _lines(metered, columns)
    rows.append(row(("─" * columns, "$grid")))
    certainty = metered.certainty.words
    total = row((exact_money(metered.cost), "$bright bold"))
    rows.append(spread(row(("total ", "$foreground bold"), (f"at list price, {certainty}", "$muted")), total, columns))
    if certainty_note := _NOTES.get(metered.certainty):
        rows += [row((line, "$muted")) for line in wrap(certainty_note, columns)]
    rows += [EMPTY, row(("What it paid for", "$foreground bold")), *_parts(metered, columns)]
    if broke is not None:
        rows += [EMPTY, row((f"× Cache break: {broke.cause.words}", "$act bold"))]
        rows.append(_amount("tokens written again", f"{broke.tokens:,}", columns))
        rows.append(_amount("what a warm cache would have saved", exact_money(broke.cost or 0), columns))
    elif metered.parts is not None and metered.parts.miss:
        rows.append(_amount("of the carry, a warm cache would have saved", exact_money(metered.parts.miss), columns))
    if turn.tools:
        rows += [EMPTY, row(("Tools", "$foreground bold"))]
        rows += [row((f"{tool_name(tool.name)} ", "$foreground"), (tool.target, "$muted")) for tool in turn.tools]
    return rows


_NOTES = {
    Certainty.LOWER_BOUND: "It cost at least this: a count was never finalised, or a part has no price.",
    Certainty.ESTIMATED: "Billed by a cloud or with priority, or at a price on which the sources disagree.",
}


def _manner(metered: MeteredTurn) -> str:
    turn = metered.turn
    parts = [turn.stop_reason or "cut off", turn.speed if turn.speed == "fast" else "", turn.effort or ""]
    parts.append("US" if turn.geo == "us" else "")
    return " · ".join(clean(part) for part in parts if part)


def _counts(metered: MeteredTurn, columns: int) -> list[Row]:
    usage = metered.turn.usage
    counts = (
        ("input", usage.input),
        ("cache write 5m", usage.write_5m),
        ("cache write 1h", usage.write_1h),
        ("cache read", usage.cache_read),
        ("output", usage.output),
    )
    return [_amount(name, f"{count:,}", columns) for name, count in counts]


def _lines(metered: MeteredTurn, columns: int) -> list[Row]:
    usage, price = metered.turn.usage, metered.price
    assert price is not None  # noqa: S101 - the caller asked
    prices = price.prices
    lines: list[tuple[str, int, Pico, Pico]] = [
        ("input", usage.input, prices.input, price.input),
        ("cache write 5m", usage.write_5m, prices.write_5m, price.write_5m),
        ("cache write 1h", usage.write_1h, prices.write_1h, price.write_1h),
        ("cache read", usage.cache_read, prices.read, price.read),
        ("output", usage.output, prices.output, price.output),
    ]
    rows = [_line(name, count, _sum_of(count, each, amount), amount, columns) for name, count, each, amount in lines]
    if price.searches:
        searches = f"{usage.web_searches:,} x {exact_money(WEB_SEARCH)}"
        rows.append(_line("web search", usage.web_searches, searches, price.searches, columns))
    if price.advisor:
        rows.append(_line("advisor", 1, "other model", price.advisor, columns))
    return rows


def _sum_of(count: int, each: Pico, amount: Pico) -> str:
    """Write count times price; a response made in several calls may have had two prices."""
    return f"{count:,} x {rate(each)}" if count * each == amount else f"{count:,} at two prices"


def _line(name: str, count: int, sum_of: str, amount: Pico, columns: int) -> Row:
    style = "$foreground" if count else "$faint"
    figures = row((f"{sum_of}  {exact_money(amount):>11}", style))
    short = name.removeprefix("cache ")
    return spread(row((name if len(name) + width(figures) < columns else short, style)), figures, columns)


def _parts(metered: MeteredTurn, columns: int) -> list[Row]:
    parts, price = metered.parts, metered.price
    if parts is None or price is None:
        return []
    amounts = (
        ("carry", parts.carry, "$carry"),
        ("new", parts.new, "$new"),
        ("output", price.output + price.fees, "$output"),
    )
    room = max(4, columns - 32)
    rows = []
    for name, amount, style in amounts:
        part = amount / metered.cost if metered.cost else 0.0
        bar = "━" * round(part * room)
        right = row((f"{share(part):>6}", "$muted"), (f"  {exact_money(amount):>11}", "$foreground"))
        rows.append(spread(row((f"{name:<9}", style), (bar, style)), right, columns))
    return rows


def _amount(name: str, figure: str, columns: int) -> Row:
    return spread(row((name, "$muted")), row((figure, "$foreground")), columns)
