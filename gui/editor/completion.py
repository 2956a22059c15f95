"""The list of words that pops up while typing."""

from PySide6.QtCore import QObject, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QCompleter, QListView, QPlainTextEdit

from engine.program.words import complete
from gui.editor.places import column_of, plain_text

LEAST_STEM = 2
ACCEPT_KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab})


class Completion(QObject):
    """Offers words at the cursor of an editor."""

    def __init__(self, edit: QPlainTextEdit) -> None:
        super().__init__(edit)
        self._edit = edit
        self._stem = ""
        self._model = QStringListModel(self)
        self._completer = QCompleter(self._model, self)
        self._completer.setWidget(edit)
        self._popup = QListView()
        self._completer.setPopup(self._popup)
        self._completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseSensitive)
        self._completer.setMaxVisibleItems(9)
        self._completer.activated.connect(self._accept)

    @property
    def is_open(self) -> bool:
        """Whether the list is shown."""
        return self._popup.isVisible()

    @property
    def popup(self) -> QListView:
        """The list itself."""
        return self._popup

    @property
    def words(self) -> list[str]:
        """The words that are offered now."""
        return self._model.stringList() if self.is_open else []

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a key belongs to the open list, which will handle it."""
        return self.is_open and (Qt.Key(event.key()) in ACCEPT_KEYS or event.key() == Qt.Key.Key_Escape)

    def close(self) -> None:
        """Take the list away."""
        self._popup.hide()

    def offer(self, *, is_asked_for: bool = False) -> None:
        """Show what fits to the word at the cursor, if it is long enough or the person asked."""
        cursor = self._edit.textCursor()
        before = cursor.block().text()
        before = before[: column_of(before, cursor.positionInBlock())]
        found = complete(plain_text(self._edit.document()), before)
        after_dot = before.removesuffix(found.stem).endswith(".")
        is_wanted = is_asked_for or after_dot or len(found.stem) >= LEAST_STEM
        if not found.words or not is_wanted:
            self.close()
            return
        self._stem = found.stem
        self._model.setStringList(list(found.words))
        self._completer.setCompletionPrefix(found.stem)
        self._popup.setCurrentIndex(self._completer.completionModel().index(0, 0))
        place = self._edit.cursorRect()
        width = self._popup.sizeHintForColumn(0) + self._popup.verticalScrollBar().sizeHint().width() + 24
        place.setWidth(max(160, width))
        place.translate(self._edit.viewport().x(), 4)
        self._completer.complete(place)

    def _accept(self, word: str) -> None:
        cursor = self._edit.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(self._stem))
        if cursor.selectedText() == self._stem:
            cursor.insertText(word)
        self.close()
