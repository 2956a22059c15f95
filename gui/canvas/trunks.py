"""Takes routes apart into pieces, and tells which of several routes' pieces are not painted twice. Qt-free."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from engine.drawing.drawing import Point, Rect

Piece = tuple[Point, ...]
"""A straight line (start, end) or a cubic Bezier (start, control, control, end)."""

_DIGITS = 1
"""Places to which coordinates are rounded before they count as equal: a tenth of a pixel."""
_LONG_PX = 600.0
_CUT_PX = 98.0
"""Ten times the length of dash and gap of the common width."""


def pieces_of(points: Sequence[Point]) -> list[Piece]:
    """Return the pieces of one route: a start followed by triples (control, control, end), or just two ends."""
    if len(points) == 2:
        return [tuple(points)]
    return [tuple(points[start : start + 4]) for start in range(0, len(points) - 3, 3)]


def clipped(piece: Piece, area: Rect) -> Piece:
    """Shorten a long horizontal or vertical line to what lies near a rectangle.

    It is cut at whole multiples of ``_CUT_PX``, the same ones for every rectangle, so that dashes fit together.
    """
    if len(piece) != 2 or math.dist(*piece) < _LONG_PX:
        return piece
    for axis, (low, high) in enumerate(((area.x, area.right), (area.y, area.bottom))):
        start, end = piece[0][axis], piece[1][axis]
        if piece[0][1 - axis] == piece[1][1 - axis]:
            sign = 1.0 if end >= start else -1.0
            near, far = (low - start, high - start) if sign > 0 else (start - high, start - low)
            first = max(0.0, math.floor(near / _CUT_PX) * _CUT_PX)
            last = min(abs(end - start), math.ceil(far / _CUT_PX) * _CUT_PX)
            ends = tuple(start + sign * offset for offset in (first, last))
            across = piece[0][1 - axis]
            return tuple((at, across) if axis == 0 else (across, at) for at in ends)
    return piece


def distinct_pieces(routes: Iterable[Sequence[Point]]) -> list[Piece]:
    """Return pieces that cover all routes once.

    Equal curves are kept once; horizontal and vertical lines that overlap become one line. What is left keeps its
    order, so that a route that shares nothing stays in one go.
    """
    chosen: dict[Piece, Piece] = {}
    lines: defaultdict[tuple[int, float], list[tuple[float, float, Piece]]] = defaultdict(list)
    for route in routes:
        for piece in pieces_of(route):
            rounded = tuple((round(x, _DIGITS), round(y, _DIGITS)) for x, y in piece)
            if rounded in chosen:
                continue
            chosen[rounded] = piece
            for axis in (0, 1):
                if len({point[1 - axis] for point in rounded}) == 1 and rounded[0] != rounded[-1]:
                    low, high = sorted((rounded[0][axis], rounded[-1][axis]))
                    lines[axis, rounded[0][1 - axis]].append((low, high, rounded))
    for (axis, across), spans in lines.items():
        _merge(chosen, axis, across, spans)
    return list(chosen.values())


def _merge(chosen: dict[Piece, Piece], axis: int, across: float, spans: list[tuple[float, float, Piece]]) -> None:
    """Put one line in the place of the first of several that overlap."""
    spans.sort()
    cluster, low, high = [spans[0][2]], spans[0][0], spans[0][1]
    for start, end, piece in [*spans[1:], (float("inf"), float("inf"), ())]:
        if start < high:
            cluster.append(piece)
            high = max(high, end)
            continue
        if len(cluster) > 1:
            ends = ((low, across), (high, across)) if axis == 0 else ((across, low), (across, high))
            first = min(cluster, key=list(chosen).index)
            for other in cluster:
                if other != first:
                    del chosen[other]
            chosen[first] = ends
        cluster, low, high = [piece], start, end
