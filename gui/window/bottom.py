"""The bottom: the timeline, always there, and a drawer for charts and console."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from gui.commands.book import ActionBook
from gui.commands.ports import Drawer
from gui.widgets.buttons import action_button

TIMELINE_PX = 144
DRAWER_PX = 230
LEAST_DRAWER_PX = 120


class BottomArea(QWidget):
    """Timeline with the switch at its right, the drawer below.

    Signals:
        drawer_changed: A page of the drawer was opened or closed.
    """

    drawer_changed = Signal()

    def __init__(self, book: ActionBook, timeline: QWidget, pages: Mapping[Drawer, QWidget], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("bottomArea")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._pages = dict(pages)
        self._stack = QStackedWidget(self)
        self._stack.setObjectName("bottomDrawer")
        self._stack.setMinimumHeight(LEAST_DRAWER_PX)
        for page in self._pages.values():
            self._stack.addWidget(page)
        self._stack.hide()
        timeline.setMinimumHeight(100)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(self._with_switch(book, timeline))
        self.splitter.addWidget(self._stack)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setStretchFactor(0, 0)
        self.splitter.setStretchFactor(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)

    @property
    def page(self) -> Drawer | None:
        """The page that is open."""
        if self._stack.isHidden():
            return None
        current = self._stack.currentWidget()
        return next(drawer for drawer, page in self._pages.items() if page is current)

    def open(self, drawer: Drawer) -> None:
        """Open a page."""
        self._stack.setCurrentWidget(self._pages[drawer])
        self._stack.show()
        self.drawer_changed.emit()

    def close_drawer(self) -> None:
        """Close the drawer."""
        self._stack.hide()
        self.drawer_changed.emit()

    def _with_switch(self, book: ActionBook, timeline: QWidget) -> QWidget:
        box = QWidget(self)
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(timeline, 1)
        switch = QHBoxLayout()
        switch.setContentsMargins(4, 2, 10, 0)
        switch.setSpacing(0)
        for name in ("view.charts", "view.console", "view.decisions"):
            button = action_button(book.qaction(name), "quiet", box, with_text=True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            switch.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(switch)
        return box
