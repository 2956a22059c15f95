"""Curves as plot items: painted as pyqtgraph's own are, in a fraction of the time that those take to get new numbers.

pyqtgraph's items work out their bounds, their symbols and what to draw of them with all new numbers, more than once.
Here the plot says what is seen; a curve is a path and a pen.
"""

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

Floats = npt.NDArray[np.float64]


class _PathItem(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph has no type information
    """A path in the coordinates of the plot; it reaches no further than the plot does."""

    def __init__(self) -> None:
        super().__init__()
        self._path = QPainterPath()
        self._pen = QPen(Qt.PenStyle.NoPen)
        self._fill: QColor | None = None

    @property
    def path(self) -> QPainterPath:
        """What is painted."""
        return self._path

    def show_path(self, path: QPainterPath) -> None:
        """Paint another path."""
        if not (path.isEmpty() and self._path.isEmpty()):
            self._path = path
            self.update()

    def boundingRect(self) -> QRectF:
        """All that is seen of the plot."""
        seen: QRectF = self.viewRect()
        return seen

    def viewTransformChanged(self) -> None:
        """Something else of the plot is seen."""
        self.prepareGeometryChange()
        super().viewTransformChanged()  # forgets what was seen before

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Paint the path."""
        if self._path.isEmpty():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._fill is not None:
            painter.fillPath(self._path, self._fill)
        else:
            painter.strokePath(self._path, self._pen)


class LineItem(_PathItem):
    """A curve; it has gaps where a number is none."""

    def set_pen(self, pen: QPen) -> None:
        """Draw with another pen."""
        if pen != self._pen:
            self._pen = pen
            self.update()

    def show_line(self, x: Floats, y: Floats) -> None:
        """Draw another curve; ``y`` may hold NaN."""
        self.show_path(pg.arrayToQPath(x, y, connect="finite"))


class BandItem(_PathItem):
    """The ground between two curves; it has gaps where one of them has."""

    def set_color(self, color: QColor) -> None:
        """Fill with another colour."""
        self._fill = color
        self.update()

    def show_band(self, x: Floats, low: Floats, high: Floats) -> None:
        """Fill the ground between two other curves over the same ``x``."""
        path = QPainterPath()
        for part in _finite_parts(low, high):
            around = np.concatenate((x[part], x[part][::-1])), np.concatenate((low[part], high[part][::-1]))
            path.addPath(pg.arrayToQPath(*around))
        self.show_path(path)


def _finite_parts(low: Floats, high: Floats) -> list[slice]:
    """Return the stretches in which both curves are numbers."""
    is_known = np.isfinite(low) & np.isfinite(high)
    edges = np.flatnonzero(np.diff(is_known, prepend=False, append=False)).tolist()
    return [slice(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)]
