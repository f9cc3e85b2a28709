"""Made-up sessions for property tests.

Each is told by a seed and its number of steps: that spreads wider than drawing every choice by itself, and
still shrinks to few steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

from fixtures.chain import Chain, Output
from fixtures.clients import CLIENTS, Client, Layout, iteration_of
from fixtures.damage import DAMAGES, Damage
from fixtures.session import Session
from fixtures.spend import LIST, Spend

T = TypeVar("T")

MODELS = (*LIST, "tidal-model-1")
LAYOUTS: tuple[Layout, ...] = ("inline", "flat", "folder", "nested", "progress")
UNMIXED: tuple[tuple[Layout, ...], ...] = (("progress", "inline"), ("inline", "flat", "folder", "nested"))
"""Layouts that one session may hold at a time: progress records count only where there are no agent files."""

STEPS = (
    *("turn",) * 8,
    *(
        "prompt",
        "results",
        "aside",
        "compact",
        "agent",
        "agent",
        "synthetic",
        "title",
        "summary",
        "cost",
        "copy",
        "noise",
    ),
)
PROMPTS = ("where is the moon", "e\u0301bb \x1b[31mund Flut", "x" * 200)


@dataclass(frozen=True)
class Dice:
    """Choices that a seed decides."""

    random: Random

    def pick(self, *options: T) -> T:
        return self.random.choice(options)

    def upto(self, most: int) -> int:
        return self.random.randint(0, most)

    def coin(self) -> bool:
        return self.random.random() < 0.5

    def spend(self) -> Spend:
        def count() -> int:
            return self.pick(self.upto(40), self.upto(30_000), 99_990 + self.upto(20))

        return Spend(
            input=self.upto(5_000),
            output=self.pick(0, self.upto(5), self.upto(5_000)),
            write_5m=self.pick(0, count()),
            write_1h=self.pick(0, count()),
            undeclared=self.pick(0, 0, 0, 700),
            over_declared=self.pick(0, 0, 0, 900),
            read=self.pick(0, count(), count()),
            searches=self.pick(0, 0, 0, 2),
        )

    def damage(self) -> Damage:
        return self.pick(*DAMAGES)

    def pieces(self, files: dict[str, bytes], *, most: int = 8) -> list[tuple[str, bytes]]:
        """Cut each file at any bytes and shuffle the files' pieces into one another, each file's own order kept."""
        queues: dict[str, list[bytes]] = {}
        for path, data in files.items():
            edges = [0, *sorted(self.upto(len(data)) for _ in range(self.upto(most))), len(data)]
            queues[path] = [data[a:b] for a, b in pairwise(edges)]
        order: list[tuple[str, bytes]] = []
        while waiting := [path for path, queue in queues.items() if queue]:
            path = self.pick(*waiting)
            order.append((path, queues[path].pop(0)))
        return order


dice = st.integers(0, 2**32).map(lambda seed: Dice(Random(seed)))  # noqa: S311


@st.composite
def sessions(draw: st.DrawFn, *, steps: int = 24, mixed: bool = False) -> Session:
    """A session of any generation, with any mix of what a client can write; ``mixed`` allows all layouts at once."""
    return made(draw(dice), draw(st.integers(steps // 4, steps)), mixed=mixed)


def made(dice: Dice, steps: int, *, mixed: bool = False, client: Client | None = None) -> Session:
    """Return a session of so many steps."""
    client = client or dice.pick(*CLIENTS.values())
    layouts = LAYOUTS if mixed else dice.pick(*UNMIXED)
    session = Session(1 + dice.upto(9_998), client=client, model=dice.pick(*MODELS))
    agents: list[Chain] = []
    for _ in range(steps):
        _step(dice, session, agents, layouts)
    return session


def _step(dice: Dice, session: Session, agents: list[Chain], layouts: tuple[Layout, ...]) -> None:
    chain = dice.pick(session.main, session.main, *agents)
    match dice.pick(*STEPS):
        case "turn":
            _turn(dice, chain)
        case "prompt":
            session.main.prompt(dice.pick(*PROMPTS), blocks=dice.coin())
        case "results":
            chain.results()
        case "aside":
            session.main.aside("<local-command-stdout>ok</local-command-stdout>", meta=dice.coin())
        case "compact" if chain.layout not in ("progress", "inline"):  # the clients that did so wrote no boundaries
            chain.compact()
        case "agent" if len(agents) < 4:
            agents.append(session.agent(layout=dice.pick(*layouts)))
            _turn(dice, agents[-1])
        case "synthetic" if chain.layout != "progress":
            chain.synthetic()
        case "title":
            session.custom_title("Tides") if dice.coin() else session.ai_title("Tides and moon")
        case "summary":
            session.summary("About the moon")
        case "cost":
            session.cost_state(hidden_usd=0.01, suffix=dice.pick("", "[1m]"))
        case "copy":
            _copy(dice, session, agents)
        case _:
            session.noise()


def _turn(dice: Dice, chain: Chain) -> None:
    outputs: tuple[Output, ...] = ("final", "revised", "provisional")
    speed, geo, tier = dice.pick(("standard", "", "standard"), ("fast", "us", "standard"), ("standard", "us", "batch"))
    part = dice.spend()
    chain.turn(
        dice.spend(),
        model=dice.pick(None, None, None, *MODELS),
        wide=dice.coin(),
        blocks=1 + dice.upto(2),
        tools=dice.pick((), (), ("Read",), ("Bash", "Read")),
        output=dice.pick(None, *outputs),
        speed=speed,
        geo=geo,
        tier=tier,
        iterations=dice.pick((), (iteration_of("compaction", part),)),
        advisors=dice.pick((), (("claude-opus-4-6", part),)),
        result_between=dice.coin(),
    )


def _copy(dice: Dice, session: Session, agents: list[Chain]) -> None:
    """Repeat a response of another thread in an agent's file, as far as it had streamed by then."""
    filed = [agent for agent in agents if agent.layout in ("flat", "folder", "nested")]
    known = [one for one in session.responses.values() if one.agent_id is None and not one.advisors]
    if known and filed:
        one = dice.pick(*known)
        before = dict(session.responses)
        dice.pick(*filed).turn(one.spend, model=one.model, output="provisional", message_id=one.id)
        session.responses = before
