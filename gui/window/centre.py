"""The middle: the canvas with what floats above it."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

MARGIN_PX = 24
CUE_TEXT = "Press →  to step through it"


class Centre(QWidget):
    """The canvas, a floating card at its bottom centre, and the cue for the first step."""

    def __init__(self, canvas: QWidget, card: QWidget, set_inset: Callable[[int], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("centre")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(canvas)
        self._card = card
        self._set_inset = set_inset
        self._inset_px = 0
        card.setParent(self)
        card.installEventFilter(self)
        self._cue = QLabel(CUE_TEXT, self)
        self._cue.setObjectName("cue")
        self._cue.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._cue.hide()

    def show_cue(self, *, shown: bool) -> None:
        """Show or hide the hint for the first step."""
        self._cue.setVisible(shown)
        self._place()

    @property
    def shows_cue(self) -> bool:
        """Whether the hint is there."""
        return not self._cue.isHidden()

    def _place(self) -> None:
        self._cue.adjustSize()
        self._cue.move((self.width() - self._cue.width()) // 2, self.height() - self._cue.height() - MARGIN_PX)
        self._cue.raise_()
        inset = 0
        if not self._card.isHidden():
            hint = self._card.sizeHint()
            width = min(max(hint.width(), 320), max(240, self.width() - 2 * MARGIN_PX))
            height = max(hint.height(), self._card.heightForWidth(width))
            height = min(height, max(80, self.height() - 2 * MARGIN_PX))
            self._card.setGeometry((self.width() - width) // 2, self.height() - height - MARGIN_PX, width, height)
            self._card.raise_()
            inset = height + MARGIN_PX
        if inset != self._inset_px:
            self._inset_px = inset
            self._set_inset(inset)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The card appeared, went, or wants another size."""
        if watched is self._card and event.type() in (
            QEvent.Type.ShowToParent,
            QEvent.Type.HideToParent,
            QEvent.Type.LayoutRequest,
        ):
            self._place()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put everything back in place."""
        super().resizeEvent(event)
        self._place()
