"""Names in the colours of their lines."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme.fonts import mono_font

_FONT_PX = 10.0
_GAP_PX = 12.0
_HEIGHT_PX = 18


class Legend(QWidget):
    """One line of names; those that find no room are left out from the end."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._names: list[tuple[str, str]] = []
        self.setFixedHeight(_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_names(self, names: list[tuple[str, str]]) -> None:
        """Show names, each with its colour."""
        if names != self._names:
            self._names = names
            self.setAccessibleName(", ".join(name for name, _color in names))
            self.setToolTip(", ".join(name for name, _color in names))
            self.update()

    def minimumSizeHint(self) -> QSize:
        """It can shrink to nothing."""
        return QSize(0, _HEIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the names from the right."""
        painter = QPainter(self)
        painter.setFont(mono_font(_FONT_PX))
        metrics = QFontMetricsF(painter.font())
        x = 0.0
        for name, color in self._names:
            width = metrics.horizontalAdvance(name)
            if x + width > self.width():
                break
            painter.setPen(QColor(color))
            area = QRectF(x, 0, width + 1, self.height())
            painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            x += width + _GAP_PX
        painter.end()
