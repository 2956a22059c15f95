"""What the network answers over the plane, with the samples on it."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from gui.theme.tokens import Tokens
from gui.train.hues import plane_image
from gui.train.points import Plane, Samples, paint_points

_RADIUS_PX = 3.4

Answers = npt.NDArray[np.float32]
"""[rows, columns, classes]."""


class PlaneView(QWidget):
    """A square: the answers as colours, training samples as dots, others as dots with a ring."""

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._answers: Answers | None = None
        self._plane = Plane(-1.0, 1.0, -1.0, 1.0)
        self._layers: tuple[Samples, ...] = ()
        self._words = ""
        self._image: QImage | None = None
        self._dots: QPixmap | None = None
        self.setMinimumSize(120, 120)
        self.setAccessibleName("What the network answers over the plane")

    def show_answers(self, answers: Answers | None, plane: Plane, words: str) -> None:
        """Show other answers; ``words`` stand where there are none."""
        if plane != self._plane:
            self._plane, self._dots = plane, None
        if answers is not self._answers or words != self._words:
            self._answers, self._image, self._words = answers, None, words
            self.update()

    def show_samples(self, layers: tuple[Samples, ...]) -> None:
        """Show other samples."""
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

    @property
    def square(self) -> QRectF:
        """Where the plane is drawn."""
        side = min(self.width(), self.height())
        return QRectF((self.width() - side) / 2, 0, side, side)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the dots anew."""
        self._dots = None
        super().resizeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint answers and dots."""
        painter = QPainter(self)
        area = self.square
        if self._answers is None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self._tokens.hairline), 1))
            painter.setBrush(QColor(self._tokens.canvas))
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 9, 9)
        else:
            if self._image is None:
                self._image = plane_image(self._tokens, self._answers.astype(np.float64))
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(area, self._image)
        if self._layers:
            if self._dots is None:
                self._dots = self._painted_dots()
            painter.drawPixmap(area.topLeft(), self._dots)
        if self._answers is None and self._words:
            painter.setPen(QColor(self._tokens.muted))
            wrap = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area.adjusted(32, 32, -32, -32), wrap, self._words)
        painter.end()

    def _painted_dots(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        side = self.square.width()
        pixmap = QPixmap(round(side * ratio), round(side * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        area = QRectF(0, 0, side, side)
        for samples in self._layers:
            paint_points(painter, samples, self._plane, area, _RADIUS_PX, self._tokens)
        painter.end()
        return pixmap
