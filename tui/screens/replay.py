"""The replay screen: the session screen with a player in place of the live source."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual import getters, on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from meter.counterfactual import Mark, had_marked
from meter.rates import RateTable
from parsers.labels import clean
from parsers.targets import Library
from tui.cells import Row, fit, row
from tui.film import Film, Marker, OnProgress
from tui.follow import Phase, Snapshot
from tui.long_read import long_read
from tui.player import Player, Speed
from tui.screens.session import Clock, SessionScreen
from tui.session_clock import NEVER
from tui.settings import DEFAULTS, Settings
from tui.view import Alternate, View, Whole, alternate, cumulative
from tui.widgets.alternate_panel import AlternatePanel
from tui.widgets.footer import REPLAY, footer
from tui.widgets.transport import TransportBar, transport_of

FRAMES_A_SECOND = 15
"""How often the screen is drawn anew while it plays: more would be a busy CPU for nothing."""
_SAID_FOR = 6.0
"""Seconds for which the footer says what was jumped to."""

_TELL_EVERY = 0.1
_OWN_SCREENS = 2
"""The screens of an app that was begun with a replay: textual's own and this one."""

Load = Callable[[OnProgress], Film]
"""Reads a film; raises OSError."""
Seconds = Callable[[], float]
"""Returns the seconds of a clock that only ever goes on."""


class _LeftError(Exception):
    """Nobody waits for the film any more."""


