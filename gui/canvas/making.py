"""From a recording to the picture of one iteration, off the window's thread where it takes long. Qt-free."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from multiprocessing import get_context
from queue import Empty, SimpleQueue

from engine.drawing import arrange
from engine.drawing.drawing import Direction, Drawing
from engine.drawing.moved import Moves, moved
from engine.graph import Folding, Iteration, Scenery, scenery_of
from engine.graph.filters import Filters, filtered
from engine.graph.uncollected import uncollected
from engine.graph.view import EdgeKind, ViewGraph
from engine.overlay import Overlay
from engine.trace.recording import Recording
from gui.canvas.layout_wire import answer_to, drawing_from, parcel_of
from gui.canvas.overlay_source import OverlaySource
from gui.canvas.scene import Scene

log = logging.getLogger(__name__)

INLINE_WORK = 5_000
"""The graph of an iteration with no more steps and inputs of steps is built at once."""
INLINE_LIMIT = 600
"""Up to so many boxes the layout runs at once; larger ones go to a process of their own."""
INLINE_EDGES = 4_000
INLINE_LINKS = 250
"""The same for edges, and for links that find their way around everything."""
_LOOK_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What picture is wanted.

    ``scenery`` is that of the iteration if it is known, ``view`` with ``overlay`` what was made of it already.
    """

    recording: Recording
    iteration: Iteration
    folding: Folding
    filters: Filters
    direction: Direction | None
    moves: Moves
    overlays: OverlaySource
    scenery: Scenery | None = None
    view: ViewGraph | None = None
    overlay: Overlay | None = None

    @property
    def is_long(self) -> bool:
        """Whether even the graph takes so long to build that somebody would notice."""
        first, last = self.iteration.first_step, self.iteration.last_step
        if last - first >= INLINE_WORK:
            return True
        return sum(1 + len(step.inputs) for step in self.recording.steps[first : last + 1]) > INLINE_WORK

    def with_view(self) -> "Order":
        """Return the order with its graph built."""
        if self.view is not None:
            return self
        scenery = self.scenery
        if scenery is None or scenery.iteration != self.iteration:
            scenery = scenery_of(self.recording, self.iteration)
        view = filtered(self.recording, scenery.view(self.folding), self.filters)
        overlay = self.overlays.over(self.recording, view, self.iteration, self.folding)
        view = view if overlay is None else overlay.view
        return replace(self, scenery=scenery, view=view, overlay=overlay)


@dataclass(frozen=True, slots=True)
class Made:
    """A picture: ``order`` with its graph, the drawing as it was laid out, and the scene of it with its moves."""

    order: Order
    laid_out: Drawing
    scene: Scene


def is_quick(view: ViewGraph) -> bool:
    """Whether a layout takes so little time that nobody notices it."""
    if len(view.nodes) > INLINE_LIMIT or len(view.edges) > INLINE_EDGES:
        return False
    return sum(edge.kind in (EdgeKind.SAVED, EdgeKind.UPDATE, EdgeKind.VIEW) for edge in view.edges) <= INLINE_LINKS


def made_here(order: Order) -> Made:
    """Make a picture on this thread, all of it."""
    order = order.with_view()
    assert order.view is not None
    return _finished(order, arrange(order.view, order.direction))


def _finished(order: Order, laid_out: Drawing) -> Made:
    return Made(order, laid_out, Scene(moved(laid_out, order.moves)))


Hear = Callable[[int, Made | None], None]
"""Takes the ticket of an order and what came of it, None if it could not be made; called on another thread."""


class Workshop:
    """Makes pictures on a thread of its own, and large layouts in a process of their own, the latest order first.

    The thread shares the interpreter with the window, which goes on a few milliseconds later at the most; a layout is
    pure computing and would double the time of every frame.
    """

    def __init__(self, hear: Hear) -> None:
        self._hear = hear
        self._orders: SimpleQueue[tuple[int, Order] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._pool: ProcessPoolExecutor | None = None

    def take(self, ticket: int, order: Order) -> None:
        """Make this next; what is waiting is not wanted any more."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="picture", daemon=True)
            self._thread.start()
        # A copy: what it remembers is worked on here, while the window may lay the same over another picture.
        self._orders.put((ticket, replace(order, overlays=order.overlays.copy())))

    def close(self) -> None:
        """End thread and process; nothing is heard of what they are at."""
        if self._thread is not None:
            self._orders.put(None)
            self._thread = None
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while (wanted := self._latest()) is not None:
            ticket, order = wanted
            made: Made | None = None
            try:
                # A collection that began on this thread would destroy Qt objects outside of theirs.
                with uncollected():
                    made = self._made(order)
            except Exception:
                # A recording that grows meanwhile may change under the hands; the window makes it itself then.
                log.info("a picture could not be made in the background", exc_info=True)
            self._hear(ticket, made)
            del wanted, order, made

    def _latest(self) -> tuple[int, Order] | None:
        found = self._orders.get()
        while True:
            try:
                found = self._orders.get_nowait()
            except Empty:
                return found

    def _made(self, order: Order) -> Made | None:
        order = order.with_view()
        assert order.view is not None
        if is_quick(order.view):
            return made_here(order)
        try:
            layout = self._process().submit(answer_to, parcel_of(order.view, order.direction))
            while not layout.done() and self._orders.empty():
                wait([layout], timeout=_LOOK_S)
            if not layout.done():
                return None  # something else is wanted by now
            answer = layout.result()
        except Exception as error:  # noqa: BLE001 - whatever befell the process, the picture is made without it
            log.info("the layout process failed, laying out here instead: %s", error)
            self._pool = None
            return made_here(order)
        return _finished(order, drawing_from(order.view, answer))

    def _process(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"))
        return self._pool
