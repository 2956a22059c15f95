"""The kept blocks: a list from which they are added, renamed and deleted."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QToolButton, QVBoxLayout, QWidget

from gui.model.network_blocks import BlockShelf

WIDTH_PX = 360
_LIST_PX = 220
NOTHING = "No block is kept yet: select nodes and press G to make a block; it is kept under its name."
_NAME = Qt.ItemDataRole.UserRole


class BlocksPopup(QWidget):
    """Enter adds, F2 renames, Delete deletes, Ctrl+Z brings back; Escape closes.

    Signals:
        wanted: The name of a block that shall be added.
    """

    wanted = Signal(str)

    def __init__(self, shelf: BlockShelf, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH_PX)
        self._shelf = shelf
        self._is_filling = False
        heading = QLabel("Kept blocks", self)
        heading.setProperty("look", "heading")
        self.names = QListWidget(self)
        self.names.setAccessibleName("Kept blocks")
        self.names.setMinimumHeight(_LIST_PX)
        self.names.itemDoubleClicked.connect(lambda _item: self._add())
        self.names.currentItemChanged.connect(lambda *_items: self._tell())
        self.names.itemChanged.connect(self._on_renamed)
        self._told = QLabel(self)
        self._told.setProperty("look", "muted")
        self._told.setWordWrap(True)
        self._told.setMinimumHeight(34)
        self._told.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.add = self._button("Add", "Add it to the network (Enter)", self._add)
        self.rename = self._button("Rename", "Give it another name (F2)", self._rename)
        self.delete = self._button("Delete", "Delete it; that can be undone (Delete)", self._delete)
        self.undo = self._button("Undo", "Bring back what was deleted or replaced last (Ctrl+Z)", shelf.put_back)
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        for button in (self.add, self.rename, self.delete):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.undo)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(6)
        column.addWidget(heading)
        column.addWidget(self.names)
        column.addWidget(self._told)
        column.addLayout(buttons)
        shelf.changed.connect(self._on_changed)
        shelf.refused.connect(self._on_refused)

    def open_at(self, point: QPoint) -> None:
        """Show the blocks; ``point`` is that of the screen."""
        self._shelf.reread()
        self.move(point)
        self.show()
        self.names.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Add, rename, delete, bring back."""
        key, has_ctrl = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._add()
        elif key == Qt.Key.Key_F2:
            self._rename()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._delete()
        elif key == Qt.Key.Key_Z and has_ctrl:
            self._shelf.put_back()
        else:
            super().keyPressEvent(event)

    @property
    def _name(self) -> str:
        item = self.names.currentItem()
        return "" if item is None else str(item.data(_NAME))

    def _on_changed(self, _none: None) -> None:
        name, row = self._name, self.names.currentRow()
        self._is_filling = True
        self.names.clear()
        for block in self._shelf.blocks:
            item = QListWidgetItem(block.name)
            item.setData(_NAME, block.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setToolTip(block.summary)
            self.names.addItem(item)
        self._is_filling = False
        names = [block.name for block in self._shelf.blocks]
        self.names.setCurrentRow(names.index(name) if name in names else min(max(row, 0), len(names) - 1))
        self._tell()

    def _tell(self) -> None:
        block = self._shelf.get(self._name)
        self._told.setText(NOTHING if block is None else block.summary)
        self.add.setEnabled(block is not None and block.piece is not None)
        self.rename.setEnabled(block is not None)
        self.delete.setEnabled(block is not None)
        self.undo.setEnabled(self._shelf.can_put_back)

    def _on_refused(self, sentence: str) -> None:
        self._told.setText(sentence)

    def _on_renamed(self, item: QListWidgetItem) -> None:
        name, new_name = str(item.data(_NAME)), item.text().strip()
        if self._is_filling or name == new_name:
            return
        if self._shelf.rename(name, new_name):
            self._choose(new_name)
            return
        self._is_filling = True
        item.setText(name)
        self._is_filling = False

    def _choose(self, name: str) -> None:
        found = self.names.findItems(name, Qt.MatchFlag.MatchExactly)
        if found:
            self.names.setCurrentItem(found[0])

    def _add(self) -> None:
        block = self._shelf.get(self._name)
        if block is not None and block.piece is not None:
            self.hide()
            self.wanted.emit(block.name)

    def _rename(self) -> None:
        item = self.names.currentItem()
        if item is not None:
            self.names.editItem(item)

    def _delete(self) -> None:
        if self._name:
            self._shelf.delete(self._name)

    def _button(self, text: str, tip: str, do: Callable[[], object]) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setProperty("look", "quiet")
        button.setToolTip(tip)
        button.clicked.connect(lambda _checked=False: do())
        return button
