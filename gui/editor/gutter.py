"""The strip left of the text: line numbers, and the arrows of what has just run and what is next."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from gui.editor.decor import NO_DECOR, Decor
from gui.editor.ornaments import Page, phase_color
from gui.theme.colors import mix
from gui.theme.fonts import mono_font
from gui.theme.tokens import Tokens

NUMBER_LEFT_PX = 12
ARROW_PX = 9.0
ARROW_ROOM_PX = 20
DIGIT_PX = 7


class Gutter(QWidget):
    """Line numbers and arrows beside the visible lines of a page.

    Attributes:
        line_clicked: Signal with the number of the line, from 1.
    """

    line_clicked = Signal(object)

    def __init__(self, page: Page, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._page = page
        self._tokens = tokens
        self._decor = NO_DECOR
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Click: go to the first step of this line")

    def show_decor(self, decor: Decor, tokens: Tokens) -> None:
        """Show other arrows, or the colours of another theme."""
        self._decor, self._tokens = decor, tokens
        self.update()

    def width_for(self, line_count: int) -> int:
        """Return the width that so many lines need."""
        return NUMBER_LEFT_PX + DIGIT_PX * max(1, len(str(line_count))) + ARROW_ROOM_PX + 4

    def sizeHint(self) -> QSize:
        """Return the width for the lines that there are."""
        return QSize(self.width_for(self._page.document().blockCount()), 0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Say which line was clicked."""
        for block, band in self._page.bands():
            if band.top() <= event.position().y() < band.bottom():
                self.line_clicked.emit(block.blockNumber() + 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the numbers and arrows of the visible lines."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, marks = self._tokens, self._decor.marks
        painter.fillRect(event.rect(), QColor(tokens.panel))
        painter.setFont(mono_font(11.5))
        fault = self._decor.fault
        for block, band in self._page.bands():
            line = block.blockNumber() + 1
            row = QRectF(0, band.top(), self.width(), band.height())
            if line == marks.executed_line:
                painter.fillRect(row, QColor(tokens.current_line))
            painter.setPen(QColor(tokens.error if fault and fault.span.line == line else tokens.faint))
            numbers = QRectF(NUMBER_LEFT_PX, row.top(), self.width() - NUMBER_LEFT_PX - ARROW_ROOM_PX - 2, row.height())
            painter.drawText(numbers, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, str(line))
            if line == marks.next_line:
                self._paint_arrow(painter, row, QColor(phase_color(tokens, marks.next_phase)), is_bold=True)
            elif line == marks.executed_line:
                self._paint_arrow(painter, row, QColor(phase_color(tokens, marks.executed_phase)), is_bold=False)

    def _paint_arrow(self, painter: QPainter, row: QRectF, color: QColor, *, is_bold: bool) -> None:
        x, y, half = self.width() - ARROW_ROOM_PX + 4, row.center().y(), ARROW_PX / 2
        head = QPolygonF(
            [QPointF(x, y - half), QPointF(x + ARROW_PX, y), QPointF(x, y + half), QPointF(x + half * 0.6, y)]
        )
        if is_bold:
            painter.setPen(QPen(color, 0.5))
            painter.setBrush(color)
        else:
            painter.setPen(QPen(mix(self._tokens.panel, color.name(), 0.7), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolygon(head)
