"""Every key, by topic, made from the registry."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.commands.action import Action, Context
from gui.commands.keys import key_text
from gui.commands.registry import by_menu
from gui.dialogs.plain import plain_buttons

_COLUMNS = 2
MOUSE = (
    ("Zoom at the mouse", "Wheel, or Ctrl+wheel"),
    ("Move the picture", "Drag on empty space, or middle drag"),
    ("Pick a node", "Click"),
    ("Open or fold a group", "Double-click"),
    ("Go to a step", "Click or drag on the timeline"),
)


class ShortcutSheet(QDialog):
    """A list of all keys with a filter."""

    def __init__(self, actions: Sequence[Action], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.resize(860, 640)
        self._rows: list[tuple[str, QWidget]] = []
        self._filter = QLineEdit(self)
        self._filter.setPlaceholderText("Filter keys")
        self._filter.setAccessibleName("Filter keys")
        self._filter.setClearButtonEnabled(True)
        self._filter.textChanged.connect(self._on_filter)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setWidget(self._sheet(actions))
        note = QLabel(f"Keys marked ◦ work while the {Context.VIEWS.value} has the keyboard.", self)
        note.setProperty("look", "muted")
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        close.rejected.connect(self.reject)
        plain_buttons(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 18, 18, 14)
        layout.addWidget(self._filter)
        layout.addWidget(area, 1)
        bottom = QHBoxLayout()
        bottom.addWidget(note, 1)
        bottom.addWidget(close)
        layout.addLayout(bottom)

    @property
    def shown_titles(self) -> list[str]:
        """Titles of the rows that the filter leaves."""
        return [text for text, row in self._rows if not row.isHidden()]

    def _sheet(self, actions: Sequence[Action]) -> QWidget:
        sheet = QWidget()
        grid = QGridLayout(sheet)
        grid.setHorizontalSpacing(36)
        grid.setAlignment(Qt.AlignmentFlag.AlignTop)
        blocks = []
        for menu, members in by_menu(actions):
            rows = [(action.title, _keys(action), _mark(action)) for action in members if action.shortcuts]
            if rows:
                blocks.append((menu.value, rows))
        blocks.append(("Mouse", [(title, (keys,), "") for title, keys in MOUSE]))
        columns = [QVBoxLayout() for _ in range(_COLUMNS)]
        heights = [0] * _COLUMNS
        for title, rows in blocks:
            place = heights.index(min(heights))
            columns[place].addWidget(self._heading(title))
            for row in rows:
                columns[place].addWidget(self._row(*row))
            heights[place] += len(rows) + 2
        for place, column in enumerate(columns):
            column.setSpacing(3)
            column.addStretch(1)
            grid.addLayout(column, 0, place)
        return sheet

    def _heading(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("look", "heading")
        label.setContentsMargins(0, 10, 0, 2)
        return label

    def _row(self, title: str, keys: tuple[str, ...], mark: str) -> QWidget:
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(QLabel(f"{title} {mark}".rstrip(), row), 1)
        for key in keys:
            label = QLabel(key, row)
            label.setProperty("look", "key")
            layout.addWidget(label)
        self._rows.append((title, row))
        row.setAccessibleName(f"{title}: {', '.join(keys)}")
        return row

    def _on_filter(self, text: str) -> None:
        words = text.lower().split()
        for _title, row in self._rows:
            row.setVisible(all(word in row.accessibleName().lower() for word in words))


def _keys(action: Action) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key_text(shortcut) for shortcut in action.shortcuts))


def _mark(action: Action) -> str:
    return "◦" if action.context is Context.VIEWS else ""
