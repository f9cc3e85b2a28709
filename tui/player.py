"""Plays a film: where it stands, how fast it goes, and what the session's clock says. Reads no clock of its own."""

from __future__ import annotations

from datetime import datetime, timedelta

from tui.film import Film, Marker

Speed = float | None
"""How many times as fast as it was; None: as fast as possible."""
SPEEDS: tuple[Speed, ...] = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, None)
LONGEST_WAIT = 2.0
"""Seconds that an idle gap takes at most, whatever the speed."""
SHORTEST_PLAY = 10.0
"""Seconds that a whole session takes at least when it is played as fast as possible: else nobody could look."""


def wait_of(gap: timedelta, speed: Speed) -> float:
    """Return the seconds that a gap between two frames takes."""
    return 0.0 if speed is None else min(LONGEST_WAIT, max(0.0, gap.total_seconds()) / speed)


def speed_words(speed: Speed) -> str:
    return "max" if speed is None else f"{speed:g}x"


class Player:
    """A position in a film that moves while it plays, and goes anywhere at once."""

    def __init__(self, film: Film, speed: Speed = 20.0, at_turn: int = 0, *, playing: bool = True) -> None:
        self.film = film
        self.speed = speed
        self.playing = playing
        self._frame = film.frame_of(at_turn)
        self._waited = 0.0
        """Seconds since the frame was reached, in the time of the person who watches."""
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
        at, wait = self.film.frames[self._frame].at, self._wait
        if not wait or self.at_end:
            return at
        return at + self._gap * min(1.0, self._waited / wait)

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
        if self.speed is None:
            steps = max(1, int(len(self.film.frames) * seconds / SHORTEST_PLAY))
            self._go(self._frame + steps)
        else:
            self._waited += seconds
            while not self.at_end and self._waited >= (wait := self._wait):
                self._waited -= wait
                self._frame += 1
        if self.at_end:
            self._waited, self.playing = 0.0, False

    def toggle(self) -> None:
        """Play or pause; at the end play from the start."""
        if not self.playing and self.at_end:
            self._go(0)
        self.playing = not self.playing

    def faster(self, step: int) -> None:
        """Go up or down so many speeds."""
        nearest = min(range(len(SPEEDS)), key=lambda place: abs((SPEEDS[place] or 1e9) - (self.speed or 1e9)))
        place = min(len(SPEEDS) - 1, max(0, nearest + step))
        share = self._waited / self._wait if self._wait else 0.0
        self.speed = SPEEDS[place]
        self._waited = share * self._wait  # the session's clock does not jump

    def go_to_turn(self, turn: int) -> None:
        """Go to the moment at which a turn was over: the nearest one if there is no such turn."""
        self._go(self.film.frame_of(max(1, min(turn, self.film.turns))))

    def step_turn(self, step: int) -> None:
        """Go so many turns on, or back when negative."""
        self.go_to_turn(self.turn + step)

    def step_prompt(self, step: int) -> None:
        """Go to the first turn of the next prompt, or of this one, or of the one before."""
        starts = [1, *self.film.prompt_turns]
        if step > 0:
            self.go_to_turn(next((turn for turn in starts if turn > self.turn), self.film.turns))
        else:
            self.go_to_turn(next((turn for turn in reversed(starts) if turn < self.turn), 1))

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
        return wait_of(self._gap, self.speed)

    def _go(self, frame: int) -> None:
        self._frame = min(len(self.film.frames) - 1, max(0, frame))
        self._waited = 0.0
        if self.at_end:
            self.playing = False
