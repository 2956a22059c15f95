"""The line at the bottom."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from gui.theme.stylesheet import STATUS_BAR_PX
from gui.widgets.elided_label import ElidedLabel


class StatusBar(QWidget):
    """A text at the left, a short one at the right."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("statusBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(STATUS_BAR_PX)
        self._left = ElidedLabel("", self)
        self._right = QLabel(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(15, 0, 15, 0)
        layout.addWidget(self._left, 1)
        layout.addWidget(self._right)

    @property
    def text(self) -> str:
        """The text at the left."""
        return self._left.whole_text

    def show_texts(self, left: str, right: str) -> None:
        """Say something."""
        self._left.show_text(left)
        self._right.setText(right)
