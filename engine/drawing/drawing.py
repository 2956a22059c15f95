"""A view graph with geometry. All lengths are in logical pixels at 100 % zoom; y grows downwards.

Of boxes and paths a large drawing has very many: msgspec makes them several times faster than dataclasses are made.
"""

from dataclasses import dataclass
from enum import StrEnum

from msgspec import Struct

from engine.graph.view import NodeKey, ViewEdge, ViewGroup, ViewNode

Point = tuple[float, float]


class Direction(StrEnum):
    """Which way the forward pass runs."""

    LEFT_RIGHT = "left-right"
    TOP_DOWN = "top-down"


class Rect(Struct, frozen=True, gc=False):
    """An axis-parallel rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """X of the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Y of the bottom edge."""
        return self.y + self.height

    @property
    def center(self) -> Point:
        """The middle."""
        return (self.x + self.width / 2, self.y + self.height / 2)


class NodeBox(Struct, frozen=True, gc=False):
    """A node and where it stands."""

    node: ViewNode
    rect: Rect


class EdgePath(Struct, frozen=True, gc=False):
    """An edge and its route.

    ``points`` is the start followed by triples (control, control, end) of cubic Bezier pieces; the arrowhead sits at
    the last point.
    """

    edge: ViewEdge
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class GroupFrame:
    """An opened group and its frame; the title stands inside at the top left.

    ``heading_px`` is the room for title and subtitle from the left edge of the frame to where the first edge comes in
    from above; None when none does.
    """

    group: ViewGroup
    rect: Rect
    heading_px: float | None = None


@dataclass(frozen=True, slots=True)
class LaneLabel:
    """A small heading such as FORWARD or BACKWARD."""

    text: str
    position: Point


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that is painted, in painting order: frames, edges, boxes."""

    nodes: tuple[NodeBox, ...]
    edges: tuple[EdgePath, ...]
    frames: tuple[GroupFrame, ...]
    lanes: tuple[LaneLabel, ...]
    bounds: Rect
    direction: Direction

    def box_of(self, key: NodeKey) -> NodeBox | None:
        """The box of a node, by key (linear search: keep a dict where it matters)."""
        return next((box for box in self.nodes if box.node.key == key), None)
