"""A drawing as SVG: text stays text, every node has an id and a tooltip, the same input gives the same bytes."""

from xml.sax.saxutils import quoteattr

from engine.drawing.cells import Cell, cells_of
from engine.drawing.drawing import Drawing, EdgePath, GroupFrame, LaneLabel, NodeBox, Point
from engine.drawing.measure import elided, fitted, shortened, title_width
from engine.drawing.state import StepState, edge_state, node_state
from engine.graph.view import Category, EdgeKind, NodeKind
from engine.interchange.palette import Palette, luminance, mixed
from engine.interchange.parts import fill_of, parts_of
from engine.interchange.texts import xml_text
from engine.trace.facts import Role
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from engine.trace.tensors import UnreadableDtypeError

_SANS = "Inter, 'Helvetica Neue', Arial, sans-serif"
_MONO = "'JetBrains Mono', Menlo, Consolas, monospace"
_FUTURE_OPACITY = 0.38
_CELL_HEIGHT_PX = 17.0
_STRIP_HEIGHT_PX = 14.0
_FRAME_MARGIN_PX = 14.0
_LEAST_TITLE_PX = 60.0


def svg_text(
    drawing: Drawing, recording: Recording, step: StepIndex, palette: Palette, *, is_transparent: bool = False
) -> str:
    """Return the picture of ``drawing`` right after ``step`` as one SVG document, cut off at the drawing's bounds."""
    return _Writer(drawing, recording, step, palette).document(is_transparent=is_transparent)


