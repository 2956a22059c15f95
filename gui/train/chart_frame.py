"""What all charts of training share: a title, a line below it, buttons at the right, and saving."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from gui.widgets.elided_label import ElidedLabel

SaveKinds = ("PNG", "SVG", "CSV")


class ChartFrame(QWidget):
    """Holds one chart; until there is something to draw, a sentence stands in its place."""

    def __init__(self, title: str, note: str, empty: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("trainChart")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(190)
        self.setAccessibleName(f"Chart: {title}")
        self._note_text = note
        self.title = QLabel(title, self)
        self.title.setProperty("look", "heading")
        self.note = ElidedLabel(note, self)
        self.note.setProperty("look", "faint")
        self._head = QHBoxLayout()
        self._head.setSpacing(2)
        self._head.addWidget(self.title)
        self._head.addStretch(1)
        self._stack = QStackedLayout()
        self._empty = QLabel(empty, self)
        self._empty.setProperty("look", "muted")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack.addWidget(self._empty)
        self._body: QWidget | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 8, 10, 8)
        layout.setSpacing(0)
        self._below = QHBoxLayout()
        self._below.setSpacing(10)
        self._below.addWidget(self.note, 1)
        layout.addLayout(self._head)
        layout.addLayout(self._below)
        layout.addSpacing(4)
        layout.addLayout(self._stack, 1)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn."""
        return self._stack.currentIndex() == 0

    def put_body(self, body: QWidget) -> None:
        """Place the chart itself."""
        self._body = body
        self._stack.addWidget(body)

    def put_title(self, widget: QWidget) -> None:
        """Place something else where the title stands."""
        self._head.replaceWidget(self.title, widget)
        self.title.hide()

    def put_legend(self, legend: QWidget) -> None:
        """Place the names of the lines at the right of the line below the title."""
        self._below.addWidget(legend, 1)

    def show_empty(self, *, is_empty: bool) -> None:
        """Show the chart, or the sentence in its place."""
        self._stack.setCurrentIndex(0 if is_empty or self._body is None else 1)

    def show_note(self, text: str) -> None:
        """Say something in the line below the title; an empty text brings back what it says by itself."""
        self.note.show_text(text or self._note_text)

    def set_note(self, text: str) -> None:
        """Say something else by itself."""
        self._note_text = text

    def add_switch(self, text: str, name: str, *, is_on: bool, switched: Callable[[bool], None]) -> QToolButton:
        """Add a small switch at the right."""
        button = self._quiet(text, name)
        button.setCheckable(True)
        button.setChecked(is_on)
        button.toggled.connect(switched)
        return button

    def add_saving(self, save: Callable[[str], None]) -> None:
        """Add a menu of the kinds of files."""
        menu = QMenu(self)
        for kind in SaveKinds:
            menu.addAction(f"{kind}…").triggered.connect(lambda _=False, kind=kind: save(kind))
        button = self._quiet("save", f"Save the chart {self.title.text()}")
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def _quiet(self, text: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setProperty("look", "quiet")
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._head.addWidget(button)
        return button
