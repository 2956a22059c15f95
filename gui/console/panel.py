"""The console: what the program prints, while it prints it."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from engine.trace.batch import Batch
from engine.trace.facts import Output, Stream
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording
from gui.console.stream import pieces
from gui.model.document import Document
from gui.model.playhead import Playhead
from gui.model.selection import Selection
from gui.theme.colors import mix
from gui.theme.fonts import mono_font
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens

MOST_LINES = 10_000
EMPTY_TEXT = "What the program prints appears here."


class ConsolePanel(QWidget):
    """Shows the output of the runs, the newest at the bottom."""

    def __init__(
        self, document: Document, playhead: Playhead, selection: Selection, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        del playhead, selection
        self._tokens = theme.tokens
        self._runs = 0
        self._has_text = False
        self._text = _ConsoleText()
        self._count = QLabel()
        self._count.setProperty("look", "faint")
        clear, copy = QPushButton("Clear"), QPushButton("Copy")
        clear.setToolTip("Empty the console")
        copy.setToolTip("Copy all that is shown, or what is selected")
        clear.clicked.connect(self.clear)
        copy.clicked.connect(self.copy)
        bar = QHBoxLayout()
        bar.setContentsMargins(18, 4, 12, 0)
        bar.addWidget(self._count)
        bar.addStretch(1)
        for button in (copy, clear):
            button.setProperty("look", "quiet")
            bar.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(bar)
        column.addWidget(self._text, 1)
        self.setFocusProxy(self._text)
        document.recording_replaced.connect(self._begin)
        document.recording_extended.connect(self._extend)
        document.run_ended.connect(self._end)
        theme.changed.connect(self._restyle)
        self._restyle(theme.tokens)
        if document.recording is not None:
            self._begin(document.recording)

    @property
    def text(self) -> str:
        """Everything that is shown."""
        return self._text.toPlainText()

    def clear(self) -> None:
        """Empty the console."""
        self._text.clear()
        self._has_text = False
        self._show_count()

    def copy(self) -> None:
        """Copy what is selected, or everything."""
        selected = self._text.textCursor().selectedText().replace("\u2029", "\n")
        QGuiApplication.clipboard().setText(selected or self.text)

    def _begin(self, recording: Recording | None) -> None:
        if recording is None:
            return
        self._runs += 1
        if self._has_text:
            self._text.write_line(f"── run {self._runs} " + "─" * 24, QColor(self._tokens.faint))
        self._write(recording.outputs)
        if recording.outcome.kind is not OutcomeKind.RUNNING:
            self._end(recording.outcome)

    def _extend(self, batch: Batch) -> None:
        if batch.outputs:
            self._write(batch.outputs)

    def _end(self, outcome: Outcome) -> None:
        color = QColor(self._tokens.muted if outcome.succeeded else self._tokens.error)
        if outcome.detail and not outcome.succeeded:
            self._text.write_line(outcome.detail.rstrip(), color)
        self._text.write_line(outcome.message, color)
        self._has_text = True
        self._show_count()

    def _write(self, outputs: "tuple[Output, ...] | list[Output]") -> None:
        if not outputs:
            return
        colors = {Stream.OUT: QColor(self._tokens.text), Stream.ERR: QColor(self._tokens.error)}
        self._text.write(outputs, colors)
        self._has_text = True
        self._show_count()

    def _show_count(self) -> None:
        lines = self._text.blockCount() - (0 if self._text.is_in_line else 1)
        shown = f"the last {MOST_LINES:,} lines" if lines >= MOST_LINES - 1 else f"{lines:,} line{'s' * (lines != 1)}"
        self._count.setText(shown if self._has_text else "")

    def _restyle(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._text.restyle(tokens)


class _ConsoleText(QPlainTextEdit):
    """A read-only text that grows at its end and keeps scrolled to it unless the person scrolled up."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setMaximumBlockCount(MOST_LINES)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setPlaceholderText(EMPTY_TEXT)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName("Console")
        self.document().setDocumentMargin(14)
        self.document().setDefaultFont(mono_font(12))
        self._overwrites = False

    @property
    def is_in_line(self) -> bool:
        """Whether the last line has text already."""
        return self.document().lastBlock().length() > 1

    def write(self, outputs: "tuple[Output, ...] | list[Output]", colors: dict[Stream, QColor]) -> None:
        """Append what was printed."""
        follows = self._is_at_end()
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        look = QTextCharFormat()
        for piece in pieces(outputs):
            if piece.restarts_line or self._overwrites:
                cursor.movePosition(QTextCursor.MoveOperation.StartOfBlock, QTextCursor.MoveMode.KeepAnchor)
                cursor.removeSelectedText()
            self._overwrites = piece.restarts_line and not piece.ends_line
            look.setForeground(colors[piece.stream])
            cursor.insertText(piece.text + ("\n" if piece.ends_line else ""), look)
        cursor.endEditBlock()
        self._follow(follows)

    def write_line(self, line: str, color: QColor) -> None:
        """Append a line of our own, on a line of its own."""
        follows = self._is_at_end()
        self._overwrites = False
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        look = QTextCharFormat()
        look.setForeground(color)
        cursor.insertText(("\n" if self.is_in_line else "") + line + "\n", look)
        self._follow(follows)

    def restyle(self, tokens: Tokens) -> None:
        """Use the colours of another theme for what comes."""
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(tokens.panel))
        palette.setColor(QPalette.ColorRole.Text, QColor(tokens.text))
        palette.setColor(QPalette.ColorRole.PlaceholderText, QColor(tokens.muted))
        palette.setColor(QPalette.ColorRole.Highlight, mix(tokens.panel, tokens.accent, 0.28))
        palette.setColor(QPalette.ColorRole.HighlightedText, QColor(tokens.text))
        self.setPalette(palette)

    def changeEvent(self, event: QEvent) -> None:
        """Keep the font for code when a style sheet sets that of all widgets."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.document().setDefaultFont(mono_font(12))

    def _is_at_end(self) -> bool:
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - 1

    def _follow(self, follows: bool) -> None:  # noqa: FBT001 - private, and its only callers name the argument
        if follows:
            bar = self.verticalScrollBar()
            bar.setValue(bar.maximum())
