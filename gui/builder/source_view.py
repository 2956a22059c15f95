"""The network as source, beside the canvas: it follows every edit, and what is typed or pasted goes onto the canvas."""

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QShowEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from gui.model.network import NetworkModel
from gui.model.network_talk import TextTrouble, readable
from gui.theme.colors import mix
from gui.theme.fonts import mono_font, words_font
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens
from gui.widgets.highlighter import Highlighter

TYPING_PAUSE_MS = 350
_FONT_PX = 12.0
_GUTTER_PX = 40


class SourceEdit(QPlainTextEdit):
    """A small Python field with line numbers.

    Signals:
        left: The keyboard went elsewhere.
    """

    left = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFont(mono_font(_FONT_PX))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self.setAccessibleName("Source of the network")
        self.setViewportMargins(_GUTTER_PX, 6, 0, 6)
        self._tokens = tokens
        self._highlighter = Highlighter(self.document(), tokens)
        self._wrong_line: int | None = None
        self._numbers = _Numbers(self)
        self.setCornerWidget(QWidget(self))  # what the style paints there is a white square

    def restyle(self, tokens: Tokens) -> None:
        """Use the colours of another theme."""
        self._tokens = tokens
        self._highlighter.restyle(tokens)
        self.mark_line(self._wrong_line)

    def mark_line(self, line: int | None) -> None:
        """Mark the line that cannot be drawn."""
        self._wrong_line = line
        marks = []
        if line is not None:
            mark = QTextEdit.ExtraSelection()
            mark.format.setBackground(mix(self._tokens.panel, self._tokens.error, 0.16))
            mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)  # noqa: FBT003 - Qt's own signature
            mark.cursor = QTextCursor(self.document().findBlockByNumber(line - 1))
            marks.append(mark)
        self.setExtraSelections(marks)

    def reveal_mark(self) -> None:
        """Bring the marked line into the middle of what is seen, if there is one."""
        if self._wrong_line is not None:
            self.setTextCursor(QTextCursor(self.document().findBlockByNumber(self._wrong_line - 1)))
            self.centerCursor()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text; the numbers beside it follow."""
        super().paintEvent(event)
        self._numbers.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Say that the keyboard went elsewhere."""
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.left.emit()

    def number_rows(self) -> list[tuple[int, int, int]]:
        """Return the visible lines: number, top and height in pixels of the widget."""
        rows = []
        block = self.firstVisibleBlock()
        offset = self.contentOffset()
        top = self.viewport().y()
        while block.isValid():
            rect = self.blockBoundingGeometry(block).translated(offset)
            if rect.top() > self.viewport().height():
                break
            rows.append((block.blockNumber() + 1, round(rect.top()) + top, round(rect.height())))
            block = block.next()
        return rows

    @property
    def tokens(self) -> Tokens:
        """The colours in force."""
        return self._tokens


class _Numbers(QWidget):
    """The line numbers."""

    def __init__(self, edit: SourceEdit) -> None:
        super().__init__(edit)
        self._edit = edit
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setGeometry(0, 0, _GUTTER_PX, 10_000)
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the numbers of what is visible."""
        del event
        painter = QPainter(self)
        painter.setFont(mono_font(10.5))
        painter.setPen(QColor(self._edit.tokens.faint))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for number, top, height in self._edit.number_rows():
            painter.drawText(QRect(0, top, _GUTTER_PX - 12, height), flags, str(number))
        painter.end()


class SourceView(QWidget):
    """Keeps text and network the same, whichever is edited; a text that is no network is kept and explained."""

    def __init__(self, model: NetworkModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._is_filling = False
        self._known_text = ""
        """The text as it was put there or read last: new colours are told as a change of it, too."""
        self.edit = SourceEdit(theme.tokens, self)
        self.edit.setPlaceholderText("Paste or type an nn.Module here to see it as a network.")
        self.trouble = QLabel(self)
        self.trouble.setWordWrap(True)
        self.trouble.setTextFormat(Qt.TextFormat.PlainText)
        self.trouble.setContentsMargins(16, 8, 16, 8)
        self.trouble.setFont(words_font(12))
        self.trouble.setProperty("look", "error")
        self.trouble.setAccessibleName("What keeps this text from being a network")
        self.trouble.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.edit, 1)
        layout.addWidget(self.trouble)
        self._timer = QTimer(self, singleShot=True, interval=TYPING_PAUSE_MS)
        self._timer.timeout.connect(self.read)
        self.edit.textChanged.connect(self._on_text)
        self.edit.left.connect(self._on_left)
        model.changed.connect(self._on_changed)
        theme.changed.connect(self.edit.restyle)
        self._fill()

    def read(self) -> None:
        """Put the text onto the canvas now, or say why it cannot be drawn."""
        self._timer.stop()
        text = self._known_text = self.edit.toPlainText()
        trouble = self._model.read_text(text) if text.strip() else None
        self._show(trouble)

    def show_text(self, text: str) -> None:
        """Take a text as if it had been pasted."""
        self.edit.setPlainText(text)
        self.read()
        self.edit.reveal_mark()

    def _show(self, trouble: TextTrouble | None) -> None:
        self.edit.mark_line(None if trouble is None else trouble.line)
        self.trouble.setText("" if trouble is None else readable(trouble.text))
        self.trouble.setVisible(trouble is not None)

    def _on_text(self) -> None:
        if not self._is_filling and self.edit.toPlainText() != self._known_text:
            self._timer.start()

    def _on_changed(self, is_more: bool) -> None:  # noqa: FBT001 - the event's own payload
        if is_more and self.isVisible() and not self._timer.isActive() and not self.edit.hasFocus():
            self._fill()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was edited meanwhile."""
        super().showEvent(event)
        if self.trouble.isHidden():
            self._fill()

    def _fill(self) -> None:
        """Show the network's own source; while something is missing, say what, and leave the last text."""
        model = self._model
        if not model.network.nodes:
            self._put("")
        if not model.source:
            self._show(TextTrouble(model.source_trouble) if model.network.nodes else None)
            return
        self._show(None)
        if self.edit.toPlainText() == model.source:
            return
        self._put(model.source)

    def _put(self, text: str) -> None:
        """Show a text; only the piece that differs is written anew, and the view stays where it is."""
        bar = self.edit.verticalScrollBar()
        place = bar.value()
        old = self.edit.toPlainText()
        self._is_filling = True
        if old.isascii() and text.isascii():
            start = _shared(old, text)
            end = _shared(old[start:][::-1], text[start:][::-1])
            cursor = QTextCursor(self.edit.document())
            cursor.setPosition(start)
            cursor.setPosition(len(old) - end, QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(text[start : len(text) - end])
        else:
            self.edit.setPlainText(text)
        self._is_filling = False
        self._known_text = text
        bar.setValue(place)

    def _on_left(self) -> None:
        """Show the text as the network writes it, unless it is none."""
        if self._timer.isActive():
            self.read()
        if self.trouble.isHidden():
            self._fill()


def _shared(first: str, second: str) -> int:
    """Return how many characters two texts have in common from their beginnings."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(first), len(second)))
