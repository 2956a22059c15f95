"""Room between the lines of a plain text document, which Qt's own layout does not offer."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTextBlock, QTextDocument
from PySide6.QtWidgets import QPlainTextDocumentLayout


class AiryLayout(QPlainTextDocumentLayout):
    """Lays out unwrapped lines at a fixed distance, each in the middle of its band."""

    def __init__(self, document: QTextDocument, line_px: float) -> None:
        super().__init__(document)
        self._line_px = line_px

    def blockBoundingRect(self, block: QTextBlock) -> QRectF:
        """Return the band of one line and put its text in the middle of it."""
        rect = super().blockBoundingRect(block)
        if not block.isValid() or not block.isVisible():
            return rect
        layout = block.layout()
        if layout.lineCount() == 1:
            line = layout.lineAt(0)
            line.setPosition(QPointF(line.x(), (self._line_px - line.height()) / 2))
        rect.setHeight(self._line_px)
        return rect