class ReplayScreen(SessionScreen):
    """Shows a film of a session; every meter goes by the session's clock."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back", tooltip="Back to the live screen, if that is where you came from"),
        Binding("space", "play", "play or pause", priority=True, tooltip="Play or pause"),
        Binding("right", "turn(1)", "next turn", priority=True, tooltip="One turn on"),
        Binding("left", "turn(-1)", "previous turn", priority=True, tooltip="One turn back"),
        Binding("shift+right,greater_than_sign", "prompt(1)", "next prompt", priority=True, tooltip="Next prompt"),
        Binding("shift+left,less_than_sign", "prompt(-1)", "previous prompt", priority=True, tooltip="Prompt before"),
        Binding("plus,equals_sign", "speed(1)", "faster", priority=True, key_display="+", tooltip="Play faster"),
        Binding("minus", "speed(-1)", "slower", priority=True, key_display="-", tooltip="Play slower"),
        Binding("home", "first", "first turn", priority=True, tooltip="Go to the first turn"),
        Binding("end", "last", "last turn", priority=True, tooltip="Go to the end of the session"),
        Binding(
            "n", "jump(1)", "next marker", priority=True, tooltip="Next prompt, break, compaction, switch or level"
        ),
        Binding("c", "clear_here", "cleared here", priority=True, tooltip="What if you had cleared at this turn"),
        Binding("m", "model_here", "model here", priority=True, tooltip="What if you had gone on with another model"),
        Binding("x", "remove", "remove mark", priority=True, tooltip="Take back the newest of these marks"),
        Binding("p", "jump(-1)", "previous marker", priority=True, tooltip="The marker before"),
    ]

    follows_source = False

    transport = getters.query_one(TransportBar)

    class Read(Message):
        """So much of the session was read, as a share."""

        def __init__(self, progress: float) -> None:
            super().__init__()
            self.progress = progress

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ReplayScreen.Read)

    class Ready(Message):
        """The session was read; a text says why it could not be."""

        def __init__(self, film: Film | str) -> None:
            super().__init__()
            self.film = film

    def __init__(
        self,
        load: Load,
        rates: RateTable,
        library: Library,
        local_clock: Clock,
        settings: Settings = DEFAULTS,
        *,
        speed: Speed = 20.0,
        at_turn: int | None = None,
        seconds: Seconds = time.monotonic,
    ) -> None:
        super().__init__(self._session_clock, rates.as_of, library, settings, rates=rates)
        self.player: Player | None = None
        self._load = load
        self._left = threading.Event()
        self._loader = threading.Thread(target=self._read, name="film", daemon=True)
        self._marks: list[Mark] = []
        self._alternates: list[Alternate | None] = []
        self._wholes: list[Whole] = []
        self._own_rates = rates
        self._local_clock = local_clock
        self._speed = speed
        self._at_turn = at_turn
        self._seconds = seconds
        self._ticked_at = seconds()
        self._shown: tuple[int, str] | None = None
        self._frame_shown = -1
        self._said: tuple[str, float] = ("", 0.0)

    def _session_clock(self) -> datetime:
        here = self._local_clock()
        # A session that tells no time is looked at now.
        return self.player.now.astimezone(here.tzinfo) if self.player and self.player.now > NEVER else here

    def below_curve(self) -> Iterable[Widget]:
        yield AlternatePanel(id="alternate")

    def bars(self) -> Iterable[Widget]:
        yield TransportBar(id="transport")

    def on_mount(self) -> None:
        super().on_mount()
        self._timer = self.set_interval(1 / FRAMES_A_SECOND, self._tick, pause=True)
        self._loader.start()

    def on_screen_suspend(self) -> None:
        """Nothing plays that nobody can see."""
        self._timer.pause()

    def on_screen_resume(self) -> None:
        if self.player is not None:
            self._run()

    def on_unmount(self) -> None:
        self._left.set()
        self._loader.join(5)

    def _read(self) -> None:
        """Read the film, in the loader's thread."""
        told_at = 0.0

        def tell(progress: float) -> None:
            nonlocal told_at
            if self._left.is_set():
                raise _LeftError
            if self._seconds() - told_at > _TELL_EVERY:
                told_at = self._seconds()
                self.post_message(self.Read(progress))

        try:
            with long_read():
                film = self._load(tell)
            gc.freeze()  # the film stays: no later collection, at which the screen would stand still, walks it again
            self.post_message(self.Ready(film))
        except OSError as error:
            self.post_message(self.Ready(f"{error.filename or 'the session'}: {error.strerror or error}"))
        except _LeftError:
            pass
        except Exception as error:  # whatever it is: nobody should wait for a film that never comes
            self.post_message(self.Ready(f"the session cannot be read: {error}"))

    @on(Read)
    def _show_progress(self, message: Read) -> None:
        if self.player is None:
            self.snapshot = Snapshot(Phase.READING, progress=message.progress)

    @on(Ready)
    def _begin(self, message: Ready) -> None:
        film = message.film
        if isinstance(film, Film) and film.has_turns:
            self.play(film)
        else:
            self.cannot_play(film if isinstance(film, str) else "no response in this session: nothing to replay")

    @property
    def is_loaded(self) -> bool:
        """The film was read, or could not be."""
        return not self._loader.is_alive() and (self.player is not None or self.app.return_code is not None)

    def cannot_play(self, why: str) -> None:
        """Say why there is nothing to see: beneath is another screen, or the shell."""
        if len(self.app.screen_stack) > _OWN_SCREENS:
            self.app.notify(clean(why), severity="warning", markup=False)
            self.dismiss()
        else:
            self.app.exit(return_code=1, message=f"runningtab: {clean(why)}")

    def play(self, film: Film) -> None:
        """Show a film: from its start, or still at the turn that was asked for."""
        costs = [part.end.tally.cost for part in film.parts]
        self._wholes = [
            Whole(part.end, *cumulative(part.end), earlier=sum(costs[:number]))
            for number, part in enumerate(film.parts)
        ]
        self.player = Player(film, self._speed, self._at_turn or 0, playing=self._at_turn is None)
        for agent, reason in [item for part in film.parts for item in part.unreadable.items()]:
            self.app.notify(
                clean(f"{agent.name}: {reason}; its turns are not counted"), severity="warning", markup=False
            )
        self._move()
        if self.is_current:
            self._run()

    def _run(self) -> None:
        self._ticked_at = self._seconds()
        self._timer.resume()

    def _tick(self) -> None:
        """Let the film go on by the time that has passed; what took too long to draw is not made up for."""
        now = self._seconds()
        passed, self._ticked_at = min(now - self._ticked_at, 0.5), now
        if self.player is None:
            return
        self.player.tick(passed)
        shown = (self.player.frame, self._session_clock().strftime("%H:%M:%S") if self.player.playing else "")
        if shown != self._shown:
            self._move()
        elif self._said[0] and now > self._said[1]:
            self._say("")

    def _move(self) -> None:
        """Show the moment at which the player stands."""
        player = self.player
        if player is None:
            return
        self._shown = (player.frame, self._session_clock().strftime("%H:%M:%S") if player.playing else "")
        self.transport.transport = transport_of(player, tuple(self._marks))
        self._whole = self._wholes[player.part]
        self.set_class(self._alternate is not None, "-marked")
        last = self.snapshot.state if self._frame_shown == player.frame else None
        self._frame_shown = player.frame
        self.snapshot = Snapshot(Phase.REPLAY, last or player.film.state(player.frame), 1.0)

    def _make_view(self) -> View:
        return super()._make_view().beside(self._alternate)

    @property
    def _alternate(self) -> Alternate | None:
        """What would have been, of the session that is shown."""
        return self._alternates[self.player.part] if self.player and self._alternates else None

    def _announce(self, view: View) -> None:
        """Nothing is announced: whoever watches a replay is looking, and nobody can act in the past."""

    def _say(self, words: str) -> None:
        self._said = (words, self._seconds() + _SAID_FOR)
        self._show()

    def _say_markers(self, markers: list[Marker]) -> None:
        if self.player is not None and markers:
            gravest_first = sorted(markers, key=lambda marker: -marker.what)
            self._say(f"{self._place()}: " + "; ".join(marker.words for marker in gravest_first))

    def _place(self) -> str:
        """Name the turn as the list numbers it, and its session where there are several."""
        assert self.player is not None  # noqa: S101 - the callers asked
        part = self.player.film.parts[self.player.part]
        session = f"session {self.player.part + 1}, " if len(self.player.film.parts) > 1 else ""
        return f"{session}turn {self.player.turn - part.before}"

    def _footer(self, view: View, columns: int) -> Row:
        words, _ = self._said
        if words:
            return fit(row(" ", (words, "$bright")), columns)
        prices_of = self._prices_as_of.isoformat()
        return fit(footer(columns, prices_of, stale=False, keys=REPLAY, ascii=view.ascii), columns)

    def action_back(self) -> None:
        """Go back to the screen that this one was opened from."""
        if len(self.app.screen_stack) > _OWN_SCREENS:
            self.dismiss()

    def action_play(self) -> None:
        """Play or pause."""
        if self.player is not None:
            self.player.toggle()
            self._moved()

    def action_turn(self, step: int) -> None:
        """Go one turn on or back."""
        if self.player is not None:
            self.player.step_turn(step)
            self._moved()

    def action_prompt(self, step: int) -> None:
        """Go to the next prompt, or to the one before."""
        if self.player is not None:
            self.player.step_prompt(step)
            self._moved()

    def action_speed(self, step: int) -> None:
        """Play faster or slower."""
        if self.player is not None:
            self.player.faster(step)
            self._moved()

    def action_first(self) -> None:
        """Go to the first turn."""
        if self.player is not None:
            self.player.first()
            self._moved()

    def action_last(self) -> None:
        """Go to the end."""
        if self.player is not None:
            self.player.last()
            self._moved()

    def action_jump(self, step: int) -> None:
        """Go to the next marker, or to the one before, and say what was there."""
        if self.player is not None:
            markers = self.player.jump(step)
            self._moved()
            if markers:
                self._say_markers(markers)
            else:
                self._say("no marker after this turn" if step > 0 else "no marker before this turn")

    def action_clear_here(self) -> None:
        """Ask what would have been, had the session been cleared at this turn."""
        turn = self.player.turn if self.player else 0
        if turn and (mark := Mark(turn)) not in self._marks:
            self._mark([*self._marks, mark])

    def action_model_here(self) -> None:
        """Ask what would have been with another model from here: each press the next one, then none."""
        state = self.snapshot.state
        if self.player is None or state is None or not self.player.turn:
            return
        turn, last = self.player.turn, state.main.state.last
        here = next((mark for mark in self._marks if mark.turn == turn and mark.model), None)
        others = [model for model in state.candidates if last is None or model != last.turn.billed_id]
        place = others.index(here.model) + 1 if here is not None and here.model in others else 0
        kept = [mark for mark in self._marks if mark is not here]
        self._mark([*kept, Mark(turn, others[place])] if place < len(others) else kept)

    def action_remove(self) -> None:
        """Take back the mark at this turn, else the newest one."""
        turn = self.player.turn if self.player else 0
        here = [mark for mark in self._marks if mark.turn == turn]
        if self._marks:
            gone = (here or self._marks)[-1]
            self._mark([mark for mark in self._marks if mark is not gone])

    def _mark(self, marks: list[Mark]) -> None:
        self._marks = marks
        self._alternates = [self._alternate_of(number) for number in range(len(self._wholes))]
        self._moved()

    def _alternate_of(self, number: int) -> Alternate | None:
        """Return a part of the film with the marks that stand in it."""
        assert self.player is not None  # noqa: S101 - there are marks only in a film
        part, whole = self.player.film.parts[number], self._wholes[number]
        own = [replace(mark, turn=mark.turn - part.before) for mark in self._marks]
        own = [mark for mark in own if 1 <= mark.turn <= len(part.end.main.turns)]
        return alternate(whole, had_marked(part.end.main, own, self._own_rates)) if own else None

    @on(TransportBar.Sought)
    def _seek(self, message: TransportBar.Sought) -> None:
        if self.player is not None:
            self.player.go_to_turn(message.turn)
            self._moved()

    def _moved(self) -> None:
        """Show where the person went; what was said of another place is over."""
        self._said = ("", 0.0)
        self._ticked_at = self._seconds()
        self._move()
