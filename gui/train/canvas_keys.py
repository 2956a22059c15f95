"""Lets the keys of the canvas win over those of the window around it, while the canvas has the keyboard."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QWidget

_TYPING = (QLineEdit, QPlainTextEdit, QComboBox, QAbstractSpinBox)


class CanvasKeys(QObject):
    """Does the action of a key itself: Qt does nothing at all where two actions of a window have the same key."""

    def __init__(self, canvas: QWidget, actions: Sequence[QAction]) -> None:
        super().__init__(canvas)
        self._actions = tuple(actions)
        canvas.installEventFilter(self)
        surface = canvas.focusProxy()
        if surface is not None:  # Tab never goes on from there to the canvas: it would move the keyboard on
            surface.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Claim the keys of the canvas, and do what they do."""
        if not isinstance(event, QKeyEvent) or isinstance(QApplication.focusWidget(), _TYPING):
            return super().eventFilter(watched, event)
        action = self._action_of(event)
        if action is None:
            return super().eventFilter(watched, event)
        if event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() is QEvent.Type.KeyPress:
            action.trigger()
            return True
        return super().eventFilter(watched, event)

    def _action_of(self, event: QKeyEvent) -> QAction | None:
        pressed = QKeySequence(event.keyCombination())
        return next((action for action in self._actions if action.isEnabled() and pressed in action.shortcuts()), None)
