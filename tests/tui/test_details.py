"""The receipt of a turn: count times list price, line by line, adds up to the turn's cost to the pico-dollar."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings

from fixtures.session import START, Session, Ticking
from fixtures.spend import LIST, PICO, SEARCH, US_GEO, Spend
from meter.cache import CacheBreak
from meter.session import SessionState
from meter.thread import MeteredTurn
from tests.conftest import SHARED
from tests.made import sessions
from tests.support import read_file, read_folder, state_of_session
from tests.tui.pilot import assert_whole, stage
from tui.cells import Row, plain, width
from tui.follow import Phase, Snapshot
from tui.screens.details import WIDTH, DetailsScreen, receipt
from tui.screens.session import SessionScreen

CLIENT = SHARED / "client"
CAPTURES = sorted(path.parent for path in CLIENT.glob("*/truth.json") if "long-prompt" not in str(path))
"""All but those with a turn of several calls at several prices, of which a line names one."""
LONG_50 = "long-50-turns/projects/-tmp-demo-project/0163e776-629f-479c-91f1-b9df859b16f1.jsonl"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared transcripts are not here")

OPUS = "claude-opus-5-5"
KINDS = ("input", "cache write 5m", "cache write 1h", "cache read", "output")
MONEY = re.compile(r"<\$0\.0001|\$[\d,]+\.\d{4}")
_LINE = re.compile(r"(.+?) +([\d,]+) x \$([\d.]+)/M +(\S+)")
_SEARCHES = re.compile(r"web search +([\d,]+) x \$0\.0100 +(\S+)")
_ADVISOR = re.compile(r"advisor +other model +(\S+)")


def written(pico: int) -> str:
    """Write pico-dollars with four decimals, as a receipt does."""
    amount = (Decimal(pico) / PICO).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return f"${amount:,}" if amount or not pico else "<$0.0001"


@dataclass
class Receipt:
    """What a receipt says, read from its text."""

    metered: MeteredTurn
    rows: list[Row]

    @property
    def text(self) -> list[str]:
        return [row.rstrip() for row in plain(self.rows)]

    @property
    def price_rows(self) -> list[Row]:
        end = next(index for index, line in enumerate(self.text) if line.startswith("─"))
        return self.rows[3:end]

    def amounts(self) -> Iterator[tuple[str, int, str]]:
        """Return each price line's name, its count times its price in pico-dollars, and the dollars beside it."""
        for line in plain(self.price_rows):
            if found := _LINE.fullmatch(line):
                each = Decimal(found[3]) * 10**6
                assert each == int(each)
                yield found[1], int(found[2].replace(",", "")) * int(each), found[4]
            elif found := _SEARCHES.fullmatch(line):
                yield "web search", int(found[1].replace(",", "")) * SEARCH, found[2]
            else:
                found = _ADVISOR.fullmatch(line)
                assert found, line
                assert self.metered.price is not None
                yield "advisor", self.metered.price.advisor, found[1]

    @property
    def total(self) -> str:
        (line,) = [line for line in self.text if line.startswith("total at list price")]
        return line


def receipt_of(metered: MeteredTurn, broke: CacheBreak | None = None, columns: int = WIDTH) -> Receipt:
    return Receipt(metered, receipt(metered, broke, UTC, columns))


def assert_adds_up(metered: MeteredTurn) -> int:
    """Check a receipt's lines and return their sum in pico-dollars; 0 for a turn without a price."""
    told = receipt_of(metered)
    assert all(width(row) == WIDTH for row in told.rows[:2])
    if metered.price is None:
        assert not MONEY.search("\n".join(told.text))
        return 0
    lines = list(told.amounts())
    assert tuple(name for name, _, _ in lines[:5]) == KINDS
    for _, pico, dollars in lines:
        assert dollars == written(pico)
    total = sum(pico for _, pico, _ in lines)
    assert total == metered.cost
    assert told.total.split()[-1] == written(total)
    return total


def state_turns(state: SessionState) -> list[MeteredTurn]:
    return [metered for tab in state.threads for metered in tab.turns]


def only(session: Session) -> MeteredTurn:
    (metered,) = state_of_session(session).main.turns
    return metered


