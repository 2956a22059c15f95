"""Painting thousands of shapes by one call, straight from numpy arrays."""

from typing import cast

import numpy as np
import numpy.typing as npt
import shiboken6
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter

Floats = npt.NDArray[np.floating]


def draw_rects(painter: QPainter, rows: Floats) -> None:
    """Paint rectangles given as rows of x, y, width, height."""
    if len(rows):
        memory = np.ascontiguousarray(rows, dtype=np.float64)
        painter.drawRects(cast("QRectF", shiboken6.wrapInstance(memory.ctypes.data, QRectF)), len(memory))


def draw_lines(painter: QPainter, rows: Floats) -> None:
    """Paint lines given as rows of x1, y1, x2, y2."""
    if len(rows):
        memory = np.ascontiguousarray(rows, dtype=np.float64)
        painter.drawLines(cast("QLineF", shiboken6.wrapInstance(memory.ctypes.data, QLineF)), len(memory))
