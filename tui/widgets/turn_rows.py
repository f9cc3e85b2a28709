"""The rows of the turn list: prompts as headings, their turns, and agents under the turn that began them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import accumulate

from meter.cache import CacheBreak
from meter.money import Pico
from meter.session import SessionState
from meter.tally import NOTHING
from meter.thread import MeteredTurn
from meter.thread_tab import ThreadTab
from parsers.prompts import Prompt
from parsers.transcript import Compaction
from tui.cells import Row, first_fit, fit, row, spread, width
from tui.format import MARKS, money, plural, tokens, whole_share

_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PromptRow:
    """A prompt with its turns and what they cost."""

    prompt: Prompt | None
    first: int
    """Number of its first turn."""
    turns: int
    cost: Pico
    priced: bool = True


@dataclass(frozen=True, slots=True)
class TurnRow:
    """One turn of the main thread."""

    metered: MeteredTurn
    heading: int
    """Index of the row of its prompt."""
    broke: CacheBreak | None = None


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent, under the turn during which it began."""

    tab: ThreadTab
    heading: int


@dataclass(frozen=True, slots=True)
class CompactionRow:
    """The context was reset here."""

    before: int
    after: int
    heading: int


ListRow = PromptRow | TurnRow | AgentRow | CompactionRow


def list_rows(state: SessionState) -> list[ListRow]:
    """Return all rows in order: newest last, like a receipt."""
    main = state.main
    rows: list[ListRow] = []
    agents = _agents_by_turn(state)
    breaks = {found.turn: found for found in main.breaks}
    starts = [before for before, _ in main.prompts]
    prompt, heading, compaction = 0, -1, 0
    for index, metered in enumerate(main.turns):
        while compaction < len(main.compactions) and main.compactions[compaction][0] <= index:
            rows.append(_compaction(main.compactions[compaction][1], heading))
            compaction += 1
        if metered.prompt != prompt or heading < 0:
            prompt = metered.prompt
            place = bisect_right(starts, index, prompt)
            end = starts[place] if place < len(starts) else len(main.turns)
            heading = len(rows)
            owned = main.turns[index:end]
            helped = [tab for at in range(index, end) for tab in agents.get(at, ())] if agents else []
            cost = sum(turn.cost for turn in owned) + sum(tab.state.tally.cost for tab in helped)
            priced = any(turn.price for turn in owned)
            event = main.prompts[prompt - 1][1] if prompt else None
            rows.append(PromptRow(event, metered.number, len(owned), cost, priced))
        rows.append(TurnRow(metered, heading, breaks.get(metered.number)))
        rows += [AgentRow(tab, heading) for tab in agents.get(index, ())]
    rows += [AgentRow(tab, heading) for tab in agents.get(-1, ())]
    rows += [_compaction(event, heading) for _, event in main.compactions[compaction:]]
    return rows


def _compaction(event: Compaction, heading: int) -> CompactionRow:
    return CompactionRow(event.before, event.after, heading)


def _agents_by_turn(state: SessionState) -> dict[int, list[ThreadTab]]:
    """Return the agents by the index of the main turn that was the newest when they began; -1 when none was."""
    found: dict[int, list[ThreadTab]] = {}
    if not state.agents:
        return found
    begun = list(accumulate((metered.turn.at or _EARLIEST for metered in state.main.turns), max))
    for tab in state.agents:
        first = tab.turns[0].turn.at if tab.turns else None
        index = bisect_right(begun, first) - 1 if first is not None else -1
        found.setdefault(index, []).append(tab)
    return found


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns a width has room for."""

    total: int
    zone: tzinfo
    models: bool
    """The session used several models: their column is worth its cells."""
    parts: str = "━━━"
    """How carry, new and output are drawn in a bar."""

    @property
    def narrow(self) -> bool:
        return self.total < 68

    @property
    def wide(self) -> bool:
        return self.total >= 96

    @property
    def bar(self) -> int:
        if self.narrow:
            return 11
        return 18 if self.wide else 12

    def heading(self) -> Row:
        """Return the column heads; their widths are those of ``turn_row``."""
        if self.narrow:
            return row(f"{'#':>5}{'cost':>9}  ", f"{'parts':<{self.bar}}", "what")
        hit = f"{'hit':>6}" if self.wide else ""
        parts = "carry·new·output" if self.wide else "parts"
        model = f"{'model':<11}" if self.models and self.wide else ""
        figures = f"{'#':>5}{'time':>10}{'context':>9}{'new':>8}{hit}{'output':>8}{'cost':>9}"
        return row((f"{figures}  {parts:<{self.bar}}  {model}what", "$faint"))


def turn_row(item: TurnRow, columns: Columns, scale: Pico, model: str) -> Row:
    """Return a turn's row; ``scale`` is the cost that fills the bar."""
    metered = item.metered
    usage = metered.turn.usage
    number = (f"{metered.number:>5}", "$muted")
    cost = (f"{_cost(metered):>9}  ", "$bright bold" if item.broke else "$bright")
    parts = bar(metered, columns.bar, scale, columns.parts)
    if columns.narrow:
        return fit(row(number, cost, *parts, " ", *_what(item, columns.total - 17 - columns.bar)), columns.total)
    at = metered.turn.at
    clock = at.astimezone(columns.zone).strftime("%H:%M:%S") if at else ""
    hit = whole_share(usage.cache_read, usage.context) if usage.context else ""
    figures = row(
        number,
        (f"{clock:>10}", "$muted"),
        (f"{tokens(usage.context):>9}", "$foreground"),
        (f"{tokens(metered.new_tokens):>8}", "$foreground"),
        (f"{hit:>6}" if columns.wide else "", "$act" if item.broke else "$muted"),
        (f"{tokens(usage.output):>8}", "$foreground"),
        cost,
        *parts,
        "  ",
        (f"{model[:10]:<11}" if columns.models and columns.wide else "", "$muted"),
    )
    return fit(row(*figures, *_what(item, columns.total - width(figures))), columns.total)


