"""How the numbers of parameters are spread over time: one heat picture each, time to the right, values upwards."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from engine.trace.numbers import number_text
from gui.model.training_histograms import Spread
from gui.theme.colors import channels_of
from gui.theme.fonts import mono_font
from gui.theme.tokens import Tokens
from gui.train.cursor import Cursor
from gui.train.hues import blended_image
from gui.train.ticks import round_ticks

_LEAST_ROWS, _MOST_ROWS = 12, 96
"""Of a picture: more pixels than rows, so that none is lost when it is drawn."""
_FONT_PX = 10.0
_LINE_PX = 13.0
_AXIS_PX = 18.0
_GAP_PX = 8.0
_LEAST_PANEL_PX = 28.0
_TICK_PX = 32.0
"""Room for one number on an axis of values."""
_TICK_ACROSS_PX = 90.0
_GAMMA = 0.45
"""Below 1: few numbers far out are seen beside many in the middle."""
_MARGIN = 0.03


@dataclass(frozen=True, slots=True)
class _Panel:
    """One parameter: where it is drawn and which values lie at its lower and upper end."""

    name: str
    spread: Spread
    area: QRectF
    low: float
    high: float

    def y_of(self, number: float) -> float:
        return self.area.bottom() - (number - self.low) / (self.high - self.low) * self.area.height()


class SpreadView(QWidget):
    """Paints as many parameters as find room, or one large.

    Signals:
        chosen: A parameter was clicked: its name.
    """

    chosen = Signal(str)

    def __init__(self, tokens: Tokens, cursor: Cursor, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._cursor = cursor
        self._spreads: tuple[tuple[str, Spread], ...] = ()
        self._last = 1.0
        self._images: dict[str, QImage] = {}
        self.setMouseTracking(True)
        self.setAccessibleName("How the numbers of each parameter are spread over time")
        cursor.moved.connect(lambda _iteration: self.update())

    @property
    def room(self) -> int:
        """How many parameters find room."""
        return max(1, int((self.height() - _AXIS_PX) / (_LEAST_PANEL_PX + _GAP_PX)))

    def show_spreads(self, spreads: tuple[tuple[str, Spread], ...], last: float) -> None:
        """Show other parameters; ``last`` is the newest iteration, at the right end."""
        self._spreads, self._last, self._images = spreads, max(1.0, last), {}
        self.update()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens, self._images = tokens, {}
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at an iteration."""
        self._cursor.move(self._iteration_at(event.position().x()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw anew."""
        self._images = {}
        super().resizeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Show a parameter large; where one is large, pick an iteration."""
        iteration = self._iteration_at(event.position().x())
        if len(self._spreads) == 1 and iteration is not None:
            self._cursor.picked.emit(iteration)
        for panel in self._panels() if len(self._spreads) > 1 else ():
            if panel.area.top() <= event.position().y() <= panel.area.bottom():
                self.chosen.emit(panel.name)

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse left."""
        self._cursor.move(None)
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the pictures with their axes, and the crosshair."""
        panels = self._panels()
        if not panels:
            return
        painter = QPainter(self)
        painter.setFont(mono_font(_FONT_PX))
        for panel in panels:
            self._paint_panel(painter, panel)
        left, right = panels[0].area.left(), panels[0].area.right()
        self._paint_time(painter, left, right)
        iteration = self._cursor.iteration
        if iteration is not None:
            x = left + min(1.0, iteration / self._last) * (right - left)
            painter.fillRect(QRectF(x, 0, 1, panels[-1].area.bottom()), QColor(self._tokens.faint))
        painter.end()

    def _paint_panel(self, painter: QPainter, panel: _Panel) -> None:
        tokens, area = self._tokens, panel.area
        painter.fillRect(area, QColor(tokens.canvas))
        painter.drawImage(self._reached(panel), self._image(panel))
        if panel.low < 0 < panel.high:
            painter.setPen(QPen(QColor(tokens.hairline), 1))
            y = round(panel.y_of(0.0)) + 0.5
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setPen(QColor(tokens.muted))
        for number in self._ticks(panel):
            middle = min(max(panel.y_of(number), area.top() + _LINE_PX / 2 - 2), area.bottom() - _LINE_PX / 2 + 2)
            row = QRectF(0, middle - _LINE_PX / 2, area.left() - 6, _LINE_PX)
            painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number_text(number, 3))
        if len(self._spreads) > 1:
            width = self._names_px()
            short = QFontMetricsF(painter.font()).elidedText(panel.name, Qt.TextElideMode.ElideLeft, width)
            place = QRectF(0, area.top(), width, area.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, short)

    def _paint_time(self, painter: QPainter, left: float, right: float) -> None:
        painter.setPen(QColor(self._tokens.muted))
        for number in round_ticks(0.0, self._last, max(2, int((right - left) / _TICK_ACROSS_PX))):
            middle = left + number / self._last * (right - left)
            place = QRectF(middle - 40, self.height() - _AXIS_PX, 80, _AXIS_PX)
            place.moveLeft(min(max(place.left(), left - 40), self.width() - 80.0))
            align = Qt.AlignmentFlag.AlignRight if place.right() >= self.width() - 1 else Qt.AlignmentFlag.AlignHCenter
            painter.drawText(place, align | Qt.AlignmentFlag.AlignBottom, number_text(int(number), 3))

    def _image(self, panel: _Panel) -> QImage:
        image = self._images.get(panel.name)
        if image is None:
            wanted = max(8, int(panel.area.width() / 2))
            rows = min(max(int(panel.area.height() / 2), _LEAST_ROWS), _MOST_ROWS)
            image = spread_image(panel.spread, (panel.low, panel.high), (rows, wanted), self._tokens)
            self._images[panel.name] = image
        return image

    def _reached(self, panel: _Panel) -> QRectF:
        """Return the part of an area from the first moment to the newest iteration."""
        first = float(panel.spread.iterations[0]) / self._last * panel.area.width()
        return panel.area.adjusted(min(first, panel.area.width() - 2), 0, 0, 0)

    def _panels(self) -> list[_Panel]:
        count = len(self._spreads)
        if not count:
            return []
        step = (self.height() - _AXIS_PX + _GAP_PX) / count
        left = self._left_px()
        made = []
        for place, (name, spread) in enumerate(self._spreads):
            low, high = _padded(*spread.bounds)
            area = QRectF(left, place * step, self.width() - left - 2, max(4.0, step - _GAP_PX))
            made.append(_Panel(name, spread, area, low, high))
        return made

    def _ticks(self, panel: _Panel) -> tuple[float, ...]:
        ticks = round_ticks(panel.low, panel.high, int(panel.area.height() / _TICK_PX))
        return ticks if len(ticks) > 2 else panel.spread.bounds

    def _names_px(self) -> float:
        if len(self._spreads) <= 1:
            return 0.0
        metrics = QFontMetricsF(mono_font(_FONT_PX))
        return min(max(metrics.horizontalAdvance(name) for name, _spread in self._spreads), 0.24 * self.width())

    def _left_px(self) -> float:
        """Return where the pictures begin: behind names and numbers."""
        return self._names_px() + QFontMetricsF(mono_font(_FONT_PX)).horizontalAdvance("-0.0000") + 10

    def _iteration_at(self, x: float) -> float | None:
        left = self._left_px()
        if x < left or not self._spreads:
            return None
        return float(round(min(1.0, (x - left) / max(1.0, self.width() - left - 2)) * self._last))


def spread_image(spread: Spread, bounds: tuple[float, float], size: tuple[int, int], tokens: Tokens) -> QImage:
    """Return what lies where as a picture: a column for each stretch of time, a row for each range of values.

    ``size`` is rows and columns. The more numbers, the stronger the colour, on one scale for the whole picture: blue
    above zero, orange below.
    """
    rows, columns = size
    edges = np.linspace(*bounds, rows + 1)
    shares = spread.shares(edges)[::-1]
    times = np.linspace(float(spread.iterations[0]), float(spread.iterations[-1]), columns)
    shares = shares[:, np.maximum(np.searchsorted(spread.iterations, times, side="right") - 1, 0)]
    strength = (shares / (float(shares.max()) or 1.0)) ** _GAMMA
    strength = np.where(shares > 0, 0.08 + 0.92 * strength, 0.0)[..., None]
    is_above = ((edges[1:] + edges[:-1])[::-1] / 2 >= 0)[:, None, None]
    ends = np.where(is_above, channels_of(tokens.positive), channels_of(tokens.negative))
    return blended_image(channels_of(tokens.canvas), ends, strength)


def _padded(low: float, high: float) -> tuple[float, float]:
    room = (high - low) * _MARGIN or max(abs(high), 1e-6) * 0.5
    return low - room, high + room
