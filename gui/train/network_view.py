"""The network as columns of tiles, one a unit, with its weights as lines between them."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from gui.theme.fonts import SECONDARY_PX, TITLE_PX, mono_font, words_font
from gui.theme.tokens import Tokens
from gui.train.network_scene import ShownColumn, Unit
from gui.train.tile_images import TileImages
from gui.train.weight_lines import (
    WeightLine,
    have_same_lines,
    line_at,
    line_path,
    paint_lines,
    paint_picked,
)

TILE_PX = 48.0
GAP_PX = 18.0
_HEAD_PX = 66.0
_FOOT_PX = 26.0
_LEAST_STEP_PX = 104.0
_LAYER_MS = 25


class NetworkView(QWidget):
    """Paints a scene; a click picks a unit or a weight.

    Signals:
        picked: A ``Unit``, or None for a click beside all.
        line_hovered: The ``WeightLine`` under the mouse, or None.
        line_picked: A ``WeightLine`` was clicked, or None for a click beside all of them.
        room_changed: More or fewer units find room above one another.
    """

    picked = Signal(object)
    line_hovered = Signal(object)
    line_picked = Signal(object)
    room_changed = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._columns: tuple[ShownColumn, ...] = ()
        self._chosen: tuple[str, int] | None = None
        self._hovered: WeightLine | None = None
        self._held: WeightLine | None = None
        self._words = ""
        self._lines: QPixmap | None = None
        self._tiles: QPixmap | None = None
        self._are_lines_old = self._are_tiles_old = True
        self._painted: tuple[ShownColumn, ...] = ()
        self._images = TileImages()
        self._tile_places: dict[tuple[int, int], QRectF] = {}
        self._paths: dict[tuple[int, int, int], QPainterPath] = {}
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
        if list(map(_form, columns)) != list(map(_form, self._columns)):
            self._images.forget()
            self._place_anew()
        self._are_lines_old = self._are_lines_old or not have_same_lines(columns, self._painted)
        self._columns, self._words = columns, words
        self._are_tiles_old = True
        self.update()

    def _place_anew(self) -> None:
        self._tile_places.clear()
        self._paths.clear()

    def choose(self, chosen: tuple[str, int] | None) -> None:
        """Ring a unit, given by layer and index."""
        self._chosen = chosen
        self.update()

    def hold(self, line: WeightLine | None) -> None:
        """Pick a weight out for as long as it is edited."""
        self._held = line
        self.update()

    def weight_of(self, line: WeightLine) -> float | None:
        """Return the newest number of a weight; None where it is not shown any more."""
        column = self._columns[line.column] if line.column < len(self._columns) else None
        if column is None or column.weights is None or column.parameter != line.parameter:
            return None
        rows, sources = column.weights.shape
        is_there = line.row < rows and line.source < sources
        return float(column.weights[line.row, line.source]) if is_there else None

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self._lines = self._tiles = None
        self.update()

    def tile(self, column: int, row: int) -> QRectF:
        """Return where a tile lies."""
        found = self._tile_places.get((column, row))
        if found is None:
            found = self._tile_places[column, row] = self._tile(column, row)
        return QRectF(found)

    def _tile(self, column: int, row: int) -> QRectF:
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
            text = self._title_at(QPointF(event.pos())) if unit is None else unit_text(unit)
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _title_at(self, point: QPointF) -> str:
        if point.y() > _HEAD_PX or not self._columns:
            return ""
        nearest = min(range(len(self._columns)), key=lambda place: abs(self._middle(place) - point.x()))
        return self._columns[nearest].title

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick a weight, or a unit."""
        if event.button() == Qt.MouseButton.LeftButton:
            unit = self.unit_at(event.position())
            line = self._line_at(event.position()) if unit is None else None
            self.line_picked.emit(line)
            if line is None:
                self.picked.emit(unit)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pick out the weight under the mouse."""
        super().mouseMoveEvent(event)
        self._hover(self._line_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Pick out nothing."""
        super().leaveEvent(event)
        self._hover(None)

    def _line_at(self, point: QPointF) -> WeightLine | None:
        return line_at(self._columns, point, self.tile)

    def _hover(self, line: WeightLine | None) -> None:
        if line != self._hovered:
            self._hovered = line
            self.setCursor(Qt.CursorShape.ArrowCursor if line is None else Qt.CursorShape.PointingHandCursor)
            self.line_hovered.emit(line)
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint everything anew."""
        self._lines = self._tiles = None
        self._place_anew()
        super().resizeEvent(event)
        if event.oldSize().height() != event.size().height():
            self.room_changed.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Show what was painted; of lines and tiles that are out of date one is painted anew, the other soon after."""
        if self._lines is None or self._tiles is None or self._are_lines_old:
            self._lines, self._are_lines_old = self._layer(self._paint_all_lines, self._lines), False
            if self._tiles is None:
                self._tiles, self._are_tiles_old = self._layer(self._paint_all_tiles, None), False
        elif self._are_tiles_old:
            self._tiles, self._are_tiles_old = self._layer(self._paint_all_tiles, self._tiles), False
        if self._are_tiles_old:
            QTimer.singleShot(_LAYER_MS, self, self.update)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._lines)
        painter.drawPixmap(0, 0, self._tiles)
        if self._chosen is not None:
            self._ring_chosen(painter, self._chosen)
        for line in {self._hovered, self._held} - {None}:
            if line is not None and self.weight_of(line) is not None:
                paint_picked(painter, self._tokens, line, self.tile)
        painter.end()

    def _layer(self, paint: Callable[[QPainter], None], old: QPixmap | None) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * ratio) if old is None else old
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint(painter)
        painter.end()
        return pixmap

    def _paint_all_lines(self, painter: QPainter) -> None:
        self._painted = self._columns
        for place in range(1, len(self._columns)):
            paint_lines(painter, self._tokens, self._columns, place, self._path)

    def _path(self, place: int, source: int, row: int) -> QPainterPath:
        """Return the way of a line to a tile of a column from one of the column before."""
        found = self._paths.get((place, source, row))
        if found is None:
            path = line_path(self.tile(place - 1, source), self.tile(place, row))
            found = self._paths[place, source, row] = path
        return found

    def _paint_all_tiles(self, painter: QPainter) -> None:
        if not self._columns:
            painter.setPen(QColor(self._tokens.muted))
            wrap = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()).adjusted(40, 40, -40, -40), wrap, self._words)
        for place in range(len(self._columns)):
            self._paint_column(painter, place)

    def _ring_chosen(self, painter: QPainter, chosen: tuple[str, int]) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._tokens.accent), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place, column in enumerate(self._columns):
            for row, unit in enumerate(column.units):
                if chosen == (unit.layer, unit.index):
                    painter.drawRoundedRect(self.tile(place, row).adjusted(-3, -3, 3, 3), 5, 5)

    def _middle(self, column: int) -> float:
        step = min(self.width() / max(1, len(self._columns)), 4 * _LEAST_STEP_PX)
        left = (self.width() - step * len(self._columns)) / 2
        return left + step * (column + 0.5)

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
        if not column.units:
            self._paint_whole(painter, self._middle(place))
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

    def _paint_curve(self, painter: QPainter, area: QRectF, answers: npt.NDArray[np.float32]) -> None:
        painter.setPen(QPen(QColor(self._tokens.node_border), 1))
        painter.setBrush(QColor(self._tokens.node))
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setPen(QPen(QColor(self._tokens.positive), 1.6))
        painter.drawPolyline(_curve(area.adjusted(5, 6, -5, -6), answers))

    def _paint_whole(self, painter: QPainter, x: float) -> None:
        """Paint a layer of which no single units are known."""
        middle = _HEAD_PX + (self.height() - _HEAD_PX - _FOOT_PX) / 2
        pen = QPen(QColor(self._tokens.node_border), 1, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(QColor(self._tokens.node))
        painter.drawRoundedRect(QRectF(x - TILE_PX / 2, middle - 1.5 * TILE_PX, TILE_PX, 3 * TILE_PX), 9, 9)

    def _paint_tile(self, painter: QPainter, area: QRectF, unit: Unit) -> None:
        tokens = self._tokens
        if unit.answers is None:
            painter.setPen(QPen(QColor(tokens.node_border), 1))
            painter.setBrush(QColor(tokens.node))
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        elif unit.answers.shape[0] == 1:
            self._paint_curve(painter, area, unit.answers[0])
        else:
            painter.drawImage(area, self._images.image(tokens, unit))
            painter.setPen(QPen(QColor(tokens.hairline), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area)


def _form(column: ShownColumn) -> tuple[object, ...]:
    """Return what decides where the tiles of a column lie, and which units they are."""
    return column.title, column.is_beside, tuple((unit.layer, unit.index) for unit in column.units)


def _curve(area: QRectF, numbers: npt.NDArray[np.float32]) -> QPolygonF:
    """Return a row of answers as a line in a tile, the lowest at the bottom and the highest at the top."""
    finite = numbers[np.isfinite(numbers)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    span, step = high - low or 1.0, area.width() / max(1, len(numbers) - 1)
    points = [(place, number) for place, number in enumerate(numbers.tolist()) if np.isfinite(number)]
    return QPolygonF(
        [
            QPointF(area.left() + place * step, area.bottom() - (number - low) / span * area.height())
            for place, number in points
        ]
    )


def unit_text(unit: Unit) -> str:
    """Return what a unit is, and between which numbers it answers."""
    name = f"unit {unit.index} of {unit.layer}" if unit.layer else f"input {unit.index}"
    if unit.answers is None or not unit.layer:
        return name
    finite = unit.answers[np.isfinite(unit.answers)]
    if not finite.size:
        return f"{name}: no finite answer"
    return f"{name}: answers between {finite.min():.3g} and {finite.max():.3g}"
