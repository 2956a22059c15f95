"""The recording compared with, beside the one shown: its own models, and both playheads in step."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from engine.compare import Side, Stand, Walk
from engine.compare.walk import BEFORE_ALL
from engine.overlay.partners import Partners
from engine.trace.ids import StepIndex
from gui.model.compared import Compared
from gui.model.document import Document
from gui.model.iteration_pair import IterationPair
from gui.model.observable import Event
from gui.model.playhead import Playhead, PlayheadMoved
from gui.model.selection import Selection


class SideBySide:
    """Side A is what the window shows, side B what it is compared with.

    In step, going on by one means one row of the comparison: a step that only one side has leaves the other waiting.
    Out of step each side has its own playhead.

    Attributes:
        changed: It was opened or closed, or put in or out of step, or other recordings stand beside each other.
        stood: Both playheads have moved as far as they do (``Stand``).
        document: What stands at the right; without a recording while nothing does.
        playhead: Where the right side stands.
        selection: What is picked there.
        pair: Two iterations of one recording, where those are compared.
        walk: The rows of the comparison, and None while nothing is compared.
        partners: Which value is which, and None while nothing is compared.
    """

    def __init__(self, document: Document, playhead: Playhead) -> None:
        self.changed: Event[SideBySide] = Event()
        self.stood: Event[Stand] = Event()
        self.document, self.playhead, self.selection = Document(), Playhead(), Selection()
        self.pair = IterationPair(document, playhead)
        self.walk: Walk | None = None
        self.partners: Partners | None = None
        self._shown = document
        self._playheads = {Side.A: playhead, Side.B: self.playhead}
        self._is_wanted = False
        self._is_on = False
        self._in_step = True
        self._is_moving = False
        self._row = BEFORE_ALL
        self._leader = Side.A
        document.compared_changed.connect(lambda _compared: self._refresh())
        document.recording_replaced.connect(lambda _recording: self._refresh())
        for side, own in self._playheads.items():
            own.moved.connect(partial(self._on_moved, side))

    @property
    def is_on(self) -> bool:
        """Whether both recordings stand beside each other."""
        return self._is_on

    @property
    def in_step(self) -> bool:
        """Whether both sides move together."""
        return self._in_step

    @property
    def is_moving(self) -> bool:
        """Whether both playheads are just being moved."""
        return self._is_moving

    @property
    def compared(self) -> Compared | None:
        """What is compared with; None for nothing that has been aligned."""
        compared = self._shown.compared
        return None if compared is None or compared.comparison is None else compared

    @property
    def stand(self) -> Stand | None:
        """Where both stand when they go in step; None out of step."""
        return self._stand(self._row) if self._is_on and self._in_step and self.walk is not None else None

    def show(self, *, shown: bool) -> None:
        """Put the other recording beside the one shown, or take it away."""
        self._is_wanted = shown
        self._refresh()

    def keep_in_step(self, *, kept: bool) -> None:
        """Let both move together, or each alone."""
        if kept != self._in_step:
            self._in_step = kept
            self._take_steppers()
            if self._is_on and kept:
                self._meet(Side.A)
            self.changed.emit(self)

    def go_to_difference(self, direction: int) -> None:
        """Go to the next (1) or previous (-1) row at which both differ."""
        walk = self._made_walk()
        if walk is None:
            return
        row = walk.next_difference(self._place()) if direction > 0 else walk.previous_difference(self._place())
        if row is not None:
            self._go(row)

    def has_difference(self, direction: int) -> bool:
        """Whether there is one in that direction."""
        walk = self._made_walk()
        if walk is None:
            return False
        found = walk.next_difference(self._place()) if direction > 0 else walk.previous_difference(self._place())
        return found is not None

    # A Stepper for both playheads

    def move(self, steps: int) -> bool:
        """Go so many rows on; beyond the rows it is left to the numbers of the steps."""
        if not self.can_move(steps):
            return False
        self._go(self._row + steps)
        return True

    def can_move(self, steps: int) -> bool:
        """Whether there is a row there."""
        if self.walk is None or not self._is_on or not self._in_step or self._is_apart():
            return False
        first = BEFORE_ALL if self._iterations is None else 0
        return first <= self._row + steps < len(self.walk)

    @property
    def _iterations(self) -> tuple[StepIndex, StepIndex] | None:
        """The first steps of both iterations, where two of one recording are compared."""
        pair = None if self.compared is None else self.compared.iterations
        return None if pair is None else (pair[0].first_step, pair[1].first_step)

    def _made_walk(self) -> Walk | None:
        compared = self.compared
        if self.walk is None and compared is not None and compared.comparison is not None:
            self.walk = Walk(compared.comparison)
        return self.walk

    def _place(self) -> int:
        """The row gone to last, if the window's playhead still stands there, else the one of its step."""
        assert self.walk is not None
        current = self._playheads[Side.A].current
        if self._stand(self._row).a == current:
            return self._row
        row = self.walk.row_of(Side.A, current)
        return BEFORE_ALL if row is None else row

    def _is_apart(self) -> bool:
        """Whether somebody moved a playhead to where there is no row."""
        stand = self._stand(self._row)
        return any(own.current != stand.of(side) for side, own in self._playheads.items())

    def _stand(self, row: int) -> Stand:
        assert self.walk is not None
        stand = self.walk.stand(row)
        if self._iterations is None:
            return stand
        # Before its first step an iteration is not shown, but the one before it.
        first_a, first_b = self._iterations
        return replace(stand, a=max(stand.a, first_a), b=max(stand.b, first_b))

    def _refresh(self) -> None:
        compared = self.compared
        self.walk = self.partners = None
        self._row = BEFORE_ALL
        self._is_on = self._is_wanted and compared is not None
        if compared is None or not self._is_on:
            self._empty()
        else:
            self._fill(compared)
        self._take_steppers()
        self.changed.emit(self)

    def _empty(self) -> None:
        if self.document.recording is not None:
            self.document.show_recording(None)
            self.playhead.resize(0)

    def _fill(self, compared: Compared) -> None:
        here = self._shown.recording
        comparison = compared.comparison
        assert here is not None
        assert comparison is not None
        self.walk = Walk(comparison)
        self.partners = Partners(here, compared.recording, comparison)
        pair = compared.iterations
        back = Compared(
            self._name_here(compared),
            here,
            comparison.partners_of_b,
            comparison.turned(),
            is_before=True,
            iterations=None if pair is None else (pair[1], pair[0]),
        )
        if self.document.recording is not compared.recording:
            self.document.title = compared.name if pair is None else self._shown.title
            self.document.program = compared.recording.info.program
            with self._both_moving():
                self.document.show_recording(compared.recording, compared=back)
                self.playhead.resize(len(compared.recording))
        else:
            with self._both_moving():
                self.document.compare_with(back)
        self._meet(self._leader)

    def _name_here(self, compared: Compared) -> str:
        if compared.iterations is None:
            return self._shown.title
        return f"iteration {self.pair.of(compared.recording).index(compared.iterations[0]) + 1}"

    def _take_steppers(self) -> None:
        is_walking = self._is_on and self._in_step
        for own in self._playheads.values():
            own.stepper = self if is_walking else None

    def _meet(self, side: Side) -> None:
        """Let the other side come to where this one stands."""
        assert self.walk is not None
        row = self.walk.row_of(side, self._playheads[side].current)
        if row is None and self._iterations is not None:
            row = 0
        if row is not None:
            self._go(row)

    def _go(self, row: int) -> None:
        self._row = row
        if not self._is_on:
            assert self.walk is not None
            self._playheads[Side.A].seek(self.walk.stand(row).a)
            return
        stand = self._stand(row)
        with self._both_moving():
            for side, own in self._playheads.items():
                own.seek(stand.of(side))
        self.stood.emit(stand)

    @contextmanager
    def _both_moving(self) -> Iterator[None]:
        before, self._is_moving = self._is_moving, True
        try:
            yield
        finally:
            self._is_moving = before

    def _on_moved(self, side: Side, moved: PlayheadMoved) -> None:
        step = moved.current
        if not self._is_on or self._is_moving or self.walk is None:
            return
        if side is Side.B and self._leaves_iteration(step):
            # Whoever steps over the end of an iteration stands where it went; one that is chosen comes to the other.
            self._leader = Side.B if abs(step - moved.previous) == 1 else Side.A
            self.pair.take_other(step)
            self._leader = Side.A
            return
        if self._in_step:
            self._meet(side)

    def _leaves_iteration(self, step: StepIndex) -> bool:
        compared = self.compared
        return compared is not None and compared.iterations is not None and step not in compared.iterations[1]
