"""The ways that wires take: straight down where nothing stands, around boxes where something does."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from gui.model.network_boxes import Place

Point = tuple[float, float]
Curve = tuple[Point, ...]
"""A start, then triples (control, control, end) of cubic Bezier pieces."""

_BEND_PX = 22.0
_CLEAR_PX = 10.0
RISE_PX = 16.0
"""How far a wire goes down before it turns to another column, and down into the box there."""
_BETWEEN_PX = 27.0
_CORNER_PX = 9.0
_LANE_GAP_PX = 12.0
_NEAR_PX = 70.0
"""Wires that go down less than this meet nothing on their way."""
_UPWARDS_PX = 60.0
_TURN_PX = 40.0


@dataclass
class Router:
    """Finds ways among boxes; ``lanes`` are the long stretches already taken, as x, top and bottom.

    Wires enter a frame from above, past its heading.
    """

    boxes: Sequence[Place]
    frames: Sequence[Place] = ()
    lanes: list[tuple[float, float, float]] = field(default_factory=list)

    def route(self, start: Point, end: Point) -> Curve:
        """Return the way from an output to an input."""
        (x1, y1), (x2, y2) = start, end
        if y2 - y1 < _BEND_PX / 2:
            return self._over(start, end)
        if y2 - y1 <= _NEAR_PX or not self._blocking(start, end):
            bend = max(_BEND_PX, (y2 - y1) / 2) if x1 != x2 else (y2 - y1) / 3
            return (start, (x1, y1 + bend), (x2, y2 - bend), end)
        lane = self._free_lane(start, end)
        self.lanes.append((lane, y1, y2))
        turn = min(_TURN_PX, (y2 - y1) / 3)
        upper, lower = (lane, y1 + turn), (lane, y2 - turn)
        third = (lower[1] - upper[1]) / 3
        return (
            start, (x1, y1 + turn * 0.7), (lane, y1 + turn * 0.3), upper,
            (lane, upper[1] + third), (lane, lower[1] - third), lower,
            (lane, y2 - turn * 0.3), (x2, y2 - turn * 0.7), end,
        )  # fmt: skip

    def _over(self, start: Point, end: Point) -> Curve:
        """Go to a box that stands beside or above: down, between the columns up, and down into it."""
        (x1, y1), (x2, y2) = start, end
        entered = [frame.y for frame in self.frames if frame.holds(x2, y2) and not frame.holds(x1, y1)]
        left = [frame.bottom for frame in self.frames if frame.holds(x1, y1) and not frame.holds(x2, y2)]
        top, bottom = min([y2, *entered]) - RISE_PX, max([y1, *left]) + RISE_PX
        if abs(x2 - x1) < 4 * _CORNER_PX:
            return (start, (x1, y1 + _UPWARDS_PX), (x2, y2 - _UPWARDS_PX), end)
        column = Place(x2 - 4, top, 8, max(1.0, y2 - top - 6))
        if any(box.meets(column) for box in self.boxes):
            top = y2 - RISE_PX  # other boxes stand above it: come in from the side
        lane = self._between(start, end, top, bottom)
        self.lanes.append((lane, top, bottom))
        return rounded((start, (x1, bottom), (lane, bottom), (lane, top), (x2, top), end))

    def _between(self, start: Point, end: Point, top: float, bottom: float) -> float:
        """A lane beside the column of the first box, clear of boxes and of other lanes."""
        direction = 1.0 if end[0] > start[0] else -1.0
        near = [box for box in self.boxes if box.x <= start[0] <= box.right]
        edges = [box.right if direction > 0 else box.x for box in near] or [start[0]]
        edge = max(edges) if direction > 0 else min(edges)
        return self._outward(edge + direction * _BETWEEN_PX, direction, top - _TURN_PX / 2, bottom + _TURN_PX / 2)

    def _blocking(self, start: Point, end: Point) -> list[Place]:
        left, right = sorted((start[0], end[0]))
        corridor = Place(left - 4, start[1] + 4, right - left + 8, end[1] - start[1] - 8)
        return [box for box in self.boxes if box.meets(corridor)]

    def _free_lane(self, start: Point, end: Point) -> float:
        top, bottom = start[1], end[1]
        blocking = self._blocking(start, end)
        left = self._outward(min(box.x for box in blocking) - _CLEAR_PX, -1.0, top, bottom)
        right = self._outward(max(box.right for box in blocking) + _CLEAR_PX, 1.0, top, bottom)
        middle = (start[0] + end[0]) / 2
        return left if middle - left < right - middle else right

    def _outward(self, lane: float, direction: float, top: float, bottom: float) -> float:
        """Move a lane outward until it is clear of boxes and of other lanes."""
        for _ in range(len(self.boxes) + len(self.lanes) + 1):
            strip = Place(lane - 4, top + _TURN_PX / 2, 8, max(1.0, bottom - top - _TURN_PX))
            box = next((box for box in self.boxes if box.meets(strip)), None)
            if box is not None:
                lane = box.x - _CLEAR_PX if direction < 0 else box.right + _CLEAR_PX
                continue
            if not any(abs(x - lane) < _LANE_GAP_PX and low < bottom and top < high for x, low, high in self.lanes):
                return lane
            lane += direction * _LANE_GAP_PX
        return lane


def rounded(points: Sequence[Point]) -> Curve:
    """Return a way along straight lines with round corners."""
    found: list[Point] = [points[0]]

    def line_to(point: Point) -> None:
        x, y = found[-1]
        dx, dy = (point[0] - x) / 3, (point[1] - y) / 3
        found.extend(((x + dx, y + dy), (x + 2 * dx, y + 2 * dy), point))

    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(_CORNER_PX, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        line_to(_towards(corner, before, radius))
        end = _towards(corner, after, radius)
        found.extend((corner, corner, end))
    line_to(points[-1])
    return tuple(found)


def _towards(start: Point, end: Point, distance: float) -> Point:
    whole = math.dist(start, end)
    share = distance / whole if whole else 0.0
    return (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
