"""A titled part of the left column."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.widgets.elided_label import ElidedLabel

SIDE_PX = 18


class Section(QWidget):
    """A title with a line beside it, and what is added below."""

    def __init__(self, title: str, note: str, parent: QWidget) -> None:
        super().__init__(parent)
        heading = QLabel(title, self)
        heading.setProperty("look", "heading")
        self.note = ElidedLabel(note, self)
        self.note.setProperty("look", "muted")
        self.head = QHBoxLayout()
        self.head.setSpacing(8)
        self.head.addWidget(heading, 0, Qt.AlignmentFlag.AlignVCenter)
        self.head.addWidget(self.note, 1, Qt.AlignmentFlag.AlignVCenter)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SIDE_PX, 8, SIDE_PX, 7)
        self.column.setSpacing(0)
        self.column.addLayout(self.head)
        self.column.addSpacing(6)
        self.setAccessibleName(title)
