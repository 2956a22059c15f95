"""Turns the document's recording into the drawing of the iteration under the playhead."""

import contextlib
import time

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

from engine.drawing.drawing import Direction, Drawing
from engine.drawing.moved import Moves, moved
from engine.graph import Folding, Iteration, Scenery, iteration_at, iterations
from engine.graph.filters import Filters
from engine.graph.view import ViewGraph
from engine.overlay import Overlay
from engine.trace.recording import Recording
from gui.canvas.making import Made, Order, Workshop, is_quick, made_here
from gui.canvas.overlay_source import OverlaySource
from gui.canvas.scene import Scene
from gui.model.document import Document
from gui.model.playhead import Playhead

REFRESH_MS = 100
"""While a program runs, the drawing follows at most ten times a second."""
REST = 4
"""After a refresh the window has at least this many times as long for other work."""


class _Messenger(QObject):
    """Brings pictures from the other thread to the window's; it belongs to the application, which outlives a canvas."""

    made = Signal(int, object)

    def __init__(self) -> None:
        super().__init__(QCoreApplication.instance())

    def tell(self, ticket: int, made: Made | None) -> None:
        """Runs on the other thread."""
        with contextlib.suppress(RuntimeError):  # the application is at its end
            self.made.emit(ticket, made)


class GraphSource(QObject):
    """Keeps the drawing up to date with recording, playhead, folding and direction.

    Signals:
        drawing_ready: A new ``Drawing``, or None when there is nothing to draw.
        iteration_changed: The position of the iteration shown and how many there are (``tuple[int, int]``).
        busy_changed: Whether a picture is made in the background.
    """

    drawing_ready = Signal(object)
    iteration_changed = Signal(object)
    busy_changed = Signal(object)

    def __init__(self, document: Document, playhead: Playhead, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._playhead = playhead
        self._folding = Folding()
        self._filters = Filters()
        self._direction: Direction | None = None
        self._iterations: tuple[Iteration, ...] = ()
        self._iteration: Iteration | None = None
        self._scenery: Scenery | None = None
        self._view: ViewGraph | None = None
        self._laid_out: Drawing | None = None
        self._drawing: Drawing | None = None
        self._moves: Moves = {}
        self._overlays = OverlaySource(document)
        self._overlay: Overlay | None = None
        self._scene: Scene | None = None
        self._drawn_from: Recording | None = None
        self._ticket = 0
        self._wanted: Order | None = None
        """What is made in the background."""
        self._is_behind = False
        self._messenger = _Messenger()
        self._workshop = Workshop(self._messenger.tell)
        self._handing = QTimer(self, singleShot=True, interval=0)
        self._handing.timeout.connect(self._hand_over)
        self._refreshed_s = 0.0
        self._pause_s = REFRESH_MS / 1000
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.refresh)
        self._messenger.made.connect(self._on_made)
        document.program_replaced.connect(lambda _changed: self._on_program_replaced())
        document.recording_replaced.connect(self._on_replaced)
        document.compared_changed.connect(lambda _compared: self._rebuild())
        document.recording_extended.connect(lambda _batch: self._schedule())
        document.run_ended.connect(lambda _outcome: self.refresh())
        playhead.moved.connect(lambda _moved: self._on_playhead_moved())

    @property
    def folding(self) -> Folding:
        """Which groups are open."""
        return self._folding

    @property
    def filters(self) -> Filters:
        """What is taken out of the picture."""
        return self._filters

    @property
    def view(self) -> ViewGraph | None:
        """The graph of the latest drawing."""
        return self._view

    @property
    def drawing(self) -> Drawing | None:
        """The latest drawing."""
        return self._drawing

    @property
    def is_busy(self) -> bool:
        """Whether a picture is made in the background."""
        return self._wanted is not None

    @property
    def scene(self) -> Scene | None:
        """The latest drawing as a scene."""
        return self._scene

    @property
    def overlay(self) -> Overlay | None:
        """How the recording compared with lies over the latest drawing."""
        return self._overlay

    @property
    def shows_overlay(self) -> bool:
        """Whether the person wants the recording compared with to lie over this one."""
        return self._overlays.is_wanted

    @property
    def stands_beside(self) -> bool:
        """Whether the recording compared with has a picture of its own beside this one."""
        compared = self._document.compared
        return self._overlays.is_beside or (compared is not None and compared.is_before)

    def show_overlay(self, *, shown: bool) -> None:
        """Lay the recording compared with over this one, or take it off."""
        self._overlays.is_wanted = shown
        self._rebuild()

    def stand_beside(self, *, beside: bool) -> None:
        """Only mark what became of each box: the recording compared with is drawn beside this one."""
        if beside != self._overlays.is_beside:
            self._overlays.is_beside = beside
            self._rebuild()

    @property
    def moves(self) -> Moves:
        """How far the person moved nodes from their places."""
        return self._moves

    @property
    def iterations(self) -> tuple[Iteration, ...]:
        """All iterations of the recording."""
        return self._iterations

    @property
    def iteration(self) -> Iteration | None:
        """The iteration drawn."""
        return self._iteration

    def fold(self, folding: Folding) -> None:
        """Open and close groups."""
        if folding != self._folding:
            self._folding = folding
            self._rebuild()

    def go_to(self, position: int) -> None:
        """Draw another iteration, counted from 0: move the playhead to the same place in it."""
        if self._iteration is None or not 0 <= position < len(self._iterations):
            return
        offset = max(0, self._playhead.current - self._iteration.first_step)
        target = self._iterations[position]
        self._playhead.seek(min(target.first_step + offset, target.last_step))

    def filter(self, filters: Filters) -> None:
        """Take kinds of nodes out of the picture, or bring them back."""
        if filters != self._filters:
            self._filters = filters
            self._rebuild()

    def move(self, moves: Moves) -> None:
        """Put nodes where the person wants them."""
        if moves != self._moves:
            self._moves = moves
            self._publish(self._laid_out)

    @property
    def laid_out(self) -> Drawing | None:
        """The latest drawing as the layout made it, before anything was moved."""
        return self._laid_out

    def preview(self, moves: Moves) -> Drawing | None:
        """Return the drawing with its nodes moved so, on trial."""
        return None if self._laid_out is None else moved(self._laid_out, moves)

    def flip_direction(self) -> None:
        """Turn the drawing from left-to-right to top-down or back."""
        shown = self._drawing.direction if self._drawing is not None else Direction.LEFT_RIGHT
        self._direction = Direction.TOP_DOWN if shown is Direction.LEFT_RIGHT else Direction.LEFT_RIGHT
        self._moves = {key: (y, x) for key, (x, y) in self._moves.items()}
        self._rebuild()

    @Slot()
    def refresh(self) -> None:
        """Take over what the recording holds now."""
        self._timer.stop()
        began_s = time.monotonic()
        self._take_over(self._document.recording)
        self._refreshed_s = time.monotonic()
        self._pause_s = max(REFRESH_MS / 1000, REST * (self._refreshed_s - began_s))

    def _take_over(self, recording: Recording | None) -> None:
        self._scenery = None
        if recording is None:
            self._iterations, self._iteration = (), None
            self._ticket += 1  # nobody wants what is made in the background
            self._wanted = None
            self._publish(None)
            return
        self._iterations = iterations(recording)
        self._iteration = iteration_at(self._iterations, self._playhead.current)
        self._tell_iteration()
        self._rebuild()

    def close(self) -> None:
        """End what goes on in the background."""
        self._handing.stop()
        self._workshop.close()

    def _schedule(self) -> None:
        """Refresh as soon as the pause after the last refresh is over, at once if it is already."""
        if self._wanted is not None:
            self._is_behind = True  # or nothing would ever be finished while a program runs
        elif not self._timer.isActive():
            rest_s = self._refreshed_s + self._pause_s - time.monotonic()
            self._timer.start(max(0, round(rest_s * 1000)))

    def _on_replaced(self, _recording: Recording | None) -> None:
        self.refresh()

    def _on_program_replaced(self) -> None:
        # Another program; a mere new run of the same one keeps what the person opened.
        self._folding, self._direction, self._filters, self._moves = Folding(), None, Filters(), {}

    def _on_playhead_moved(self) -> None:
        if not self._iterations:
            return
        iteration = iteration_at(self._iterations, self._playhead.current)
        if iteration != self._iteration:
            self._iteration = iteration
            self._tell_iteration()
            self._rebuild()

    def _tell_busy(self) -> None:
        self.busy_changed.emit(self.is_busy)

    def _tell_iteration(self) -> None:
        if self._iteration is not None:
            self.iteration_changed.emit((self._iterations.index(self._iteration), len(self._iterations)))

    def _rebuild(self) -> None:
        recording = self._document.recording
        if recording is None or self._iteration is None:
            return
        order = Order(
            recording=recording,
            iteration=self._iteration,
            folding=self._folding,
            filters=self._filters,
            direction=self._direction,
            moves=self._moves,
            overlays=self._overlays,
            scenery=self._scenery,
        )
        self._ticket += 1
        self._is_behind = False
        if not order.is_long:
            order = order.with_view()
            self._show_order(order)
            assert order.view is not None
            if is_quick(order.view):
                self._show(made_here(order))
                return
        self._wanted = order
        if self._drawn_from is not recording:
            self._publish(None)  # a picture of another recording would be taken for one of this
        self._tell_busy()
        # In the next turn: what else changes in this one would be a second order, and the thread works against it.
        self._handing.start()

    def _hand_over(self) -> None:
        if self._wanted is not None:
            self._workshop.take(self._ticket, self._wanted)

    @Slot(int, object)
    def _on_made(self, ticket: int, made: Made | None) -> None:
        if ticket != self._ticket or self._wanted is None:
            return
        self._show(made_here(self._wanted) if made is None else made)
        if self._is_behind:
            self._schedule()

    def _show_order(self, order: Order) -> None:
        self._scenery, self._view, self._overlay = order.scenery, order.view, order.overlay
        self._overlays.memory = order.overlays.memory

    def _show(self, made: Made) -> None:
        self._show_order(made.order)
        self._wanted = None
        is_as_ordered = made.order.moves == self._moves
        self._publish(made.laid_out, made.scene if is_as_ordered else None)

    def _publish(self, laid_out: Drawing | None, scene: Scene | None = None) -> None:
        """Show a drawing; ``scene`` is that of it with its moves, if there is one already."""
        self._tell_busy()
        if scene is None and laid_out is not None:
            scene = Scene(moved(laid_out, self._moves))
        self._laid_out, self._scene = laid_out, scene
        self._drawn_from = None if scene is None else self._document.recording
        self._drawing = None if scene is None else scene.drawing
        self.drawing_ready.emit(self._drawing)
