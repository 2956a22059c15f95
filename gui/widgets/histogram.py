"""How the elements of a tensor are distributed."""

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.trace.facts import Histogram as Recorded
from engine.trace.numbers import number_text
from engine.trace.tensors import Array
from gui.theme.fonts import SECONDARY_PX, mono_font
from gui.theme.tokens import Tokens
from gui.widgets.sampling import Reals, as_reals, sampled

_BARS_PX = 46
_LABELS_PX = 17
_MAX_BINS = 24
_MIN_BINS = 12
_MOST_COUNTED = 60_000
"""Of more elements every n-th is counted: the shape is the same, and the window does not wait."""


class Histogram(QWidget):
    """Bars over the range of the finite elements; blue above zero, orange below, as everywhere."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._counts = np.zeros(0, dtype=np.int64)
        self._edges = np.zeros(0)
        self._waiting: Reals | None = None
        self._stride = 1
        self._is_sample = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_array(self, array: Array) -> None:
        """Show how the finite elements of an array are distributed; they are counted when it is painted."""
        self._waiting = as_reals(array).reshape(-1)
        self._is_sample = False
        self.setAccessibleName("distribution of the values")
        self.update()

    def show_recorded(self, recorded: Recorded) -> None:
        """Show a distribution that was counted when the program ran."""
        self._waiting = None
        margin = 0.5 if recorded.low == recorded.high else 0.0
        self._counts = np.array(recorded.counts, dtype=np.int64)
        self._edges = np.linspace(recorded.low - margin, recorded.high + margin, len(recorded.counts) + 1)
        self._is_sample = recorded.is_sampled
        self._stride = 1
        self.setAccessibleName("distribution of the values")
        self.update()

    def _count(self) -> None:
        if self._waiting is None:
            return
        numbers, self._waiting = self._waiting, None
        some = sampled(numbers, _MOST_COUNTED)
        self._stride = -(-numbers.size // max(1, some.size))
        finite = some[np.isfinite(some)].astype(np.float64)
        self.setAccessibleName(f"distribution of {finite.size} finite values")
        if finite.size == 0:
            self._counts, self._edges = np.zeros(0, dtype=np.int64), np.zeros(0)
            return
        bins = int(min(_MAX_BINS, max(_MIN_BINS, np.sqrt(finite.size))))
        low, high = float(numbers.min()), float(numbers.max())
        if not math.isfinite(high - low):
            low, high = float(finite.min()), float(finite.max())
        margin = 0.5 if low == high else 0.0
        self._counts, self._edges = np.histogram(finite, bins=bins, range=(low - margin, high + margin))

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.update()

    def sizeHint(self) -> QSize:
        """Bars and one line of labels."""
        return QSize(200, _BARS_PX + _LABELS_PX)

    def _bars(self) -> list[QRectF]:
        count = max(1, len(self._counts))
        step = self.width() / count
        most = max(1, int(self._counts.max(initial=1)))
        bars = []
        for index, number in enumerate(self._counts.tolist()):
            height = 1.0 if number == 0 else max(3.0, (_BARS_PX - 1) * number / most)
            bars.append(QRectF(index * step + 1, _BARS_PX - height, step - 2, height))
        return bars

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint bars, base line and the ends of the range."""
        self._count()
        if len(self._counts) == 0:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for index, (bar, number) in enumerate(zip(self._bars(), self._counts.tolist(), strict=True)):
            middle = (self._edges[index] + self._edges[index + 1]) / 2
            full = self._tokens.positive if middle >= 0 else self._tokens.negative
            painter.setBrush(QColor(full if number else self._tokens.hairline))
            painter.drawRoundedRect(bar, min(2.0, bar.height() / 2), min(2.0, bar.height() / 2))
        painter.setPen(QPen(QColor(self._tokens.faint)))
        painter.setFont(mono_font(SECONDARY_PX))
        area = QRectF(0, _BARS_PX + 3, self.width(), _LABELS_PX - 3)
        low, high = float(self._edges[0]), float(self._edges[-1])
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft, number_text(low, 3))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight, number_text(high, 3))
        painter.end()

    def text_at(self, point: QPointF) -> str:
        """Return range and count of the bar at a point."""
        self._count()
        if len(self._counts) == 0:
            return ""
        index = int(point.x() // (self.width() / len(self._counts)))
        if not 0 <= index < len(self._counts):
            return ""
        low, high = number_text(float(self._edges[index]), 3), number_text(float(self._edges[index + 1]), 3)
        number = int(self._counts[index])
        counted = f" (every {self._stride}th counted)" if self._stride > 1 else ""
        counted = " (of a sample)" if self._is_sample else counted
        return f"{number} value{'' if number == 1 else 's'} from {low} to {high}{counted}"

    def event(self, event: QEvent) -> bool:
        """Tell range and count on hover."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)
