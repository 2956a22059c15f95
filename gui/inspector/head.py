"""The two lines at the head of the inspector: what it is called, and what it is."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui.widgets.elided_label import ElidedLabel
from gui.widgets.left_to_right import left_to_right
from gui.widgets.long_words import hover_text

_SIDE_PX = 16


class Head(QWidget):
    """A long name loses its middle, a long second line its end; the whole is told on hover.

    The second line always stands below: the page does not jump while a person steps.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self._name = QLabel(self)
        self._name.setProperty("look", "title")
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._name.setMinimumWidth(40)
        self._subtitle = ElidedLabel("", self)
        self._subtitle.setProperty("look", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_SIDE_PX, 11, _SIDE_PX, 0)
        layout.setSpacing(1)
        layout.addWidget(self._name)
        layout.addWidget(self._subtitle)

    @property
    def name(self) -> str:
        """The name, uncut."""
        return self._whole

    @property
    def subtitle(self) -> str:
        """The second line, uncut."""
        return self._subtitle.whole_text

    def show_titles(self, name: str, subtitle: str) -> None:
        """Show another name and what it is."""
        self._whole = name
        self._subtitle.show_text(subtitle)
        self._subtitle.setVisible(bool(subtitle))
        self._cut()

    def _cut(self) -> None:
        room = self.width() - 2 * _SIDE_PX
        shown = self._name.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideMiddle, max(40, room))
        self._name.setText(left_to_right(shown))
        self._name.setToolTip(hover_text(self._whole) if shown != self._whole else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut anew."""
        super().resizeEvent(event)
        self._cut()
