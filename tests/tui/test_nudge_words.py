"""The sentences of the nudges: those of the screen design, word for word."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from textwrap import wrap

import pytest

from meter.budget import Overspent, Scope
from meter.cache import Cause
from meter.fat_result import FatResult
from meter.level import Level
from meter.money import PICO_PER_DOLLAR, Certainty
from meter.nudge import (
    Broke,
    Cold,
    CompactionNear,
    Expiring,
    Facts,
    Fat,
    HeavyPreamble,
    Kind,
    Nudge,
    PriceStep,
    Reset,
    Switch,
)
from meter.nudges import nudges
from parsers.labels import LABEL_WIDTH
from tests.conftest import SHARED
from tests.meter.nudged import CALM, LONG_50, of_kind, state_of
from tests.support import read_file
from tui.nudge_words import calm_sentence, sentence

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the real sessions are not here")
CALM_, WATCH, ACT_ = Level.CALM, Level.WATCH, Level.ACT


def pico(dollars: float) -> int:
    return round(dollars * PICO_PER_DOLLAR)


def nudge(
    kind: Kind,
    facts: Facts,
    level: Level = CALM_,
    saving: float | None = None,
    pays_back: int | None = None,
    certainty: Certainty = Certainty.ESTIMATED,
) -> Nudge:
    return Nudge(kind, level, saving, saving or 1.0, 20, pays_back, certainty, facts)


CLEAR_ACT = nudge(Kind.CLEAR, Reset(1.89, 6.08, 1_650_000, 11_500_000, None), ACT_, 4.19, 3)
CLEAR_WATCH = nudge(Kind.CLEAR, Reset(1.645, 2.62, 1_200_000, 3_050_000, None), WATCH, 0.975, 9)
COMPACT = nudge(Kind.COMPACT, Reset(3.0, 5.1, 2_000_000, 6_200_000, timedelta(minutes=41, seconds=12)), WATCH, 2.10, 6)
COMPACT_NO_CLOCK = replace(COMPACT, facts=Reset(3.0, 5.1, 2_000_000, 6_200_000, None))
SWITCH = nudge(Kind.SWITCH, Switch("claude-sonnet-5-5", "sonnet", 2.11, 554_096), CALM_, 1.54, 12)
EXPIRING = nudge(Kind.CACHE_EXPIRING, Expiring(timedelta(minutes=4, seconds=30), 5.26, 554_096), WATCH, 5.26, 1)
COLD = nudge(Kind.CACHE_EXPIRING, Cold(554_096, 5.54, 485_000), CALM_, 4.85, 1)
COLD_SHORT = nudge(Kind.CACHE_EXPIRING, Cold(554_096, 5.54, None))
BROKE = nudge(Kind.CACHE_BROKE, Broke(608, 525_800, pico(4.91), Cause.REWRITTEN), certainty=Certainty.EXACT)
RESULT = FatResult(turn=31, results=1, tokens=48_200, resent=30, paid=pico(0.72), per_turn=0.0241)
FAT = nudge(Kind.FAT_RESULT, Fat(RESULT, clear_pays=True))
FAT_KEPT = nudge(Kind.FAT_RESULT, Fat(RESULT, clear_pays=False))
FAT_SEVERAL = nudge(Kind.FAT_RESULT, Fat(replace(RESULT, results=3), clear_pays=True))
PREAMBLE = nudge(Kind.PREAMBLE, HeavyPreamble(62_100, Certainty.EXACT, 0.031), certainty=Certainty.EXACT)
PREAMBLE_GUESSED = nudge(Kind.PREAMBLE, HeavyPreamble(62_100, Certainty.ESTIMATED, 0.031))
NEAR = nudge(Kind.COMPACTION_NEAR, CompactionNear(10, 140_000, 167_000), WATCH)
STEP = nudge(Kind.PRICE_STEP, PriceStep(3, 100_000, 5.0, clear_pays=True), WATCH)
DAY = nudge(Kind.BUDGET, Overspent(Scope.DAY, pico(30), pico(31.2), Certainty.EXACT), WATCH)

ALL = [
    *(CLEAR_ACT, CLEAR_WATCH, COMPACT, COMPACT_NO_CLOCK, SWITCH, EXPIRING, COLD, COLD_SHORT, BROKE),
    *(FAT, FAT_KEPT, FAT_SEVERAL, PREAMBLE, PREAMBLE_GUESSED, NEAR, STEP, DAY),
]


@pytest.mark.parametrize(
    ("told", "wide", "narrow"),
    [
        (
            CLEAR_ACT,
            "/clear now: saves ≈ $4.19 in 20 turns (≈ $1.89 instead of $6.08), pays back in 3 turns.",
            "/clear now: saves ≈ $4.19 in 20 turns, pays back in 3 turns.",
        ),
        (
            CLEAR_WATCH,
            "/clear after this task: saves ≈ $0.98 in 20 turns (≈ $1.65 instead of $2.62), pays back in 9 turns.",
            "/clear after this task: saves ≈ $0.98 in 20 turns, pays back in 9.",
        ),
        (
            COMPACT,
            "/compact while the cache is warm (41:12): saves ≈ $2.10 in 20 turns, pays back in 6 turns.",
            "/compact: saves ≈ $2.10 in 20 turns, pays back in 6.",
        ),
        (
            SWITCH,
            (
                "/model sonnet: saves ≈ $1.54 in 20 turns after a cold start of $2.11, pays back in 12 turns "
                "(same tokens assumed)."
            ),
            "/model sonnet: saves ≈ $1.54 in 20 turns, pays back in 12.",
        ),
        (
            EXPIRING,
            "Answer within 4:30: after that the next turn costs $5.26 more.",
            "Answer within 4:30, or +$5.26.",
        ),
        (
            COLD,
            "The cache is cold: the next turn re-writes 554.1K for ≈ $5.54; /clear first saves $4.85.",
            "Cache cold: next turn ≈ $5.54; /clear saves $4.85.",
        ),
        (
            BROKE,
            "Cache break at turn 608: $4.91 to write 525.8K tokens again; history was rewritten at the prompt.",
            "Cache break: $4.91",
        ),
        (
            FAT,
            "One result of 48.2K tokens costs $0.02 every turn from here: /clear after this task.",
            "48.2K result: +$0.02 a turn",
        ),
        (
            PREAMBLE,
            "A fresh session starts at 62.1K: trim tools and memory; each turn carries it for $0.03.",
            "Preamble 62.1K: $0.03 a turn",
        ),
        (
            NEAR,
            "Compaction in ≈ 10 turns: /clear after this task keeps what you choose, not what a summary keeps.",
            "Compacts in ≈ 10 turns",
        ),
        (
            STEP,
            "In ≈ 3 turns the prompt passes 100,000 tokens: from there a turn is 5x dearer. /clear before.",
            "5x dearer in ≈ 3 turns: /clear",
        ),
        (DAY, "Today passed $30.00: $31.20 so far.", "Today passed $30.00: $31.20 so far."),
    ],
)
def test_the_words_of_the_screen_design(told: Nudge, wide: str, narrow: str) -> None:
    assert sentence(told) == sentence(told, columns=100) == wide
    assert sentence(told, columns=99) == sentence(told, columns=44) == narrow


def test_the_smallest_form_leaves_the_pay_back_out() -> None:
    told = (CLEAR_ACT, CLEAR_WATCH, COMPACT, SWITCH)
    assert [sentence(one, columns=43) for one in told] == [
        "/clear now: saves ≈ $4.19 in 20 turns.",
        "/clear after this task: saves ≈ $0.98 in 20 turns.",
        "/compact: saves ≈ $2.10 in 20 turns.",
        "/model sonnet: saves ≈ $1.54 in 20 turns.",
    ]


def test_compacting_without_a_clock_says_when() -> None:
    saves = "saves ≈ $2.10 in 20 turns, pays back in 6 turns."
    assert sentence(COMPACT_NO_CLOCK) == f"/compact after this task: {saves}"
    assert sentence(replace(COMPACT_NO_CLOCK, level=ACT_)) == f"/compact now: {saves}"


def test_one_turn_is_no_turns() -> None:
    assert sentence(replace(CLEAR_ACT, pays_back_turns=1)).endswith("pays back in 1 turn.")
    assert sentence(replace(NEAR, facts=CompactionNear(1, 160_000, 167_000)), columns=60) == "Compacts in ≈ 1 turn"


def test_a_pay_back_beyond_sight() -> None:
    told = replace(SWITCH, pays_back_turns=None, horizon_turns=150)
    assert (
        sentence(told, columns=60) == "/model sonnet: saves ≈ $1.54 in 150 turns, pays back after more than 100 turns."
    )


def test_what_is_not_offered_is_not_said() -> None:
    assert sentence(COLD_SHORT) == "The cache is cold: the next turn re-writes 554.1K for ≈ $5.54."
    assert sentence(COLD_SHORT, columns=60) == "Cache cold: next turn ≈ $5.54."
    assert sentence(FAT_KEPT) == "One result of 48.2K tokens costs $0.02 every turn from here."
    step = replace(STEP, facts=PriceStep(3, 100_000, 2.46, clear_pays=False))
    assert sentence(step) == "In ≈ 3 turns the prompt passes 100,000 tokens: from there a turn is 2.5x dearer."
    assert sentence(step, columns=60) == "2.5x dearer in ≈ 3 turns"


def test_several_results() -> None:
    assert sentence(FAT_SEVERAL).startswith("3 results of 48.2K tokens cost $0.02 every turn from here")
    assert sentence(FAT_SEVERAL, columns=60) == "48.2K of results: +$0.02 a turn"


def test_certainty_is_marked() -> None:
    assert "starts at ≈ 62.1K:" in sentence(PREAMBLE_GUESSED)
    assert "turn 608: ≥ $4.91 to" in sentence(replace(BROKE, certainty=Certainty.LOWER_BOUND))
    unpriced = Overspent(Scope.SESSION, pico(10), pico(10.4), Certainty.UNPRICED)
    assert sentence(replace(DAY, facts=unpriced)) == "This session passed $10.00: ≥ $10.40 so far."


def test_the_budget_of_a_turn() -> None:
    facts = Overspent(Scope.TURN, pico(1), pico(1.2), Certainty.EXACT)
    assert sentence(replace(DAY, facts=facts)) == "The last turn passed $1.00: it cost $1.20."


@pytest.mark.parametrize(
    ("turns", "level", "wide", "narrow"),
    [
        (0, ACT_, "Compaction with the next turn: /clear now keeps", "Compacts with the next turn"),
        (None, WATCH, "Compaction at 167.0K, now 140.0K: /clear after this", "Compacts at 167.0K, now 140.0K"),
    ],
)
def test_when_a_compaction_comes(turns: int | None, level: Level, wide: str, narrow: str) -> None:
    told = nudge(Kind.COMPACTION_NEAR, CompactionNear(turns, 140_000, 167_000), level)
    assert sentence(told).startswith(wide)
    assert sentence(told, columns=40) == narrow


@pytest.mark.parametrize(
    ("told", "wide", "narrow"),
    [
        (
            CLEAR_ACT,
            "/clear now: saves ≈ 9.8M tokens in 20 turns (≈ 1.6M instead of 11.5M), pays back in 3 turns; ≈ $4.19.",
            "/clear now: saves ≈ 9.8M tokens in 20 turns, pays back in 3 turns; ≈ $4.19.",
        ),
        (
            COMPACT,
            "/compact while the cache is warm (41:12): saves ≈ 4.2M tokens in 20 turns, pays back in 6 turns; ≈ $2.10.",
            "/compact: saves ≈ 4.2M tokens in 20 turns, pays back in 6; ≈ $2.10.",
        ),
        (
            SWITCH,
            (
                "/model sonnet: re-writes 554.1K tokens once, pays back in 12 turns (same tokens assumed); "
                "saves ≈ $1.54 in 20 turns."
            ),
            "/model sonnet: re-writes 554.1K, pays back in 12; saves ≈ $1.54 in 20 turns.",
        ),
        (
            EXPIRING,
            "Answer within 4:30: after that the next turn re-writes 554.1K; $5.26.",
            "Answer within 4:30, or 554.1K again; $5.26.",
        ),
        (
            COLD,
            "The cache is cold: the next turn re-writes 554.1K; /clear first saves 485.0K; $4.85.",
            "Cache cold: next turn 554.1K; /clear saves 485.0K; $4.85.",
        ),
        (
            COLD_SHORT,
            "The cache is cold: the next turn re-writes 554.1K; ≈ $5.54.",
            "Cache cold: next turn 554.1K; ≈ $5.54.",
        ),
        (
            BROKE,
            "Cache break at turn 608: 525.8K tokens written again; history was rewritten at the prompt; $4.91.",
            "Cache break: 525.8K, $4.91",
        ),
        (
            FAT,
            "One result of 48.2K tokens is sent again every turn from here: /clear after this task; $0.02 a turn.",
            "48.2K result in every turn: +$0.02",
        ),
    ],
)
def test_to_a_subscription_tokens_come_first(told: Nudge, wide: str, narrow: str) -> None:
    assert sentence(told, subscription=True) == wide
    assert sentence(told, columns=60, subscription=True) == narrow


@pytest.mark.parametrize("told", [PREAMBLE, NEAR, STEP, DAY])
def test_what_is_the_same_on_a_subscription(told: Nudge) -> None:
    assert sentence(told, subscription=True) == sentence(told)


@pytest.mark.parametrize(("columns", "subscription"), list(product((20, 40, 60, 80, 100, 200), (False, True))))
def test_no_sentence_counsels_or_shouts(columns: int, *, subscription: bool) -> None:
    for told in ALL:
        said = sentence(told, columns=columns, subscription=subscription)
        assert not any(word in said.lower() for word in ("consider", "%", "!", "\n", "none"))


@pytest.mark.parametrize("subscription", [False, True])
def test_the_smallest_form_fits_two_rows_beside_the_chip(*, subscription: bool) -> None:
    for told in ALL:
        said = sentence(told, columns=40, subscription=subscription)
        assert len(wrap(said, 40 - len(" ▲ watch  "))) <= 2, said


def test_the_smallest_form_for_a_subscription_has_no_dollars_beside_tokens() -> None:
    assert [sentence(told, columns=40, subscription=True) for told in (CLEAR_WATCH, COLD, SWITCH)] == [
        "/clear after this task: saves ≈ 1.9M tokens in 20 turns.",
        "Cache cold: next turn 554.1K; /clear saves 485.0K.",
        "/model sonnet: saves ≈ $1.54 in 20 turns.",
    ]


@pytest.mark.parametrize("cause", list(Cause))
def test_each_cause_has_its_words(cause: Cause) -> None:
    assert "; " in sentence(replace(BROKE, facts=Broke(608, 525_800, pico(4.91), cause)))


def test_a_model_of_a_transcript_cannot_draw() -> None:
    told = replace(SWITCH, facts=Switch("claude-\x1b[31m\u202esonnet\n" + "x" * 200, None, 2.11, 554_096))
    said = sentence(told, columns=60)
    assert said.isprintable()
    assert "claude-sonnet:" in said
    named = replace(SWITCH, facts=Switch("x" * 200, None, 2.11, 554_096))
    assert len(sentence(named, columns=60)) < LABEL_WIDTH + 70


def test_an_older_model_is_named_in_full() -> None:
    told = replace(SWITCH, facts=Switch("claude-sonnet-4-5-20250929", None, 2.11, 554_096))
    assert sentence(told, columns=40) == "/model claude-sonnet-4-5-20250929: saves ≈ $1.54 in 20 turns."


@needs_shared
def test_the_example_of_the_design() -> None:
    state = read_file(SHARED / LONG_50)
    clear = of_kind(nudges(state), Kind.CLEAR)
    told = "/clear after this task: saves ≈ $2.87 in 50 turns (≈ $4.18 instead of $7.05), pays back in 2 turns."
    assert sentence(clear) == told
    assert sentence(clear, columns=60) == "/clear after this task: saves ≈ $2.87 in 50 turns, pays back in 2."


def test_a_calm_session() -> None:
    assert calm_sentence(state_of([20_000, 100])) == "Keep going: /clear would not pay back within 50 turns."
    # 30,000 tokens of history for 50 turns at $0.20 per million, less 20,000 written for $7.80 per million more.
    saving = 50 * 0.006 - 20_000 * 7.8e-6
    assert calm_sentence(state_of(CALM)) == f"Keep going: /clear would save ≈ ${saving:.2f} in 50 turns."
    assert calm_sentence(state_of([20_000])) == "The next turn tells what the history costs."
