"""What the figures and the keys mean."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Markdown

HELP = """\
# runningtab

The running tab of a Claude Code session, at **list price**. On a subscription there is no per-token bill: then the
tab is what the session would cost at list price.

## What the panels say

**Tab** - what the session has cost so far, its agents included; the same figure stands beside it as plain text.

**Next turn** - what the next response will cost if it is like the last 20: *carry* (the history, sent again), *new*
tokens, *output*. `3.4x a fresh turn`: what a turn costs now against one in a fresh session.

**Context** - how big the prompt has become, how fast it grows, and what a fresh session starts with.

**Cache** - how much of all prompts was read from the cache, how long it stays warm, what letting it go cold adds to
the next turn, and the *breaks*: turns that paid again for a history which should have been read.

**Compounding** - what was paid turn by turn. Below, *flat*: the same turns had the context not grown. The area on top
is what re-sending the grown history cost. Dotted: the turns to come. `┴` prompt, `×` cache break, `◇` compaction,
`▲` `■` the turn at which it became worth watching, and acting.

**Turns** - one line a response, under its prompt; agents under the turn that began them.

Without UTF-8, or with `--ascii`, all is drawn in ASCII: areas `#` flat and `:` history, bars `c` carry, `n` new,
`o` output.

**What-if** (`w`) - *From here*: the next turns if you go on, `/clear`, `/compact`, switch the model, or clear and
switch; what each costs to begin, saves, and when it has paid for itself. *Looking back*: the same turns led another
way. Another model is taken to need the same tokens; it counts and writes differently.

## How sure the figures are

| mark | meaning |
|---|---|
| none | exact: the API's own token counts at list price |
| `≈` | an estimate |
| `≥` | a lower bound: the response was cut off, or an old client never wrote its final count |
| `?` | the model has no known price: its tokens count, no money is given to it |

"""
LIVE_KEYS = """\
## Keys

| key | does |
|---|---|
| `↑` `↓` `PgUp` `PgDn` | scroll the turns |
| `home` `end` | first turn; newest turn, and follow again |
| `ctrl+p` | all commands, themes among them |
| `enter` | the selected turn as a receipt |
| `b` | next cache break |
| `p` | fold the turns into their prompts, and unfold them; `enter` opens the selected prompt |
| `s` | the dearest turns first; by time again |
| `v` | next chart: cost, context, cost per turn, tokens sent |
| `w` | what if: `n` compares over more turns, `m` with all models |
| `z` | hide this kind of nudge for ten turns |
| `o` | another session: `enter` watches it, `ctrl+r` replays it |
| `?` `esc` | this help; back |
| `q` `ctrl+c` | quit (`ctrl+c` copies while text is selected) |
"""
REPLAY_KEYS = """\
## Keys of a replay

| key | does |
|---|---|
| `space` | play, pause |
| `←` `→` | a turn back, a turn on |
| `shift+←` `shift+→` | a prompt back, a prompt on (`<` `>` too) |
| `+` `-` | faster, slower: 1x to 1000x, `max` |
| `home` `end` | the first turn, the end; or click the bar, or drag along it |
| `n` `p` | the next marker, the one before, and what was there |
| `c` | what if you had cleared at this turn: a second line in the chart, and the difference |
| `m` | what if you had gone on with another model from here; again for the next one, then none |
| `x` | take the mark at this turn back, else the newest |
| `w` `v` `enter` `b` `s` | as live: what-if, next chart, receipt, next break, dearest first |
| `esc` | back to the live screen, if you came from there |
| `q` | quit |

On the bar: prompt `┴`, cache break `×`, compaction `◇`, `/clear` `◆`, model switch `⇄`, levels `▲` `■`, your own marks
`↺` `⇄`. Every meter goes by the session's own clock. A gap takes two seconds at most; its real length stands beside the
bar. With a mark the same work is assumed: each turn sends the same new tokens and gets the same answer, nothing is read
again, compactions come where they came. What a mark itself costs, the cold start, is counted.
"""


class HelpScreen(ModalScreen[None]):
    """Explains the screen; any of the keys that people try closes it."""

    CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen > VerticalScroll {
        width: 90%; max-width: 92; height: 90%;
        background: $background; border: round $frame; padding: 0 1;
        scrollbar-size-vertical: 1; scrollbar-color: $frame; scrollbar-background: $background;
    }
    HelpScreen Markdown { background: $background; margin: 0; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss", "back"),
    ]

    def __init__(self, keys: str = LIVE_KEYS) -> None:
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Markdown(f"{HELP}\n{self._keys}")
