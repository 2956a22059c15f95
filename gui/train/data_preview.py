"""The data as a small picture."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.training.options import Plane
from gui.theme.tokens import Tokens
from gui.train.hues import picture_image
from gui.train.points import Samples, is_planar, paint_points, plane_around
from gui.train.sample_rows import SampleRows, paint_rows

HEIGHT_PX = 122
_RADIUS_PX = 2.2
_PAD_PX = 10
_PICTURES = (4, 10)
_LEAST_SIDE = 4
"""Of a square of numbers that is taken for a picture."""
_PAINT_STEP_PX = 7
PAINTED_PLANE = Plane(left=-1.0, right=1.0, bottom=-1.0, top=1.0)


class DataPreview(QWidget):
    """Samples of two inputs as dots, of one as a curve's dots, square pictures as pictures, rows as lines; else words.

    Samples that are not trained on are rings.

    Signals:
        painted: A point was painted: x, y and its class.
    """

    painted = Signal(float, float, int)

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._samples: Samples | None = None
        self._pictures: Samples | None = None
        self._rest: Samples | None = None
        self._rows: SampleRows | None = None
        self._words = ""
        self._is_trouble = False
        self._cache: QPixmap | None = None
        self._is_painting = False
        self._last_px: QPointF | None = None
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("The data")

    def show_samples(
        self,
        samples: Samples | None,
        words: str,
        pictures: Samples | None = None,
        rest: Samples | None = None,
        rows: SampleRows | None = None,
        *,
        is_trouble: bool = False,
    ) -> None:
        """Show samples; ``words`` stand where there is nothing that can be drawn.

        Args:
            samples: [samples, inputs + 1], the target last.
            words: What is said otherwise.
            pictures: Shown where the samples cannot be: [pictures, channels, rows, columns].
            rest: Samples that are kept for validation.
            rows: Shown where there are no pictures either.
            is_trouble: Whether the words say what is wrong.
        """
        is_same = samples is self._samples and pictures is self._pictures and rest is self._rest
        self._is_trouble = is_trouble
        if is_same and words == self._words and rows == self._rows:
            return
        self._samples, self._words, self._pictures, self._rest, self._rows = samples, words, pictures, rest, rows
        self._cache = None
        self.update()

    def let_paint(self, *, is_painting: bool) -> None:
        """Let points be painted with the mouse, or no longer."""
        if is_painting != self._is_painting:
            self._is_painting = is_painting
            self._cache = None
            self.setCursor(Qt.CursorShape.CrossCursor if is_painting else Qt.CursorShape.ArrowCursor)
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Paint a point."""
        self._last_px = None
        self._paint_at(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Paint a row of points."""
        self._paint_at(event)

    def _paint_at(self, event: QMouseEvent) -> None:
        at, area = event.position(), self._square(self._inner())
        if not self._is_painting or event.buttons() == Qt.MouseButton.NoButton or not area.contains(at):
            return
        if self._last_px is not None and (at - self._last_px).manhattanLength() < _PAINT_STEP_PX:
            return
        self._last_px = at
        kind = 1 if event.buttons() & Qt.MouseButton.RightButton else 0
        kind = 2 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else kind
        x, y = (at.x() - area.left()) / area.width(), (area.bottom() - at.y()) / area.height()
        self.painted.emit(round(2 * x - 1, 3), round(2 * y - 1, 3), kind)

    def _inner(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_PAD_PX, _PAD_PX, -_PAD_PX, -_PAD_PX)

    def _square(self, area: QRectF) -> QRectF:
        if self._is_painting:
            return area  # painted points may use all the room: what counts is how they lie to each other
        side = min(area.width(), area.height())
        return QRectF(area.center().x() - side / 2, area.top(), side, side)

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
            self._paint_others(painter, area)
        elif is_planar(samples):
            plane = PAINTED_PLANE if self._is_painting else plane_around(samples)
            paint_points(painter, samples, plane, self._square(area), _RADIUS_PX, self._tokens)
            if self._rest is not None:
                square = self._square(area)
                paint_points(painter, self._rest, plane, square, _RADIUS_PX, self._tokens, are_rings=True)
        elif samples.shape[1] == 2:
            self._paint_curve(painter, area, samples)
        elif (side := round((samples.shape[1] - 1) ** 0.5)) ** 2 == samples.shape[1] - 1 and side >= _LEAST_SIDE:
            self._paint_pictures(painter, area, samples[:, None, :-1].reshape(-1, 1, side, side))
        else:
            self._paint_others(painter, area)

    def _paint_others(self, painter: QPainter, area: QRectF) -> None:
        if self._pictures is not None and len(self._pictures):
            self._paint_pictures(painter, area, self._pictures)
        elif self._rows is not None:
            paint_rows(painter, area, self._rows, self._tokens)
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

    def _paint_pictures(self, painter: QPainter, area: QRectF, pictures: Samples) -> None:
        rows, columns = _PICTURES
        side_px = min(area.width() / columns, area.height() / rows)
        left = area.center().x() - columns * side_px / 2
        for place, picture in enumerate(pictures[: rows * columns]):
            x, y = left + place % columns * side_px, area.top() + place // columns * side_px
            painter.drawImage(QRectF(x, y, 0.9 * side_px, 0.9 * side_px), picture_image(self._tokens, picture))

    def _write(self, painter: QPainter, area: QRectF, text: str) -> None:
        painter.setPen(QColor(self._tokens.error if self._is_trouble else self._tokens.muted))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)
