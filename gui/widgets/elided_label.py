"""A label that shortens its text to the room it has and tells the whole of it on hover."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from gui.widgets.left_to_right import left_to_right
from gui.widgets.long_words import hover_text


class ElidedLabel(QLabel):
    """Text that gives way: it may shrink to nothing and ends in an ellipsis when it is cut."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = text
        self._side = Qt.TextElideMode.ElideRight
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._cut()

    @property
    def whole_text(self) -> str:
        """The text, uncut."""
        return self._whole

    def show_text(self, text: str) -> None:
        """Show another text."""
        if text != self._whole:
            self._whole = text
            self.setAccessibleName(text)
            self._cut()
            self.updateGeometry()  # a longer text may have more room, which the cut one does not ask for

    def _cut(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, self._side, self.contentsRect().width())
        self.setToolTip(hover_text(self._whole) if shown != self._whole else "")
        shown = left_to_right(shown)
        if shown != self.text():
            self.setText(shown)

    def sizeHint(self) -> QSize:
        """The room that the whole text would take."""
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """It can shrink to nothing."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut anew."""
        super().resizeEvent(event)
        self._cut()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cut anew when the font came later than the text."""
        self._cut()
        super().paintEvent(event)
