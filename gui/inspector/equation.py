"""Factors and result side by side: ``upstream × local = sent on``, as cells, or as small pictures of matrices."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.explain.explanation import Term
from engine.trace.ids import ValueId
from engine.trace.tensors import shape_text
from gui.inspector.equation_layout import (
    LABEL_FONT_PX,
    LABEL_PX,
    SHAPE_GAP_PX,
    SHAPE_PX,
    EquationLayout,
    Placed,
    absence_text,
    grid_of_term,
)
from gui.theme.fonts import mono_font, words_font
from gui.theme.tokens import Tokens
from gui.widgets.ink import fitting_text, paint_cell
from gui.widgets.matrix_image import grid_of, matrix_image
from gui.widgets.sampling import downsampled, magnitude

PICTURE_PX = 72
"""Height of the picture of a matrix, unless the place has less room."""
_SMALLEST_RING_PX = 9.0
_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class EquationView(QWidget):
    """One line of terms joined by symbols; hovering a cell tells its index and value.

    Signals:
        element_picked: The element that was clicked or reached by the arrow keys, while elements can be picked.
    """

    element_picked = Signal(object)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None, picture_px: int = PICTURE_PX) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._picture_px = picture_px
        self._pictures: dict[int, QImage] = {}
        self._layouts: dict[int, EquationLayout] = {}
        self._terms: tuple[Term, ...] = ()
        self._symbols: tuple[str, ...] = ()
        self._pick_shape: tuple[int, ...] | None = None
        self._picked: int | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_terms(self, terms: tuple[Term, ...], symbols: tuple[str, ...]) -> None:
        """Show terms; ``symbols`` stand between them."""
        self._pictures.clear()
        self._layouts.clear()
        self._terms, self._symbols = terms, symbols
        words = [terms[0].label] if terms else []
        for symbol, term in zip(symbols, terms[1:], strict=False):
            words += [symbol, term.label]
        self.setAccessibleName(" ".join(words))
        self.updateGeometry()
        self.update()

    def show_pick(self, picked: int | None, value: ValueId | None) -> None:
        """Ring one element of ``value`` in every term of its shape; None where nothing can be picked."""
        shape = next((term.shape for term in self._terms if value is not None and term.value == value), None)
        self._picked, self._pick_shape = picked, shape
        is_pickable = shape is not None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if is_pickable else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_pickable else Qt.CursorShape.ArrowCursor)
        self.update()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self._pictures.clear()
        self.update()

    def _layout_for(self, width: int) -> EquationLayout:
        if width not in self._layouts:
            self._layouts[width] = EquationLayout(self._terms, len(self._symbols), width, self._picture_px)
        return self._layouts[width]

    def _placed(self) -> list[Placed]:
        return self._layout_for(self.width()).placed()

    def sizeHint(self) -> QSize:
        """Room for the tallest term."""
        return QSize(200, self.heightForWidth(self.width()))

    def heightForWidth(self, width: int) -> int:
        """Room for the tallest term, which is a picture where there is no room for its numbers."""
        return self._layout_for(width).height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More room may turn a picture into numbers."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._pictures.clear()
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint labels, cells and symbols."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        layout = self._layout_for(self.width())
        placed = layout.placed()
        for index, one in enumerate(placed):
            self._paint_label(painter, layout, one)
            self._paint_body(painter, layout, index, one)
            self._paint_ring(painter, one)
            if index < len(self._symbols) and index + 1 < len(placed):
                self._paint_symbol(painter, layout.symbol_px, self._symbols[index], one.rect, placed[index + 1].rect)
        painter.end()

    def _paint_label(self, painter: QPainter, layout: EquationLayout, one: Placed) -> None:
        font = words_font(LABEL_FONT_PX)
        painter.setFont(font)
        painter.setPen(QColor(self._tokens.muted))
        beside = layout.symbol_px - 6 if self._symbols else 0
        room = min(max(one.rect.width(), layout.room_px + beside), self.width() - one.rect.left())
        text = QFontMetricsF(font).elidedText(one.term.label, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(one.rect.left(), LABEL_PX - 8), text)

    def _paint_symbol(self, painter: QPainter, room_px: int, symbol: str, before: QRectF, following: QRectF) -> None:
        painter.setFont(words_font(16))
        painter.setPen(QColor(self._tokens.muted))
        height = min(before.height(), following.height())
        place = QRectF(following.left() - room_px, following.top(), room_px, height)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, symbol)

    def _paint_body(self, painter: QPainter, layout: EquationLayout, index: int, one: Placed) -> None:
        if one.grid.size == 0:
            painter.setFont(mono_font(LABEL_FONT_PX))
            painter.setPen(QColor(self._tokens.faint))
            place = QRectF(one.rect.topLeft(), QSizeF(max(one.rect.width(), layout.room_px), one.rect.height()))
            text = QFontMetricsF(painter.font()).elidedText(
                absence_text(one.term), Qt.TextElideMode.ElideRight, place.width()
            )
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        elif one.is_numbered:
            self._paint_numbers(painter, one)
        else:
            self._paint_picture(painter, index, one)
            self._paint_shape(painter, layout, one)

    def _paint_numbers(self, painter: QPainter, one: Placed) -> None:
        scale = magnitude(one.grid)
        font = mono_font(one.font_px)
        for row, numbers in enumerate(one.grid.tolist()):
            for column, number in enumerate(numbers):
                rect = one.cell_rect(row, column)
                text = fitting_text(number, font, rect.width() + 3)
                paint_cell(painter, rect, number, scale, text, font, self._tokens)

    def _paint_picture(self, painter: QPainter, index: int, one: Placed) -> None:
        if index not in self._pictures:
            shown = downsampled(one.grid, max(1, int(one.rect.height() // 2)), max(1, int(one.rect.width() // 2)))
            rows, columns = shown.shape
            grid = grid_of((int(rows), int(columns)), one.rect.width(), one.rect.height())
            self._pictures[index] = matrix_image(shown, magnitude(one.grid), self._tokens, grid)
        painter.drawImage(QPointF(round(one.rect.left()), one.rect.top()), self._pictures[index])

    def _paint_shape(self, painter: QPainter, layout: EquationLayout, one: Placed) -> None:
        font, text = mono_font(LABEL_FONT_PX), shape_text(one.term.shape)
        painter.setFont(font)
        painter.setPen(QColor(self._tokens.faint))
        if one.is_shape_beside:
            label = QFontMetricsF(words_font(LABEL_FONT_PX)).horizontalAdvance(one.term.label)
            painter.drawText(QPointF(one.rect.left() + label + SHAPE_GAP_PX, LABEL_PX - 8), text)
            return
        room = max(one.rect.width(), layout.room_px)
        below = QRectF(one.rect.left(), one.rect.bottom() + 1, room, SHAPE_PX)
        shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_ring(self, painter: QPainter, one: Placed) -> None:
        if self._picked is None or self._picked >= one.grid.size or one.term.shape != self._pick_shape:
            return
        row, column = divmod(self._picked, int(one.grid.shape[1]))
        rect = one.cell_rect(row, column)
        spread = max(0.0, (_SMALLEST_RING_PX - min(rect.width(), rect.height())) / 2)
        ring = rect.adjusted(-spread, -spread, spread, spread)
        radius = min(4.0, ring.height() / 5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width_px in ((self._tokens.panel, 4.0), (self._tokens.accent, 2.0)):
            painter.setPen(QPen(QColor(color), width_px))
            painter.drawRoundedRect(ring, radius, radius)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick the element under the mouse."""
        if self._pick_shape is None or event.button() is not Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        fitting = (one for one in self._placed() if one.term.shape == self._pick_shape)
        found = next((element for one in fitting if (element := one.element_at(event.position())) is not None), None)
        if found is not None:
            self.element_picked.emit(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pick a neighbour with the arrow keys."""
        if not self._takes(event) or self._picked is None:
            super().keyPressEvent(event)
            return
        offsets = _ARROWS[Qt.Key(event.key())]
        grids = (grid_of_term(term) for term in self._terms if term.shape == self._pick_shape)
        grid = next((grid for grid in grids if grid.size), None)
        if grid is not None:
            rows, columns = (int(size) for size in grid.shape)
            row, column = divmod(self._picked, columns)
            row, column = (row + offsets[0]) % rows, (column + offsets[1]) % columns
            self.element_picked.emit(row * columns + column)

    def text_at(self, point: QPointF) -> str:
        """Return label, index and value of the cell at a point."""
        for one in self._placed():
            element = one.element_at(point)
            if element is None or one.term.array is None:
                continue
            index = np.unravel_index(element, one.term.array.shape) if one.term.array.shape else ()
            place = f"[{', '.join(str(int(at)) for at in index)}]" if index else ""
            return f"{one.term.label} {place} = {one.grid.reshape(-1)[element].item()!r}"
        return ""

    def event(self, event: QEvent) -> bool:
        """Tell index and value on hover; take the arrow keys before the window's shortcuts do."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride and self._takes(event):
            event.accept()
            return True
        return super().event(event)

    def _takes(self, event: QKeyEvent) -> bool:
        return self._pick_shape is not None and Qt.Key(event.key()) in _ARROWS and not event.modifiers()
