"""Paints one node: box, strip, title, mono line, value cells, marks."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from engine.compare import ChangeKind
from engine.drawing.state import StepState
from gui.canvas.cell_painter import CellPainter
from gui.canvas.changes import change_color, paint_sign
from gui.canvas.level import Level
from gui.canvas.look import Mark, NodeLook
from gui.theme.tokens import Tokens
from gui.widgets.lettering import FUTURE_OPACITY, Style, draw_text, faded, fitted_text, readable_on, text_width

RADIUS = 9.0
_STRIP_WIDTH = 3.0
_STRIP_INSET = 10.0
_TEXT_LEFT = 12.0
_TEXT_RIGHT = 8.0
_TITLE_BASELINE = 19.5
_SUBTITLE_BASELINE = 34.0
_CELLS_TOP = 41.0
_CELLS_HEIGHT = 17.0
_HALO = 5.0
_CHANGED_WIDTH = 1.8
_LIGHT = 0.5
_MARK_ROOM = 16.0
_FACES: dict[Level, tuple[Style, Style | None]] = {
    Level.NAMES: (Style.NAME, None),
    Level.SHORT: (Style.SHORT, Style.SHORT_TEXT),
}
"""Of small nodes: the style of the name, and of the mono line if there is room for one."""
_HATCHES = {Mark.NAN: Qt.BrushStyle.BDiagPattern, Mark.INFINITE: Qt.BrushStyle.FDiagPattern}
_NAME_STYLES = (Style.NAME, Style.SHORT, Style.NAME_SMALL, Style.TITLE)


class NodePainter:
    """Paints nodes in one theme, at the origin of the painter's coordinates."""

    def __init__(self, tokens: Tokens, cells: CellPainter) -> None:
        self._tokens = tokens
        self._cells = cells

    def paint(self, painter: QPainter, look: NodeLook, level: Level) -> None:
        """Paint a node whose top left corner is the origin."""
        painter.save()
        if look.state is StepState.FUTURE:
            painter.setOpacity(painter.opacity() * FUTURE_OPACITY)
        self._box(painter, look)
        if level in _FACES:
            self._name(painter, look, level)
        elif level >= Level.VALUES:
            self._texts(painter, look, level)
            self._row(painter, look, level)
            self._note(painter, look)
        self._mark(painter, look)
        painter.restore()

    def _box(self, painter: QPainter, look: NodeLook) -> None:
        rect = QRectF(0, 0, look.width, look.height)
        fill = QColor(look.fill)
        pen = QPen(QColor(look.border), 2.0 if look.mark is Mark.FAILED else 1.0)
        if look.state is StepState.FUTURE:
            pen.setColor(QColor(self._tokens.faint))
            pen.setDashPattern([4.0, 3.0])
        elif look.change is not None:
            pen = QPen(QColor(change_color(self._tokens, look.change)), _CHANGED_WIDTH)
        elif look.is_stub:
            pen = QPen(QColor(self._tokens.muted), 1.2)
        if look.is_stub or look.change is ChangeKind.ADDED:
            pen.setDashPattern([3.0, 2.4])
        painter.setPen(pen)
        painter.setBrush(fill)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
        if look.mark in _HATCHES:
            self._hatch(painter, rect, _HATCHES[look.mark])
        inset = min(_STRIP_INSET, look.height / 4)
        strip = QRectF(1.0, inset, _STRIP_WIDTH, look.height - 2 * inset)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.strip))
        painter.drawRoundedRect(strip, 1.5, 1.5)

    def _hatch(self, painter: QPainter, rect: QRectF, pattern: Qt.BrushStyle) -> None:
        painter.setPen(QPen(QColor(self._tokens.nonfinite), 1.5))
        brush = QBrush(faded(self._tokens.nonfinite, 0.30), pattern)
        painter.setBrush(brush)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)

    def _ink(self, look: NodeLook) -> tuple[str, str]:
        """Colours of title and mono line: muted on plain boxes, readable on tinted ones."""
        tokens = self._tokens
        if tokens.skin_fills is None and look.fill in (tokens.node, tokens.backward_node):
            return tokens.text, tokens.muted
        if tokens.skin_fills is not None and QColor(look.fill).lightnessF() > _LIGHT:
            return tokens.skin_fills.ink, tokens.skin_fills.ink
        color = readable_on(QColor(look.fill), tokens)
        return color, color

    def _name(self, painter: QPainter, look: NodeLook, level: Level) -> None:
        """What is left of the texts in a small node: the name, and in the lower half the numbers or the mono line."""
        largest, text_style = _FACES[level]
        width = look.width - _TEXT_LEFT - _TEXT_RIGHT
        room = width - _room_of_mark(look)
        name_style = _largest_fitting(_title(look), room, largest)
        has_cells = look.cells_of is not None and look.height >= _CELLS_TOP + _CELLS_HEIGHT
        text = "" if has_cells or text_style is None else look.subtitle
        title_color, text_color = self._ink(look)
        size = name_style.value[0]
        is_high = has_cells or bool(look.note)
        baseline = (
            15.0 + size * 0.6 if is_high else look.height * (0.4 if text else 0.5) + size * (0.2 if text else 0.36)
        )
        painter.setPen(QColor(title_color))
        draw_text(painter, _TEXT_LEFT, baseline, fitted_text(_title(look), name_style, room), name_style)
        if has_cells and look.cells_of is not None:
            area = QRectF(_TEXT_LEFT, look.height - 31.0, width, 24.0)
            self._cells.paint(painter, area, look.cells_of, level)
        elif text and text_style is not None:
            painter.setPen(QColor(text_color))
            text = _fitted(text, look.short, text_style, width)
            draw_text(painter, _TEXT_LEFT, baseline + 17.0, text, text_style)
            if look.note:
                draw_text(painter, _TEXT_LEFT, baseline + 32.0, fitted_text(look.note, text_style, width), text_style)

    def _texts(self, painter: QPainter, look: NodeLook, level: Level) -> None:
        title_color, text_color = self._ink(look)
        width = look.width - _TEXT_LEFT - _TEXT_RIGHT
        room = width - _room_of_mark(look)
        painter.setPen(QColor(title_color))
        style = Style.CODE_TITLE if self._tokens.has_mono_titles else Style.TITLE
        draw_text(painter, _TEXT_LEFT, _TITLE_BASELINE, fitted_text(_title(look), style, room), style)
        near = level is Level.DETAIL and look.derived_at is not None
        subtitle = (self._cells.local_derivative(look.derived_at) if near else "") or look.subtitle
        if subtitle:
            painter.setPen(QColor(text_color))
            text = _fitted(subtitle, look.short, Style.SUBTITLE, width)
            draw_text(painter, _TEXT_LEFT, _SUBTITLE_BASELINE, text, Style.SUBTITLE)

    def _row(self, painter: QPainter, look: NodeLook, level: Level) -> None:
        if look.cells_of is None or look.height < _CELLS_TOP + _CELLS_HEIGHT:
            return
        area = QRectF(_TEXT_LEFT, _CELLS_TOP, look.width - _TEXT_LEFT - _TEXT_RIGHT, _CELLS_HEIGHT)
        self._cells.paint(painter, area, look.cells_of, level)

    def _note(self, painter: QPainter, look: NodeLook) -> None:
        if look.note:
            painter.setPen(QColor(self._ink(look)[1]))
            text = fitted_text(look.note, Style.SUBTITLE, look.width - _TEXT_LEFT - _TEXT_RIGHT)
            draw_text(painter, _TEXT_LEFT, _SUBTITLE_BASELINE + 15.0, text, Style.SUBTITLE)

    def _mark(self, painter: QPainter, look: NodeLook) -> None:
        center = QPointF(look.width - 13.0, 14.5)
        match look.mark:
            case Mark.NONE:
                if look.change is not None and look.state is not StepState.FUTURE:
                    paint_sign(painter, center, self._tokens, look.change)
            case Mark.ZERO:
                self._zero(painter, center, self._ink(look)[1])
            case Mark.FAILED:
                self._cross(painter, center)
            case Mark.NAN:
                self._nonfinite(painter, look, "NaN")
            case Mark.INFINITE:
                self._nonfinite(painter, look, "Inf")

    def _zero(self, painter: QPainter, center: QPointF, color: str) -> None:
        painter.setPen(QPen(QColor(color), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(center, 6.0, 6.0)
        left = center.x() - text_width("0", Style.LABEL) / 2
        draw_text(painter, left, center.y() + 3.7, "0", Style.LABEL)

    def _cross(self, painter: QPainter, center: QPointF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._tokens.error))
        painter.drawEllipse(center, 7.0, 7.0)
        painter.setPen(QPen(QColor(self._tokens.node), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        arm = QPointF(2.6, 2.6)
        painter.drawLine(center - arm, center + arm)
        arm = QPointF(2.6, -2.6)
        painter.drawLine(center - arm, center + arm)

    def _nonfinite(self, painter: QPainter, look: NodeLook, word: str) -> None:
        width = text_width(word, Style.LANE) + 8.0
        chip = QRectF(look.width - width - 6.0, 6.5, width, 15.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._tokens.nonfinite))
        painter.drawRoundedRect(chip, 4.0, 4.0)
        painter.setPen(QColor(readable_on(QColor(self._tokens.nonfinite), self._tokens)))
        draw_text(painter, chip.x() + 4.0, chip.bottom() - 4.0, word, Style.LANE)

    def paint_ring(self, painter: QPainter, rect: QRectF, color: str) -> None:
        """Paint the halo and ring of the current or selected node, around its box."""
        painter.save()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(faded(color, 0.20), _HALO))
        halo = rect.adjusted(-_HALO / 2, -_HALO / 2, _HALO / 2, _HALO / 2)
        painter.drawRoundedRect(halo, RADIUS + _HALO / 2, RADIUS + _HALO / 2)
        painter.setPen(QPen(QColor(color), 2.0))
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
        painter.restore()

    def paint_outline(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the outline of the node under the mouse."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._tokens.accent), 1.2))
        painter.drawRoundedRect(rect, RADIUS, RADIUS)


def _fitted(text: str, short: str, style: Style, width: float) -> str:
    """Return a text, something shorter where that says it too, or what finds room of it."""
    return fitted_text(short if short and text_width(text, style) > width else text, style, width)


def _room_of_mark(look: NodeLook) -> float:
    return _MARK_ROOM if look.mark is not Mark.NONE or look.change is not None else 0.0


def _title(look: NodeLook) -> str:
    return f"▸ {look.title}" if look.is_folded else look.title


def _largest_fitting(title: str, width: float, largest: Style) -> Style:
    """The style in which a title fits without an ellipsis: ``rounds 1-21`` without its end would tell nothing."""
    styles = [style for style in _NAME_STYLES if style.value[0] <= largest.value[0]]
    return next((style for style in styles if text_width(title, style) <= width), styles[-1])
