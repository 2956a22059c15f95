"""The boxes of an SVG. What many boxes share is written once and kept, so that a large picture takes little time."""

from math import isfinite
from typing import NamedTuple

from engine.drawing.cells import Cell, cells_of
from engine.drawing.drawing import Drawing, NodeBox
from engine.drawing.measure import fitted
from engine.drawing.state import StepState, node_state
from engine.graph.view import Category, NodeKind
from engine.interchange.marks import Mark, Marks
from engine.interchange.palette import Palette, luminance, mixed
from engine.interchange.parts import fill_of, parts_of
from engine.interchange.texts import xml_text
from engine.trace.facts import Role
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from engine.trace.tensors import UnreadableDtypeError

FUTURE_OPACITY = 0.38
_CELL_HEIGHT_PX = 17.0
_STRIP_HEIGHT_PX = 14.0
_SHADES = 100
"""So many shades from the colour of zero to that of the strongest number; a finer one cannot be seen."""
_WITHOUT_CELLS = (NodeKind.GROUP, NodeKind.OPTIMIZER)
_BACKWARD_KINDS = (NodeKind.BACKWARD, NodeKind.GRADIENT)


class _Look(NamedTuple):
    """What a box is without its texts and cells."""

    width: float
    height: float
    fill: str
    border: str
    strip: str
    state: StepState
    mark: Mark | None


class NodeWriter:
    """Writes the boxes of one drawing right after a step; inside of a box, lengths count from its top left corner."""

    def __init__(
        self,
        drawing: Drawing,
        recording: Recording,
        step: StepIndex,
        palette: Palette,
        marks: Marks,
    ) -> None:
        self._marks = marks.boxes
        self._recording = recording
        self._step = step
        self._palette = palette
        self._parts = {} if palette.skin_fills is None else parts_of(drawing)
        self._faces: dict[tuple[object, ...], str] = {}
        self._rows: dict[tuple[float, float, int, bool], str] = {}
        self._shades: dict[int, tuple[str, str]] = {}
        self._strips = _strips(palette)
        self._odd = self._with_ink(palette.nonfinite)
        self._names: dict[str, str] = {}

    def text(self, box: NodeBox, identity: str) -> str:
        """Return the element of a box; ``identity`` is its id, in letters and digits."""
        node, rect = box.node, box.rect
        state = node_state(node, self._step)
        fill, border, strip = self._colors(box, state)
        if self._parts:
            fill = strip = fill_of(self._parts[node.key], self._palette)
        mark = self._marks.get(node.key) if self._marks else None
        look = (rect.width, rect.height, fill, border, strip, state, mark, node.title, node.subtitle, node.kind)
        face = self._faces.get(look)
        if face is None:
            face = self._faces[look] = self._face(box, _Look(*look[:7]))
        has_cells = state is not StepState.FUTURE and node.kind not in _WITHOUT_CELLS
        cells = self._cells(box) if has_cells else ""
        return f'<g id="{identity}" transform="translate({rect.x:.1f} {rect.y:.1f})"{face}{cells}</g>'

    def _face(self, box: NodeBox, look: _Look) -> str:
        """All of a box but its place and its cells, from the end of its opening tag on."""
        node, is_future, mark = box.node, look.state is StepState.FUTURE, look.mark
        ink = f' style="fill:{_ink_on(look.fill, self._palette)}"' if self._parts else ""
        room = look.width - (20 if mark is None or not mark.sign else 36)
        subtitle = "not yet" if is_future and node.kind in _BACKWARD_KINDS else node.subtitle
        opacity = f' opacity="{FUTURE_OPACITY}"' if is_future else ""
        return (
            f"{opacity}>"
            f"<title>{self._name(node.title)} {self._name(node.subtitle)}</title>{_shell(look, self._palette.node)}"
            f'<text class="t" x="12" y="19"{ink}>{xml_text(fitted(node.title, room, is_mono=False))}</text>'
            f'<text class="m" x="12" y="35"{ink}>{xml_text(fitted(subtitle, look.width - 18, is_mono=True))}</text>'
        )

    def _name(self, text: str) -> str:
        found = self._names.get(text)
        if found is None:
            found = self._names[text] = xml_text(text)
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

    def _cells(self, box: NodeBox) -> str:
        cells = self._cells_of(box)
        if not cells:
            return ""
        is_strip = not cells[0].text
        key = (box.rect.width, box.rect.height, len(cells), is_strip)
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = _row(*key)
        words: list[str] = []
        shades, names = self._shades, self._names
        for text, number, strength in cells:
            # A little colour even for small numbers, so that the sign of anything but zero can be seen.
            place = round((strength * 0.7 + (0.08 if strength > 0 else -0.08 if strength else 0.0)) * _SHADES)
            shade = shades.get(place) if strength or isfinite(number) else self._odd
            color, ink = shade or self._shade(place)
            words += (color,) if is_strip else (color, ink, names.get(text) or self._name(text))
        return row % tuple(words)

    def _shade(self, place: int) -> tuple[str, str]:
        """The colour of a cell, so many shades above or below zero, and the class of the text upon it."""
        palette = self._palette
        end = palette.positive if place >= 0 else palette.negative
        found = self._shades[place] = self._with_ink(mixed(palette.zero, end, abs(place) / _SHADES))
        return found

    def _with_ink(self, color: str) -> tuple[str, str]:
        palette = self._palette
        ink = max(palette.text, palette.canvas, key=lambda ink: abs(luminance(ink) - luminance(color)))
        return (color, "c" if ink == palette.text else "c d")

    def _cells_of(self, box: NodeBox) -> tuple[Cell, ...]:
        if box.node.value is None:
            return ()
        try:
            array = self._recording.array(box.node.value)
        except UnreadableDtypeError:
            return ()
        return () if array is None else cells_of(array)


