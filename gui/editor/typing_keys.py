"""Keys that know Python: Enter keeps the indent, Tab moves lines, Ctrl+/ comments them out."""

from collections.abc import Callable

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from gui.editor.places import column_of
from gui.editor.typing_rules import INDENT, comments_toggled, indented, next_indent, outdented


class TypingKeys:
    """Handles those keys for one editor."""

    def __init__(self, edit: QPlainTextEdit) -> None:
        self._edit = edit
        key, control, shift = Qt.Key, Qt.Modifier.CTRL, Qt.Modifier.SHIFT
        self._actions: dict[QKeyCombination, Callable[[], bool]] = {
            QKeyCombination(key.Key_Return): self._new_line,
            QKeyCombination(key.Key_Enter): self._new_line,
            QKeyCombination(key.Key_Tab): self._tab,
            QKeyCombination(shift, key.Key_Backtab): self._back_tab,
            QKeyCombination(key.Key_Backtab): self._back_tab,
            QKeyCombination(control, key.Key_Slash): self._comment,
            QKeyCombination(key.Key_Backspace): self._backspace,
            QKeyCombination(key.Key_Home): self._home,
        }

    def handle(self, event: QKeyEvent) -> bool:
        """Act on a key and return True, or return False when it is an ordinary one."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        for combination, action in self._actions.items():
            if combination.key() == event.key() and combination.keyboardModifiers() == modifiers:
                return action()
        return False

    def _before(self, cursor: QTextCursor) -> str:
        text = cursor.block().text()
        return text[: column_of(text, cursor.positionInBlock())]

    def _new_line(self) -> bool:
        cursor = self._edit.textCursor()
        cursor.beginEditBlock()
        cursor.removeSelectedText()
        cursor.insertText("\n" + next_indent(self._before(cursor)))
        cursor.endEditBlock()
        self._edit.setTextCursor(cursor)
        self._edit.ensureCursorVisible()
        return True

    def _tab(self) -> bool:
        cursor = self._edit.textCursor()
        if cursor.hasSelection():
            self._change_lines(indented)
        else:
            column = len(self._before(cursor))
            cursor.insertText(" " * (len(INDENT) - column % len(INDENT)))
        return True

    def _back_tab(self) -> bool:
        self._change_lines(outdented)
        return True

    def _comment(self) -> bool:
        self._change_lines(comments_toggled)
        return True

    def _backspace(self) -> bool:
        cursor = self._edit.textCursor()
        before = self._before(cursor)
        if cursor.hasSelection() or not before or before.strip(" "):
            return False
        surplus = len(before) % len(INDENT) or len(INDENT)
        cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, surplus)
        cursor.removeSelectedText()
        return True

    def _home(self) -> bool:
        """Go to the first written character of the line; from there to its very start."""
        cursor = self._edit.textCursor()
        text = cursor.block().text()
        indent = len(text) - len(text.lstrip())
        goal = 0 if cursor.positionInBlock() == indent else indent
        cursor.setPosition(cursor.block().position() + goal)
        self._edit.setTextCursor(cursor)
        return True

    def _change_lines(self, change: Callable[[list[str]], list[str]]) -> None:
        """Replace the lines that are touched by the selection, as one step of undo."""
        cursor = self._edit.textCursor()
        document = self._edit.document()
        had_selection = cursor.hasSelection()
        first = document.findBlock(cursor.selectionStart())
        last = document.findBlock(max(cursor.selectionStart(), cursor.selectionEnd() - int(had_selection)))
        lines, block = [first.text()], first
        while block != last:
            block = block.next()
            lines.append(block.text())
        from_end = cursor.block().length() - cursor.positionInBlock()
        number = cursor.blockNumber()
        cursor.beginEditBlock()
        cursor.setPosition(first.position())
        cursor.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText("\n".join(change(lines)))
        cursor.endEditBlock()
        if had_selection:
            start = document.findBlockByNumber(first.blockNumber()).position()
            end = cursor.position()
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        else:
            line = document.findBlockByNumber(number)
            cursor.setPosition(line.position() + max(0, line.length() - from_end))
        self._edit.setTextCursor(cursor)
