"""Routes of links: edges between lanes and edges too long for the ranks, through free channels where there are."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from engine.layout.curves import rounded
from engine.layout.problem import Area, Point, Spacing

MOST_CHECKED = 2000
"""In larger pictures links are plain curves: nobody follows them there, and checking them all would take long."""

_CLEARANCE = 3.0
_SHOULDER = 0.25
"""Links leave and reach the sides of a node this share of its breadth off the middle, clear of the flow edges."""


class LinkRouter:
    """Finds ways around nodes: straight across, along one gap between columns, or along two and a lane gap."""

    def __init__(self, areas: list[Area], lanes: dict[int, Area], spacing: Spacing) -> None:
        self._areas = areas
        self._gap = spacing.column_gap / 2
        self._channels = sorted(area.across - spacing.lane_gap / 2 for area in lanes.values())
        self._channels.append(max((area.bottom for area in lanes.values()), default=0.0) + spacing.lane_gap / 2)
        self._is_small = len(areas) <= MOST_CHECKED
        table = np.array([(area.along, area.end, area.across, area.bottom) for area in areas], dtype=np.float64)
        self._table: npt.NDArray[np.float64] = table.reshape(-1, 4)

    def route(self, source: int, target: int) -> tuple[Point, ...]:
        """The route of one link."""
        if not self._is_small:
            return self._curve(source, target)
        return (
            self._straight(source, target)
            or self._one_gap(source, target)
            or self._two_gaps(source, target)
            or self._curve(source, target)
        )

    def _straight(self, source: int, target: int) -> tuple[Point, ...]:
        first, second = self._areas[source], self._areas[target]
        left, right = max(first.along, second.along), min(first.end, second.end)
        if right - left < 12:
            return ()
        along = (left + right) / 2
        down = first.across < second.across
        ends = (first.bottom, second.across) if down else (first.across, second.bottom)
        if (ends[1] > ends[0]) != down or not self._is_free(along, along, min(ends), max(ends), (source, target)):
            return ()
        return rounded(((along, ends[0]), (along, ends[1])))

    def _one_gap(self, source: int, target: int) -> tuple[Point, ...]:
        first, second = self._areas[source], self._areas[target]
        start, end = _shoulder(first, second), _shoulder(second, first)
        for channel in sorted(self._gaps(source) + self._gaps(target), key=lambda at: abs(at - first.middle[0])):
            if not first.along <= channel <= first.end and not second.along <= channel <= second.end:
                corners = (_side(first, channel, start), (channel, start), (channel, end), _side(second, channel, end))
                if self._are_free(corners, (source, target)):
                    return rounded(corners)
        return ()

    def _two_gaps(self, source: int, target: int) -> tuple[Point, ...]:
        first, second = self._areas[source], self._areas[target]
        start, end = _shoulder(first, second), _shoulder(second, first)
        middle = (first.middle[1] + second.middle[1]) / 2
        for level in sorted(self._channels, key=lambda at: abs(at - middle)):
            for leave in self._gaps(source):
                for enter in self._gaps(target):
                    corners = (
                        _side(first, leave, start),
                        (leave, start),
                        (leave, level),
                        (enter, level),
                        (enter, end),
                        _side(second, enter, end),
                    )
                    if self._are_free(corners, (source, target)):
                        return rounded(corners)
        return ()

    def _curve(self, source: int, target: int) -> tuple[Point, ...]:
        first, second = self._areas[source], self._areas[target]
        start: Point = (first.end, first.middle[1])
        end: Point = (second.along, second.middle[1])
        reach = max(abs(end[0] - start[0]) / 3, 30.0)
        return (start, (start[0] + reach, start[1]), (end[0] - reach, end[1]), end)

    def _gaps(self, node: int) -> list[float]:
        area = self._areas[node]
        return [area.end + self._gap, area.along - self._gap]

    def _are_free(self, corners: tuple[Point, ...], ends: tuple[int, int]) -> bool:
        return all(
            self._is_free(min(a[0], b[0]), max(a[0], b[0]), min(a[1], b[1]), max(a[1], b[1]), ends)
            for a, b in pairwise(corners)
        )

    def _is_free(self, left: float, right: float, top: float, bottom: float, ends: tuple[int, int]) -> bool:
        """Whether a rectangle touches no node other than the two ends."""
        table = self._table
        hit = (table[:, 0] < right + _CLEARANCE) & (table[:, 1] > left - _CLEARANCE)
        hit &= (table[:, 2] < bottom + _CLEARANCE) & (table[:, 3] > top - _CLEARANCE)
        hit[list(ends)] = False
        return not hit.any()


def _shoulder(area: Area, towards: Area) -> float:
    """Across at which a link meets the side of ``area``: nearer to where the other end is."""
    sign = 1 if towards.middle[1] > area.middle[1] else -1
    return area.middle[1] + sign * _SHOULDER * area.breadth


def _side(area: Area, channel: float, across: float) -> Point:
    return (area.end if channel > area.end else area.along, across)
