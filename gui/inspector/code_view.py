"""Some lines of the program with line numbers and one stretch marked."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.inspector.blocks import Code
from gui.theme.fonts import mono_font
from gui.theme.tokens import Tokens

_LINE_PX = 20
_GUTTER_PX = 30
_FONT_PX = 11.5


class CodeView(QWidget):
    """The marked stretch is underlined in the backward colour, as in the editor."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._code: Code | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_code(self, code: Code) -> None:
        """Show other lines."""
        self._code = code
        self.setAccessibleName("\n".join(code.lines))
        self.updateGeometry()
        self.update()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.update()

    def sizeHint(self) -> QSize:
        """One row a line."""
        return QSize(200, _LINE_PX * (len(self._code.lines) if self._code else 1) + 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the lines."""
        if self._code is None:
            return
        painter = QPainter(self)
        font = mono_font(_FONT_PX)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        mark = self._code.mark
        for row, text in enumerate(self._code.lines):
            number = self._code.first_line + row
            top = row * _LINE_PX
            if mark.line <= number <= mark.end_line:
                painter.fillRect(QRectF(0, top, self.width(), _LINE_PX), QColor(self._tokens.current_line))
            base = top + (_LINE_PX + metrics.ascent() - metrics.descent()) / 2
            painter.setPen(QColor(self._tokens.faint))
            painter.drawText(
                QRectF(0, top, _GUTTER_PX - 10, _LINE_PX),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                str(number),
            )
            painter.setPen(QColor(self._tokens.text))
            painter.drawText(QPointF(_GUTTER_PX, base), text)
            self._underline(painter, metrics, number, text, top)
        painter.end()

    def _underline(self, painter: QPainter, metrics: QFontMetricsF, number: int, text: str, top: float) -> None:
        assert self._code is not None
        mark = self._code.mark
        if not mark.line <= number <= mark.end_line:
            return
        first = mark.column if number == mark.line else len(text) - len(text.lstrip())
        last = mark.end_column if number == mark.end_line else len(text)
        left = _GUTTER_PX + metrics.horizontalAdvance(text[:first])
        width = metrics.horizontalAdvance(text[first:last])
        painter.fillRect(QRectF(left, top + _LINE_PX - 3, width, 2), QColor(self._tokens.backward))
