"""The two tables of what-if, drawn for a width: the ways to go on, and the session led another way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from meter.from_here import FromHere, Going, Step, TooSmall
from meter.money import PICO_PER_DOLLAR, Certainty, Pico
from meter.outlook import FAR
from meter.session import SessionState
from meter.what_if import AtModel, LookBack, Routed, Stacked
from tui.cells import EMPTY, Row, fit, row, width
from tui.format import MARKS, money, plural, share, tokens
from tui.what_if_words import ROUTING, SWITCHING, assumption, first_cost, pay_back, step_name, way_name
from tui.widgets.gauge import gauge
from tui.widgets.panel import edge

TELLS_FROM = 116
"""Columns from which each line tells what it assumes."""
_FULL_WORDS_FROM, _BEGINS_FROM, _TAILS_FROM = 100, 74, 56
"""Cells from which a pay-back is said in full, lines have a third figure, and something stands behind the figures."""
_ASSUMED, _BAR = 48, 80
"""Cells of the longest words about what is assumed, and of the longest bar."""
_TAIL = 20
"""Cells of the longest pay-back, and of the shortest bar where lines tell what they assume."""
_FULL = 2.0
"""The share of the real cost that fills a bar: what costs more is clipped."""
_ESTIMATE = MARKS[Certainty.ESTIMATED]

Choice = Going | TooSmall | LookBack
Figure = tuple[str, str, str]
"""Its mark, the figure, and its style."""
_NONE: Figure = ("", "", "")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared: the ways to go on, and the ways that the session could have been led."""

    state: SessionState
    ahead: FromHere | None
    back: tuple[LookBack, ...]

    @property
    def choices(self) -> tuple[Choice, ...]:
        """All lines, in order."""
        return (*(self.ahead.ways if self.ahead else ()), *self.back)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A row, and the place of the choice that it shows; None for one that cannot be selected."""

    cells: Row
    place: int | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    style: str
    assumed: str
    quiet: str
    """The style of what is assumed."""
    figures: tuple[Figure, ...]
    group: int
    share: float | None = None
    """Drawn as a bar behind the figures."""
    tail: Row = EMPTY


@dataclass(frozen=True, slots=True)
class _Grid:
    """Columns that both tables share."""

    cells: int
    name: int
    assumed: int
    figures: tuple[int, ...]

    @classmethod
    def of(cls, lines: Sequence[_Line], cells: int, *, tells: bool) -> _Grid:
        gap = 2 if cells >= _TAILS_FROM else 1
        name = gap + max(len(line.name) for line in lines)
        columns = zip(*(line.figures for line in lines), strict=True)
        least = 8 if cells >= _BEGINS_FROM else 0
        figures = tuple(gap + max(least, *(len(mark + text) for mark, text, _ in column)) for column in columns)
        name = min(name, cells - sum(figures))
        left = cells - name - sum(figures) - _TAIL - 3
        return cls(cells, name, min(_ASSUMED, max(0, left)) if tells else 0, figures)

    def row(self, line: _Line) -> Row:
        cells = row((_cut(line.name, self.name), line.style))
        if self.assumed:
            cells = row(*cells, (_cut(line.assumed, self.assumed), line.quiet))
        for (mark, text, style), room in zip(line.figures, self.figures, strict=True):
            cells = row(*cells, " " * (room - len(mark + text)), (mark, "$muted"), (text, style))
        tail = line.tail
        if line.share is not None and self.cells >= _TAILS_FROM:
            room = min(_BAR, self.cells - width(cells) - 4)
            tail = _bar(line.share, room, line.style) if room >= 6 else EMPTY
        return row(*cells, "   ", *tail) if tail else cells


def tables(shown: Comparison, columns: int, lines: int, selected: int, *, boxed: bool) -> list[Drawn]:
    """Return all rows, with air between the groups where the lines allow it; boxes take all lines there are."""
    inner = columns - (6 if boxed else 2)
    ahead, back = _ahead_lines(shown, inner), _back_lines(shown, inner)
    heads = [_ahead_head(shown, inner), _back_head(inner)]
    grid = _Grid.of([*ahead, *back, *(heads[:1] if ahead else ()), *heads[1:]], inner, tells=columns >= TELLS_FROM)
    for roomy in (True, False):
        upper = _body(heads[0], ahead, 0, _ahead_notes(shown), grid, roomy=roomy)
        lower = _body(heads[1], back, len(ahead), _back_notes(shown), grid, roomy=roomy)
        missing = lines - len(upper) - len(lower) - (4 if boxed else 2)
        if missing >= 0:
            break
    if boxed:
        lower += [Drawn(EMPTY)] * missing
    return [
        *_framed(upper, selected, *_ahead_title(shown, columns), columns, boxed=boxed),
        *_framed(lower, selected, *_back_title(shown, columns), columns, boxed=boxed),
    ]


def told(choice: Choice, columns: int, lines: int) -> list[Row]:
    """Return what a choice assumes, for a screen whose lines have no room for it."""
    if isinstance(choice, LookBack):
        text = assumption(choice.way)
    else:
        text = first_cost(choice)
        if isinstance(choice, Going) and choice.step is not Step.KEEP:
            text += f"; {_ESTIMATE}{_dollars(choice.begin)} to begin, pays back {pay_back(choice)}"
    said = f"{text[:1].upper()}{text[1:]}."
    return [fit(row((f" {line}", "$muted")), columns) for line in wrap(said, columns - 2)[:lines]]


def _body(head: _Line, lines: Sequence[_Line], first: int, notes: str, grid: _Grid, *, roomy: bool) -> list[Drawn]:
    rows = [Drawn(grid.row(head))] if lines else []
    for place, line in enumerate(lines):
        if roomy and place and line.group != lines[place - 1].group:
            rows.append(Drawn(EMPTY))
        rows.append(Drawn(grid.row(line), first + place))
    if notes and lines and roomy:
        rows.append(Drawn(EMPTY))
    return rows + [Drawn(row((line, "$muted"))) for line in wrap(notes, grid.cells)]


def _framed(body: Sequence[Drawn], selected: int, left: Row, right: Row, columns: int, *, boxed: bool) -> list[Drawn]:
    side, margin = (row(("│", "$frame")), "  ") if boxed else (EMPTY, " ")
    inner = columns - 2 * (len(side) + len(margin))
    rows = [Drawn(edge("╭─" if boxed else "─", "─╮" if boxed else "─", left, right, columns))]
    for drawn in body:
        cells = row(margin, *fit(drawn.cells, inner), margin)
        if drawn.place is not None and drawn.place == selected:
            cells = row(("▌", "$new"), margin[1:], *cells[1:])
            cells = tuple((text, f"{style} on $selection".strip()) for text, style in cells)
        rows.append(Drawn((*side, *cells, *side), drawn.place))
    if boxed:
        rows.append(Drawn(edge("╰─", "─╯", EMPTY, EMPTY, columns)))
    return rows


# --- from here ----------------------------------------------------------------------------------------------------


def _ahead_title(shown: Comparison, columns: int) -> tuple[Row, Row]:
    title, outlook = row(("From here", "$foreground bold")), shown.state.main.outlook
    if shown.ahead is None or outlook is None:
        return title, EMPTY
    turns = f"{shown.ahead.horizon} turns"
    pace = f"{tokens(round(outlook.mean_growth))} new and {tokens(round(outlook.mean_output))} output tokens a turn"
    words = f"  the next {turns}, at {pace}" if columns >= 90 else f"  the next {turns}"
    horizon = row(("n", "$bright bold"), (f" horizon {shown.ahead.horizon}", "$muted"))
    return row(*title, (words, "$muted")), horizon


def _ahead_head(shown: Comparison, cells: int) -> _Line:
    turns = f"{shown.ahead.horizon if shown.ahead else shown.state.horizon} turns"
    tail = row(("pays back", "$faint")) if cells >= _TAILS_FROM else EMPTY
    return _head("if you", ("to begin", turns, "saves"), cells, tail)


def _head(name: str, names: tuple[str, str, str], cells: int, tail: Row = EMPTY, *, drop: int = 0) -> _Line:
    figures: tuple[Figure, ...] = tuple(("", text, "$faint") for text in names)
    return _Line(name, "$faint", "", "$faint", _as_many(figures, cells, drop=drop), group=-1, tail=tail)


def _as_many(figures: tuple[Figure, ...], cells: int, *, drop: int) -> tuple[Figure, ...]:
    """Return all three figures where there is room, else two of them."""
    return figures if cells >= _BEGINS_FROM else figures[:drop] + figures[drop + 1 :]


def _ahead_lines(shown: Comparison, cells: int) -> list[_Line]:
    found = shown.ahead
    return [_way_on(way, cells, best=place == found.best) for place, way in enumerate(found.ways)] if found else []


def _way_on(way: Going | TooSmall, cells: int, *, best: bool) -> _Line:
    if isinstance(way, TooSmall):
        figures = (_NONE, ("", "—", "$faint"), _NONE)
        return _Line(step_name(way), "$faint", first_cost(way), "$faint", _as_many(figures, cells, drop=0), group=1)
    group = {Step.SWITCH: 1, Step.CLEAR_AND_SWITCH: 2}.get(way.step, 0)
    style = "$bright bold" if best else "$foreground"
    begin = (_ESTIMATE, _dollars(way.begin), "$foreground") if way.begin else ("", "—", "$faint")
    figures = (begin, (_ESTIMATE, _dollars(way.cost), style), _saves(way))
    back = pay_back(way) if way.pays_back or cells >= _FULL_WORDS_FROM else f"not in {FAR}" if way.saving else ""
    tail = row((back, "$foreground" if way.pays_back else "$faint")) if cells >= _TAILS_FROM else EMPTY
    figures_shown = _as_many(figures, cells, drop=0)
    return _Line(step_name(way), style, first_cost(way), "$muted", figures_shown, group, tail=tail)


def _saves(way: Going) -> Figure:
    if way.step is Step.KEEP:
        return _NONE
    return ("", f"+{_dollars(-way.saving)}", "$act") if way.saving < 0 else ("", _dollars(way.saving), "$foreground")


def _ahead_notes(shown: Comparison) -> str:
    if shown.ahead is not None:
        return SWITCHING
    last = shown.state.main.state.last
    if last is not None and last.price is None:
        return "The model in use has no known price: what comes cannot be told."
    if shown.state.main.state.compacted:
        return "Just compacted: known again from the next turn on."
    return "Known from the second turn on."


# --- looking back -------------------------------------------------------------------------------------------------


def _back_title(shown: Comparison, columns: int) -> tuple[Row, Row]:
    turns = shown.state.tally.turns
    words = f"  {'this session, ' if columns >= 60 else ''}{turns:,} {plural(turns, 'turn')}"
    sure = "exact at list price unless marked ≈" if columns >= 90 else "at list price"
    return row(("Looking back", "$foreground bold"), (words, "$muted")), row((sure, "$muted"))


def _back_head(cells: int) -> _Line:
    return _head("had it been", ("cost", "difference" if cells >= _BEGINS_FROM else "change", "share"), cells, drop=2)


def _back_lines(shown: Comparison, cells: int) -> list[_Line]:
    real = shown.back[0].cost if shown.back else 0
    return [_led(line, real, cells, is_real=line is shown.back[0]) for line in shown.back]


def _led(line: LookBack, real: Pico, cells: int, *, is_real: bool) -> _Line:
    style = "$bright bold" if is_real else "$foreground"
    group = 2 if isinstance(line.way, Stacked) else 1 if isinstance(line.way, AtModel | Routed) else 0
    part = line.cost / real if real else None
    figures = (
        (MARKS[line.certainty], money(line.cost), style),
        _NONE if is_real else _difference(line.cost - real),
        ("", "" if part is None else share(part), "$muted"),
    )
    shown = _as_many(figures, cells, drop=2)
    return _Line(way_name(line.way), style, assumption(line.way), "$muted", shown, group, share=part)


def _difference(change: Pico) -> Figure:
    return ("", f"+{money(change)}", "$act") if change > 0 else ("", money(change), "$foreground")


def _back_notes(shown: Comparison) -> str:
    if not shown.back:
        return "No turn has a price: there is nothing to compare." if shown.state.tally.turns else "No turn yet."
    unpriced = shown.state.tally.unpriced_turns
    notes = [f"{unpriced} unpriced {plural(unpriced, 'turn')} left out."] if unpriced else []
    notes.append("The same turns are assumed, nothing read again.")
    if any(isinstance(line.way, Routed) for line in shown.back):
        notes.append(ROUTING)
    return " ".join(notes)


# --- cells --------------------------------------------------------------------------------------------------------


def _bar(part: float, room: int, style: str) -> Row:
    style = "$carry" if "bold" in style else "$gauge"
    bar = gauge(part / _FULL, room, style)
    return row(*bar, ("▸", style)) if part > _FULL else bar


def _cut(text: str, room: int) -> str:
    """Return the text cut or padded to so many cells, the last one a blank."""
    return "".join(part for part, _ in fit(row(text), room - 1)) + " "


def _dollars(amount: float) -> str:
    return money(round(amount * PICO_PER_DOLLAR))
