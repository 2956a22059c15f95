"""The middle: the canvas with what floats above it."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.model.coach import Cue
from gui.window.cue import CuePill

MARGIN_PX = 24
CUE_GAP_PX = -6
"""Between the hint and the shadow of the card below it."""


class Centre(QWidget):
    """The canvas, a floating card at its bottom centre, and the hint there or above the card.

    Attributes:
        cue: The hint.
    """

    def __init__(
        self, canvas: QWidget, card: QWidget, cue: CuePill, set_inset: Callable[[int], None], parent: QWidget
    ) -> None:
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
        self.cue = cue
        cue.setParent(self)
        cue.hide()

    def show_cue(self, cue: Cue) -> None:
        """Show a hint, or none."""
        self.cue.show_cue(cue)
        self._place()

    def _place(self) -> None:
        inset = 0
        if not self._card.isHidden():
            hint = self._card.sizeHint()
            width = min(max(hint.width(), 320), max(240, self.width() - 2 * MARGIN_PX))
            height = max(hint.height(), self._card.heightForWidth(width))
            height = min(height, max(80, self.height() - 2 * MARGIN_PX))
            self._card.setGeometry((self.width() - width) // 2, self.height() - height - MARGIN_PX, width, height)
            self._card.raise_()
            inset = height + MARGIN_PX
        self.cue.adjustSize()
        free_px = self.height() - (inset + CUE_GAP_PX if inset else MARGIN_PX)
        self.cue.move((self.width() - self.cue.width()) // 2, free_px - self.cue.height())
        self.cue.raise_()
        if not self.cue.isHidden():
            inset = self.height() - self.cue.y()
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