def one(spend: Spend, **told: object) -> MeteredTurn:
    """Return the only turn of a session."""
    session = Session(1, model=OPUS)
    session.main.prompt()
    session.main.turn(spend, **told)  # type: ignore[arg-type]
    return only(session)


@settings(max_examples=40)
@given(sessions(steps=24))
def test_the_lines_of_any_turn_add_up_to_its_cost(session: Session) -> None:
    paid = sum(assert_adds_up(metered) for metered in state_turns(state_of_session(session)))
    assert paid == session.totals.pico


@needs_shared
@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.name)
def test_the_lines_of_the_real_clients_turns_add_up(capture: Path) -> None:
    (project,) = (capture / "projects").iterdir()
    for state in read_folder(project):
        assert sum(map(assert_adds_up, state_turns(state))) == state.tally.cost + state.inherited.cost


@needs_shared
def test_the_receipts_of_the_designs_example_add_up_to_its_cost() -> None:
    state = read_file(CLIENT / LONG_50)
    assert sum(map(assert_adds_up, state.main.turns)) == 3_637_037_500_000  # DESIGN: $3.6370375


SPEND = Spend(input=12, write_5m=1_000, write_1h=20_000, output=345)


def test_a_receipt_as_a_whole() -> None:
    session = Session(1, model=OPUS, clock=Ticking(START))
    session.main.prompt()
    session.main.turn(SPEND, tools=("Read",), target="harbours.py")
    told = receipt_of(only(session))
    prices = LIST[OPUS]
    parts = [count * price for count, price in zip((12, 345, 1_000, 20_000, 0), prices, strict=True)]
    by_input, by_output, by_5m, by_1h, _ = map(written, parts)
    new, cost = sum(parts) - parts[1], sum(parts)
    lines = [re.sub(" +", " ", line) for line in told.text]
    assert [line.replace("━", "") for line in lines if line != "─" * WIDTH] == [
        "Turn 1 2026-11-20 09:00:00",
        "Opus 5.5 tool_use · high",
        "",
        f"input 12 x $4.00/M {by_input}",
        f"cache write 5m 1,000 x $5.00/M {by_5m}",
        f"cache write 1h 20,000 x $8.00/M {by_1h}",
        "cache read 0 x $0.20/M $0.0000",
        f"output 345 x $20.00/M {by_output}",
        f"total at list price, exact {written(cost)}",
        "",
        "What it paid for",
        "carry 0% $0.0000",
        f"new {new / cost:.0%} {written(new)}".replace("new ", "new  "),
        f"output {parts[1] / cost:.0%} {written(parts[1])}".replace("output ", "output  "),
        "",
        "Tools",
        "Read harbours.py",
    ]


def test_lines_without_tokens_are_dim() -> None:
    for row in receipt_of(one(SPEND)).price_rows:
        (name,) = [text.strip() for text, _ in row if text.strip() in KINDS]
        styles = {style for text, style in row if text.strip()}
        assert styles == {"$faint" if name == "cache read" else "$foreground"}


@pytest.mark.parametrize(
    ("count", "dollars"),
    [
        (0, "$0.0000"),
        (1, "<$0.0001"),
        (12, "<$0.0001"),  # $0.000048
        (13, "$0.0001"),  # $0.000052
        (2_500, "$0.0100"),
        (250_000_000, "$1,000.0000"),
        (2_500_000_003, "$10,000.0000"),
    ],
)
def test_dollars_have_four_decimals_always(count: int, dollars: str) -> None:
    assert LIST[OPUS][0] == 4_000_000
    told = receipt_of(one(Spend(input=count)))
    amounts = {name: right for name, _, right in told.amounts()}
    assert amounts["input"] == dollars
    assert told.total.split()[-1] == dollars
    for line in told.text:
        if "$" in line:
            assert MONEY.fullmatch(line.split()[-1]), line


