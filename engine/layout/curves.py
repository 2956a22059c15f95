"""Polylines as cubic Bezier pieces."""

import math
from collections.abc import Sequence
from itertools import pairwise

from engine.layout.problem import Point

_SAME = 0.01
_RADIUS = 12.0


def smooth(knots: Sequence[Point]) -> tuple[Point, ...]:
    """Straight pieces where two knots share ``across``, S-curves with tangents along the flow elsewhere."""
    merged = _without_needless(knots)
    route: list[Point] = [merged[0]]
    if all(abs(start[0] - end[0]) > _SAME for start, end in pairwise(merged)):
        for start, end in pairwise(merged):
            middle = (start[0] + end[0]) / 2
            route += ((middle, start[1]), (middle, end[1]), end)
        return tuple(route)
    for index, (start, end) in enumerate(pairwise(merged)):
        leave = _towards(start, end, _reach(merged, index))
        enter = _towards(end, start, _reach(merged, index + 1))
        if leave != start:
            route += [_between(route[-1], start, 0.55), _between(leave, start, 0.55), leave]
        middle = (leave[0] + enter[0]) / 2
        route += [(middle, leave[1]), (middle, enter[1]), enter]
    return tuple(route)


def _is_corner(knots: Sequence[Point], index: int) -> bool:
    """Whether a straight line along and one straight across meet at a knot."""
    if not 0 < index < len(knots) - 1:
        return False
    before, knot, after = knots[index - 1 : index + 2]
    comes_along, goes_along = abs(before[1] - knot[1]) <= _SAME, abs(after[1] - knot[1]) <= _SAME
    comes_across, goes_across = abs(before[0] - knot[0]) <= _SAME, abs(after[0] - knot[0]) <= _SAME
    return (comes_along and goes_across) or (comes_across and goes_along)


def _reach(knots: Sequence[Point], index: int) -> float:
    """How far from a knot the rounding begins; 0 where there is no corner."""
    if not _is_corner(knots, index):
        return 0.0
    return min(_RADIUS, _distance(knots[index - 1], knots[index]) / 2, _distance(knots[index], knots[index + 1]) / 2)


def rounded(corners: Sequence[Point], radius: float = _RADIUS) -> tuple[Point, ...]:
    """A polyline of straight pieces with its corners rounded."""
    points = [corners[0], *(after for before, after in pairwise(corners) if _distance(before, after) > _SAME)]
    if len(points) == 1:
        points *= 2
    route: list[Point] = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(radius, _distance(before, corner) / 2, _distance(corner, after) / 2)
        enter, leave = _towards(corner, before, reach), _towards(corner, after, reach)
        route += _line(route[-1], enter)
        route += [_towards(corner, before, reach * 0.45), _towards(corner, after, reach * 0.45), leave]
    route += _line(route[-1], points[-1])
    return tuple(route)


def _without_needless(knots: Sequence[Point]) -> list[Point]:
    merged: list[Point] = [knots[0]]
    for knot in knots[1:]:
        last = merged[-1]
        if knot == last or _distance(knot, last) <= _SAME:
            continue
        if len(merged) > 1 and abs(merged[-2][1] - last[1]) <= _SAME and abs(knot[1] - last[1]) <= _SAME:
            merged[-1] = knot
        else:
            merged.append(knot)
    return merged if len(merged) > 1 else [merged[0], merged[0]]


def _line(start: Point, end: Point) -> list[Point]:
    return [_between(start, end, 1 / 3), _between(start, end, 2 / 3), end]


def _between(start: Point, end: Point, share: float) -> Point:
    return (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)


def _towards(start: Point, end: Point, length: float) -> Point:
    distance = _distance(start, end)
    return start if distance <= _SAME else _between(start, end, length / distance)


def _distance(first: Point, second: Point) -> float:
    return math.hypot(first[0] - second[0], first[1] - second[1])
