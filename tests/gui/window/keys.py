"""Hands for the window."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication


def press(qtbot, widget, key, modifier=Qt.KeyboardModifier.NoModifier):
    QApplication.processEvents()  # keys come one by one, with the event loop between them
    qtbot.keyClick(widget.focusProxy() or widget, key, modifier)
