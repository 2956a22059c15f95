"""Paints one box of the network: heading, lines, ports, marks."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.network.catalogue import Category, functions, layers
from engine.network.network import Node, NodeKind
from gui.builder.routing import Point
from gui.builder.scene import Box, Port, Side
from gui.model.network_boxes import Place, RowKind, is_needed, title_of
from gui.theme.tokens import Tokens
from gui.widgets.lettering import Style, draw_text, faded, fitted_text, text_width

RADIUS_PX = 9.0
_LEFT_PX = 13.0
_RIGHT_PX = 11.0
_TITLE_BASELINE_PX = 19.5
_ROW_BASELINE_PX = 11.5
_HALO_PX = 5.0
_SHEET_PX = 4.0
_FAR = 0.5
"""Below this scale a box shows its name alone."""
_LEAST_NAME_PX = 40.0
_VALUE_SHARE = 0.55


@dataclass(frozen=True, slots=True)
class Accents:
    """What is picked out on one box."""

    is_selected: bool = False
    is_hovered: bool = False
    is_wrong: bool = False
    hovered_row: int | None = None


class NodePainter:
    """Paints boxes in one theme, in world coordinates."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def paint(self, painter: QPainter, box: Box, accents: Accents, scale: float) -> None:
        """Paint one box."""
        if box.block:
            self._sheet_behind(painter, box)
        self._frame(painter, box, accents)
        if scale < _FAR:
            self._far_name(painter, box)
        else:
            self._heading(painter, box)
            for index in range(len(box.rows)):
                self._row(painter, box, index, is_hovered=accents.hovered_row == index)
        if accents.is_wrong:
            self._cross(painter, QPointF(box.place.right - 1.0, box.place.y + 1.0))

    def _frame(self, painter: QPainter, box: Box, accents: Accents) -> None:
        tokens, rect = self._tokens, rect_of(box.place)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if accents.is_selected:
            painter.setPen(QPen(faded(tokens.accent, 0.20), _HALO_PX))
            halo = rect.adjusted(-_HALO_PX / 2, -_HALO_PX / 2, _HALO_PX / 2, _HALO_PX / 2)
            painter.drawRoundedRect(halo, RADIUS_PX + _HALO_PX / 2, RADIUS_PX + _HALO_PX / 2)
        color = tokens.node_border
        if accents.is_wrong:
            color = tokens.error
        if accents.is_selected or (accents.is_hovered and not accents.is_wrong):
            color = tokens.accent
        painter.setPen(QPen(QColor(color), 2.0 if accents.is_selected or accents.is_wrong else 1.0))
        painter.setBrush(QColor(tokens.node))
        painter.drawRoundedRect(rect, RADIUS_PX, RADIUS_PX)
        inset = min(10.0, box.place.height / 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.strip_shape if box.block else strip_of(box.node, tokens)))
        strip = QRectF(box.place.x + 1.5, box.place.y + inset, 3.0, box.place.height - 2 * inset)
        painter.drawRoundedRect(strip, 1.5, 1.5)

    def _sheet_behind(self, painter: QPainter, box: Box) -> None:
        """Paint the edge of a second sheet: there is more than one node in it."""
        painter.setPen(QPen(QColor(self._tokens.node_border), 1.0))
        painter.setBrush(QColor(self._tokens.group))
        painter.drawRoundedRect(rect_of(box.place).translated(_SHEET_PX, _SHEET_PX), RADIUS_PX, RADIUS_PX)

    def _heading(self, painter: QPainter, box: Box) -> None:
        place = box.place
        room = place.width - _LEFT_PX - _RIGHT_PX
        title = fitted_text(box.block or title_of(box.node), Style.TITLE, room)
        baseline = place.y + _TITLE_BASELINE_PX
        painter.setPen(QColor(self._tokens.text))
        draw_text(painter, place.x + _LEFT_PX, baseline, title, Style.TITLE)
        rest = room - text_width(title, Style.TITLE) - 10.0
        is_told = bool(box.block) or box.node.name == title_of(box.node).lower()
        if is_told or rest < min(_LEAST_NAME_PX, text_width(box.node.name, Style.SUBTITLE)):
            return
        name = fitted_text(box.node.name, Style.SUBTITLE, rest)
        painter.setPen(QColor(self._tokens.muted))
        draw_text(painter, place.right - _RIGHT_PX - text_width(name, Style.SUBTITLE), baseline, name, Style.SUBTITLE)

    def _row(self, painter: QPainter, box: Box, index: int, *, is_hovered: bool) -> None:
        row, place = box.rows[index], box.row_place(index)
        tokens = self._tokens
        if is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(rect_of(place).adjusted(7.0, 0.5, -5.0, -0.5), 4.0, 4.0)
        baseline = place.y + _ROW_BASELINE_PX
        room = place.width - _LEFT_PX - _RIGHT_PX
        share = 0.12 if row.kind is RowKind.TEXT else 1 - _VALUE_SHARE
        shown = row.name.removeprefix("forward.")
        widest = max(room * share, room - text_width(row.value, Style.SUBTITLE) - 10.0)
        name = fitted_text(shown, Style.LABEL, widest)
        painter.setPen(QColor(tokens.muted))
        draw_text(painter, place.x + _LEFT_PX, baseline, name, Style.LABEL)
        value = fitted_text(row.value or "?", Style.SUBTITLE, room - text_width(name, Style.LABEL) - 8.0)
        color = tokens.error if not row.value else tokens.muted if row.kind is RowKind.COUNT else tokens.text
        painter.setPen(QColor(color))
        draw_text(painter, place.right - _RIGHT_PX - text_width(value, Style.SUBTITLE), baseline, value, Style.SUBTITLE)

    def _far_name(self, painter: QPainter, box: Box) -> None:
        place = box.place
        style = Style.NAME if place.height > 44 else Style.SHORT
        text = fitted_text(box.block or title_of(box.node), style, place.width - _LEFT_PX - 4.0)
        painter.setPen(QColor(self._tokens.text))
        baseline = place.y + place.height / 2 + style.value[0] * 0.36
        draw_text(painter, place.x + _LEFT_PX, baseline, text, style)

    def _cross(self, painter: QPainter, center: QPointF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._tokens.error))
        painter.drawEllipse(center, 7.0, 7.0)
        painter.setPen(QPen(QColor(self._tokens.node), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for arm in (QPointF(2.6, 2.6), QPointF(2.6, -2.6)):
            painter.drawLine(center - arm, center + arm)

    def paint_port(self, painter: QPainter, box: Box, port: Port, at: Point, *, is_lit: bool, is_used: bool) -> None:
        """Paint one port; ``is_lit`` when the mouse is at it, or a wire would snap to it."""
        tokens = self._tokens
        x, y = at
        is_own = port.name == box.node.name and not box.block
        is_quiet = is_own and port.side is Side.INPUT and not is_used and not is_needed(box.node, port.index)
        radius = 5.5 if is_lit else 2.4 if is_quiet else 3.0
        if is_lit:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(faded(tokens.accent, 0.25))
            painter.drawEllipse(QPointF(x, y), 10.0, 10.0)
        painter.setPen(QPen(QColor(tokens.accent if is_lit else tokens.faint if is_quiet else tokens.edge), 1.3))
        painter.setBrush(QColor(tokens.accent if is_lit else tokens.edge if is_used else tokens.node))
        painter.drawEllipse(QPointF(x, y), radius, radius)


def rect_of(place: Place) -> QRectF:
    """Return a place as Qt's rectangle."""
    return QRectF(place.x, place.y, place.width, place.height)


def strip_of(node: Node, tokens: Tokens) -> str:
    """Return the colour of the strip at a box's left edge."""
    if node.kind is NodeKind.LAYER:
        return _color_of(layers()[node.type].category, tokens)
    if node.kind is NodeKind.FUNCTION:
        return _color_of(functions()[node.type].category, tokens)
    return tokens.strip_loss if node.kind is NodeKind.OUTPUT else tokens.strip_tensor


def _color_of(category: Category, tokens: Tokens) -> str:
    colors = {
        Category.INPUTS: tokens.strip_tensor,
        Category.LINEAR: tokens.strip_layer,
        Category.CONVOLUTION: tokens.strip_layer,
        Category.POOLING: tokens.strip_pool,
        Category.NORMALIZATION: tokens.strip_normalization,
        Category.REGULARIZATION: tokens.strip_dropout,
        Category.RECURRENT: tokens.strip_layer,
        Category.ATTENTION: tokens.strip_attention,
        Category.ACTIVATION: tokens.strip_activation,
        Category.SHAPE: tokens.strip_shape,
        Category.ARITHMETIC: tokens.strip_arithmetic,
        Category.REDUCTION: tokens.strip_reduction,
    }
    return colors[category]
