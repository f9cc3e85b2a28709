"""Plays a film: where it stands, how fast it goes, and what the session's clock says. Reads no clock of its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import inf

from tui.film import Film, Marker

Speed = float | None
"""How many times as fast as it was; None: as fast as possible."""
SPEEDS: tuple[Speed, ...] = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, None)
LONGEST_WAIT = 2.0
"""Seconds that an idle gap takes at most, whatever the speed."""
SHORTEST_PLAY = 10.0
"""Seconds that a long session takes when it is played as fast as possible: else nobody could look."""
_LONGEST_LOOK = 1 / 15
"""Seconds that a moment of a short one is shown for then."""


def wait_of(gap: timedelta, speed: Speed) -> float:
    """Return the seconds that a gap between two frames takes."""
    return 0.0 if speed is None else min(LONGEST_WAIT, max(0.0, gap.total_seconds()) / speed)


def speed_words(speed: Speed) -> str:
    return "max" if speed is None else f"{speed:g}x"


def _order(speed: Speed) -> float:
    return inf if speed is None else speed


class Player:
    """A position in a film that moves while it plays, and goes anywhere at once."""

    def __init__(self, film: Film, speed: Speed = 20.0, at_turn: int = 0, *, playing: bool = True) -> None:
        self.film = film
        self.speed = speed
        self._frame = film.frame_of(at_turn)
        self._passed = 0.0
        """The share of the gap to the next frame that is over: whatever the speed, it says what time it is."""
        self.playing = playing and not self.at_end

    @property
    def frame(self) -> int:
        """Index of the frame that is shown."""
        return self._frame

    @property
    def turn(self) -> int:
        """Number of the newest turn of the main thread."""
        return self.film.frames[self._frame].turns

    @property
    def part(self) -> int:
        """Index of the session of the film that is shown."""
        return self.film.part(self._frame)

    @property
    def at_end(self) -> bool:
        return self._frame == len(self.film.frames) - 1

    @property
    def now(self) -> datetime:
        """The session's clock: through a gap it goes as fast as the gap is passed."""
        return self.film.frames[self._frame].at + self._gap * self._passed

    @property
    def idle(self) -> timedelta | None:
        """The real length of the gap that is being passed, while it is cut short; None in between."""
        if not self.playing or self.at_end or self.speed is None:
            return None
        return self._gap if self._gap.total_seconds() / self.speed > LONGEST_WAIT else None

    def tick(self, seconds: float) -> None:
        """Let time pass, in seconds of the person who watches."""
        if not self.playing:
            return
        while not self.at_end and seconds >= (left := self._wait * (1 - self._passed)):
            seconds -= left
            self._go(self._frame + 1)
        if self.at_end:
            self.playing = False
        else:
            self._passed += seconds / self._wait

    def toggle(self) -> None:
        """Play or pause; at the end play from the start."""
        if not self.playing and self.at_end:
            self._go(0)
        self.playing = not (self.playing or self.at_end)

    def faster(self, step: int) -> None:
        """Go up to the next speed, or down when negative; there is none beyond the ends."""
        now = _order(self.speed)
        if step > 0:
            self.speed = next((speed for speed in SPEEDS if _order(speed) > now), self.speed)
        else:
            self.speed = next((speed for speed in reversed(SPEEDS) if _order(speed) < now), self.speed)

    def go_to_turn(self, turn: int) -> None:
        """Go to the moment at which a turn was over: the nearest one if there is no such turn."""
        self._go(self.film.frame_of(max(1, min(turn, self.film.turns))))

    def step_turn(self, step: int) -> None:
        """Go so many turns on, or back when negative; beyond the turns are the ends of the film."""
        self._go_from_here(self.turn + step)

    def step_prompt(self, step: int) -> None:
        """Go to the first turn of the next prompt, or of this one, or of the one before."""
        starts = [1, *self.film.prompt_turns]
        if step > 0:
            self._go_from_here(next((turn for turn in starts if turn > self.turn), self.film.turns + 1))
        else:
            self._go_from_here(next((turn for turn in reversed(starts) if turn < self.turn), 0))

    def first(self) -> None:
        self._go(0)

    def last(self) -> None:
        self._go(len(self.film.frames) - 1)

    def jump(self, step: int) -> list[Marker]:
        """Go to the next marker, or to the one before, and return all that happened at that turn."""
        marker = self.film.next_marker(self.turn) if step > 0 else self.film.marker_before(self.turn)
        if marker is None:
            return []
        self.go_to_turn(marker.turn)
        return self.film.markers_at(marker.turn)

    @property
    def _gap(self) -> timedelta:
        frames = self.film.frames
        return frames[self._frame + 1].at - frames[self._frame].at if not self.at_end else timedelta()

    @property
    def _wait(self) -> float:
        if self.speed is None:
            return min(_LONGEST_LOOK, SHORTEST_PLAY / len(self.film.frames))
        return wait_of(self._gap, self.speed)

    def _go_from_here(self, turn: int) -> None:
        """Go to a turn; agents may have worked before the first one and after the last one."""
        if turn < 1:
            self.first()
        elif turn > self.film.turns:
            self.last()
        else:
            self.go_to_turn(turn)

    def _go(self, frame: int) -> None:
        self._frame = min(len(self.film.frames) - 1, max(0, frame))
        self._passed = 0.0
        if self.at_end:
            self.playing = False