def test_carry_new_and_output_are_the_whole_cost() -> None:
    session = Session(1, model=OPUS)
    session.main.prompt()
    session.main.turn(Spend(write_1h=20_000, output=100))
    session.main.turn(Spend(write_1h=1_000, read=20_000, output=500, searches=1))
    _, output, _, write, read = LIST[OPUS]
    parts = {"carry": 20_000 * read, "new": 1_000 * write, "output": 500 * output + SEARCH}
    told = receipt_of(state_of_session(session).main.turns[1])
    start = told.text.index("What it paid for")
    found = {}
    for line in told.text[start + 1 : start + 4]:
        name, *_, percent, dollars = line.split()
        found[name] = (percent, dollars)
    total = sum(parts.values())
    assert found == {name: (f"{pico / total:.0%}", written(pico)) for name, pico in parts.items()}
    assert told.total.split()[-1] == written(total)


def test_bars_are_as_long_as_their_shares() -> None:
    told = receipt_of(one(Spend(write_1h=20_000, output=8_000)))  # 16 cents each
    bars = [line.count("━") for line in told.text if re.match("carry|new|output +━", line)]
    assert bars[0] == 0
    assert bars[1] == bars[2] > 0


def test_a_lower_bound_says_so() -> None:
    told = receipt_of(one(SPEND, output="provisional"))
    assert "at list price, lower bound" in told.total
    (note,) = [line for line in told.text if "never finalised" in line]
    assert "at least" in note
    assert told.text[1].split()[2:4] == ["cut", "off"]


@pytest.mark.parametrize("told", [{"model": f"us.anthropic.{OPUS}-v1:0"}, {"tier": "priority"}], ids=str)
def test_an_estimate_says_so(told: dict[str, object]) -> None:
    assert "at list price, estimated" in receipt_of(one(SPEND, **told)).total


def test_an_exact_one_has_no_note() -> None:
    told = receipt_of(one(SPEND))
    assert "at list price, exact" in told.total
    assert told.text[told.text.index(told.total) + 1] == ""


def test_without_a_price_there_are_tokens_and_no_dollar() -> None:
    told = receipt_of(one(SPEND, model="tidal-model-1"))
    counts = {line[:15].strip(): line.split()[-1] for line in told.text[3:8]}
    assert counts == dict(zip(KINDS, ("12", "1,000", "20,000", "0", "345"), strict=True))
    assert not any("$" in line for line in told.text)
    assert "This model has no known price: no money is given to it." in told.text


def test_searches_and_the_advisor_have_lines_of_their_own() -> None:
    advice = Spend(input=3_000, output=200)
    told = receipt_of(one(Spend(write_1h=20_000, output=100, searches=3), advisors=(("claude-opus-4-6", advice),)))
    lines = {name: (pico, dollars) for name, pico, dollars in told.amounts()}
    fee = advice.cost(LIST["claude-opus-4-6"])
    assert lines["web search"] == (3 * SEARCH, "$0.0300")
    assert lines["advisor"] == (fee, written(fee))
    total = Spend(write_1h=20_000, output=100).cost(LIST[OPUS]) + 3 * SEARCH + fee
    assert told.total.split()[-1] == written(total)


def test_without_searches_or_an_advisor_there_are_five_lines() -> None:
    assert len(receipt_of(one(SPEND)).price_rows) == 5


@pytest.mark.parametrize(
    ("told", "times", "words"),
    [
        ({"speed": "fast"}, 2, "end_turn · fast · high"),
        ({"geo": "us"}, Decimal("1.1"), "end_turn · high · US"),
        ({"tier": "batch"}, Decimal("0.5"), "end_turn · high"),
    ],
    ids=["fast", "US", "batch"],
)
def test_the_price_of_a_line_is_the_one_that_held(told: dict[str, object], times: Decimal, words: str) -> None:
    assert OPUS in US_GEO
    found = receipt_of(one(SPEND, **told))
    assert f"x ${4 * times:.2f}/M" in found.text[3]
    assert found.text[1].endswith(words)
    assert_adds_up(found.metered)


def broken_session() -> Session:
    session = Session(1, model=OPUS)
    session.main.prompt()
    session.main.turn(Spend(write_1h=20_000, output=100))
    session.main.turn(Spend(write_1h=30_500, output=100))
    session.main.turn(Spend(write_1h=4_500, read=27_000, output=100))
    session.main.turn(Spend(write_1h=500, read=31_500, output=100))
    return session


