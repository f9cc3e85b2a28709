"""The words of what-if: the name of each way, and what it takes for granted."""

from __future__ import annotations

from meter.from_here import Going, Step, TooSmall
from meter.outlook import FAR
from meter.routing import EASY_OUTPUT, HARD_OUTPUT
from meter.what_if import AsItWas, AtModel, Cleared, Compacted, Flat, Routed, Stacked, Unbroken, Uncached, Way
from tui.format import plural, tokens, window
from tui.view import short_model

ROUTING = (
    f"Routed: easy is a turn of up to {EASY_OUTPUT} tokens that calls tools and edits no file, "
    f"hard one of more than {HARD_OUTPUT:,}, medium the rest; all caches warm."
)
"""The rule, in one sentence."""
SWITCHING = "A switch changes the price of the history, /clear removes it."


def way_name(way: Way) -> str:
    """Return what a line of the looking back is called."""
    match way:
        case AsItWas():
            return "as it was"
        case Flat():
            return "never growing"
        case Cleared(turn):
            return f"cleared at turn {turn}"
        case Unbroken():
            return "without the breaks"
        case Uncached():
            return "without caching"
        case Compacted(percent):
            return f"compacted by {percent}%"
        case AtModel(model):
            return short_model(model)
        case Routed(_, turns):
            return f"routed {'/'.join(str(round(100 * part / (sum(turns) or 1))) for part in turns)}"
        case Stacked():
            return "stacked"


def assumption(way: Way) -> str:
    """Return what a line of the looking back takes for granted."""
    match way:
        case AsItWas(models):
            return ", ".join(map(short_model, models))
        case Flat():
            return "flat: no history carried"
        case Cleared():
            return "where watch began"
        case Unbroken():
            return "re-sent tokens from a warm cache"
        case Uncached():
            return "everything as plain input"
        case Compacted():
            return "each prompt, itself not counted"
        case AtModel(_, size, turn):
            if turn is not None and size is not None:
                return f"past its {window(size)} window at turn {turn}"
            return "all turns at its prices"
        case Routed(models):
            return ", ".join(map(short_model, models))
        case Stacked(cleared):
            return f"{'' if cleared is None else f'cleared at {cleared}, '}unbroken, routed"


def step_name(way: Going | TooSmall) -> str:
    """Return what a way to go on is called."""
    if isinstance(way, TooSmall):
        return f"switch to {short_model(way.model)}"
    match way.step:
        case Step.KEEP:
            return "keep going"
        case Step.CLEAR:
            return "/clear"
        case Step.COMPACT:
            return "/compact"
        case Step.SWITCH:
            return f"switch to {short_model(way.model or '')}"
        case Step.CLEAR_AND_SWITCH:
            return f"/clear, then {short_model(way.model or '')}"


def first_cost(way: Going | TooSmall) -> str:
    """Return what a way to go on begins with."""
    if isinstance(way, TooSmall):
        return f"does not fit: {tokens(way.context)} of its {window(way.window)}"
    size = tokens(way.tokens)
    match way.step:
        case Step.KEEP:
            return f"cold cache: writes {size} once" if way.tokens else "nothing changes"
        case Step.CLEAR:
            return f"a new session: writes {size} once"
        case Step.COMPACT:
            return f"a summary of ≈ {size} goes on"
        case Step.SWITCH:
            return f"starts cold: writes {size} once"
        case Step.CLEAR_AND_SWITCH:
            return f"both: writes {size}, at its price"


def pay_back(way: Going | TooSmall) -> str:
    """Return when a way to go on has saved money; nothing for going on as it is."""
    if isinstance(way, TooSmall) or way.step is Step.KEEP:
        return ""
    if way.pays_back is None:
        return f"not within {FAR} turns"
    return f"in {way.pays_back} {plural(way.pays_back, 'turn')}"
