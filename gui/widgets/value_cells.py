"""A row of value cells with indices below, for a scalar or a short vector."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.trace.numbers import number_text
from engine.trace.tensors import Array
from gui.theme.fonts import SECONDARY_PX, mono_font
from gui.theme.tokens import Tokens
from gui.widgets.ink import fitting_text, paint_cell
from gui.widgets.sampling import as_floats, magnitude

_GAP_PX = 4
_INDEX_PX = 18
_MAX_CELL_PX = 140


class ValueCells(QWidget):
    """Cells of equal width that fill the room; hovering tells index and full value."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None, cell_height_px: int = 40) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._cell_height_px = cell_height_px
        self._array: Array = np.zeros(0)
        self._scale = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_array(self, array: Array) -> None:
        """Show a scalar or a vector."""
        self._array = array.reshape(-1)
        self._scale = magnitude(as_floats(self._array))
        texts = ", ".join(number_text(item) for item in self._array.tolist())
        self.setAccessibleName(f"values {texts}")
        self.setVisible(True)
        self.updateGeometry()
        self.update()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.update()

    def sizeHint(self) -> QSize:
        """One row of cells and their indices."""
        return QSize(200, self._cell_height_px + (_INDEX_PX if self._array.size > 1 else 2))

    def _cells(self) -> list[QRectF]:
        count = max(1, self._array.size)
        width = min(_MAX_CELL_PX if count > 1 else 220, (self.width() - _GAP_PX * (count - 1)) / count)
        return [QRectF(i * (width + _GAP_PX), 0, width, self._cell_height_px) for i in range(self._array.size)]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint cells and indices."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        cells = self._cells()
        narrow = bool(cells) and cells[0].width() < 46
        font, small = mono_font(11 if narrow else 13), mono_font(SECONDARY_PX)
        numbers = as_floats(self._array).tolist()
        for index, (rect, item, number) in enumerate(zip(cells, self._array.tolist(), numbers, strict=True)):
            text = fitting_text(item, font, rect.width())
            paint_cell(painter, rect, number, self._scale, text, font, self._tokens)
            if len(cells) > 1:
                painter.setFont(small)
                painter.setPen(QColor(self._tokens.faint))
                below = QRectF(rect.left(), rect.bottom() + 2, rect.width(), _INDEX_PX - 3)
                painter.drawText(below, Qt.AlignmentFlag.AlignCenter, str(index))
        painter.end()

    def text_at(self, point: QPointF) -> str:
        """Return index and full value of the cell at a point, or nothing."""
        for index, rect in enumerate(self._cells()):
            if rect.contains(point):
                item = self._array[index].item()
                return f"{item!r}" if self._array.size == 1 else f"[{index}] = {item!r}"
        return ""

    def event(self, event: QEvent) -> bool:
        """Tell index and value on hover."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)
