"""The example programs as cards."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.program.catalogue import Example
from gui.dialogs.thumbnail import Thumbnail
from gui.theme.theme import Theme

_COLUMNS = 3
_STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: _COLUMNS, Qt.Key.Key_Up: -_COLUMNS}


class Card(QPushButton):
    """A button that leaves the arrows to the gallery."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk over the cards, row by row."""
        if event.key() in _STEPS:
            event.ignore()
            return
        super().keyPressEvent(event)


class GalleryDialog(QDialog):
    """Choose an example; it is opened as a copy."""

    def __init__(
        self, examples: Sequence[Example], theme: Theme, open_copy: Callable[[Example], None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Gallery of examples")
        self.resize(950, 760)
        self._open_copy = open_copy
        self._cards: list[tuple[Example, Card]] = []
        self._filter = QLineEdit(self)
        self._filter.setPlaceholderText("Find an example")
        self._filter.setAccessibleName("Find an example")
        self._filter.setClearButtonEnabled(True)
        self._filter.textChanged.connect(self._on_filter)
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        for example in examples:
            self._cards.append((example, self._card(example, theme)))
        content = QWidget()
        content.setLayout(self._grid)
        area = self._area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setWidget(content)
        note = QLabel("Each opens as a copy: change what you like.", self)
        note.setProperty("look", "muted")
        top = QHBoxLayout()
        top.addWidget(self._filter, 1)
        top.addWidget(note)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 18, 18, 14)
        layout.setSpacing(14)
        layout.addLayout(top)
        layout.addWidget(area, 1)
        self._arrange()
        self._filter.setFocus()

    @property
    def shown_keys(self) -> list[str]:
        """Keys of the examples that the filter leaves."""
        return [example.key for example, card in self._cards if not card.isHidden()]

    def _card(self, example: Example, theme: Theme) -> Card:
        card = Card(self)
        card.setProperty("look", "card")
        card.setAutoDefault(False)
        card.setAccessibleName(f"{example.title}: {example.summary}")
        card.clicked.connect(lambda: self._choose(example))
        title = QLabel(example.title, card)
        title.setProperty("look", "heading")
        title.setWordWrap(True)
        summary = QLabel(example.summary, card)
        summary.setProperty("look", "muted")
        summary.setWordWrap(True)
        summary.setAlignment(Qt.AlignmentFlag.AlignTop)
        level = QLabel(f"{example.topic.value} · {example.level.value}", card)
        level.setProperty("look", "faint")
        words = QVBoxLayout()
        words.setContentsMargins(12, 0, 12, 10)
        words.setSpacing(3)
        words.addWidget(title)
        words.addWidget(summary, 1)
        words.addWidget(level)
        layout = QVBoxLayout(card)
        layout.setContentsMargins(2, 2, 2, 0)  # the border of a focused card
        layout.setSpacing(8)
        layout.addWidget(Thumbnail(example, theme, card))
        layout.addLayout(words, 1)
        for label in (title, summary, level):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        return card

    def _choose(self, example: Example) -> None:
        self.accept()
        self._open_copy(example)

    def _on_filter(self, text: str) -> None:
        words = text.lower().split()
        for example, card in self._cards:
            content = f"{example.title} {example.summary} {example.topic.value} {example.level.value}".lower()
            card.setVisible(all(word in content for word in words))
        self._arrange()

    def _arrange(self) -> None:
        shown = [card for _example, card in self._cards if not card.isHidden()]
        for place, card in enumerate(shown):
            self._grid.addWidget(card, place // _COLUMNS, place % _COLUMNS)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in the filter opens the first card that is left; arrows walk over the cards."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.focusWidget() is self._filter:
            shown = self.shown_keys
            if shown:
                self._choose(next(example for example, _card in self._cards if example.key == shown[0]))
            return
        if event.key() in _STEPS:
            self._walk(_STEPS[Qt.Key(event.key())])
            return
        super().keyPressEvent(event)

    def _walk(self, places: int) -> None:
        shown = [card for _example, card in self._cards if not card.isHidden()]
        if not shown:
            return
        focused = next((place for place, card in enumerate(shown) if card is self.focusWidget()), -places)
        card = shown[max(0, min(len(shown) - 1, focused + places))]
        card.setFocus(Qt.FocusReason.TabFocusReason)
        self._area.ensureWidgetVisible(card, 0, 24)