def _shell(look: _Look, ink: str) -> str:
    """A box without texts and cells; ``ink`` is what the sign of a mark is written with."""
    width, height, fill, border, strip, state, mark = look
    shape = f'width="{width:.1f}" height="{height:.1f}" rx="9"'
    is_current = state is StepState.CURRENT
    dash = ' stroke-dasharray="4 3"' if state is StepState.FUTURE else ""
    halo = f'<rect {shape} fill="none" stroke="{border}" stroke-width="10" opacity="0.2"/>' if is_current else ""
    thick = 2.0 if is_current else 1.0
    disc = ""
    if mark is not None:
        border, strip, thick = mark.color, mark.color, max(thick, 1.8)
        dash = ' stroke-dasharray="5 4"' if mark.is_dashed else dash
        if mark.sign:
            disc = f'<circle cx="{width - 13:.1f}" cy="14.5" r="7" fill="{mark.color}"/>'
            disc += f'<text class="c" x="{width - 13:.1f}" y="18" style="fill:{ink};font-weight:600">{mark.sign}</text>'
    return (
        f'{halo}<rect {shape} fill="{fill}" stroke="{border}" stroke-width="{thick:g}"{dash}/>'
        f'<rect y="10" width="3" height="{height - 20:.1f}" fill="{strip}"/>{disc}'
    )


def _row(width: float, height: float, count: int, is_strip: bool) -> str:  # noqa: FBT001 - part of a key
    """The cells of a row, with places for the colour of each and, unless in a strip, the text's class and the text."""
    tall = _STRIP_HEIGHT_PX if is_strip else _CELL_HEIGHT_PX
    gap = 1.0 if is_strip else 3.0
    wide = (width - 24 - gap * (count - 1)) / count
    top = height - 8 - tall
    found = []
    for index in range(count):
        x = 12 + index * (wide + gap)
        cell = f'<rect x="{x:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{tall:.0f}" '
        cell += f'rx="{1 if is_strip else 4}" fill="%s"/>'
        if not is_strip:
            cell += f'<text class="%s" x="{x + wide / 2:.1f}" y="{top + 12.2:.1f}">%s</text>'
        found.append(cell)
    return "".join(found)


def _ink_on(fill: str, palette: Palette) -> str:
    candidates = [palette.text, palette.canvas]
    if palette.skin_fills is not None:
        candidates.append(palette.skin_fills.ink)
    return max(candidates, key=lambda ink: abs(luminance(ink) - luminance(fill)))


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
