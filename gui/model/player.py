"""Plays the recording: moves the playhead by itself, at several speeds, in both directions."""

from collections.abc import Callable
from enum import Enum

from gui.model.observable import Event
from gui.model.playhead import BEFORE_FIRST, Playhead, PlayheadMoved

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
STEPS_PER_SECOND = 2.0
"""Steps a second at speed 1."""
_LARGEST_LEAP_S = 0.5


class PlayDirection(Enum):
    """Which way time runs."""

    FORWARD = 1
    BACKWARD = -1


class Player:
    """Moves a playhead in time; whoever owns the clock calls ``advance`` while ``is_playing``.

    Attributes:
        changed: Emitted with the player when it starts, stops, or changes speed or direction.
    """

    def __init__(self, playhead: Playhead) -> None:
        self.changed: Event[Player] = Event()
        self._playhead = playhead
        self._is_playing = False
        self._is_moving = False
        self._speed = 1.0
        self._direction = PlayDirection.FORWARD
        self._owed_steps = 0.0
        playhead.moved.connect(self._on_moved)

    @property
    def is_playing(self) -> bool:
        """Whether the playhead moves by itself."""
        return self._is_playing

    @property
    def speed(self) -> float:
        """1.0 is ``STEPS_PER_SECOND`` steps a second."""
        return self._speed

    @property
    def direction(self) -> PlayDirection:
        """Which way it plays."""
        return self._direction

    def play(self, direction: PlayDirection) -> None:
        """Start playing; from the end it starts over at the other end."""
        if self._playhead.step_count == 0:
            return
        self._direction = direction
        self._owed_steps = 0.0
        if self._at_end():
            end = BEFORE_FIRST if direction is PlayDirection.FORWARD else self._playhead.step_count - 1
            self._by_itself(lambda: self._playhead.seek(end))
        self._is_playing = True
        self.changed.emit(self)

    def pause(self) -> None:
        """Stop moving."""
        if self._is_playing:
            self._is_playing = False
            self.changed.emit(self)

    def toggle(self, direction: PlayDirection = PlayDirection.FORWARD) -> None:
        """Pause when playing that way, else play that way."""
        if self._is_playing and direction is self._direction:
            self.pause()
        else:
            self.play(direction)

    def set_speed(self, speed: float) -> None:
        """Play at ``speed`` times ``STEPS_PER_SECOND``."""
        if speed != self._speed:
            self._speed = speed
            self.changed.emit(self)

    def shift_speed(self, places: int) -> None:
        """Go up (or, negative, down) in ``SPEEDS``."""
        nearest = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - self._speed))
        self.set_speed(SPEEDS[max(0, min(len(SPEEDS) - 1, nearest + places))])

    def advance(self, elapsed_s: float) -> None:
        """Move on by the steps that ``elapsed_s`` seconds are worth; stops at the end."""
        if not self._is_playing:
            return
        self._owed_steps += min(elapsed_s, _LARGEST_LEAP_S) * STEPS_PER_SECOND * self._speed
        whole = int(self._owed_steps)
        if whole:
            self._owed_steps -= whole
            self._by_itself(lambda: self._playhead.move(whole * self._direction.value))
        if self._at_end():
            self.pause()

    def _by_itself(self, move: Callable[[], None]) -> None:
        self._is_moving = True
        try:
            move()
        finally:
            self._is_moving = False

    def _at_end(self) -> bool:
        return not self._playhead.can_move(self._direction.value)

    def _on_moved(self, _moved: PlayheadMoved) -> None:
        if not self._is_moving:
            self.pause()  # the person took the playhead in hand
