"""The edges of a PDF."""

from itertools import chain

from engine.drawing.drawing import EdgePath, Point
from engine.drawing.state import StepState, edge_state
from engine.graph.labels import short
from engine.graph.view import EdgeKind
from engine.interchange.arrows import arrowhead
from engine.interchange.marks import NO_MARKS, Marks, unmarked
from engine.interchange.palette import Palette
from engine.interchange.pdf.lettering import Lettering
from engine.interchange.pdf.shapes import disc, fill_color, line_color
from engine.interchange.strokes import Stroke, marked_stroke, stroke_of
from engine.interchange.texts import clean
from engine.trace.ids import StepIndex

_LABEL_PX = 10.5


class EdgeWriter:
    """Writes the edges of one drawing right after a step; what is chosen for one holds until the next is different.

    Attributes:
        dots: Where saved tensors are, to be written above the boxes.
    """

    def __init__(self, step: StepIndex, palette: Palette, lettering: Lettering, marks: Marks = NO_MARKS) -> None:
        self._step = step
        self._palette = palette
        self._lettering = lettering
        self._mark_of = None if marks.of_edge is unmarked else marks.of_edge
        self._looks: dict[tuple[EdgeKind, bool], str] = {}
        self._chosen = ""
        self._curves: dict[int, str] = {}
        self.dots: list[str] = []

    def text(self, path: EdgePath) -> str:
        """Return the operators of an edge; nothing for a saved tensor that is not used at this step."""
        state = edge_state(path.edge, self._step)
        if path.edge.kind is EdgeKind.SAVED:
            return self._saved(path) if state is StepState.CURRENT else ""
        mark = None if self._mark_of is None else self._mark_of(path.edge)
        if mark is not None:
            look = _chosen(marked_stroke(mark))
        else:
            key = (path.edge.kind, state is StepState.FUTURE)
            look = self._looks.get(key) or self._look(*key)
        choice = "" if look == self._chosen else look
        self._chosen = look
        return f"{choice}{self._curve(path.points)}{_head(path.points)}"

    def _look(self, kind: EdgeKind, is_future: bool) -> str:  # noqa: FBT001 - part of a key
        stroke = stroke_of(kind, self._palette, is_future=is_future)
        found = self._looks[(kind, is_future)] = _chosen(stroke)
        return found

    def _saved(self, path: EdgePath) -> str:
        stroke = stroke_of(path.edge.kind, self._palette, is_future=False)
        self._chosen = ""
        x, y = path.points[0]
        middle = path.points[len(path.points) // 2]
        self.dots.append(f"{fill_color(stroke.color)}{disc(x, y, 3.5)}f\n")
        label = clean(short(path.edge.label, 40))
        return (
            f"{_chosen(stroke)}{self._curve(path.points)}"
            f"{self._lettering.words.show(label, _LABEL_PX, middle[0] + 8, middle[1] + 4)}"
        )

    def _curve(self, points: tuple[Point, ...]) -> str:
        count = (len(points) - 1) // 3
        form = self._curves.get(count)
        if form is None:
            form = self._curves[count] = "%.1f %.1f m" + " %.1f %.1f %.1f %.1f %.1f %.1f c" * count + " S\n"
        return form % tuple(chain.from_iterable(points[: 3 * count + 1]))


def _chosen(stroke: Stroke) -> str:
    opacity, dash = "/Future gs" if stroke.is_future else "/Plain gs", " ".join(map(str, stroke.dash))
    color = line_color(stroke.color) + fill_color(stroke.color)
    return f"{opacity} {stroke.width_px:g} w [{dash}] 0 d\n{color}"


def _head(points: tuple[Point, ...]) -> str:
    tip, left, right = arrowhead(points)
    return "%.1f %.1f m %.1f %.1f l %.1f %.1f l f\n" % (*tip, *left, *right)  # noqa: UP031 - twice as fast for many
