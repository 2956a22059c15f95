"""The edges of an SVG."""

from itertools import chain

from engine.drawing.drawing import EdgePath, Point
from engine.drawing.state import StepState, edge_state
from engine.graph.labels import short
from engine.graph.view import EdgeKind
from engine.interchange.arrows import arrowhead
from engine.interchange.boxes import FUTURE_OPACITY
from engine.interchange.marks import NO_MARKS, Mark, Marks, unmarked
from engine.interchange.palette import Palette
from engine.interchange.strokes import Stroke, marked_stroke, stroke_of
from engine.interchange.texts import xml_text
from engine.trace.ids import StepIndex

_ONE_PIECE = 4
"""Points of a route that is one curve."""


class EdgeWriter:
    """Writes the edges of one drawing right after a step; the looks of edges are made once and kept.

    Attributes:
        dots: Where saved tensors are, to be written above the boxes.
    """

    def __init__(self, step: StepIndex, palette: Palette, marks: Marks = NO_MARKS) -> None:
        self._step = step
        self._palette = palette
        self._mark_of = None if marks.of_edge is unmarked else marks.of_edge
        self._looks: dict[tuple[EdgeKind, bool], tuple[str, str]] = {}
        self._curves: dict[int, str] = {}
        self.dots: list[str] = []

    def text(self, path: EdgePath) -> str:
        """Return the elements of an edge; nothing for a saved tensor that is not used at this step."""
        state = edge_state(path.edge, self._step)
        if path.edge.kind is EdgeKind.SAVED:
            return self._saved(path) if state is StepState.CURRENT else ""
        mark = None if self._mark_of is None else self._mark_of(path.edge)
        if mark is not None:
            return self._marked(path, mark)
        key = (path.edge.kind, state is StepState.FUTURE)
        look = self._looks.get(key)
        if look is None:
            look = self._looks[key] = self._look(*key)
        return f'<path d="{self._curve(path.points)}" {look[0]}/><path d="{_arrowhead(path.points)}" {look[1]}/>'

    def _look(self, kind: EdgeKind, is_future: bool) -> tuple[str, str]:  # noqa: FBT001 - part of a key
        """How a line of this kind looks, and its arrowhead."""
        stroke = stroke_of(kind, self._palette, is_future=is_future)
        faded = f' opacity="{FUTURE_OPACITY}"' if is_future else ""
        return f"{_line(stroke)}{faded}", f'fill="{stroke.color}"{faded}'

    def _marked(self, path: EdgePath, mark: Mark) -> str:
        stroke = marked_stroke(mark)
        return (
            f'<path d="{self._curve(path.points)}" {_line(stroke)}/>'
            f'<path d="{_arrowhead(path.points)}" fill="{stroke.color}"/>'
        )

    def _saved(self, path: EdgePath) -> str:
        stroke = stroke_of(path.edge.kind, self._palette, is_future=False)
        x, y = path.points[0]
        self.dots.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{stroke.color}"/>')
        middle = path.points[len(path.points) // 2]
        return (
            f'<path d="{self._curve(path.points)}" {_line(stroke)}/>'
            f'<text class="s" x="{middle[0] + 8:.1f}" y="{middle[1] + 4:.1f}" style="fill:{stroke.color}">'
            f"{xml_text(short(path.edge.label, 40))}</text>"
        )

    def _curve(self, points: tuple[Point, ...]) -> str:
        x, y = points[0]
        if len(points) == _ONE_PIECE and points[1][0] == points[2][0] == points[3][0] == x:
            return f"M{x:.1f} {y:.1f}V{points[3][1]:.1f}"  # as most edges of a large picture
        count = (len(points) - 1) // 3
        form = self._curves.get(count)
        if form is None:
            form = self._curves[count] = "M%.1f %.1f" + "C%.1f %.1f %.1f %.1f %.1f %.1f" * count
        return form % tuple(chain.from_iterable(points[: 3 * count + 1]))


def _line(stroke: Stroke) -> str:
    dash = f' stroke-dasharray="{" ".join(map(str, stroke.dash))}"' if stroke.dash else ""
    return f'stroke="{stroke.color}" stroke-width="{stroke.width_px}"{dash} fill="none"'


def _arrowhead(points: tuple[Point, ...]) -> str:
    (x, y), left, right = arrowhead(points)
    if left[1] == right[1] and left[1] < y:  # straight down, as most of them
        return f"M{x:.1f} {y:.1f}l3.2 -7h-6.4Z"
    return "M%.1f %.1fL%.1f %.1fL%.1f %.1fZ" % (x, y, *left, *right)  # noqa: UP031 - twice as fast for many
