"""Turns the document's recording into the drawing of the iteration under the playhead."""

import logging
import pickle
import time
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.drawing import arrange
from engine.drawing.drawing import Direction, Drawing
from engine.drawing.moved import Moves, moved
from engine.graph import Folding, Iteration, Scenery, iteration_at, iterations, scenery_of
from engine.graph.filters import Filters, filtered
from engine.graph.view import EdgeKind, ViewGraph
from engine.overlay import Overlay
from engine.trace.recording import Recording
from gui.canvas.overlay_source import OverlaySource
from gui.model.document import Document
from gui.model.playhead import Playhead

log = logging.getLogger(__name__)

REFRESH_MS = 100
"""While a program runs, the drawing follows at most ten times a second."""
REST = 4
"""After a refresh the window has at least this many times as long for other work."""
INLINE_LIMIT = 600
"""Up to so many boxes the layout runs at once; larger ones go to a process of their own."""
INLINE_EDGES = 4_000
INLINE_LINKS = 250
"""The same for edges, and for links that find their way around everything."""


def _is_quick(view: ViewGraph) -> bool:
    """Whether a layout takes so little time that nobody notices it."""
    if len(view.nodes) > INLINE_LIMIT or len(view.edges) > INLINE_EDGES:
        return False
    return sum(edge.kind in (EdgeKind.SAVED, EdgeKind.UPDATE, EdgeKind.VIEW) for edge in view.edges) <= INLINE_LINKS


def _arrange_packed(packed: bytes) -> bytes:
    """Lay out in the other process.

    Bytes cross instead of objects, because the threads of the pool would make and read the objects: a garbage
    collection that begins there destroys Qt objects outside of their thread, which ends the program.
    """
    view, direction = pickle.loads(packed)  # noqa: S301 - bytes that this program made a moment ago
    return pickle.dumps(arrange(view, direction))


class GraphSource(QObject):
    """Keeps the drawing up to date with recording, playhead, folding and direction.

    Signals:
        drawing_ready: A new ``Drawing``, or None when there is nothing to draw.
        iteration_changed: The position of the iteration shown and how many there are (``tuple[int, int]``).
        busy_changed: Whether a layout runs in the background.
    """

    drawing_ready = Signal(object)
    iteration_changed = Signal(object)
    busy_changed = Signal(object)
    _arranged = Signal(object, object)

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
        self._ticket = 0
        self._pool: ProcessPoolExecutor | None = None
        self._refreshed_s = 0.0
        self._pause_s = REFRESH_MS / 1000
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.refresh)
        self._arranged.connect(self._on_arranged)
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
            self._publish(None)
            return
        self._iterations = iterations(recording)
        self._iteration = iteration_at(self._iterations, self._playhead.current)
        self._tell_iteration()
        self._rebuild()

    def close(self) -> None:
        """End the layout process."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _schedule(self) -> None:
        """Refresh as soon as the pause after the last refresh is over, at once if it is already."""
        if not self._timer.isActive():
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

    def _tell_busy(self, *, is_busy: bool) -> None:
        self.busy_changed.emit(is_busy)

    def _tell_iteration(self) -> None:
        if self._iteration is not None:
            self.iteration_changed.emit((self._iterations.index(self._iteration), len(self._iterations)))

    def _rebuild(self) -> None:
        recording = self._document.recording
        if recording is None or self._iteration is None:
            return
        if self._scenery is None or self._scenery.iteration != self._iteration:
            self._scenery = scenery_of(recording, self._iteration)
        whole = self._scenery.view(self._folding)
        self._view = filtered(recording, whole, self._filters)
        self._overlay = self._overlays.over(recording, self._view, self._iteration, self._folding)
        if self._overlay is not None:
            self._view = self._overlay.view
        self._ticket += 1
        if _is_quick(self._view):
            self._publish(arrange(self._view, self._direction))
            return
        self._tell_busy(is_busy=True)
        ticket = self._ticket
        future = self._process().submit(_arrange_packed, pickle.dumps((self._view, self._direction)))
        future.add_done_callback(lambda done: self._on_process_done(ticket, done))

    def _process(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # A thread would share the interpreter lock and double the time of every frame.
            self._pool = ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"))
        return self._pool

    def _on_process_done(self, ticket: int, done: "Future[bytes]") -> None:
        """Runs on the pool's thread: hand the result to the GUI thread."""
        if not done.cancelled():
            self._arranged.emit(ticket, done)

    @Slot(object, object)
    def _on_arranged(self, ticket: int, done: "Future[bytes]") -> None:
        if ticket != self._ticket or self._view is None:
            return
        error = done.exception()
        if error is not None:
            log.info("the layout process failed, laying out here instead: %s", error)
            self.close()
            self._publish(arrange(self._view, self._direction))
            return
        drawing: Drawing = pickle.loads(done.result())  # noqa: S301 - bytes from our own process
        self._publish(drawing)

    def _publish(self, drawing: Drawing | None) -> None:
        self._tell_busy(is_busy=False)
        self._laid_out = drawing
        self._drawing = None if drawing is None else moved(drawing, self._moves)
        self.drawing_ready.emit(self._drawing)
