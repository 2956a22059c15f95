"""Paints the row of value cells of a node, the strip of a large tensor, and its thumbnail."""

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen

from engine.drawing.cells import Cell
from engine.trace.ids import StepIndex, ValueId
from gui.canvas.level import Level
from gui.canvas.valuebook import Numbers, ValueBook
from gui.theme.colors import value_color, value_pixels
from gui.theme.tokens import Tokens
from gui.widgets.lettering import Style, draw_text, faded, readable_on, text_width

_GAP = 3.0
_CELL_RADIUS = 3.0
_STYLES = {Level.NAMES: Style.NAME_CELL, Level.SHORT: Style.SHORT_CELL}
"""Numbers on small nodes are larger than usual."""
_WIDEST_CELL = 28.0
_FULL_COLOUR = 1.4
"""The largest element of a tensor stays a little below the full colour, so that its number is easy to read."""


class CellPainter:
    """Paints the numbers of values in one theme."""

    def __init__(self, tokens: Tokens, book: ValueBook) -> None:
        self._tokens = tokens
        self._book = book

    def paint(self, painter: QPainter, area: QRectF, value: ValueId, level: Level) -> None:
        """Paint what is known of a value's numbers into ``area``; nothing when they were not kept."""
        if level is Level.DETAIL:
            pictures = self._book.pictures(value)
            if pictures and pictures[0].size > 3:
                self._thumbnails(painter, area, pictures)
                return
            curve = self._book.curve(value)
            if curve is not None:
                self._sparkline(painter, area, curve)
                return
        cells = self._book.cells(value)
        if not cells:
            return
        if cells[0].text:
            self._numbers(painter, area, cells, _STYLES.get(level, Style.CELL))
        else:
            self._strip(painter, area, cells)

    def local_derivative(self, step: StepIndex | None) -> str:
        """Return what a backward step multiplies by, in a few characters."""
        return "" if step is None else self._book.local_derivative(step)

    def _sparkline(self, painter: QPainter, area: QRectF, curve: Numbers) -> None:
        """The elements of a vector as a line around zero; a gap with a mark where one is not finite."""
        finite = np.isfinite(curve)
        low, high = min(0.0, *curve[finite]), max(0.0, *curve[finite])
        unit = area.height() / ((high - low) or 1.0)
        across = area.width() / (len(curve) - 1)
        painter.setPen(QPen(QColor(self._tokens.hairline), 1.0))
        zero = area.bottom() + low * unit
        painter.drawLine(QPointF(area.left(), zero), QPointF(area.right(), zero))
        painter.setPen(QPen(QColor(self._tokens.positive), 1.2))
        places = [QPointF(area.left() + n * across, zero - y * unit) for n, y in enumerate(np.nan_to_num(curve))]
        for n, both in enumerate(finite[:-1] & finite[1:]):
            if both:
                painter.drawLine(places[n], places[n + 1])
        for n in np.flatnonzero(~finite).tolist():
            painter.fillRect(
                QRectF(places[n].x() - 1.0, area.top(), 2.0, area.height()), QColor(self._tokens.nonfinite)
            )

    def _numbers(self, painter: QPainter, area: QRectF, cells: tuple[Cell, ...], style: Style) -> None:
        width = (area.width() - _GAP * (len(cells) - 1)) / len(cells)
        widest = max(text_width(cell.text, style) for cell in cells)
        if len(cells) > 1 and style is Style.CELL:
            width = min(width, max(_WIDEST_CELL, widest + 5.0))
        # Small nodes show numbers only where all of them fit; the colours are always there.
        has_room = style is Style.CELL or widest <= width - 1.0
        drop = style.value[0] * 0.36
        for index, cell in enumerate(cells):
            rect = QRectF(area.x() + index * (width + _GAP), area.y(), width, area.height())
            fill = self._fill(painter, rect, cell)
            if not has_room:
                continue
            painter.setPen(QColor(readable_on(fill, self._tokens)))
            left = rect.center().x() - text_width(cell.text, style) / 2
            draw_text(painter, left, rect.center().y() + drop, cell.text, style)

    def _strip(self, painter: QPainter, area: QRectF, cells: tuple[Cell, ...]) -> None:
        width = area.width() / len(cells)
        for index, cell in enumerate(cells):
            rect = QRectF(area.x() + index * width, area.y(), width - 1.0, area.height())
            self._fill(painter, rect, cell)

    def _fill(self, painter: QPainter, rect: QRectF, cell: Cell) -> QColor:
        painter.setPen(Qt.PenStyle.NoPen)
        radius = min(_CELL_RADIUS, rect.width() / 4)
        if cell.is_finite:
            fill = value_color(self._tokens, cell.strength, _FULL_COLOUR)
            painter.setBrush(fill)
            painter.drawRoundedRect(rect, radius, radius)
            return fill
        fill = QColor(self._tokens.nonfinite)
        painter.setBrush(fill)
        painter.drawRoundedRect(rect, radius, radius)
        painter.setPen(QPen(Qt.PenStyle.NoPen))
        pattern = Qt.BrushStyle.BDiagPattern if math.isnan(cell.number) else Qt.BrushStyle.FDiagPattern
        painter.setBrush(QBrush(faded(self._tokens.canvas, 0.45), pattern))
        painter.drawRoundedRect(rect, radius, radius)
        return fill

    def _thumbnails(self, painter: QPainter, area: QRectF, pictures: tuple[Numbers, ...]) -> None:
        """A matrix over the whole width; of a larger tensor its first matrices as squares beside each other."""
        side = area.height()
        shown = pictures[: max(1, int((area.width() + _GAP) // (side + _GAP)))]
        magnitude = max(_magnitude(picture) for picture in shown)
        smooth = painter.testRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        for index, picture in enumerate(shown):
            place = QRectF(area.x() + index * (side + _GAP), area.y(), side, side) if len(shown) > 1 else area
            painter.drawImage(place, _heatmap(self._tokens, picture, magnitude))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=smooth)


def _magnitude(picture: Numbers) -> float:
    """The largest finite magnitude."""
    finite = np.abs(picture[np.isfinite(picture)])
    return float(finite.max()) if finite.size else 0.0


def _heatmap(tokens: Tokens, picture: Numbers, magnitude: float) -> QImage:
    """One pixel for each element of a 2-D array, coloured symmetrically around zero."""
    rows, columns = picture.shape
    pixels = np.full((rows, columns), 0xFF000000, dtype=np.uint32)
    pixels |= value_pixels(tokens, picture, magnitude * _FULL_COLOUR)
    return QImage(pixels.tobytes(), columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()