def test_a_break_tells_its_cause_its_tokens_and_its_price() -> None:
    main = state_of_session(broken_session()).main
    (broke,) = main.breaks
    assert broke.turn == 2
    told = receipt_of(main.turns[1], broke)
    _, _, _, write, read = LIST[OPUS]
    assert "× Cache break: unknown cause" in told.text
    tokens, saved = told.text[told.text.index("× Cache break: unknown cause") + 1 :][:2]
    assert re.fullmatch("tokens written again +20,000", tokens)
    assert re.fullmatch(re.escape("what a warm cache would have saved") + " +(.*)", saved)
    assert saved.split()[-1] == written(20_000 * (write - read))


def test_a_miss_that_is_no_break_is_told_as_part_of_the_carry() -> None:
    main = state_of_session(broken_session()).main
    told = receipt_of(main.turns[2])
    (line,) = [line for line in told.text if "a warm cache would have saved" in line]
    _, _, _, write, read = LIST[OPUS]
    assert line.startswith("of the carry, ")
    assert line.split()[-1] == written(3_500 * (write - read))  # 30,500 sent before, 27,000 of them read
    assert not any("Cache break" in line for line in told.text)


def test_a_warm_turn_has_neither() -> None:
    told = receipt_of(state_of_session(broken_session()).main.turns[3])
    assert not any("warm cache" in line or "break" in line for line in told.text)


HOSTILE = "[red]x[/red]\x1b]0;owned\x07\u202e"


def test_text_of_the_transcript_is_only_text() -> None:
    session = Session(1, model=f"tidal{HOSTILE}")
    session.main.turn(SPEND, tools=(f"Read{HOSTILE}",), target=HOSTILE)
    told = receipt_of(only(session))
    assert all(line.isprintable() for line in told.text)
    assert any("[red]x[/red]" in line for line in told.text)


def boxed(rows: Sequence[str]) -> str:
    """Return the text of the receipt that stands in the middle of a screen."""
    return "\n".join(row.strip(" │") for row in rows)


def shown(session: Session) -> Snapshot:
    return Snapshot(Phase.LIVE, state_of_session(session), 1.0)


async def test_enter_writes_out_the_newest_turn_and_b_the_break() -> None:
    async with stage((120, 36)) as screen:
        await screen.show(shown(broken_session()))
        text = boxed(await screen.press("enter"))
        assert isinstance(screen.app.screen, DetailsScreen)
        assert re.search(r"Turn 4 +2026-11-20", text)
        await screen.press("escape")
        assert isinstance(screen.app.screen, SessionScreen)
        text = boxed(await screen.press("b", "enter"))
        assert re.search(r"Turn 2 +2026-11-20", text)
        assert "× Cache break: unknown cause" in text
        assert "tokens written again" in text


async def test_every_line_of_the_receipt_is_on_the_screen() -> None:
    session = broken_session()
    metered, (broke,) = state_of_session(session).main.turns[1], state_of_session(session).main.breaks
    async with stage((120, 36)) as screen:
        await screen.show(shown(session))
        rows = await screen.press("b", "enter")
    for line in receipt_of(metered, broke).text:
        assert any(line in row for row in rows), line


@pytest.mark.parametrize("size", [(40, 12), (44, 24), (80, 24)], ids=str)
async def test_it_stands_whole_at_every_size(size: tuple[int, int]) -> None:
    async with stage(size) as screen:
        await screen.show(shown(broken_session()))
        rows = await screen.press("enter")
        assert len(rows) == size[1]
        assert all(len(row) == size[0] for row in rows)
        text = boxed(rows)
        assert "Turn 4" in text
        if size[1] >= 24:
            assert "total at list price, exact" in text
        rows = await screen.press("escape")
        assert_whole(rows, *size)


async def test_an_unpriced_turn_is_written_out_without_money() -> None:
    session = Session(1, model="tidal-model-1")
    session.main.turn(SPEND)
    async with stage((80, 24)) as screen:
        await screen.show(shown(session))
        text = boxed(await screen.press("enter"))
    assert "This model has no known price" in text
    assert "total" not in text.split("Turn 1 ")[1].split("no known price")[0]
