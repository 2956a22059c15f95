"""The left column (program) and the right one (inspector)."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QToolButton, QVBoxLayout, QWidget

from gui.commands.book import ActionBook
from gui.widgets.elided_label import ElidedLabel

HEADER_PX = 40
_FILE_ACTIONS = ("file.new", "file.open", "file.save", "file.save_as", "file.save_recording")


class LeftColumn(QWidget):
    """File title, Gallery and Files above the editor, problems below it."""

    def __init__(self, book: ActionBook, editor: QWidget, problems: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("leftColumn")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = ElidedLabel("", self)
        self._title.setProperty("look", "heading")
        self._gallery = self._make_gallery(book)
        self._files = self._make_files(book)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(editor)
        self.splitter.addWidget(problems)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        self.splitter.setSizes([520, 190])
        self.splitter.setChildrenCollapsible(False)
        header = QHBoxLayout()
        header.setContentsMargins(16, 0, 8, 0)
        header.setSpacing(6)
        header.addWidget(self._title, 1)
        header.addWidget(self._gallery)
        header.addWidget(self._files)
        top = QWidget(self)
        top.setFixedHeight(HEADER_PX)
        top.setLayout(header)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(top)
        layout.addWidget(self.splitter, 1)

    def show_title(self, title: str, *, is_dirty: bool) -> None:
        """Say which file is open; a dot says that it has unsaved changes."""
        self._title.show_text(f"{title} •" if is_dirty else title)

    def _make_gallery(self, book: ActionBook) -> QToolButton:
        gallery = QToolButton(self)
        gallery.setText("Gallery")
        gallery.setProperty("look", "quiet")
        gallery.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        gallery.setToolTip(book.qaction("file.gallery").toolTip())
        gallery.clicked.connect(book.qaction("file.gallery").trigger)
        return gallery

    def _make_files(self, book: ActionBook) -> QToolButton:
        files = QToolButton(self)
        files.setText("Files")
        files.setProperty("look", "quiet")
        files.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        files.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        files.setToolTip("Open, save and recent files")
        menu = QMenu(files)
        menu.setToolTipsVisible(True)
        for name in _FILE_ACTIONS:
            menu.addAction(book.qaction(name))
        menu.addSeparator()
        for action in book.actions:
            if action.id.startswith("file.recent_"):
                menu.addAction(book.qaction(action.id))
        files.setMenu(menu)
        return files


class RightColumn(QWidget):
    """Holds the inspector."""

    def __init__(self, inspector: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("rightColumn")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(inspector)