class _Writer:
    def __init__(self, drawing: Drawing, recording: Recording, step: StepIndex, palette: Palette) -> None:
        self._drawing = drawing
        self._recording = recording
        self._step = step
        self._palette = palette
        self._parts = {} if palette.skin_fills is None else parts_of(drawing)

    def document(self, *, is_transparent: bool) -> str:
        bounds, palette = self._drawing.bounds, self._palette
        view_box = f"{bounds.x:.1f} {bounds.y:.1f} {bounds.width:.1f} {bounds.height:.1f}"
        size = f'width="{bounds.width:.1f}" height="{bounds.height:.1f}"'
        ground = f'<rect x="{bounds.x:.1f}" y="{bounds.y:.1f}" {size} fill="{palette.canvas}"/>'
        return "\n".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view_box}" {size}>',
                f"<title>{xml_text(self._recording.info.filename)}</title>",
                f"<style>{self._style()}</style>",
                *([] if is_transparent else [ground]),
                *(self._frame(frame) for frame in self._drawing.frames),
                *(self._lane(lane) for lane in self._drawing.lanes),
                *(self._edge(path) for path in self._drawing.edges),
                *(self._node(box, f"n{index}") for index, box in enumerate(self._drawing.nodes)),
                "</svg>\n",
            )
        )

    def _style(self) -> str:
        palette = self._palette
        return (
            f"text{{font-family:{_SANS};fill:{palette.text}}}"
            f".t{{font-size:12.5px;font-weight:600}}.m{{font-family:{_MONO};font-size:10.5px;fill:{palette.muted}}}"
            f".c{{font-family:{_MONO};font-size:10px;text-anchor:middle}}"
            ".l{font-size:11px;font-weight:600;letter-spacing:1px}.s{font-size:10.5px}"
        )

    def _frame(self, frame: GroupFrame) -> str:
        rect, group, palette = frame.rect, frame.group, self._palette
        # Edges that come in from above pass beside the text.
        room = min(rect.width, frame.heading_px or rect.width) - 2 * _FRAME_MARGIN_PX
        title = fitted(group.title, max(room, _LEAST_TITLE_PX), is_mono=False)
        subtitle = shortened(group.subtitle, room - title_width(title) - 8.0, title_width)
        return (
            f"<g><title>{xml_text(f'{group.title} {group.subtitle}')}</title>"
            f'<rect x="{rect.x:.1f}" y="{rect.y:.1f}" width="{rect.width:.1f}" height="{rect.height:.1f}" rx="12" '
            f'fill="{palette.group}" stroke="{palette.node_border}"/>'
            f'<text class="t" x="{rect.x + 14:.1f}" y="{rect.y + 22:.1f}">{xml_text(title)} '
            f'<tspan class="s" font-weight="400" fill="{palette.muted}">'
            f"{xml_text(subtitle)}</tspan></text></g>"
        )

    def _lane(self, lane: LaneLabel) -> str:
        color = {"F": self._palette.muted, "B": self._palette.backward}.get(lane.text[:1], self._palette.optimizer)
        x, y = lane.position
        return (
            f'<text class="l" x="{x:.1f}" y="{y:.1f}" fill="{color}" style="fill:{color}">{xml_text(lane.text)}</text>'
        )

    def _edge(self, path: EdgePath) -> str:
        state = edge_state(path.edge, self._step)
        if path.edge.kind is EdgeKind.SAVED:
            return self._saved(path) if state is StepState.CURRENT else ""
        color = {
            EdgeKind.GRADIENT: self._palette.backward,
            EdgeKind.UPDATE: self._palette.optimizer,
            EdgeKind.VIEW: self._palette.faint,
        }.get(path.edge.kind, self._palette.edge)
        width = 2.0 if path.edge.kind is EdgeKind.GRADIENT else 1.4
        look = f'stroke="{color}" stroke-width="{width}" fill="none"'
        if state is StepState.FUTURE:
            look += f' stroke-dasharray="4 4" opacity="{_FUTURE_OPACITY}"'
        elif path.edge.kind is EdgeKind.VIEW:
            look += ' stroke-dasharray="1 4"'
        head = _arrowhead(path.points)
        opacity = f' opacity="{_FUTURE_OPACITY}"' if state is StepState.FUTURE else ""
        return f'<path d="{_path(path.points)}" {look}/><path d="{head}" fill="{color}"{opacity}/>'

    def _saved(self, path: EdgePath) -> str:
        color = self._palette.saved
        x, y = path.points[0]
        middle = path.points[len(path.points) // 2]
        return (
            f'<path d="{_path(path.points)}" stroke="{color}" stroke-width="1.8" stroke-dasharray="2 4" fill="none"/>'
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{color}"/>'
            f'<text class="s" x="{middle[0] + 8:.1f}" y="{middle[1] + 4:.1f}" style="fill:{color}">'
            f"{xml_text(elided(path.edge.label, 40))}</text>"
        )

    def _node(self, box: NodeBox, identity: str) -> str:
        node, rect = box.node, box.rect
        state = node_state(node, self._step)
        fill, border, strip = self._colors(box, state)
        ink = ""
        if self._palette.skin_fills is not None:
            fill = strip = fill_of(self._parts[node.key], self._palette)
            ink = f' style="fill:{_ink_on(fill, self._palette)}"'
        is_future = state is StepState.FUTURE
        dash = ' stroke-dasharray="4 3"' if is_future else ""
        opacity = f' opacity="{_FUTURE_OPACITY}"' if is_future else ""
        shape = f'x="{rect.x:.1f}" y="{rect.y:.1f}" width="{rect.width:.1f}" height="{rect.height:.1f}" rx="9"'
        subtitle = "not yet" if is_future and node.kind in _BACKWARD_KINDS else node.subtitle
        title = xml_text(fitted(node.title, rect.width - 20, is_mono=False))
        line = xml_text(fitted(subtitle, rect.width - 18, is_mono=True))
        x = f"{rect.x + 12:.1f}"
        parts = [
            f"<g id={quoteattr(identity)}{opacity}>",
            f"<title>{xml_text(f'{node.title} {node.subtitle}')}</title>",
        ]
        if state is StepState.CURRENT:
            parts.append(f'<rect {shape} fill="none" stroke="{border}" stroke-width="10" opacity="0.2"/>')
        width = 2 if state is StepState.CURRENT else 1
        parts += [
            f'<rect {shape} fill="{fill}" stroke="{border}" stroke-width="{width}"{dash}/>',
            f'<rect x="{rect.x:.1f}" y="{rect.y + 10:.1f}" width="3" height="{rect.height - 20:.1f}" fill="{strip}"/>',
            f'<text class="t" x="{x}" y="{rect.y + 19:.1f}"{ink}>{title}</text>',
            f'<text class="m" x="{x}" y="{rect.y + 35:.1f}"{ink}>{line}</text>',
        ]
        if not is_future and node.kind is not NodeKind.GROUP and node.kind is not NodeKind.OPTIMIZER:
            parts.append(self._cells(box))
        return "".join((*parts, "</g>"))

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
        return palette.node, border, _strip(palette, node.category)

    def _cells(self, box: NodeBox) -> str:
        cells = self._cells_of(box)
        if not cells:
            return ""
        rect, palette = box.rect, self._palette
        is_strip = not cells[0].text
        height = _STRIP_HEIGHT_PX if is_strip else _CELL_HEIGHT_PX
        gap = 1.0 if is_strip else 3.0
        width = (rect.width - 24 - gap * (len(cells) - 1)) / len(cells)
        top = rect.bottom - 8 - height
        parts = []
        for index, cell in enumerate(cells):
            x = rect.x + 12 + index * (width + gap)
            color = _cell_color(palette, cell)
            parts.append(
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
                f'rx="{1 if is_strip else 4}" fill="{color}"/>'
            )
            if cell.text:
                ink = max(palette.text, palette.canvas, key=lambda ink: abs(luminance(ink) - luminance(color)))
                parts.append(
                    f'<text class="c" x="{x + width / 2:.1f}" y="{top + 12.2:.1f}" style="fill:{ink}">'
                    f"{xml_text(cell.text)}</text>"
                )
        return "".join(parts)

    def _cells_of(self, box: NodeBox) -> tuple[Cell, ...]:
        if box.node.value is None:
            return ()
        try:
            array = self._recording.array(box.node.value)
        except UnreadableDtypeError:
            return ()
        return () if array is None else cells_of(array)


_BACKWARD_KINDS = (NodeKind.BACKWARD, NodeKind.GRADIENT)


def _ink_on(fill: str, palette: Palette) -> str:
    candidates = [palette.text, palette.canvas]
    if palette.skin_fills is not None:
        candidates.append(palette.skin_fills.ink)
    return max(candidates, key=lambda ink: abs(luminance(ink) - luminance(fill)))


def _strip(palette: Palette, category: Category) -> str:
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
    }.get(category, palette.strip_arithmetic)