def _cost(metered: MeteredTurn) -> str:
    return MARKS[metered.certainty].strip() + money(metered.cost) if metered.price else "?"


def _what(item: TurnRow, room: int) -> Row:
    """Return what a turn did; a cache break in as many words as there is room for."""
    if item.broke is not None:
        cost = money(item.broke.cost or 0)
        long = f"× cache break {cost}: {item.broke.cause.words}"
        return first_fit(room, *(row((text, "$act")) for text in (long, f"× break {cost}", f"× {cost}", "×")))
    tools = item.metered.turn.tools
    if not tools:
        return row(("answer", "$foreground"))
    first = tools[0]
    more = f" +{len(tools) - 1}" if len(tools) > 1 else ""
    return row((f"{tool_name(first.name) + more:<6}", "$foreground"), (f" {first.target}".rstrip(), "$muted"))


def tool_name(name: str) -> str:
    """Return a tool's name; those of servers as ``tool server``."""
    if name.startswith("mcp__") and name.count("__") >= 2:
        server, _, tool = name.removeprefix("mcp__").partition("__")
        return f"{tool} {server}"
    return name


COLOURLESS_PARTS, ASCII_PARTS = "━═┅", "cno"
"""The parts where no colour tells them apart."""


def bar(metered: MeteredTurn, size: int, scale: Pico, glyphs: str = "━━━") -> Row:
    """Return a turn's cost as a bar of carry, new and output; clipped with ``▸`` when it is dearer than the scale."""
    if metered.parts is None or metered.price is None or scale <= 0:
        return row(" " * size)
    amounts = (metered.parts.carry, metered.parts.new, metered.price.output + metered.price.fees)
    ends, total, length = [], 0, 0
    for amount in amounts:
        total += amount
        ends.append(round(total * size / scale))
    clipped = ends[-1] > size
    cells: list[tuple[str, str]] = []
    room = size - 1 if clipped else size
    for end, style, glyph in zip(ends, ("$carry", "$new", "$output"), glyphs, strict=True):
        end = min(end, room)
        if end > length:
            cells.append((glyph * (end - length), style))
            length = end
    if clipped:
        cells.append(("▸", "$carry"))
        length += 1
    return row(*cells, " " * (size - length))


def bar_scale(rows: Sequence[ListRow]) -> Pico:
    """Return the cost that fills a bar: a little more than the dearest turn in view that paid no large miss."""
    costs = [item.metered.cost for item in rows if isinstance(item, TurnRow) and item.broke is None]
    costs = costs or [item.metered.cost for item in rows if isinstance(item, TurnRow)]
    return max(costs, default=0) * 115 // 100


def prompt_row(item: PromptRow, columns: Columns, *, labels: bool = True) -> Row:
    """Return a prompt's heading with its turns and dollars at the right."""
    text = item.prompt.label if item.prompt and item.prompt.label else "prompt" if item.prompt else "before any prompt"
    cost = money(item.cost) if item.priced else "?"
    right = row((f" {item.turns} {plural(item.turns, 'turn')}", "$muted"), (f"  {cost}", "$foreground bold"), " ")
    if columns.narrow:
        right = row((f" {cost}", "$foreground bold"), " ")
    room = columns.total - width(right)
    left = row((" › ", "$faint"), (text if labels else "prompt", "$bright"), " ")
    used = width(left)
    line = ("─" * max(0, room - used), "$grid") if used < room else ("", "")
    return spread(row(*left, line), right, columns.total, gap=0)


def agent_row(item: AgentRow, columns: Columns) -> Row:
    """Return an agent's row: its kind, its turns, what it cost."""
    tally = item.tab.state.tally if item.tab.turns else NOTHING
    name = item.tab.agent_type or "agent"
    left = row(
        ("      ↳ ", "$faint"), (name, "$foreground"), (f"  {tally.turns} {plural(tally.turns, 'turn')}", "$muted")
    )
    return spread(left, row((MARKS[tally.certainty] + money(tally.cost), "$foreground"), " "), columns.total)


def compaction_row(item: CompactionRow, columns: Columns) -> Row:
    """Return the row of a compaction with the sizes that the client tells."""
    sizes = tokens(item.before) if item.before else ""
    sizes += f" → {tokens(item.after)}" if item.after else ""
    return fit(row(("   ◇ ", "$new"), ("compacted ", "$muted"), (sizes, "$foreground")), columns.total)
