"""What boxes look like in a picture that the canvas does not paint: colours, cells, and what stands in them.

What many boxes share is found once and kept, so that a large picture takes little time.
"""

from math import isfinite
from typing import NamedTuple

from engine.drawing.cells import Cell, cells_of
from engine.drawing.drawing import Drawing, NodeBox
from engine.drawing.measure import fitted
from engine.drawing.state import StepState, node_state
from engine.graph.view import Category, NodeKind
from engine.interchange.marks import Badge, Mark, Marks
from engine.interchange.palette import Palette, contrast, mixed
from engine.interchange.parts import fill_of, parts_of
from engine.trace.facts import Role
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording
from engine.trace.tensors import UnreadableDtypeError

FUTURE_OPACITY = 0.38
CELL_HEIGHT_PX = 17.0
STRIP_HEIGHT_PX = 14.0
SIDE_PX = 12.0
"""Left and right of texts and cells."""
TRIANGLE_PX = 12.0
"""What the sign of a folded group takes before its title."""
_SHADES = 100
"""So many shades from the colour of zero to that of the strongest number; a finer one cannot be seen."""
_WITHOUT_CELLS = (NodeKind.GROUP, NodeKind.OPTIMIZER)
_BACKWARD_KINDS = (NodeKind.BACKWARD, NodeKind.GRADIENT)


class BoxLook(NamedTuple):
    """A box but for its cells and its place; ``ink`` None: titles in the usual colour, second lines muted."""

    width: float
    height: float
    fill: str
    border: str
    strip: str
    ink: str | None
    state: StepState
    mark: Mark | None
    title: str
    subtitle: str
    is_folded: bool
    badge: Badge
    note: str
    below: str

    @property
    def room_px(self) -> float:
        """For the title."""
        has_sign = self.badge is not Badge.NONE or (self.mark is not None and self.mark.sign)
        return self.width - (36 if has_sign else 20) - (TRIANGLE_PX if self.is_folded else 0)


class Boxes:
    """The boxes of one drawing right after a step."""

    def __init__(
        self,
        drawing: Drawing,
        recording: Recording,
        step: StepIndex,
        palette: Palette,
        marks: Marks,
    ) -> None:
        self._marks = marks.boxes
        self._dress = marks.dress
        self._recording = recording
        self._step = step
        self._palette = palette
        self._parts = {} if palette.skin_fills is None else parts_of(drawing)
        self._strips = _strips(palette)
        self._shades: dict[int, tuple[str, bool]] = {}
        self._odd = self._with_ink(palette.nonfinite)

    def look(self, box: NodeBox) -> tuple[BoxLook, tuple[Cell, ...]]:
        """Return how a box looks, and its cells."""
        node, rect = box.node, box.rect
        state = node_state(node, self._step)
        is_future = state is StepState.FUTURE
        fill, border, strip = self._colors(box, state)
        subtitle, value, ink = node.subtitle, node.value, None
        badge, note, below = Badge.FAILED if node.kind is NodeKind.FAILED else Badge.NONE, "", ""
        if self._parts:
            fill = strip = fill_of(self._parts[node.key], self._palette)
            ink = ink_on(fill, self._palette)
        if self._dress is not None and not is_future:
            dressed, subtitle, value, badge, note, below = self._dress(box)
            if badge in (Badge.NAN, Badge.INFINITE):
                border = self._palette.nonfinite
            if dressed != fill:
                fill, ink = dressed, ink_on(dressed, self._palette)
        if is_future and node.kind in _BACKWARD_KINDS:
            subtitle = "not yet"
        mark = self._marks.get(node.key) if self._marks else None
        if mark is not None and badge is not Badge.NONE:
            mark = mark._replace(sign="")  # there is room for one sign
        look = BoxLook(
            rect.width,
            rect.height,
            fill,
            border,
            strip,
            ink,
            state,
            mark,
            node.title,
            subtitle,
            node.kind is NodeKind.GROUP,
            badge,
            note,
            below,
        )
        return look, () if is_future or value is None or node.kind in _WITHOUT_CELLS else self._cells(value)

    def painted(self, cells: tuple[Cell, ...]) -> list[tuple[str, str, bool]]:
        """Return the text of each cell, its colour, and whether the text upon it is written in the ground's colour."""
        found, shades = [], self._shades
        for text, number, strength in cells:
            # A little colour even for small numbers, so that the sign of anything but zero can be seen.
            place = round((strength * 0.7 + (0.08 if strength > 0 else -0.08 if strength else 0.0)) * _SHADES)
            shade = shades.get(place) if strength or isfinite(number) else self._odd
            color, is_light = shade or self._shade(place)
            found.append((text, color, is_light))
        return found

    def _colors(self, box: NodeBox, state: StepState) -> tuple[str, str, str]:
        """Fill, border and strip."""
        palette, node = self._palette, box.node
        is_current = state is StepState.CURRENT
        border = palette.accent if is_current else palette.node_border
        if node.kind is NodeKind.FAILED:
            return palette.node, palette.error, palette.error
        if node.kind is NodeKind.BACKWARD or (node.kind is NodeKind.GROUP and node.mirrors is not None):
            return palette.backward_node, palette.backward if is_current else border, palette.backward
        if node.kind is NodeKind.OPTIMIZER:
            return palette.node, palette.optimizer, palette.optimizer
        if node.kind in (NodeKind.LEAF, NodeKind.GRADIENT):
            strip = palette.strip_buffer if node.role is Role.BUFFER else palette.strip_parameter
            return palette.node, border, strip
        return palette.node, border, self._strips.get(node.category, palette.strip_arithmetic)

    def _shade(self, place: int) -> tuple[str, bool]:
        """The colour of a cell, so many shades above or below zero."""
        palette = self._palette
        end = palette.positive if place >= 0 else palette.negative
        found = self._shades[place] = self._with_ink(mixed(palette.zero, end, abs(place) / _SHADES))
        return found

    def _with_ink(self, color: str) -> tuple[str, bool]:
        palette = self._palette
        ink = max(palette.text, palette.canvas, key=lambda ink: contrast(ink, color))
        return (color, ink != palette.text)

    def _cells(self, value: ValueId) -> tuple[Cell, ...]:
        try:
            array = self._recording.array(value)
        except UnreadableDtypeError:
            return ()
        return () if array is None else cells_of(array)


