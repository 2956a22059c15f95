"""The network builder as a window of its own."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.builder.panel import BuilderPanel

SIZE = QSize(1320, 860)


class BuilderWindow(QWidget):
    """Stands beside the main window; closing it keeps the network."""

    def __init__(self, panel: BuilderPanel, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("builderWindow")
        self.setWindowTitle("Build a network")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.resize(SIZE)
        self.setMinimumSize(640, 420)
        self.panel = panel
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(panel)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+W closes it."""
        if event.key() == Qt.Key.Key_W and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.close()
            return
        super().keyPressEvent(event)
