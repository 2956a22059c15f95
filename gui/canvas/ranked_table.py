"""The table beside the canvas: what the lens reads, the largest first."""

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from engine.graph.view import NodeKey
from gui.canvas.lens import Lens
from gui.canvas.ranking import HEADINGS, NO_RANKING, RankedRow, Ranking
from gui.canvas.tint import tint_of
from gui.theme.fonts import mono_font, words_font
from gui.theme.theme import Theme
from gui.widgets.result_delegate import draw_elided

ROW_PX = 26
HEIGHT_PX = 300
_PAD_PX = 15.0
_BAR_PX = 11.0
_NAME_SHARE, _AMOUNT_PX = 0.42, 66.0
_Role = Qt.ItemDataRole.UserRole + 1
_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_EMPTY = {
    Lens.HEALTH: "Nothing unhealthy up to this step.",
    Lens.GRADIENTS: "No gradient has arrived up to this step.",
    Lens.DIFFERENCE: "Nothing to compare with: go to a later iteration, or compare with another recording.",
}


class RankedRows(QAbstractListModel):
    """The rows of a ranking."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: tuple[RankedRow, ...] = ()

    def replace(self, rows: tuple[RankedRow, ...]) -> None:
        """Show other rows."""
        if rows != self.rows:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """How many."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row, its text, or its tip."""
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == _Role:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{row.title} {row.amount}"
        return f"{row.title}  {row.detail}\n{row.amount}" if role == Qt.ItemDataRole.ToolTipRole else None


class _RowDelegate(QStyledItemDelegate):
    """Paints name, bar and number."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.lens = Lens.GRADIENTS

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        """Every row is equally high."""
        return QSize(100, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one row."""
        row, tokens = index.data(_Role), self._theme.tokens
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(rect.adjusted(7, 1, -7, -1), 5, 5)
        rect = rect.adjusted(_PAD_PX, 0, -_PAD_PX, 0)
        name_px = rect.width() * _NAME_SHARE
        bar_px = (rect.width() - name_px - _AMOUNT_PX) * row.bar
        color = QColor(tokens.nonfinite) if row.is_nonfinite else tint_of(self.lens, tokens, row.share)
        painter.setBrush(color)
        top = rect.center().y() - _BAR_PX / 2
        painter.drawRoundedRect(QRectF(rect.x() + name_px, top, max(2.0, bar_px), _BAR_PX), 2.5, 2.5)
        weight = QFont.Weight.DemiBold if row.group is not None else QFont.Weight.Normal
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        name = QRectF(rect.x(), rect.y(), name_px - 8.0, rect.height())
        name.setLeft(name.x() + draw_elided(painter, name, row.title, words_font(12, weight), tokens.text, left) + 6.0)
        if QFontMetricsF(mono_font(10)).horizontalAdvance(row.detail) <= name.width():  # a cut shape says nothing
            draw_elided(painter, name, row.detail, mono_font(10), tokens.faint, left)
        amount = QRectF(rect.right() - _AMOUNT_PX + 6.0, rect.y(), _AMOUNT_PX - 6.0, rect.height())
        draw_elided(painter, amount, row.amount, mono_font(11), tokens.muted, right)
        painter.restore()


class RankedTable(QWidget):
    """Heading, rows, and what is left out; hidden while the lens ranks nothing.

    Signals:
        row_chosen: The ``RankedRow`` that was clicked or reached by a key.
    """

    row_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rankedTable")
        self._heading = QLabel(self)
        self._heading.setProperty("look", "heading")
        self._note = QLabel(self)
        self._note.setProperty("look", "muted")
        self._empty = QLabel(self)
        self._empty.setProperty("look", "muted")
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(round(_PAD_PX), 0, round(_PAD_PX), 0)
        self.rows = RankedRows(self)
        self._delegate = _RowDelegate(theme, self)
        self.view = self._make_view()
        head = QHBoxLayout()
        head.setContentsMargins(round(_PAD_PX), 12, round(_PAD_PX), 6)
        head.addWidget(self._heading)
        head.addStretch(1)
        head.addWidget(self._note)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 6)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._empty)
        layout.addWidget(self.view, 1)
        theme.changed.connect(lambda _tokens: self.view.viewport().update())
        self.show_ranking(Lens.VALUES, NO_RANKING)

    @property
    def heading(self) -> str:
        """What it is ranked by."""
        return self._heading.text()

    @property
    def note(self) -> str:
        """What is left out."""
        return self._note.text()

    @property
    def message(self) -> str:
        """Why there are no rows; empty when there are."""
        return self._empty.text()

    def _make_view(self) -> QListView:
        view = QListView(self)
        view.setModel(self.rows)
        view.setItemDelegate(self._delegate)
        view.setAccessibleName("Ranked nodes")
        view.setMouseTracking(True)
        view.setUniformItemSizes(True)
        view.setFrameShape(QListView.Shape.NoFrame)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        view.clicked.connect(self._on_row)
        view.activated.connect(self._on_row)
        return view

    def _on_row(self, index: QModelIndex) -> None:
        if index.isValid():
            self.row_chosen.emit(self.rows.rows[index.row()])

    def show_ranking(self, lens: Lens, ranking: Ranking) -> None:
        """Show this ranking of a lens; lenses that rank nothing hide the table."""
        self.setVisible(lens in HEADINGS)
        self._delegate.lens = lens
        self._heading.setText(HEADINGS.get(lens, ""))
        parts = [f"first {len(ranking.rows)} of {ranking.count:,}"] if ranking.count > len(ranking.rows) else []
        parts += [f"{ranking.unknown:,} not known"] if ranking.unknown else []
        self._note.setText(" · ".join(parts))
        self._empty.setText("" if ranking.rows else _EMPTY.get(lens, "Nothing to rank up to this step."))
        self._empty.setVisible(not ranking.rows)
        place = self.view.verticalScrollBar().value()
        self.rows.replace(ranking.rows)
        self.view.verticalScrollBar().setValue(place)

    def mark(self, selected: frozenset[NodeKey]) -> None:
        """Highlight the row of what is selected on the canvas."""
        if not selected:
            self.view.clearSelection()
            return
        for place, row in enumerate(self.rows.rows):
            if row.nodes == selected:
                self.view.setCurrentIndex(self.rows.index(place))
                return
        self.view.clearSelection()
