"""The data as a small picture."""

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme.colors import value_color
from gui.theme.tokens import Tokens
from gui.train.points import Samples, is_planar, paint_points, plane_around

HEIGHT_PX = 122
_RADIUS_PX = 2.2
_PAD_PX = 10
_PICTURES = (4, 10)


class DataPreview(QWidget):
    """Samples of two inputs as dots, of one as a curve's dots, square pictures as pictures; else some words."""

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._samples: Samples | None = None
        self._words = ""
        self._cache: QPixmap | None = None
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("The data")

    def show_samples(self, samples: Samples | None, words: str) -> None:
        """Show samples; ``words`` stand where there is nothing that can be drawn."""
        if samples is self._samples and words == self._words:
            return
        self._samples, self._words = samples, words
        self._cache = None
        self.update()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self._cache = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint anew."""
        self._cache = None
        super().resizeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint from the picture made last."""
        if self._cache is None:
            self._cache = self._painted()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._cache)
        painter.end()

    def _painted(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(self._tokens.hairline), 1))
        painter.setBrush(QColor(self._tokens.canvas))
        painter.drawRoundedRect(frame, 9, 9)
        self._paint_samples(painter, frame.adjusted(_PAD_PX, _PAD_PX, -_PAD_PX, -_PAD_PX))
        painter.end()
        return pixmap

    def _paint_samples(self, painter: QPainter, area: QRectF) -> None:
        samples = self._samples
        if samples is None or samples.ndim != 2 or not len(samples):
            self._write(painter, area, self._words)
        elif is_planar(samples):
            side = min(area.width(), area.height())
            square = QRectF(area.center().x() - side / 2, area.top(), side, side)
            paint_points(painter, samples, plane_around(samples), square, _RADIUS_PX, self._tokens)
        elif samples.shape[1] == 2:
            self._paint_curve(painter, area, samples)
        elif round((samples.shape[1] - 1) ** 0.5) ** 2 == samples.shape[1] - 1 and samples.shape[1] > 16:
            self._paint_pictures(painter, area, samples)
        else:
            self._write(painter, area, self._words)

    def _paint_curve(self, painter: QPainter, area: QRectF, samples: Samples) -> None:
        low, high = samples.min(axis=0), samples.max(axis=0)
        span = np.where(high > low, high - low, 1.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._tokens.positive))
        for across, up in ((samples - low) / span).tolist():
            x, y = area.left() + across * area.width(), area.bottom() - up * area.height()
            painter.drawEllipse(QRectF(x - _RADIUS_PX, y - _RADIUS_PX, 2 * _RADIUS_PX, 2 * _RADIUS_PX))

    def _paint_pictures(self, painter: QPainter, area: QRectF, samples: Samples) -> None:
        rows, columns = _PICTURES
        side_px = min(area.width() / columns, area.height() / rows)
        pixels = round((samples.shape[1] - 1) ** 0.5)
        left = area.center().x() - columns * side_px / 2
        cell = side_px * 0.88 / pixels
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        for place, sample in enumerate(samples[: rows * columns]):
            x, y = left + place % columns * side_px, area.top() + place // columns * side_px
            picture = sample[:-1].reshape(pixels, pixels)
            scale = float(np.abs(picture).max()) or 1.0
            for row in range(pixels):
                for column in range(pixels):
                    color = value_color(self._tokens, float(picture[row, column]), scale)
                    painter.fillRect(QRectF(x + column * cell, y + row * cell, cell + 0.5, cell + 0.5), color)

    def _write(self, painter: QPainter, area: QRectF, text: str) -> None:
        painter.setPen(QColor(self._tokens.muted))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)
