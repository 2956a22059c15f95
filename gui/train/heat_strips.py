"""The norm of the gradient of every parameter over time, all at once: one strip each, the darker the larger."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.theme.colors import channels_of
from gui.theme.fonts import mono_font
from gui.theme.tokens import Tokens
from gui.train.cursor import Cursor
from gui.train.hues import blended_image

_STRIP_PX = 26.0
_LEAST_STRIP_PX = 5.0
_GAP_PX = 2.0
_FONT_PX = 10.0
_LEAST_SPAN, _MOST_SPAN = 1.0, 3.0
"""Decades from the palest to the darkest: less would show noise as differences; with more, one gradient that is next
to nothing, as that of a bias before batch normalization, would make all others look alike."""

Floats = npt.NDArray[np.float64]


class HeatStrips(QWidget):
    """Paints a matrix [parameters, columns] of norms."""

    def __init__(self, tokens: Tokens, cursor: Cursor, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._cursor = cursor
        self._names: tuple[str, ...] = ()
        self._matrix: Floats = np.empty((0, 0))
        self._last = 0.0
        self._image: QImage | None = None
        self.setMouseTracking(True)
        cursor.moved.connect(lambda _iteration: self.update())

    @property
    def columns_px(self) -> int:
        """How many columns find room, two pixels each."""
        return max(8, int((self.width() - self._label_px()) / 2))

    def show_matrix(self, names: tuple[str, ...], matrix: Floats, last: float) -> None:
        """Show other norms; ``last`` is the newest iteration, at the right end."""
        self._names, self._matrix, self._last, self._image = names, matrix, last, None
        self.update()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens, self._image = tokens, None
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at an iteration."""
        self._cursor.move(self._iteration_at(event.position().x()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick an iteration."""
        iteration = self._iteration_at(event.position().x())
        if iteration is not None:
            self._cursor.picked.emit(iteration)

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse left."""
        self._cursor.move(None)
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint names, strips and the crosshair."""
        if not self._names:
            return
        painter = QPainter(self)
        if self._image is None:
            self._image = heat_image(self._matrix, self._tokens)
        left, step = self._label_px(), self._step_px()
        painter.setFont(mono_font(_FONT_PX))
        for row, name in enumerate(self._names):
            strip = QRectF(left, row * step, self.width() - left, step - (_GAP_PX if step > 8 else 0))
            painter.drawImage(strip, self._image, QRectF(0, row, self._image.width(), 1))
            if step >= _FONT_PX + 1:
                painter.setPen(QColor(self._tokens.muted))
                area = QRectF(0, strip.top(), left - 8, strip.height())
                short = QFontMetricsF(painter.font()).elidedText(name, Qt.TextElideMode.ElideLeft, area.width())
                painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, short)
        iteration = self._cursor.iteration
        if iteration is not None and self._last > 0:
            x = left + min(1.0, iteration / self._last) * (self.width() - left)
            painter.fillRect(QRectF(x, 0, 1, step * len(self._names)), QColor(self._tokens.faint))
        painter.end()

    def _label_px(self) -> float:
        metrics = QFontMetricsF(mono_font(_FONT_PX))
        widest = max((metrics.horizontalAdvance(name) for name in self._names), default=30.0)
        return min(widest, 0.28 * self.width()) + 10

    def _step_px(self) -> float:
        room = self.height() / max(1, len(self._names))
        return max(_LEAST_STRIP_PX, min(room, _STRIP_PX * 2))

    def _iteration_at(self, x: float) -> float | None:
        left = self._label_px()
        if x < left or not self._last:
            return None
        return float(round((x - left) / max(1.0, self.width() - left) * self._last))


def heat_image(matrix: Floats, tokens: Tokens) -> QImage:
    """Return norms as a picture of one pixel an element, on one logarithmic scale for all of them."""
    with np.errstate(all="ignore"):
        decades = np.where(matrix > 0, np.log10(np.where(matrix > 0, matrix, 1.0)), -np.inf)
    finite = decades[np.isfinite(decades)]
    low, high = (float(np.percentile(finite, 2)), float(finite.max())) if finite.size else (0.0, 1.0)
    low = max(low, high - _MOST_SPAN)
    share = np.clip((decades - low) / max(high - low, _LEAST_SPAN), 0.0, 1.0)
    share = np.where(np.isnan(share), 0.0, share)
    shares = (0.06 + 0.94 * share)[..., None]
    is_known = np.isfinite(matrix)[..., None]
    ends = np.where(is_known, channels_of(tokens.backward), channels_of(tokens.nonfinite))
    return blended_image(channels_of(tokens.panel), ends, np.where(is_known, shares, 1.0))
