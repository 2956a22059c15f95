"""The window: it places the parts and knows nothing of what they do."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from gui.model.workspace import Workspace
from gui.theme.theme import Theme
from gui.widgets.toast import Toast
from gui.window.bottom import DRAWER_PX, LEAST_DRAWER_PX, TIMELINE_PX, BottomArea
from gui.window.centre import Centre
from gui.window.columns import LeftColumn, RightColumn, columns_for
from gui.window.drop_zone import DropZone
from gui.window.focus_frame import FocusFrame
from gui.window.status_bar import StatusBar
from gui.window.top_bar import TopBar
from gui.window.workspaces import Workspaces

FIRST_SIZE_PX = (1600, 1000)
SMALLEST_PX = (900, 600)
_DRAWER_SHARE = 0.26
"""Of the height: the graph needs most of a small window."""
_FRAME_PX = 40
"""Room for what window managers put around a window."""
_SHARE_OF_SCREEN = 0.9
"""The size that a window has once it is no longer maximised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the window is put together from."""

    top: TopBar
    left: LeftColumn
    centre: Centre
    right: RightColumn
    bottom: BottomArea
    status: StatusBar


class MainWindow(QMainWindow):
    """Places the parts and says when files are dropped or the window is about to close.

    Attributes:
        toast: Shows one-sentence messages above the content.
        focus_frame: Shows which part took the keyboard.
        may_close: Asked before the window closes; False keeps it open.

    Signals:
        files_dropped: A list of paths.
        closing: The window closes now.

    Attributes:
        has_own_columns: Whether the person has chosen how wide the columns are.
    """

    files_dropped = Signal(object)
    closing = Signal()
    state_changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setAcceptDrops(True)
        self.setMinimumSize(*SMALLEST_PX)
        self.resize(*FIRST_SIZE_PX)
        self.may_close: Callable[[], bool] = lambda: True
        self._theme = theme
        self._parts: Parts | None = None
        self.has_own_columns = False
        self.columns = QSplitter(Qt.Orientation.Horizontal)
        self.rows = QSplitter(Qt.Orientation.Vertical)
        self._content = QWidget(self)
        self.workspaces = Workspaces(self._content)
        self.setCentralWidget(self._content)
        self.toast = Toast(theme, self._content)
        self.focus_frame = FocusFrame(theme, self._content)
        self._drop_zone = DropZone(self)

    def put_together(self, parts: Parts) -> None:
        """Place the parts; to be called once."""
        self._parts = parts
        for part in (parts.left, parts.centre, parts.right):
            self.columns.addWidget(part)
        for splitter in (self.columns, self.rows):
            splitter.setHandleWidth(1)
            splitter.setChildrenCollapsible(False)
        self.columns.setSizes(list(columns_for(FIRST_SIZE_PX[0])))
        self.columns.splitterMoved.connect(self._on_columns_moved)
        for place, stretch in enumerate((0, 1, 0)):
            self.columns.setStretchFactor(place, stretch)
        self.rows.addWidget(self.columns)
        self.rows.addWidget(parts.bottom)
        self.rows.setStretchFactor(0, 1)
        self.rows.setStretchFactor(1, 0)
        self.rows.setSizes([FIRST_SIZE_PX[1] - TIMELINE_PX, TIMELINE_PX])
        explore = QWidget(self._content)
        _stacked(explore, self.rows, parts.status)
        self.workspaces.put(Workspace.EXPLORE, lambda: explore)
        self.workspaces.show_workspace(Workspace.EXPLORE)
        _stacked(self._content, parts.top, self.workspaces)
        self.toast.raise_()
        self.focus_frame.raise_()
        parts.left.setMinimumWidth(220)
        parts.right.setMinimumWidth(220)
        parts.bottom.drawer_changed.connect(self._on_drawer_changed)

    @property
    def is_put_together(self) -> bool:
        """Whether the parts are placed."""
        return self._parts is not None

    @property
    def parts(self) -> Parts:
        """The parts.

        Raises:
            AssertionError: Before ``put_together``.
        """
        assert self._parts is not None
        return self._parts

    def fit_screen(self, room: QSize) -> None:
        """Fill a screen that the window, with its frame, would not fit on; a place from an earlier start is kept."""
        if self.width() + _FRAME_PX > room.width() or self.height() + _FRAME_PX > room.height():
            self.resize(room * _SHARE_OF_SCREEN)
            self.setWindowState(self.windowState() | Qt.WindowState.WindowMaximized)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or stop doing so."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _on_drawer_changed(self) -> None:
        total = sum(self.rows.sizes())
        timeline = min(self.parts.bottom.splitter.sizes()[0] or TIMELINE_PX, TIMELINE_PX * 2)
        drawer = max(LEAST_DRAWER_PX, min(DRAWER_PX, round(total * _DRAWER_SHARE)))
        wanted = timeline + (drawer if self.parts.bottom.page is not None else 0)
        self.rows.setSizes([total - wanted, wanted])
        self.parts.bottom.splitter.setSizes([timeline, wanted - timeline])

    def _on_columns_moved(self) -> None:
        self.has_own_columns = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a small window the columns at the sides give way too, unless the person has chosen their widths."""
        super().resizeEvent(event)
        if not self.has_own_columns:
            self.columns.setSizes(list(columns_for(event.size().width())))

    def changeEvent(self, event: QEvent) -> None:
        """Full screen came or went."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange:
            self.state_changed.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask before closing."""
        if self.may_close():
            self.closing.emit()
            event.accept()
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes what floats."""
        if event.key() == Qt.Key.Key_Escape and self.toast.isVisible():
            self.toast.hide()
            return
        super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped anywhere."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self._drop_zone.appear()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """They went away again."""
        self._drop_zone.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """They were dropped."""
        self._drop_zone.hide()
        event.acceptProposedAction()
        self.files_dropped.emit([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])


def _stacked(holder: QWidget, *parts: QWidget) -> None:
    """Place parts above one another; the one that is no bar takes the room."""
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for part in parts:
        layout.addWidget(part, 0 if isinstance(part, (TopBar, StatusBar)) else 1)
