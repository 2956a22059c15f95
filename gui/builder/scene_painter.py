"""Paints the whole network as far as it is in view."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.drawing.drawing import Rect
from engine.network.catalogue import output_ports
from engine.network.network import Link, Node, NodeName
from gui.builder.node_painter import Accents, NodePainter, rect_of
from gui.builder.routing import Point, Router
from gui.builder.scene import Box, Port, Scene, Side, Wire
from gui.builder.wire_painter import WirePainter
from gui.model.network_boxes import Place, input_name
from gui.theme.tokens import Tokens
from gui.widgets.lettering import Style, draw_text, text_width

_GROUP_RADIUS_PX = 13.0
_LABELS_FROM = 0.45
_PORTS_FROM = 0.3
_MARGIN_PX = 60.0


@dataclass(frozen=True, slots=True)
class Attention:
    """What the mouse and the person point at.

    Attributes:
        drag: The port from which a wire is drawn, and where it ends now.
        snap: The port that it would be connected with.
        landing: The connection on which a dragged box would be put.
    """

    selected: frozenset[NodeName] = frozenset()
    selected_link: Link | None = None
    hovered: NodeName | None = None
    hovered_row: int | None = None
    hovered_link: Link | None = None
    hovered_port: Port | None = None
    wrong: frozenset[NodeName] = frozenset()
    drag: tuple[Port, tuple[float, float]] | None = None
    snap: Port | None = None
    trial: Link | None = None
    landing: Link | None = None


class ScenePainter:
    """Paints scenes in one theme."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._nodes = NodePainter(tokens)
        self._wires = WirePainter(tokens)
        self._names: dict[NodeName, Node] = {}

    def paint(self, painter: QPainter, scene: Scene, seen: Rect, scale: float, attention: Attention) -> None:
        """Paint what lies in ``seen``, in world coordinates."""
        area = Place(
            seen.x - _MARGIN_PX, seen.y - _MARGIN_PX, seen.width + 2 * _MARGIN_PX, seen.height + 2 * _MARGIN_PX
        )
        self._names = {node.name: node for node in scene.network.nodes}
        self._frames(painter, scene, area)
        wires = self._paint_wires(painter, scene, area, attention)
        used = {Port(link.source, Side.OUTPUT, link.source_port) for link in scene.network.links}
        used |= {Port(link.target, Side.INPUT, link.target_port) for link in scene.network.links}
        for name, box in scene.boxes.items():
            if not box.place.meets(area):
                continue
            self._nodes.paint(painter, box, self._accents(name, box, attention), scale)
            if scale >= _PORTS_FROM:
                self._ports(painter, box, used, attention)
        if scale >= _LABELS_FROM:
            for wire in wires:
                self._wires.paint_label(painter, wire)
            for wire in wires:
                if wire.link == attention.hovered_link and attention.drag is None:
                    self._wires.paint_plus(painter, wire)
        self._drag(painter, scene, attention)

    def _accents(self, name: NodeName, box: Box, attention: Attention) -> Accents:
        return Accents(
            is_selected=attention.selected.issuperset(box.members),
            is_hovered=name == attention.hovered,
            is_wrong=not attention.wrong.isdisjoint(box.members),
            hovered_row=attention.hovered_row if name == attention.hovered else None,
        )

    def _frames(self, painter: QPainter, scene: Scene, area: Place) -> None:
        tokens = self._tokens
        for block, place in scene.frames.items():
            if place.meets(area):
                painter.setPen(QPen(QColor(tokens.hairline), 1.0))
                painter.setBrush(QColor(tokens.group))
                painter.drawRoundedRect(rect_of(place), _GROUP_RADIUS_PX, _GROUP_RADIUS_PX)
                painter.setPen(QColor(tokens.muted))
                draw_text(painter, place.x + 14.0, place.y + 19.0, block, Style.TITLE)

    def _paint_wires(self, painter: QPainter, scene: Scene, area: Place, attention: Attention) -> list[Wire]:
        visible = []
        for wire in scene.wires:
            xs, ys = [point[0] for point in wire.curve], [point[1] for point in wire.curve]
            if Place(min(xs), min(ys), max(xs) - min(xs) + 1, max(ys) - min(ys) + 1).meets(area):
                visible.append(wire)
        lit = {attention.selected_link, attention.hovered_link, attention.landing}
        for wire in sorted(visible, key=lambda wire: wire.link in lit):
            self._wires.paint(painter, wire, is_lit=wire.link in lit)
        return visible

    def _ports(self, painter: QPainter, box: Box, used: set[Port], attention: Attention) -> None:
        for port, at in zip(box.in_ports + box.out_ports, box.inputs + box.outputs, strict=True):
            is_lit = port in (attention.hovered_port, attention.snap)
            self._nodes.paint_port(painter, box, port, at, is_lit=is_lit, is_used=port in used)
            if port == (attention.snap or attention.hovered_port):
                self._port_name(painter, self._names.get(port.name, box.node), port, at)

    def _port_name(self, painter: QPainter, node: Node, port: Port, at: Point) -> None:
        """Write what a port is called beside it."""
        name = input_name(node, port.index) if port.side is Side.INPUT else output_ports(node)[port.index]
        x, y = at
        width = text_width(name, Style.LABEL) + 12.0
        top = y - 26.0 if port.side is Side.INPUT else y + 11.0
        ground = QRectF(x - width - 8.0, top, width, 17.0)
        painter.setPen(QPen(QColor(self._tokens.hairline), 1.0))
        painter.setBrush(QColor(self._tokens.panel))
        painter.drawRoundedRect(ground, 5.0, 5.0)
        painter.setPen(QColor(self._tokens.text))
        draw_text(painter, ground.x() + 6.0, ground.bottom() - 5.0, name, Style.LABEL)

    def _drag(self, painter: QPainter, scene: Scene, attention: Attention) -> None:
        tokens = self._tokens
        link = attention.trial
        ends = None if link is None else (Port(link.source, Side.OUTPUT, link.source_port),
                                          Port(link.target, Side.INPUT, link.target_port))  # fmt: skip
        if ends is not None and scene.has_port(ends[0]) and scene.has_port(ends[1]):
            start, end = scene.point_of(ends[0]), scene.point_of(ends[1])
            self._wires.paint_curve(painter, Router([]).route(start, end), tokens.accent, 1.6, is_dashed=True)
        if attention.drag is None:
            return
        port, free_end = attention.drag
        end = free_end if attention.snap is None else scene.point_of(attention.snap)
        start = scene.point_of(port)
        curve = Router([]).route(start, end) if port.side is Side.OUTPUT else Router([]).route(end, start)
        self._wires.paint_curve(painter, curve, tokens.accent, 2.0, is_dashed=attention.snap is None)


def paint_hint(painter: QPainter, width: float, height: float, tokens: Tokens, lines: tuple[str, ...]) -> None:
    """Say in the middle of an empty canvas what can be done."""
    for index, line in enumerate(lines):
        style = Style.FRAME_TITLE if index == 0 else Style.FRAME_TEXT
        painter.setPen(QColor(tokens.text if index == 0 else tokens.muted))
        top = height / 2 - 12.0 * len(lines) + index * 24.0
        draw_text(painter, (width - text_width(line, style)) / 2, top, line, style)


def paint_marquee(painter: QPainter, rect: QRectF, tokens: Tokens) -> None:
    """Paint the rectangle that selects."""
    painter.setPen(QPen(QColor(tokens.accent), 1.0))
    fill = QColor(tokens.accent)
    fill.setAlphaF(0.10)
    painter.setBrush(fill)
    painter.drawRect(rect)
    painter.setBrush(Qt.BrushStyle.NoBrush)
