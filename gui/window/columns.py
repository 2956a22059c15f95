"""The left column (program and problems) and the right one (inspector)."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

LEFT_PX, RIGHT_PX = 432, 336
"""Widths of the side columns where there is room."""
_LEFT_SHARE, _RIGHT_SHARE = 0.30, 0.24
_LEAST_LEFT_PX, _LEAST_RIGHT_PX = 310, 300


def columns_for(width: int) -> tuple[int, int, int]:
    """Return how wide program, graph and inspector are in a window: in a small one, all of them give way."""
    left = min(LEFT_PX, max(_LEAST_LEFT_PX, round(width * _LEFT_SHARE)))
    right = min(RIGHT_PX, max(_LEAST_RIGHT_PX, round(width * _RIGHT_SHARE)))
    return left, max(1, width - left - right), right


class LeftColumn(QWidget):
    """The editor above, problems below it."""

    def __init__(self, editor: QWidget, problems: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("leftColumn")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(editor)
        self.splitter.addWidget(problems)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([520, 190])
        self.splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)


class RightColumn(QWidget):
    """The inspector above, the table of the lens below it."""

    def __init__(self, inspector: QWidget, ranking: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("rightColumn")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(inspector)
        self.splitter.addWidget(ranking)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setSizes([420, 300])
        self.splitter.setChildrenCollapsible(False)
        ranking.setMinimumHeight(110)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)
