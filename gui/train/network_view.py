"""The network as columns of tiles, one a unit, with its weights as lines between them."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from gui.theme.fonts import SECONDARY_PX, TITLE_PX, mono_font, words_font
from gui.theme.tokens import Tokens
from gui.train.hues import value_image
from gui.train.network_scene import ShownColumn, Unit

TILE_PX = 48.0
GAP_PX = 18.0
_HEAD_PX = 66.0
_FOOT_PX = 26.0
_LEAST_STEP_PX = 104.0
_THIN_PX, _THICK_PX = 0.4, 3.8
_WEIGHT_REACH_PX = 60.0
_FAINTEST, _STRONGEST = 0.10, 0.85


class NetworkView(QWidget):
    """Paints a scene; a click picks a unit.

    Signals:
        picked: A ``Unit``, or None for a click beside all.
    """

    picked = Signal(object)

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._columns: tuple[ShownColumn, ...] = ()
        self._chosen: tuple[str, int] | None = None
        self._words = ""
        self.setMinimumHeight(180)
        self.setMouseTracking(True)
        self.setAccessibleName("The network with what each unit answers")

    @property
    def room(self) -> int:
        """How many units find room above one another."""
        return max(1, int((self.height() - _HEAD_PX - _FOOT_PX + GAP_PX) // (TILE_PX + GAP_PX)))

    def show_scene(self, columns: tuple[ShownColumn, ...], words: str = "") -> None:
        """Show other columns, or words where there are none."""
        if len(columns) != len(self._columns):
            self.setMinimumWidth(round(_LEAST_STEP_PX * max(1, len(columns))))
        self._columns, self._words = columns, words
        self.update()

    def choose(self, chosen: tuple[str, int] | None) -> None:
        """Ring a unit, given by layer and index."""
        self._chosen = chosen
        self.update()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.update()

    def tile(self, column: int, row: int) -> QRectF:
        """Return where a tile lies."""
        count = len(self._columns[column].units)
        height = count * TILE_PX + (count - 1) * GAP_PX
        middle = _HEAD_PX + (self.height() - _HEAD_PX - _FOOT_PX) / 2
        return QRectF(
            self._middle(column) - TILE_PX / 2, middle - height / 2 + row * (TILE_PX + GAP_PX), TILE_PX, TILE_PX
        )

    def unit_at(self, point: QPointF) -> Unit | None:
        """Return the unit under a point."""
        for place, column in enumerate(self._columns):
            for row, unit in enumerate(column.units):
                if self.tile(place, row).contains(point):
                    return unit
        return None

    def event(self, event: QEvent) -> bool:
        """Say which unit a tile is."""
        if isinstance(event, QHelpEvent):
            unit = self.unit_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), "" if unit is None else unit_text(unit), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick a unit."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(self.unit_at(event.position()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint lines, tiles, titles."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._columns:
            painter.setPen(QColor(self._tokens.muted))
            wrap = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()).adjusted(40, 40, -40, -40), wrap, self._words)
        for place in range(1, len(self._columns)):
            self._paint_lines(painter, place)
        for place in range(len(self._columns)):
            self._paint_column(painter, place)
        painter.end()

    def _middle(self, column: int) -> float:
        step = min(self.width() / max(1, len(self._columns)), 4 * _LEAST_STEP_PX)
        left = (self.width() - step * len(self._columns)) / 2
        return left + step * (column + 0.5)

    def _paint_lines(self, painter: QPainter, place: int) -> None:
        column, before = self._columns[place], self._columns[place - 1]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if column.is_beside:
            return
        weights = column.weights
        if weights is None:
            painter.setPen(QPen(QColor(self._tokens.hairline), 1))
            for row in range(len(column.units)):
                for source in range(len(before.units)):
                    painter.drawPath(self._line(place, source, row))
            return
        finite = np.abs(weights[np.isfinite(weights)])
        scale = float(finite.max()) if finite.size else 0.0
        shown = weights[: len(column.units)]
        for row, source in sorted(np.ndindex(*shown.shape), key=lambda at: abs(float(shown[at]))):
            painter.setPen(self._weight_pen(float(shown[row, source]), scale))
            painter.drawPath(self._line(place, source, row))

    def _weight_pen(self, weight: float, scale: float) -> QPen:
        if not np.isfinite(weight):
            return QPen(QColor(self._tokens.nonfinite), _THICK_PX, Qt.PenStyle.DashLine)
        share = abs(weight) / scale if scale else 0.0
        color = QColor(self._tokens.positive if weight >= 0 else self._tokens.negative)
        color.setAlphaF(_FAINTEST + (_STRONGEST - _FAINTEST) * share)
        return QPen(color, _THIN_PX + (_THICK_PX - _THIN_PX) * share)

    def _line(self, place: int, source: int, row: int) -> QPainterPath:
        start, end = self.tile(place - 1, source), self.tile(place, row)
        begin, finish = QPointF(start.right(), start.center().y()), QPointF(end.left(), end.center().y())
        reach = min(_WEIGHT_REACH_PX, (finish.x() - begin.x()) / 2)
        path = QPainterPath(begin)
        path.cubicTo(begin + QPointF(reach, 0), finish - QPointF(reach, 0), finish)
        return path

    def _paint_column(self, painter: QPainter, place: int) -> None:
        column, tokens = self._columns[place], self._tokens
        step = min(self.width() / len(self._columns), 4 * _LEAST_STEP_PX)
        area = QRectF(self._middle(place) - step / 2 + 3, 18, step - 6, 20)
        painter.setFont(words_font(TITLE_PX, words_font().Weight.DemiBold))
        painter.setPen(QColor(tokens.text))
        title = painter.fontMetrics().elidedText(column.title, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, title)
        painter.setFont(mono_font(SECONDARY_PX))
        painter.setPen(QColor(tokens.muted))
        painter.drawText(area.translated(0, 18), Qt.AlignmentFlag.AlignCenter, column.shape)
        for row, unit in enumerate(column.units):
            self._paint_tile(painter, self.tile(place, row), unit)
        if column.left_out and column.units:
            below = self.tile(place, len(column.units) - 1)
            painter.setFont(words_font(SECONDARY_PX))
            painter.setPen(QColor(tokens.muted))
            text = f"{column.left_out} more"
            painter.drawText(
                QRectF(area.left(), below.bottom() + 2, area.width(), 16), Qt.AlignmentFlag.AlignCenter, text
            )

    def _paint_tile(self, painter: QPainter, area: QRectF, unit: Unit) -> None:
        tokens = self._tokens
        if unit.answers is None:
            painter.setPen(QPen(QColor(tokens.node_border), 1))
            painter.setBrush(QColor(tokens.node))
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        else:
            numbers = unit.answers.astype(np.float64)
            finite = np.abs(numbers[np.isfinite(numbers)])
            painter.drawImage(area, value_image(tokens, numbers, float(finite.max()) if finite.size else 0.0))
            painter.setPen(QPen(QColor(tokens.hairline), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area)
        if self._chosen == (unit.layer, unit.index):
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(-3, -3, 3, 3), 5, 5)


def unit_text(unit: Unit) -> str:
    """Return what a unit is, and between which numbers it answers."""
    name = f"unit {unit.index} of {unit.layer}" if unit.layer else f"input {unit.index}"
    if unit.answers is None or not unit.layer:
        return name
    finite = unit.answers[np.isfinite(unit.answers)]
    if not finite.size:
        return f"{name}: no finite answer"
    return f"{name}: answers between {finite.min():.3g} and {finite.max():.3g}"
