"""Mouse events as the window system would send them."""

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget


def send_mouse(
    widget: QWidget,
    kind: QEvent.Type,
    at: QPointF,
    button: Qt.MouseButton,
    buttons: Qt.MouseButton,
    modifier: Qt.KeyboardModifier,
) -> None:
    """Send an event at a place of a widget; ``buttons`` are those that are down."""
    event = QMouseEvent(kind, at, QPointF(widget.mapToGlobal(at)), button, buttons, modifier)
    QApplication.sendEvent(widget, event)
