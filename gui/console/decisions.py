"""The decisions: each condition that depended on a tensor, and which way it went."""

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QLabel, QListView, QVBoxLayout, QWidget

from engine.trace.batch import Batch
from engine.trace.control import Decision
from engine.trace.recording import Recording
from engine.trace.whereabouts import decision_place, decision_text, whereabouts
from gui.model.document import Document
from gui.model.playhead import Playhead
from gui.model.selection import Selected, Selection
from gui.theme.fonts import mono_font
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens

EMPTY_TEXT = "Conditions that depend on a tensor appear here, with their numbers and which way they went."

_Index = QModelIndex | QPersistentModelIndex


class DecisionList(QAbstractListModel):
    """The decisions of one recording, one a row."""

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self.tokens = tokens
        self._recording: Recording | None = None
        self._count = 0

    def show(self, recording: Recording | None) -> None:
        """Show another recording."""
        self.beginResetModel()
        self._recording = recording
        self._count = 0 if recording is None else len(recording.decisions)
        self.endResetModel()

    def extend(self) -> None:
        """Show what the recording has got since."""
        count = 0 if self._recording is None else len(self._recording.decisions)
        if count > self._count:
            self.beginInsertRows(QModelIndex(), self._count, count - 1)
            self._count = count
            self.endInsertRows()

    def decision(self, row: int) -> Decision | None:
        """Return the decision of a row."""
        return self._recording.decisions[row] if self._recording is not None and 0 <= row < self._count else None

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Return how many there are."""
        return 0 if parent.isValid() else self._count

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the text, the tooltip or the colour of a row."""
        decision, recording = self.decision(index.row()), self._recording
        if decision is None or recording is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{decision_place(recording, decision):<9} {decision_text(decision)}"
            case Qt.ItemDataRole.ToolTipRole:
                around = whereabouts(recording, decision.region)
                return "\n".join(filter(None, (f"After {decision.step:,} steps", around)))
            case Qt.ItemDataRole.ForegroundRole:
                return QColor(self.tokens.text if decision.outcome else self.tokens.muted)
            case _:
                return None


class DecisionsPanel(QWidget):
    """Lists decisions; a click goes to the moment of one and shows its line.

    Attributes:
        go_to_line_requested: Signal with line (from 1) and column (from 0, in characters).
    """

    go_to_line_requested = Signal(object, object)

    def __init__(
        self, document: Document, playhead: Playhead, selection: Selection, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._playhead = playhead
        self._selection = selection
        self.list = DecisionList(theme.tokens, self)
        self.view = QListView(self)
        self.view.setModel(self.list)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setUniformItemSizes(True)
        self.view.setFont(mono_font(12))
        self.view.setAccessibleName("Decisions")
        self.view.clicked.connect(self._go)
        self.view.activated.connect(self._go)
        self._empty = QLabel(EMPTY_TEXT)
        self._empty.setProperty("look", "muted")
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(18, 14, 18, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 4)
        column.addWidget(self._empty)
        column.addWidget(self.view, 1)
        self.setFocusProxy(self.view)
        document.recording_replaced.connect(self._replace)
        document.recording_extended.connect(self._extend)
        theme.changed.connect(self._restyle)
        self._replace(document.recording)

    def _replace(self, recording: Recording | None) -> None:
        self.list.show(recording)
        self._show_emptiness()

    def _extend(self, batch: Batch) -> None:
        if batch.decisions:
            self.list.extend()
            self._show_emptiness()

    def _show_emptiness(self) -> None:
        is_empty = self.list.rowCount() == 0
        self._empty.setVisible(is_empty)
        self.view.setVisible(not is_empty)

    def _restyle(self, tokens: Tokens) -> None:
        self.list.tokens = tokens
        self.view.viewport().update()

    def _go(self, index: QModelIndex) -> None:
        decision = self.list.decision(index.row())
        if decision is None:
            return
        self._playhead.seek(decision.step - 1)
        self._selection.select(Selected(value=decision.value))
        if decision.span is not None and decision.span.file == 0:
            self.go_to_line_requested.emit(decision.span.line, decision.span.column)
