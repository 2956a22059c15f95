"""The text field for Python: typing, marks, gutter."""

from collections.abc import Iterator
from typing import cast

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from engine.trace.facts import Span
from gui.editor.airy_layout import AiryLayout
from gui.editor.completion import Completion
from gui.editor.decor import NO_DECOR, Decor
from gui.editor.gutter import Gutter
from gui.editor.ornaments import lit_color, paint_before, paint_behind
from gui.editor.places import column_of, cursor_over, pieces
from gui.editor.typing_keys import TypingKeys
from gui.editor.typing_rules import partner_of
from gui.theme.colors import mix
from gui.theme.fonts import mono_font
from gui.theme.tokens import Tokens
from gui.widgets.highlighter import Highlighter

LINE_PX = 24.0
FONT_PX = 12
BRACKET_LIMIT = 200_000
"""Brackets are not matched in longer texts."""


class CodeEdit(QPlainTextEdit):
    """A program that can be typed, with marks around it.

    Attributes:
        place_hovered: Signal with (line from 1, column from 0 in characters) under the mouse, or None.
        line_clicked: Signal with the line whose number was clicked.
    """

    place_hovered = Signal(object)
    line_clicked = Signal(object)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._decor = NO_DECOR
        self._layout = AiryLayout(self.document(), LINE_PX)
        self.document().setDocumentLayout(self._layout)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._keep_left_to_right()
        self.setTabChangesFocus(False)
        self.setAccessibleName("Program")
        self.viewport().setMouseTracking(True)
        self.setCornerWidget(QWidget())
        self._use_code_font()
        self._highlighter = Highlighter(self.document(), tokens)
        self._completion = Completion(self)
        self._keys = TypingKeys(self)
        self._gutter = Gutter(self, tokens, self)
        self._gutter.line_clicked.connect(self.line_clicked)
        self.updateRequest.connect(self._scroll_gutter)
        self.blockCountChanged.connect(self._fit_gutter)
        self.cursorPositionChanged.connect(self._show_formats)
        self.restyle(tokens)
        self._fit_gutter()

    def _keep_left_to_right(self) -> None:
        """Code runs left to right, also a line that begins with a name in Hebrew or Arabic."""
        option = self.document().defaultTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        self.document().setDefaultTextOption(option)

    @property
    def gutter(self) -> Gutter:
        """The strip with line numbers."""
        return self._gutter

    @property
    def completion(self) -> Completion:
        """The list of words that pops up."""
        return self._completion

    @property
    def decor(self) -> Decor:
        """What is marked now."""
        return self._decor

    def show_decor(self, decor: Decor) -> None:
        """Mark something else."""
        if decor == self._decor:
            return
        self._decor = decor
        self._show_formats()
        self._gutter.show_decor(decor, self._tokens)
        self.viewport().update()

    def restyle(self, tokens: Tokens) -> None:
        """Use the colours of another theme."""
        self._tokens = tokens
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(tokens.panel))
        palette.setColor(QPalette.ColorRole.Text, QColor(tokens.text))
        palette.setColor(QPalette.ColorRole.Highlight, mix(tokens.panel, tokens.accent, 0.28))
        palette.setColor(QPalette.ColorRole.HighlightedText, QColor(tokens.text))
        self.setPalette(palette)
        self._highlighter.restyle(tokens)
        self._gutter.show_decor(self._decor, tokens)
        self._show_formats()

    def reveal(self, line: int) -> None:
        """Scroll as little as needed so that a line is in view."""
        block = self.document().findBlockByNumber(line - 1)
        if not block.isValid():
            return
        full = max(1, int(self.viewport().height() / LINE_PX))
        room = 1 if full > 4 else 0
        bar = self.verticalScrollBar()
        if line - 1 < bar.value() + room:
            bar.setValue(max(0, line - 1 - room))
        elif line > bar.value() + full - room:
            bar.setValue(line - full + room)

    def go_to(self, line: int, column: int = 0) -> None:
        """Put the cursor to a place and take the keyboard."""
        block = self.document().findBlockByNumber(max(0, line - 1))
        if block.isValid():
            self.setTextCursor(cursor_at(self, block, column))
            self.centerCursor()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    # The page, as ornaments and gutter see it

    def bands(self) -> Iterator[tuple[QTextBlock, QRectF]]:
        """Every visible line and its band, top to bottom."""
        block = self.firstVisibleBlock()
        top = self.contentOffset().y() + self.blockBoundingGeometry(block).top() if block.isValid() else 0.0
        while block.isValid() and top < self.viewport().height():
            yield block, QRectF(0.0, top, self.viewport().width(), LINE_PX)
            top += LINE_PX
            block = block.next()

    def x_of(self, block: QTextBlock, unit: int) -> float:
        """The left edge of a character."""
        layout = block.layout()
        if not layout.lineCount():
            self.blockBoundingRect(block)
        line = layout.lineAt(0)
        x, _ = cast("tuple[float, int]", line.cursorToX(unit))
        return float(x) + self.contentOffset().x()

    def end_of(self, block: QTextBlock) -> float:
        """The right edge of a line's text; with names that run right to left its last character is not there."""
        self.x_of(block, 0)
        line = block.layout().lineAt(0)
        return float(line.x() + line.naturalTextWidth()) + self.contentOffset().x()

    def place_at(self, position: QPointF) -> tuple[int, int] | None:
        """Return the line and the column of the character under a point, or None beside the text."""
        for block, band in self.bands():
            if not band.top() <= position.y() < band.bottom():
                continue
            line = block.layout().lineAt(0)
            x = position.x() - self.contentOffset().x()
            if not line.x() <= x <= line.x() + line.naturalTextWidth():
                return None
            unit = line.xToCursor(x, line.CursorPosition.CursorOnCharacter)
            return block.blockNumber() + 1, column_of(block.text(), unit)
        return None

    # Formats

    def _show_formats(self) -> None:
        selections = []
        for span in (self._decor.selected, self._decor.hovered):
            if span is not None:
                selections += self._over(span, lit_color(self._tokens))
        if self._decor.fault is not None:
            selections += self._squiggle(self._decor.fault.span)
        selections += self._brackets()
        self.setExtraSelections(selections)

    def _over(self, span: Span, color: QColor) -> list[QTextEdit.ExtraSelection]:
        look = QTextCharFormat()
        look.setBackground(color)
        return [_selection(cursor_over(piece, self.document()), look) for piece in pieces(self.document(), span)]

    def _squiggle(self, span: Span) -> list[QTextEdit.ExtraSelection]:
        look = QTextCharFormat()
        look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        look.setUnderlineColor(QColor(self._tokens.error))
        return [_selection(cursor_over(piece, self.document()), look) for piece in pieces(self.document(), span)]

    def _brackets(self) -> list[QTextEdit.ExtraSelection]:
        document, position = self.document(), self.textCursor().position()
        if document.characterCount() > BRACKET_LIMIT:
            return []
        near = [place for place in (position - 1, position) if document.characterAt(place) in tuple("()[]{}")]
        if not near:
            return []
        text = document.toRawText().encode("utf-16-le").decode("utf-16-le", "surrogatepass")
        if len(text) != document.characterCount() - 1:  # characters beyond 16 bits: positions differ from indices
            return []
        partner = partner_of(text, near[0])
        if partner is None:
            return []
        look = QTextCharFormat()
        look.setBackground(mix(self._tokens.panel, self._tokens.accent, 0.22))
        return [_selection(self._character(place), look) for place in (near[0], partner)]

    def _character(self, place: int) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(place)
        cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor)
        return cursor

    # Events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Type; Tab, Enter, Backspace and the comment key know Python."""
        if self._completion.takes(event):
            event.ignore()  # the open list handles it
            return
        if self._keys.handle(event):
            return
        super().keyPressEvent(event)
        self._offer_words(event)

    def _offer_words(self, event: QKeyEvent) -> None:
        text = event.text()
        writes_word = bool(text) and (text.isidentifier() or text.isdigit() or text == ".")
        if writes_word or (event.key() == Qt.Key.Key_Backspace and self._completion.is_open):
            self._completion.offer()
        elif text:
            self._completion.close()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is under the mouse."""
        super().mouseMoveEvent(event)
        self.place_hovered.emit(self.place_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Say that nothing is under the mouse."""
        super().leaveEvent(event)
        self.place_hovered.emit(None)

    def changeEvent(self, event: QEvent) -> None:
        """Keep the font for code when a style sheet sets that of all widgets."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._use_code_font()

    def _use_code_font(self) -> None:
        self.document().setDefaultFont(mono_font(FONT_PX))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the gutter at the left."""
        super().resizeEvent(event)
        view = self.viewport().geometry()
        width = self._gutter.sizeHint().width()
        self._gutter.setGeometry(QRect(view.left() - width, view.top(), width, view.height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tint, the text and what stands around it."""
        painter = QPainter(self.viewport())
        paint_behind(painter, self, self._decor, self._tokens)
        painter.end()
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        paint_before(painter, self, self._decor, self._tokens, QRectF(self.viewport().rect()))
        painter.end()

    def _fit_gutter(self) -> None:
        self.setViewportMargins(self._gutter.sizeHint().width(), 0, 0, 0)

    def _scroll_gutter(self, rect: QRect, dy: int) -> None:
        if dy:
            self._gutter.scroll(0, dy)
        else:
            self._gutter.update(0, rect.y(), self._gutter.width(), rect.height())


def cursor_at(edit: QPlainTextEdit, block: QTextBlock, column: int) -> QTextCursor:
    """Return a cursor at a column, in characters, of a line."""
    cursor = QTextCursor(edit.document())
    text = block.text()[:column]
    cursor.setPosition(block.position() + len(text.encode("utf-16-le")) // 2)
    return cursor


def _selection(cursor: QTextCursor, look: QTextCharFormat) -> QTextEdit.ExtraSelection:
    selection = QTextEdit.ExtraSelection()
    selection.cursor = cursor
    selection.format = look
    return selection
