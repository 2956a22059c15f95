"""What the canvas's lens and skin make of boxes, for pictures that are written instead of painted. Qt-free."""

from collections.abc import Callable

from engine.drawing.drawing import Drawing, NodeBox
from engine.drawing.state import StepState
from engine.graph.view import NodeKind
from engine.interchange.marks import Badge, Dress
from engine.overlay import Overlay
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from gui.canvas.lens import Lens, scale_of
from gui.canvas.look import Mark
from gui.canvas.looks import Looks
from gui.canvas.scene import Scene
from gui.canvas.start_labels import start_texts
from gui.canvas.valuebook import ValueBook
from gui.theme.tokens import Tokens

_MOST_PLAIN = 5_000
"""Of a larger picture the boxes that show values have no signs: to look at every number of it would take seconds."""
_BADGES = {
    Mark.NONE: Badge.NONE,
    Mark.ZERO: Badge.ZERO,
    Mark.NAN: Badge.NAN,
    Mark.INFINITE: Badge.INFINITE,
    Mark.FAILED: Badge.FAILED,
}


def dress_of(
    drawing: Drawing,
    recording: Recording,
    step: StepIndex,
    tokens: Tokens,
    lens: Lens,
    overlay: Overlay | None = None,
) -> Callable[[NodeBox], Dress] | None:
    """Return how the boxes of a drawing look right after a step; None where that is as their values say."""
    if lens is Lens.VALUES and not tokens.shows_data_and_grad and len(drawing.nodes) > _MOST_PLAIN:
        return None
    book, scene = ValueBook(recording), Scene(drawing)
    book.overlay = overlay
    scale = scale_of(lens, drawing.nodes, book, StepIndex(len(recording) - 1))
    looks = Looks(tokens, scene, book, lens, scale)
    places = {box.node.key: index for index, box in enumerate(drawing.nodes)}
    starts = start_texts(book, {box.node.step for box in drawing.nodes})

    def dress(box: NodeBox) -> Dress:
        look, node = looks.of(places[box.node.key], step), box.node
        is_start = node.kind is NodeKind.BACKWARD and node.step is not None and look.state is not StepState.FUTURE
        below = starts.get(node.step, "") if is_start and node.step is not None else ""
        return Dress(look.fill, look.subtitle, look.cells_of, _BADGES[look.mark], look.note, below)

    return dress
