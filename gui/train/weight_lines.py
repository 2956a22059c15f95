"""The weights between two columns of the network's picture: as lines, and which of them lies at a point."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from gui.theme.tokens import Tokens
from gui.train.network_scene import ShownColumn
from gui.train.network_told import Floats
from gui.train.tile_images import look_alike, scale_of

_THIN_PX, _THICK_PX = 0.4, 3.8
_WEIGHT_REACH_PX = 60.0
_FAINTEST, _STRONGEST = 0.10, 0.85
_LEAST_SHARE = 0.03
"""Weights that are weaker beside the strongest are not seen, and not painted."""
_NEAR_PX = 6.0
_SAMPLES = 24
_HALO_PX = 7.0
TileOf = Callable[[int, int], QRectF]
"""Where a tile lies, by its column and its row."""


@dataclass(frozen=True, slots=True)
class WeightLine:
    """One weight: the column that it leads to, the tiles at its ends, and the parameter that it is an element of."""

    column: int
    row: int
    source: int
    parameter: str


PathOf = Callable[[int, int, int], QPainterPath]
"""The way of a line to a column: from which row of the column before, to which row."""


def have_same_lines(columns: Sequence[ShownColumn], painted: Sequence[ShownColumn]) -> bool:
    """Return whether the lines between columns look as they were painted."""
    if len(columns) != len(painted):
        return False
    for new, old in zip(columns, painted, strict=True):
        if (len(new.units), new.is_beside, new.parameter) != (len(old.units), old.is_beside, old.parameter):
            return False
        if new.weights is None or old.weights is None:
            if new.weights is not old.weights:
                return False
        elif not look_alike(new.weights, old.weights, scale_of(old.weights)):
            return False
    return True


def paint_lines(painter: QPainter, tokens: Tokens, columns: Sequence[ShownColumn], place: int, path_of: PathOf) -> None:
    """Paint the weights that lead to a column, the strong ones last; thin grey lines where they are not known."""
    column, before = columns[place], columns[place - 1]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if column.is_beside:
        return
    if column.weights is None:
        painter.setPen(QPen(QColor(tokens.hairline), 1))
        for row in range(len(column.units)):
            for source in range(len(before.units)):
                painter.drawPath(path_of(place, source, row))
        return
    scale = scale_of(column.weights)
    for row, source in reversed(list(_seen(column, column.weights))):
        painter.setPen(_weight_pen(tokens, float(column.weights[row, source]), scale))
        painter.drawPath(path_of(place, source, row))


def paint_picked(painter: QPainter, tokens: Tokens, line: WeightLine, tile_of: TileOf) -> None:
    """Pick one weight out."""
    path = line_path(tile_of(line.column - 1, line.source), tile_of(line.column, line.row))
    halo = QColor(tokens.accent)
    halo.setAlphaF(0.25)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(halo, _HALO_PX), QPen(QColor(tokens.accent), 2.0)):
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPath(path)


def line_at(columns: Sequence[ShownColumn], point: QPointF, tile_of: TileOf) -> WeightLine | None:
    """Return the painted weight whose line passes nearest to a point, None where none is near; the strong go first."""
    for place in range(1, len(columns)):
        column = columns[place]
        if column.weights is None or column.is_beside or not column.units or not columns[place - 1].units:
            continue
        left, right = tile_of(place - 1, 0).right(), tile_of(place, 0).left()
        if left <= point.x() <= right:
            return _nearest(columns, place, point, tile_of)
    return None


def line_path(start: QRectF, end: QRectF) -> QPainterPath:
    """Return the way of a line from one tile to another."""
    a, b, c, d = _corners(start, end)
    path = QPainterPath(a)
    path.cubicTo(b, c, d)
    return path


def _nearest(columns: Sequence[ShownColumn], place: int, point: QPointF, tile_of: TileOf) -> WeightLine | None:
    column = columns[place]
    assert column.weights is not None
    best, best_px = None, _NEAR_PX
    for row, source in _seen(column, column.weights):
        away = _distance_px(point, _corners(tile_of(place - 1, source), tile_of(place, row)))
        if away < best_px - 0.5:
            best, best_px = WeightLine(place, row, source, column.parameter), away
    return best


def _seen(column: ShownColumn, weights: Floats) -> Iterator[tuple[int, int]]:
    """Yield the weights that are painted, the strongest first."""
    shown = np.abs(weights[: len(column.units)])
    least = _LEAST_SHARE * scale_of(weights)
    order = np.argsort(-np.nan_to_num(shown, nan=np.inf, posinf=np.inf), axis=None, kind="stable")
    for at in order.tolist():
        row, source = divmod(at, shown.shape[1])
        if not shown[row, source] < least:
            yield row, source


def _weight_pen(tokens: Tokens, weight: float, scale: float) -> QPen:
    if not math.isfinite(weight):
        return QPen(QColor(tokens.nonfinite), _THICK_PX, Qt.PenStyle.DashLine)
    share = abs(weight) / scale if scale else 0.0
    color = QColor(tokens.positive if weight >= 0 else tokens.negative)
    color.setAlphaF(_FAINTEST + (_STRONGEST - _FAINTEST) * share)
    return QPen(color, _THIN_PX + (_THICK_PX - _THIN_PX) * share)


def _corners(start: QRectF, end: QRectF) -> tuple[QPointF, QPointF, QPointF, QPointF]:
    begin, finish = QPointF(start.right(), start.center().y()), QPointF(end.left(), end.center().y())
    reach = min(_WEIGHT_REACH_PX, (finish.x() - begin.x()) / 2)
    return begin, begin + QPointF(reach, 0), finish - QPointF(reach, 0), finish


def _distance_px(point: QPointF, corners: tuple[QPointF, QPointF, QPointF, QPointF]) -> float:
    share = np.linspace(0.0, 1.0, _SAMPLES)
    rest = 1 - share
    weights = np.stack([rest**3, 3 * rest**2 * share, 3 * rest * share**2, share**3])
    x = np.array([corner.x() for corner in corners]) @ weights - point.x()
    y = np.array([corner.y() for corner in corners]) @ weights - point.y()
    along_x, along_y = np.diff(x), np.diff(y)
    length = np.maximum(along_x**2 + along_y**2, 1e-12)
    foot = np.clip(-(x[:-1] * along_x + y[:-1] * along_y) / length, 0.0, 1.0)
    return float(np.hypot(x[:-1] + foot * along_x, y[:-1] + foot * along_y).min())
