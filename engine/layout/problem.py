"""What is laid out and what comes back, in abstract coordinates.

``along`` runs the way the data flows, ``across`` at a right angle to it; who calls turns them into x and y. Lengths are
in logical pixels.
"""

from dataclasses import dataclass, field
from enum import Enum

from msgspec import Struct

Point = tuple[float, float]
"""(along, across)."""


class EdgeRole(Enum):
    """What an edge does to the layout."""

    FLOW = "flow"
    """Orders the ranks and runs through the free space between nodes of its lane."""
    LINK = "link"
    """Is drawn around the finished layout and does not influence it."""
    ORDER = "order"
    """Only says that the target comes after the source; not drawn."""


class LayoutNode(Struct, frozen=True, gc=False):
    """A box of a given size.

    Lane 0 holds the forward pass. A node with an ``anchor`` (another node) stands in the same rank as the anchor, in
    its own lane. ``group`` is the innermost opened group around it; an anchored node is in the group of its anchor.
    ``note`` is room across that it needs before the next node of the same stack.
    """

    along: float
    across: float
    lane: int = 0
    anchor: int | None = None
    group: int | None = None
    is_leaf: bool = False
    note: float = 0.0


class LayoutEdge(Struct, frozen=True, gc=False):
    """An arrow; ``slot`` orders the inputs of its target, ``is_weak`` keeps it from being the main path."""

    source: int
    target: int
    role: EdgeRole = EdgeRole.FLOW
    slot: int = 0
    is_weak: bool = False


@dataclass(frozen=True, slots=True)
class Spacing:
    """Distances in pixels. ``before`` and ``after`` are the inner margins of a group frame."""

    column_gap: float = 28.0
    row_gap: float = 40.0
    stack_gap: float = 14.0
    lane_gap: float = 62.0
    thread_gap: float = 16.0
    """Between a node and an edge that passes it."""
    along_before: float = 22.0
    along_after: float = 22.0
    across_before: float = 36.0
    across_after: float = 14.0
    wrap_length: float | None = None
    """Levels longer than this are folded into columns; None: never."""
    wrap_aspect: float = 1.0
    """Wished breadth of a folded level (all lanes together) in units of its length."""
    wrap_room: float = 0.0
    """A picture that is no longer than this is not folded into more columns for the sake of its aspect."""


class Area(Struct, gc=False):
    """A placed rectangle: its corner nearest to the origin and its size."""

    along: float
    across: float
    length: float
    breadth: float

    @property
    def end(self) -> float:
        """Where it ends along the flow."""
        return self.along + self.length

    @property
    def bottom(self) -> float:
        """Where it ends across the flow."""
        return self.across + self.breadth

    @property
    def middle(self) -> Point:
        """Its centre."""
        return (self.along + self.length / 2, self.across + self.breadth / 2)


@dataclass(frozen=True, slots=True)
class LayoutProblem:
    """Nodes, edges and groups; ``group_parents[g]`` is the group around group ``g``, parents come first.

    ``group_headings[g]`` is the place of the title of group ``g``, measured from the corner of its frame;
    ``lane_heading`` that of the heading of a lane, measured from the corner of the lane. Links keep off both, and
    frames leave room for flow edges to pass beside their titles.
    """

    nodes: tuple[LayoutNode, ...]
    edges: tuple[LayoutEdge, ...]
    group_parents: tuple[int | None, ...] = ()
    spacing: Spacing = field(default_factory=Spacing)
    group_headings: tuple[Area, ...] = ()
    lane_heading: Area | None = None


@dataclass(slots=True)
class LayoutResult:
    """Where everything is.

    ``routes`` holds for each edge of the problem a start point and triples (control, control, end) of cubic Bezier
    pieces; it is empty for an ORDER edge. ``frames`` maps (group, lane) to the frame of a group in a lane. ``lanes``
    maps a lane to the part of the picture that it takes. ``entries`` tells for a group where across the first edge
    comes in past its title. ``reach`` is the rectangle around all points of routes.
    """

    areas: list[Area]
    routes: list[tuple[Point, ...]]
    frames: dict[tuple[int, int], Area]
    lanes: dict[int, Area]
    ranks: int
    entries: dict[int, float] = field(default_factory=dict)
    reach: Area | None = None