def _cell_color(palette: Palette, cell: Cell) -> str:
    if not cell.is_finite:
        return palette.nonfinite
    strongest = palette.positive if cell.strength >= 0 else palette.negative
    # A little colour even for small numbers, so that the sign of anything but zero can be seen.
    share = abs(cell.strength) * 0.7 + (0.08 if cell.strength else 0.0)
    return mixed(palette.zero, strongest, share)


def _path(points: tuple[Point, ...]) -> str:
    start = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    pieces = []
    for index in range(1, len(points) - 2, 3):
        numbers = " ".join(f"{x:.1f} {y:.1f}" for x, y in points[index : index + 3])
        pieces.append(f"C{numbers}")
    return start + "".join(pieces)


def _arrowhead(points: tuple[Point, ...]) -> str:
    tip = points[-1]
    before = next((point for point in reversed(points) if point != tip), (tip[0] - 1, tip[1]))
    dx, dy = tip[0] - before[0], tip[1] - before[1]
    length = (dx * dx + dy * dy) ** 0.5
    ux, uy = dx / length, dy / length
    base = (tip[0] - 7 * ux, tip[1] - 7 * uy)
    left, right = (base[0] - 3.2 * uy, base[1] + 3.2 * ux), (base[0] + 3.2 * uy, base[1] - 3.2 * ux)
    corners = " L".join(f"{x:.1f} {y:.1f}" for x, y in (tip, left, right))
    return f"M{corners}Z"
