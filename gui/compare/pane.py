"""One of two canvases beside each other, under its title."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.compare import Side
from gui.widgets.elided_label import ElidedLabel

_TITLE_PX = 30


class Pane(QWidget):
    """Which recording and iteration it is, where its playhead stands, and its canvas.

    Attributes:
        title: The name of the recording, and the iteration.
        place: The step; why it waits, if it does.
    """

    def __init__(self, side: Side, canvas: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._head = QWidget(self)
        self._head.setObjectName("comparePaneHead")
        self._head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._head.setFixedHeight(_TITLE_PX)
        letter = QLabel(side.value, self._head)
        letter.setProperty("look", "key")
        self.title = ElidedLabel("", self._head)
        self.title.setProperty("look", "heading")
        self.place = ElidedLabel("", self._head)
        self.place.setProperty("look", "muted")
        row = QHBoxLayout(self._head)
        row.setContentsMargins(10, 0, 10, 0)
        row.setSpacing(8)
        row.addWidget(letter, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.title)
        row.addWidget(self.place, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(canvas, 1)

    def show_head(self, *, shown: bool) -> None:
        """Show the title, which a canvas alone needs not."""
        self._head.setVisible(shown)

    def show_texts(self, title: str, place: str, *, is_waiting: bool) -> None:
        """Say what stands here."""
        self.title.show_text(title)
        self.place.show_text(place)
        look = "heading" if is_waiting else "muted"
        if self.place.property("look") != look:
            self.place.setProperty("look", look)
            self.place.style().unpolish(self.place)
            self.place.style().polish(self.place)
