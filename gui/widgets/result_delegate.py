"""Paints one line of the result list: title, detail, and a key or a place at the right."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.theme.fonts import words_font
from gui.theme.theme import Theme

ResultRole = Qt.ItemDataRole.UserRole + 1
ROW_PX = 28
_PAD_PX = 10


class ResultDelegate(QStyledItemDelegate):
    """One calm line: what it is in text colour, where it belongs muted, its key at the right."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Every line is equally high."""
        return QSize(100, ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one line."""
        result = index.data(ResultRole)
        tokens = self._theme.tokens
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 5, 5)
        room = rect.adjusted(_PAD_PX, 0, -_PAD_PX, 0)
        hint_width = draw_elided(
            painter, room, result.hint, words_font(11.5), tokens.muted, Qt.AlignmentFlag.AlignRight
        )
        room.setRight(room.right() - hint_width - _PAD_PX)
        color = tokens.faint if result.reason else tokens.text
        title_width = draw_elided(painter, room, result.title, words_font(13, QFont.Weight.Medium), color)
        room.setLeft(room.left() + title_width + _PAD_PX)
        detail = result.reason or result.detail
        draw_elided(painter, room, detail, words_font(12), tokens.muted)
        painter.restore()


def draw_elided(
    painter: QPainter,
    room: QRectF,
    text: str,
    font: QFont,
    color: str,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> float:
    """Draw a text, cut to its room, and return its width in pixels."""
    metrics = QFontMetricsF(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, room.width()))
    painter.setFont(font)
    painter.setPen(QColor(color))
    painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, shown)
    return metrics.horizontalAdvance(shown)
