"""The search field of the top bar with its list of results."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListView, QWidget

from gui.theme.theme import Theme
from gui.widgets.result_delegate import ROW_PX, ResultDelegate, ResultRole

PLACEHOLDER = "Search ops, shapes, lines, commands"
_LIST_WIDTH_PX = 460
_ROWS_SHOWN = 12
_MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}


class Result(Protocol):
    """One line of the list."""

    @property
    def title(self) -> str:
        """In bold."""
        ...

    @property
    def detail(self) -> str:
        """Behind it, muted."""
        ...

    @property
    def hint(self) -> str:
        """At the right."""
        ...

    @property
    def reason(self) -> str:
        """Why it cannot be chosen; empty when it can."""
        ...

    @property
    def stays(self) -> bool:
        """Whether Enter goes there and keeps the list, so that Enter again goes to the next one."""
        ...

    @property
    def choose(self) -> Callable[[], None]:
        """Does what the line says."""
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """Where results come from: the lines for a query, a count of them in words, and what to do when it is over."""

    find: Callable[[str], Sequence[Result]]
    count_text: Callable[[str], str]
    finish: Callable[[], None] = lambda: None


class Omnibox(QLineEdit):
    """A search field: results while typing, arrows and Enter to choose, Escape to go back to where one was.

    Enter on a place keeps the list: Enter again goes to the next place, Shift+Enter to the one before.
    """

    def __init__(self, theme: Theme, key_hint: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._source = Source(lambda _query: (), lambda _query: "")
        self._results: Sequence[Result] = ()
        self._previous: QWidget | None = None
        self._visited: int | None = None
        self.setPlaceholderText(PLACEHOLDER)
        self.setAccessibleName("Search ops and commands")
        self.setObjectName("omnibox")
        self._hint = QLabel(key_hint, self)
        self._hint.setProperty("look", "muted")
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._key_hint = key_hint
        self._list = self._make_list(theme)
        self._timer = QTimer(self, interval=40, singleShot=True)
        self._timer.timeout.connect(self._search)
        self.textChanged.connect(self._on_text_changed)

    def use(self, source: Source) -> None:
        """Take results from here."""
        self._source = source

    def begin(self, text: str) -> None:
        """Take the keyboard, with a text to start from."""
        window = self.window()
        focused = window.focusWidget()
        if focused is not self:
            self._previous = focused
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.text() == text:
            self._search()
        self.setText(text)
        self.setCursorPosition(len(text))

    @property
    def results(self) -> Sequence[Result]:
        """The lines shown."""
        return self._results

    def put_away(self) -> None:
        """Hide the list."""
        self._list.hide()

    def _make_list(self, theme: Theme) -> QListView:
        view = QListView(self.window())
        view.setObjectName("results")
        view.setModel(QStandardItemModel(view))
        view.setItemDelegate(ResultDelegate(theme, view))
        view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setUniformItemSizes(True)
        view.setMouseTracking(True)
        view.setAccessibleName("Results")
        view.clicked.connect(lambda index: self._choose(index.row()))
        view.hide()
        return view

    def _on_text_changed(self, _text: str) -> None:
        self._timer.start()

    def _search(self) -> None:
        self._timer.stop()
        if self.window().focusWidget() is not self:
            return
        self._results = self._source.find(self.text())
        self._visited = None
        model = self._list.model()
        assert isinstance(model, QStandardItemModel)
        model.clear()
        for result in self._results:
            item = QStandardItem(result.title)
            item.setData(result, ResultRole)
            item.setToolTip(result.reason)
            item.setAccessibleText(f"{result.title} {result.detail} {result.hint}")
            model.appendRow(item)
        self._hint.setText(self._source.count_text(self.text()) or self._key_hint)
        self._place_hint()
        self._place_list()
        if self._results:
            self._list.setCurrentIndex(model.index(0, 0))

    def _place_list(self) -> None:
        if not self._results:
            self._list.hide()
            return
        window = self.window()
        if self._list.parentWidget() is not window:
            self._list.setParent(window)
        width = max(self.width(), _LIST_WIDTH_PX)
        corner = self.mapTo(window, QPoint(self.width() - width, self.height() + 6))
        rows = min(len(self._results), _ROWS_SHOWN)
        self._list.setGeometry(QRect(max(6, corner.x()), corner.y(), width, rows * ROW_PX + 14))
        self._list.show()
        self._list.raise_()

    def _choose(self, row: int) -> None:
        if not 0 <= row < len(self._results):
            return
        result = self._results[row]
        if result.reason:
            return
        self._leave()
        result.choose()

    def _enter(self, direction: int) -> None:
        """Choose the current line; where that is a place, stay, and go on from it the next time."""
        row = self._list.currentIndex().row()
        if not 0 <= row < len(self._results) or not self._results[row].stays:
            self._choose(row)
            return
        places = [place for place, result in enumerate(self._results) if result.stays]
        if self._visited == row or (self._visited is None and direction < 0):
            row = places[(places.index(row) + direction) % len(places)]
        self._visited = row
        self._list.setCurrentIndex(self._list.model().index(row, 0))
        self._hint.setText(f"{places.index(row) + 1} of {len(places)}")
        self._place_hint()
        self._results[row].choose()

    def _leave(self) -> None:
        previous, self._previous = self._previous, None
        self._list.hide()
        self.clear()
        self._timer.stop()
        self._hint.setText(self._key_hint)
        self._place_hint()
        self._source.finish()
        if previous is not None:
            previous.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.clearFocus()

    def _move(self, rows: int) -> None:
        if not self._results:
            return
        row = max(0, min(len(self._results) - 1, self._list.currentIndex().row() + rows))
        self._list.setCurrentIndex(self._list.model().index(row, 0))

    def _place_hint(self) -> None:
        self._hint.adjustSize()
        self.setTextMargins(0, 0, self._hint.width() + 4, 0)
        self._hint.move(self.width() - self._hint.width() - 10, (self.height() - self._hint.height()) // 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move in the list, Enter chooses or goes on to the next place, Escape goes back."""
        key = Qt.Key(event.key())
        if key in _MOVES:
            self._move(_MOVES[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._timer.isActive():
                self._search()
            self._enter(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif key is Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Offer the commands at hand."""
        super().focusInEvent(event)
        self._timer.start()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Put the list away."""
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self._list.hide()

    def event(self, event: QEvent) -> bool:
        """Keep the hint at the right end."""
        handled = super().event(event)
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Polish):
            self._place_hint()
        return handled
