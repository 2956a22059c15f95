"""Polylines as cubic Bezier pieces."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from engine.layout.polylines import Floats, Ints, Mask, Polylines
from engine.layout.problem import Point

_SAME = 0.01
_RADIUS = 12.0


def smooth(lines: Polylines) -> Polylines:
    """The points of cubic Bezier pieces through some corners.

    They are straight where two corners share ``across``, and S-curves with tangents along the flow elsewhere.
    Where a line along meets one across, the corner is rounded.
    """
    lines = _without_needless(lines)
    count = len(lines.starts) - 1
    if not count:
        return lines
    along, across = lines.along, lines.across
    is_first = np.zeros(len(along), dtype=np.bool_)
    is_first[lines.starts[:-1]] = True
    ends = np.flatnonzero(~is_first)  # every corner but the first of a line ends a piece
    begins = ends - 1
    reach = _reaches(along, across, is_first)
    leave_along, leave_across = _towards(along, across, begins, ends, reach[begins])
    enter_along, enter_across = _towards(along, across, ends, begins, reach[ends])
    is_round = (leave_along != along[begins]) | (leave_across != across[begins])
    # A piece gives the three points of an S-curve; before them, three more where the corner before it is rounded.
    owner = np.cumsum(is_first)[ends] - 1
    stops = np.cumsum(np.where(is_round, 6, 3))
    place = stops - 2 + owner
    lasts = np.flatnonzero(np.diff(owner, append=count))
    starts = np.concatenate(([0], stops[lasts] + np.arange(1, count + 1)))
    curve = np.empty((2, starts[-1]))
    middle = (leave_along + enter_along) / 2
    for axis, controls in enumerate(((middle, middle, enter_along), (leave_across, enter_across, enter_across))):
        for step, control in enumerate(controls):
            curve[axis, place + step] = control
    rounds = np.flatnonzero(is_round)
    before = rounds - 1
    for axis, corner, leave, enter in (
        (0, along[begins], leave_along, enter_along),
        (1, across[begins], leave_across, enter_across),
    ):
        curve[axis, starts[:-1]] = (along, across)[axis][lines.starts[:-1]]
        curve[axis, place[rounds] - 3] = enter[before] + (corner[rounds] - enter[before]) * 0.55
        curve[axis, place[rounds] - 2] = leave[rounds] + (corner[rounds] - leave[rounds]) * 0.55
        curve[axis, place[rounds] - 1] = leave[rounds]
    return Polylines(curve[0], curve[1], starts)


def points_of(lines: Polylines, *, across_first: bool) -> list[tuple[Point, ...]]:
    """The points of each line, as (along, across) or the other way round."""
    columns = (lines.across, lines.along) if across_first else (lines.along, lines.across)
    points = list(zip(columns[0].tolist(), columns[1].tolist(), strict=True))
    starts = lines.starts.tolist()
    return [tuple(points[start:stop]) for start, stop in pairwise(starts)]


def _reaches(along: Floats, across: Floats, is_first: Mask) -> Floats:
    """How far from each corner the rounding begins; 0 where no line along meets one across."""
    reach = np.zeros(len(along))
    width, height = np.abs(np.diff(along)), np.abs(np.diff(across))
    is_across, is_along = width <= _SAME, height <= _SAME
    if not is_across.any():
        return reach
    is_inner = ~is_first[1:-1] & ~is_first[2:]
    meets = is_inner & ((is_along[:-1] & is_across[1:]) | (is_across[:-1] & is_along[1:]))
    length = np.hypot(width, height)
    reach[1:-1][meets] = np.minimum(np.minimum(length[:-1], length[1:]) / 2, _RADIUS)[meets]
    return reach


def _towards(along: Floats, across: Floats, start: Ints, end: Ints, length: Floats) -> tuple[Floats, Floats]:
    """Points so far from some corners on the way to others."""
    if not length.any():
        return along[start], across[start]
    width, height = along[end] - along[start], across[end] - across[start]
    distance = np.hypot(width, height)
    share = np.where(distance > _SAME, length / np.maximum(distance, _SAME), 0.0)
    return along[start] + width * share, across[start] + height * share


def _without_needless(lines: Polylines) -> Polylines:
    """Drop corners that stand on one another, and those in the middle of a line along the flow."""
    lines = _kept(lines, _is_start(lines) | ~_same_as_before(lines))
    starts = _is_start(lines)
    is_level = ~starts
    is_level[1:] &= np.abs(np.diff(lines.across)) <= _SAME
    goes_on = np.append(is_level[1:], False)
    lines = _kept(lines, ~(is_level & goes_on))
    return _doubled(lines)


def _is_start(lines: Polylines) -> Mask:
    found = np.zeros(len(lines.along), dtype=np.bool_)
    found[lines.starts[:-1]] = True
    return found


def _same_as_before(lines: Polylines) -> Mask:
    found = np.zeros(len(lines.along), dtype=np.bool_)
    found[1:] = np.hypot(np.diff(lines.along), np.diff(lines.across)) <= _SAME
    return found


def _kept(lines: Polylines, is_kept: Mask) -> Polylines:
    counts = np.concatenate(([0], np.cumsum(is_kept)))
    return Polylines(lines.along[is_kept], lines.across[is_kept], counts[lines.starts])


def _doubled(lines: Polylines) -> Polylines:
    """A polyline of a single corner stays there."""
    single = lines.starts[:-1][np.diff(lines.starts) == 1]
    if not single.size:
        return lines
    added = np.concatenate(([0], np.cumsum(np.diff(lines.starts) == 1)))
    return Polylines(
        np.insert(lines.along, single, lines.along[single]),
        np.insert(lines.across, single, lines.across[single]),
        lines.starts + added,
    )


def rounded(corners: Sequence[Point], radius: float = _RADIUS) -> tuple[Point, ...]:
    """A polyline of straight pieces with its corners rounded."""
    points = [corners[0], *(after for before, after in pairwise(corners) if _distance(before, after) > _SAME)]
    if len(points) == 1:
        points *= 2
    route: list[Point] = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(radius, _distance(before, corner) / 2, _distance(corner, after) / 2)
        enter, leave = _point_towards(corner, before, reach), _point_towards(corner, after, reach)
        route += _line(route[-1], enter)
        route += [_point_towards(corner, before, reach * 0.45), _point_towards(corner, after, reach * 0.45), leave]
    route += _line(route[-1], points[-1])
    return tuple(route)


def _line(start: Point, end: Point) -> list[Point]:
    return [_between(start, end, 1 / 3), _between(start, end, 2 / 3), end]


def _between(start: Point, end: Point, share: float) -> Point:
    return (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)


def _point_towards(start: Point, end: Point, length: float) -> Point:
    distance = _distance(start, end)
    return start if distance <= _SAME else _between(start, end, length / distance)


def _distance(first: Point, second: Point) -> float:
    return math.hypot(first[0] - second[0], first[1] - second[1])
