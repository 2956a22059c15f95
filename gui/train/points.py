"""Samples with two inputs as dots in the colour of what they are."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.training.options import Plane
from gui.theme.colors import value_color
from gui.theme.tokens import Tokens
from gui.train.hues import class_color

Samples = npt.NDArray[np.float32]
"""[samples, inputs + 1]: the target is last."""

MOST_CLASSES = 12
_MARGIN = 0.08
"""Of the span of the points, around them."""


def place_in(plane: Plane, x: float, y: float, area: QRectF) -> QPointF:
    """Return where a point of the plane lies in an area of the screen."""
    across = (x - plane.left) / (plane.right - plane.left or 1.0)
    up = (y - plane.bottom) / (plane.top - plane.bottom or 1.0)
    return QPointF(area.left() + across * area.width(), area.bottom() - up * area.height())


def plane_around(samples: Samples | None) -> Plane:
    """Return the square around the samples."""
    if samples is None or not len(samples):
        return Plane(left=-1.0, right=1.0, bottom=-1.0, top=1.0)
    inputs = samples[:, :2].astype(np.float64)
    low, high = inputs.min(axis=0), inputs.max(axis=0)
    middle, reach = (low + high) / 2, float((high - low).max()) / 2 * (1 + 2 * _MARGIN) or 1.0
    x, y = (float(number) for number in middle)
    return Plane(left=x - reach, right=x + reach, bottom=y - reach, top=y + reach)


def are_classes(samples: Samples) -> bool:
    """Return whether the targets are classes rather than numbers to be told."""
    targets = samples[:, -1]
    return (
        bool(len(targets))
        and bool((targets == np.rint(targets)).all())
        and targets.min() >= 0
        and (targets.max() < MOST_CLASSES)
    )


def is_planar(samples: Samples | None) -> bool:
    """Return whether the samples have two inputs."""
    return samples is not None and samples.ndim == 2 and samples.shape[1] == 3


def is_drawable(samples: Samples | None) -> bool:
    """Return whether the samples have one input or two."""
    return samples is not None and samples.ndim == 2 and samples.shape[1] in (2, 3)


def paint_points(
    painter: QPainter,
    samples: Samples,
    plane: Plane,
    area: QRectF,
    radius_px: float,
    tokens: Tokens,
    *,
    are_rings: bool = False,
) -> None:
    """Paint the dots, each with a thin rim in the colour of the ground; or as rings."""
    in_classes = are_classes(samples)
    finite = np.abs(samples[:, -1][np.isfinite(samples[:, -1])])
    scale = float(finite.max()) if finite.size else 0.0
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tokens.panel), 0.6) if radius_px > 2.5 else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for x, y, target in samples[:, [0, 1, -1]].tolist():
        color = class_color(tokens, target) if in_classes else value_color(tokens, target, scale)
        if are_rings:
            painter.setPen(QPen(color, 1))
        else:
            painter.setBrush(color)
        painter.drawEllipse(place_in(plane, x, y, area), radius_px, radius_px)