def lines_of(look: BoxLook) -> tuple[str, str]:
    """Return title and second line as far as there is room for them."""
    return fitted(look.title, look.room_px, is_mono=False), fitted(look.subtitle, look.width - 18, is_mono=True)


class Place(NamedTuple):
    """Where a cell is, from the left edge of its box."""

    x: float
    width: float


class Row(NamedTuple):
    """Where the cells of a box are, from its top left corner."""

    top: float
    height: float
    places: tuple[Place, ...]


def row_of(width: float, height: float, count: int, *, is_strip: bool) -> Row:
    """Return where ``count`` cells are in a box; a strip has no texts."""
    tall = STRIP_HEIGHT_PX if is_strip else CELL_HEIGHT_PX
    gap = 1.0 if is_strip else 3.0
    wide = (width - 2 * SIDE_PX - gap * (count - 1)) / count
    return Row(height - 8 - tall, tall, tuple(Place(SIDE_PX + index * (wide + gap), wide) for index in range(count)))


def ink_on(fill: str, palette: Palette) -> str:
    """Return the colour that stands out most from a fill."""
    candidates = [palette.text, palette.canvas]
    if palette.skin_fills is not None:
        candidates.append(palette.skin_fills.ink)
    return max(candidates, key=lambda ink: contrast(ink, fill))


def _strips(palette: Palette) -> dict[Category, str]:
    return {
        Category.LAYER: palette.strip_layer,
        Category.ACTIVATION: palette.strip_activation,
        Category.POOL: palette.strip_pool,
        Category.NORMALIZATION: palette.strip_normalization,
        Category.DROPOUT: palette.strip_dropout,
        Category.SHAPE: palette.strip_shape,
        Category.REDUCTION: palette.strip_reduction,
        Category.LOSS: palette.strip_loss,
        Category.ATTENTION: palette.strip_attention,
        Category.TENSOR: palette.strip_tensor,
        Category.OPTIMIZER: palette.optimizer,
    }
