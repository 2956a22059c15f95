"""What the network answers over the plane, or along a line, with the samples on it."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QWidget

from engine.training.options import Plane
from gui.theme.tokens import Tokens
from gui.train.hues import plane_image
from gui.train.points import Samples, paint_points, place_in

_RADIUS_PX = 3.4
_SMALL_RADIUS_PX = 2.4
_MARGIN = 0.08
_LINE_PX = 2.2
_ROUND_PX = 9

Answers = npt.NDArray[np.float32]
"""[rows, columns, classes]; one row stands for a line."""


class PlaneView(QWidget):
    """A square: the answers as colours with the samples as dots, or for one input the answers as a curve."""

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._answers: Answers | None = None
        self._plane = Plane(left=-1.0, right=1.0, bottom=-1.0, top=1.0)
        self._layers: tuple[Samples, ...] = ()
        self._words = ""
        self._image: QImage | None = None
        self._dots: QPixmap | None = None
        self.setMinimumSize(120, 120)
        self.setAccessibleName("What the network answers over the plane")

    @property
    def square(self) -> QRectF:
        """Where the plane is drawn."""
        side = min(self.width(), self.height())
        return QRectF((self.width() - side) / 2, 0, side, side)

    @property
    def is_line(self) -> bool:
        """Whether there is one input only."""
        return self._answers is not None and self._answers.shape[0] == 1

    def show_answers(self, answers: Answers | None, plane: Plane, words: str) -> None:
        """Show other answers; ``words`` stand where there are none; without words the samples do."""
        if plane != self._plane:
            self._plane, self._dots = plane, None
        if answers is not self._answers or words != self._words:
            self._answers, self._image, self._words = answers, None, words
            self.update()

    def show_samples(self, layers: tuple[Samples, ...]) -> None:
        """Show other samples, [samples, inputs + 1]."""
        is_same = len(layers) == len(self._layers) and all(
            new is old for new, old in zip(layers, self._layers, strict=True)
        )
        if not is_same:
            self._layers, self._dots = layers, None
            self.update()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self._image = self._dots = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the dots anew."""
        self._dots = None
        super().resizeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint answers and dots."""
        painter = QPainter(self)
        if self._answers is None:
            self._paint_empty(painter)
        elif self.is_line:
            self._paint_line(painter, self._answers)
        else:
            if self._image is None:
                self._image = plane_image(self._tokens, self._answers.astype(np.float64))
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.square, self._image)
            self._paint_dots(painter)
        painter.end()

    def _paint_empty(self, painter: QPainter) -> None:
        area = self.square
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._tokens.hairline), 1))
        painter.setBrush(QColor(self._tokens.canvas))
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), _ROUND_PX, _ROUND_PX)
        painter.setPen(QColor(self._tokens.muted))
        wrap = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(area.adjusted(32, 32, -32, -32), wrap, self._words)
        if self._layers and not self._words:
            if self._layers[0].shape[1] == 2:
                self._paint_heights(painter, area, [])
            else:
                self._paint_dots(painter)

    def _paint_dots(self, painter: QPainter) -> None:
        if not self._layers:
            return
        if self._dots is None:
            self._dots = self._painted_dots()
        painter.drawPixmap(self.square.topLeft(), self._dots)

    def _painted_dots(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        side = self.square.width()
        pixmap = QPixmap(round(side * ratio), round(side * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        for samples in self._layers:
            if samples.shape[1] == 3:
                paint_points(painter, samples, self._plane, QRectF(0, 0, side, side), _RADIUS_PX, self._tokens)
        painter.end()
        return pixmap

    def _paint_line(self, painter: QPainter, answers: Answers) -> None:
        tokens, area = self._tokens, self.square
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.hairline), 1))
        painter.setBrush(QColor(tokens.canvas))
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), _ROUND_PX, _ROUND_PX)
        told = answers[0, :, 0].astype(np.float64)
        plane = self._paint_heights(painter, area, [told])
        across = np.linspace(plane.left, plane.right, len(told))
        points = [
            place_in(plane, x, y, area) for x, y in zip(across.tolist(), told.tolist(), strict=True) if np.isfinite(y)
        ]
        painter.setPen(QPen(QColor(tokens.positive), _LINE_PX))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([QPointF(point) for point in points]))

    def _paint_heights(self, painter: QPainter, area: QRectF, heights: list[npt.NDArray[np.float64]]) -> Plane:
        """Paint samples of one input as dots; return the plane that has room for them and for other heights."""
        dots = [samples for samples in self._layers if samples.shape[1] == 2]
        plane = _around(self._plane, [*heights, *(samples[:, 1] for samples in dots)])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._tokens.negative))
        for samples in dots:
            for x, y in samples.tolist():
                painter.drawEllipse(place_in(plane, x, y, area), _SMALL_RADIUS_PX, _SMALL_RADIUS_PX)
        return plane


def _around(plane: Plane, heights: list[npt.NDArray[np.floating]]) -> Plane:
    """Return the plane with room for all finite heights."""
    finite = np.concatenate([numbers[np.isfinite(numbers)] for numbers in heights])
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (-1.0, 1.0)
    room = (high - low) * _MARGIN or 1.0
    return Plane(left=plane.left, right=plane.right, bottom=low - room, top=high + room)
