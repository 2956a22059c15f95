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
    reaches = _reaches(merged)
    for index, (start, end) in enumerate(pairwise(merged)):
        if not reaches[index] and not reaches[index + 1]:
            middle = (start[0] + end[0]) / 2
            route += ((middle, start[1]), (middle, end[1]), end)
            continue
        leave = _towards(start, end, reaches[index])
        enter = _towards(end, start, reaches[index + 1])
        if leave != start:
            route += [_between(route[-1], start, 0.55), _between(leave, start, 0.55), leave]
        middle = (leave[0] + enter[0]) / 2
        route += [(middle, leave[1]), (middle, enter[1]), enter]
    return tuple(route)


def _reaches(knots: Sequence[Point]) -> list[float]:
    """How far from each knot the rounding begins; 0 where no line along meets one across."""
    reaches = [0.0] * len(knots)
    is_across = [abs(start[0] - end[0]) <= _SAME for start, end in pairwise(knots)]
    if True not in is_across:
        return reaches
    is_along = [abs(start[1] - end[1]) <= _SAME for start, end in pairwise(knots)]
    for index in range(1, len(knots) - 1):
        if (is_along[index - 1] and is_across[index]) or (is_across[index - 1] and is_along[index]):
            before, knot, after = knots[index - 1 : index + 2]
            reaches[index] = min(_RADIUS, _distance(before, knot) / 2, _distance(knot, after) / 2)
    return reaches


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
    last = knots[0]
    merged: list[Point] = [last]
    is_level = False
    for knot in knots:
        if knot == last:
            continue
        if abs(knot[1] - last[1]) > _SAME:
            merged.append(knot)
            is_level = False
        elif _distance(knot, last) <= _SAME:
            continue
        elif is_level:
            merged[-1] = knot
            is_level = abs(merged[-2][1] - knot[1]) <= _SAME
        else:
            merged.append(knot)
            is_level = True
        last = knot
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
