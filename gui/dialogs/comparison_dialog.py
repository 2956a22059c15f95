"""Two recordings side by side; a click on a step goes to it in the window."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from engine.compare import ChangeKind, Comparison
from engine.interchange.comparison_text import verdict
from engine.trace.numbers import duration_text
from engine.trace.whereabouts import outcome_text
from gui.dialogs.comparison_table import COLUMNS, Column, ComparisonTable, Order
from gui.dialogs.plain import plain_buttons
from gui.theme.tokens import Tokens

_SIZE_PX = (940, 560)
_ROW_PX = 26
_WIDTHS_PX = {
    Column.A: 54, Column.B: 54, Column.NAME: 190, Column.LINE: 48, Column.A_TIME: 84, Column.B_TIME: 84,
    Column.RATIO: 62, Column.ABSOLUTE: 92, Column.RELATIVE: 92,
}  # fmt: skip


class ComparisonDialog(QDialog):
    """Stands beside the window while a person goes through the differences.

    Args:
        comparison: The recording shown (A) against another one (B).
        names: What A and B are called.
        tokens: The theme.
        seek: Goes to a step of A.
        parent: The window.
    """

    def __init__(
        self,
        comparison: Comparison,
        names: tuple[str, str],
        tokens: Tokens,
        seek: Callable[[int], None],
        parent: QWidget | None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Comparison")
        self.resize(*_SIZE_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._seek = seek
        self.table = ComparisonTable(comparison, tokens, self)
        self.view = self._make_view()
        self.order = QComboBox(self)
        self.order.addItems([order.value for order in Order])
        self.order.setAccessibleName("Order of the steps")
        self.order.currentTextChanged.connect(lambda text: self.table.rank(Order(text)))
        self.sentence = QLabel(verdict(comparison, first_number=1), self)
        self.sentence.setProperty("look", "title")
        self.sentence.setWordWrap(True)
        sides = QLabel(f"A: {names[0]} (in the window)\nB: {names[1]}", self)
        sides.setProperty("look", "muted")
        counts = QLabel(_counts(comparison), self)
        counts.setWordWrap(True)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        close.rejected.connect(self.reject)
        plain_buttons(self)
        head = QHBoxLayout()
        head.addWidget(counts, 1)
        head.addWidget(self.order)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 18, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(self.sentence)
        layout.addWidget(sides)
        for text in _decisions(comparison):
            layout.addWidget(QLabel(text, self))
        layout.addLayout(head)
        layout.addWidget(self.view, 1)
        layout.addWidget(close)
        self.view.setFocus()

    def _make_view(self) -> QTableView:
        view = QTableView(self)
        view.setModel(self.table)
        view.setAccessibleName("Steps of both recordings")
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(_ROW_PX)
        header = view.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for place, column in enumerate(COLUMNS):
            if column in _WIDTHS_PX:
                view.setColumnWidth(place, _WIDTHS_PX[column])
        header.setStretchLastSection(True)
        view.clicked.connect(self._on_row)
        view.activated.connect(self._on_row)
        view.selectionModel().currentRowChanged.connect(self._on_row)
        return view

    def _on_row(self, index: QModelIndex, _before: QModelIndex | None = None) -> None:
        if index.isValid():
            step = self.table.change_at(index.row()).a
            if step is not None:  # what only B has is nowhere in the window
                self._seek(step)


_NAMES = {
    ChangeKind.KEPT: "the same",
    ChangeKind.CHANGED: "with other values",
    ChangeKind.RESHAPED: "with another shape",
    ChangeKind.REMOVED: "only in A",
    ChangeKind.ADDED: "only in B",
}


def _counts(comparison: Comparison) -> str:
    counts = {kind: comparison.count(kind) for kind in _NAMES}
    parts = [f"{count:,} {_NAMES[kind]}" for kind, count in counts.items() if count or kind is ChangeKind.KEPT]
    total_a = sum(change.a_ns or 0 for change in comparison.changes)
    total_b = sum(change.b_ns or 0 for change in comparison.changes)
    return f"Steps: {', '.join(parts)}.  Time in steps: A {duration_text(total_a)}, B {duration_text(total_b)}."


def _decisions(comparison: Comparison) -> list[str]:
    """Say which decisions went the other way, the first few."""
    lines = []
    for change in comparison.decisions[:3]:
        where = "A decision" if change.a.span is None else f"The {change.a.kind.value} of line {change.a.span.line}"
        lines.append(f"{where} was {outcome_text(change.a)} in A and {outcome_text(change.b)} in B.")
    if len(comparison.decisions) > len(lines):
        lines.append(f"{len(comparison.decisions) - len(lines):,} more decisions went the other way.")
    return lines
