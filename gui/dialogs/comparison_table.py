"""The steps of a comparison as a table."""

from collections.abc import Callable
from enum import Enum
from typing import TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from engine.compare import ChangeKind, Comparison, StepChange
from engine.interchange.comparison_text import difference_text, kind_text, ranked
from engine.trace.numbers import duration_text
from gui.theme.fonts import TITLE_PX, mono_font, words_font
from gui.theme.tokens import Tokens

Index: TypeAlias = QModelIndex | QPersistentModelIndex


class Order(Enum):
    """How the steps are ranked."""

    DIFFERENCE = "What differs first"
    PROGRAM = "In the order of the program"
    SLOWER = "Slowest in B against A first"
    FASTER = "Fastest in B against A first"


class Column(Enum):
    """The columns, with their titles."""

    A = "A"
    B = "B"
    NAME = "Step"
    LINE = "Line"
    A_TIME = "Time A"
    B_TIME = "Time B"
    RATIO = "B / A"
    ABSOLUTE = "|a − b|"
    RELATIVE = "Relative"
    WHAT = "What differs"


COLUMNS = tuple(Column)
_WORDS = {Column.NAME, Column.WHAT}


class ComparisonTable(QAbstractTableModel):
    """One row a step; steps count from 1, as everywhere in the window."""

    def __init__(self, comparison: Comparison, tokens: Tokens, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._comparison = comparison
        self._tokens = tokens
        self._rows: list[StepChange] = []
        self.rank(Order.DIFFERENCE)

    def rank(self, order: Order) -> None:
        """Put the steps into another order."""
        self.beginResetModel()
        self._rows = _ranked(self._comparison, order)
        self.endResetModel()

    def change_at(self, row: int) -> StepChange:
        """Return the step in a row."""
        return self._rows[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many steps there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many columns there are."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Titles of the columns."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].value
        return _alignment(COLUMNS[section]) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, font, colour and alignment of a cell."""
        change, column = self._rows[index.row()], COLUMNS[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _TEXTS[column](change)
            case Qt.ItemDataRole.FontRole:
                return words_font(TITLE_PX) if column in _WORDS else mono_font(TITLE_PX)
            case Qt.ItemDataRole.ForegroundRole:
                return QColor(self._color(change, column))
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case _:
                return None

    def _color(self, change: StepChange, column: Column) -> str:
        tokens = self._tokens
        if column is Column.WHAT:
            return tokens.error if change.kind is not ChangeKind.KEPT else tokens.muted
        if column is Column.NAME:
            return tokens.text
        if column in {Column.ABSOLUTE, Column.RELATIVE} and change.kind is ChangeKind.CHANGED:
            return tokens.error
        return tokens.muted


def _ranked(comparison: Comparison, order: Order) -> list[StepChange]:
    match order:
        case Order.DIFFERENCE:
            return ranked(comparison)
        case Order.PROGRAM:
            return list(comparison.changes)
        case Order.SLOWER:
            return sorted(comparison.changes, key=lambda change: -(change.ratio or 0.0))
        case Order.FASTER:
            return sorted(comparison.changes, key=lambda change: change.ratio if change.ratio else float("inf"))


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column in _WORDS else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _number(index: int | None) -> str:
    return "" if index is None else str(index + 1)


def _time(nanoseconds: int | None) -> str:
    return "" if nanoseconds is None else duration_text(nanoseconds)


def _difference(change: StepChange, number: float) -> str:
    parts = [part for part in (change.outputs, change.gradients) if part is not None]
    return difference_text(number, is_at_least=any(part.is_at_least for part in parts)) if parts else ""


_TEXTS: dict[Column, Callable[[StepChange], str]] = {
    Column.A: lambda change: _number(change.a),
    Column.B: lambda change: _number(change.b),
    Column.NAME: lambda change: change.name,
    Column.LINE: lambda change: "" if change.span is None else str(change.span.line),
    Column.A_TIME: lambda change: _time(change.a_ns),
    Column.B_TIME: lambda change: _time(change.b_ns),
    Column.RATIO: lambda change: "" if change.ratio is None else f"{change.ratio:.2f}",
    Column.ABSOLUTE: lambda change: _difference(change, change.absolute),
    Column.RELATIVE: lambda change: _difference(change, change.relative),
    Column.WHAT: kind_text,
}
