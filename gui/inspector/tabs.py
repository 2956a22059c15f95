"""The row of tabs at the head of the inspector."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.inspector.pages import Tab
from gui.theme.fonts import words_font
from gui.theme.tokens import Tokens

_HEIGHT_PX = 34
_GAP_PX = 20
_LEFT_PX = 16


class TabRow(QWidget):
    """Words with a line under the chosen one; Left and Right change it.

    Signals:
        tab_chosen: The tab that the person chose.
    """

    tab_chosen = Signal(object)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._current = Tab.VALUE
        self.setFixedHeight(_HEIGHT_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._name()

    @property
    def current(self) -> Tab:
        """The chosen tab."""
        return self._current

    def choose(self, tab: Tab) -> None:
        """Choose a tab."""
        if tab is not self._current:
            self._current = tab
            self._name()
            self.update()
            self.tab_chosen.emit(tab)

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.update()

    def _name(self) -> None:
        self.setAccessibleName(f"Page {self._current.value}")

    def sizeHint(self) -> QSize:
        """Room for all words."""
        return QSize(280, _HEIGHT_PX)

    def tab_rects(self) -> dict[Tab, QRectF]:
        """Where each tab stands."""
        metrics = QFontMetricsF(_font(chosen=True))
        widths = {tab: metrics.horizontalAdvance(tab.value) for tab in Tab}
        spare = self.width() - 2 * _LEFT_PX - sum(widths.values())
        gap = max(6.0, min(float(_GAP_PX), spare / (len(widths) - 1)))
        rects, left = {}, float(_LEFT_PX)
        for tab, width in widths.items():
            rects[tab] = QRectF(left, 0, width, _HEIGHT_PX)
            left += width + gap
        return rects

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the tab under the mouse."""
        for tab, rect in self.tab_rects().items():
            if rect.adjusted(-5, 0, 5, 0).contains(event.position()):
                self.choose(tab)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the next tab or the one before."""
        tabs = list(Tab)
        offset = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()), 0)
        if offset == 0:
            super().keyPressEvent(event)
            return
        self.choose(tabs[(tabs.index(self._current) + offset) % len(tabs)])

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint words, the line under the chosen one and the hairline."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), QColor(self._tokens.hairline))
        for tab, rect in self.tab_rects().items():
            chosen = tab is self._current
            painter.setFont(_font(chosen=chosen))
            painter.setPen(QColor(self._tokens.accent if chosen else self._tokens.muted))
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, tab.value)
            if chosen:
                painter.fillRect(QRectF(rect.left(), self.height() - 2, rect.width(), 2), QColor(self._tokens.accent))
                if self.hasFocus():
                    painter.setPen(QPen(QColor(self._tokens.accent), 1))
                    painter.drawRoundedRect(rect.adjusted(-5, 5, 5, -6), 5, 5)
        painter.end()


def _font(*, chosen: bool) -> QFont:
    return words_font(12.5, QFont.Weight.DemiBold if chosen else QFont.Weight.Normal)
