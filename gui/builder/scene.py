"""The network with geometry: what is painted and what the mouse meets, in pixels at 100 %."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from engine.drawing.drawing import Rect
from engine.network.catalogue import input_ports, output_ports
from engine.network.network import Link, Network, Node, NodeName
from gui.builder.routing import Curve, Point, Router
from gui.model.network_boxes import (
    GROUP_HEAD_PX,
    HEADER_PX,
    ROW_PX,
    Place,
    Row,
    RowKind,
    box_of,
    frames_of,
    input_count,
    port_x,
    rows_of,
)
from gui.model.network_folds import folded_members, folded_places, folded_rows, outer_ports
from gui.model.network_known import Known

PORT_REACH_PX = 13.0
_INWARD_PX = 6.0
_WIRE_REACH_PX = 7.0
_SAMPLES = 12
_LABEL_DOWN_PX = 13.0
_LABEL_FAR_PX = 60.0


class Side(Enum):
    """Which end of a box a port is at."""

    INPUT = "input"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Port:
    """One port of a node."""

    name: NodeName
    side: Side
    index: int


@dataclass(frozen=True, slots=True)
class Box:
    """A node, or a folded block: where it stands, its lines and its ports.

    Attributes:
        node: The node; of a folded block the first of its nodes, by whose name the box is known.
        inputs: Where its inputs are.
        outputs: Where its outputs are.
        in_ports: Which port of which node each input is; of a folded block several may lie at one point.
        out_ports: The same of the outputs.
        members: All nodes that it stands for.
        block: The name of a folded block; empty for a node.
    """

    node: Node
    place: Place
    rows: tuple[Row, ...]
    inputs: tuple[Point, ...]
    outputs: tuple[Point, ...]
    in_ports: tuple[Port, ...]
    out_ports: tuple[Port, ...]
    members: tuple[NodeName, ...]
    block: str = ""

    def row_place(self, index: int) -> Place:
        """Return where a line of the box is."""
        return Place(self.place.x, self.place.y + HEADER_PX + index * ROW_PX, self.place.width, ROW_PX)


@dataclass(frozen=True, slots=True)
class Wire:
    """A connection and its way; ``text`` is the shape that flows through it."""

    link: Link
    curve: Curve
    text: str

    @property
    def label_at(self) -> tuple[Point, bool]:
        """The point beside which the shape stands, and whether it stands to the right of it."""
        start, end = self.curve[0], self.curve[-1]
        if end[1] < start[1]:
            return (start[0], max(point[1] for point in self.curve) + _LABEL_DOWN_PX), True
        if len(self.curve) > 4:
            middle = middle_of(self.curve)
            return middle, middle[0] >= (start[0] + end[0]) / 2
        if abs(end[0] - start[0]) < 2.0:
            return middle_of(self.curve), True
        if 0 < end[0] - start[0] < _LABEL_FAR_PX:
            return (end[0], end[1] - _LABEL_DOWN_PX), True
        return (start[0], start[1] + _LABEL_DOWN_PX), end[0] < start[0]


@dataclass(frozen=True, slots=True)
class RowHit:
    """A line of a box under the mouse."""

    box: Box
    index: int

    @property
    def row(self) -> Row:
        """The line."""
        return self.box.rows[self.index]


class Scene:
    """One network with geometry."""

    def __init__(self, network: Network, known: Known) -> None:
        self.network = network
        self.known = known
        self.boxes = {box.node.name: box for box in _boxes(network, known)}
        self._keys = {name: key for key, box in self.boxes.items() for name in box.members}
        self._points = {
            port: point
            for box in self.boxes.values()
            for port, point in zip(box.in_ports + box.out_ports, box.inputs + box.outputs, strict=True)
        }
        self.frames = frames_of(network)
        linked = {self._keys[name] for link in network.links for name in (link.source, link.target)}
        # Wires do not shy away from a box that stands free: it may be on its way to one of them.
        router = Router([self.boxes[name].place for name in linked], list(self.frames.values()))
        self.wires: list[Wire] = []
        named: set[tuple[NodeName, int, NodeName | None]] = set()
        curves: dict[tuple[Point, Point], Curve] = {}
        for link in self._short_first():
            is_back = self.box_of(link.target).place.y < self.box_of(link.source).place.bottom
            ends = (link.source, link.source_port, None if is_back else link.target)
            text = "" if ends in named else known.wire_text(link)
            named.add(ends)
            start = self._points[Port(link.source, Side.OUTPUT, link.source_port)]
            end = self._points[Port(link.target, Side.INPUT, link.target_port)]
            if (start, end) not in curves:  # what one result feeds within a folded block goes one way
                curves[start, end] = router.route(start, end)
            self.wires.append(Wire(link, curves[start, end], text))

    def _short_first(self) -> list[Link]:
        """The short ways first, so that the long ones go around outside; what lies inside of one box has none."""
        outside = [link for link in self.network.links if self._keys[link.source] != self._keys[link.target]]
        return sorted(
            outside, key=lambda link: abs(self.box_of(link.target).place.y - self.box_of(link.source).place.bottom)
        )

    def box_of(self, name: NodeName) -> Box:
        """Return the box in which a node is: its own, or that of its folded block."""
        return self.boxes[self._keys[name]]

    def has_port(self, port: Port) -> bool:
        """Return whether a port is there and can be seen."""
        return port in self._points

    def point_of(self, port: Port) -> Point:
        """Return where a port is."""
        return self._points[port]

    def bounds(self) -> Rect | None:
        """Return the rectangle around everything; None when there is nothing."""
        places = [box.place for box in self.boxes.values()] + list(self.frames.values())
        return _around(places)

    def bounds_of(self, names: tuple[NodeName, ...]) -> Rect | None:
        """Return the rectangle around some nodes."""
        return _around([self.box_of(name).place for name in names if name in self._keys])

    def node_at(self, point: Point) -> NodeName | None:
        """Return the node at a point, the one painted last; of a folded block the first of its nodes."""
        return next((name for name, box in reversed(self.boxes.items()) if box.place.holds(*point)), None)

    def nodes_in(self, area: Place) -> list[NodeName]:
        """Return the nodes that a rectangle touches."""
        return [name for box in self.boxes.values() if box.place.meets(area) for name in box.members]

    def ports(self, side: Side) -> Iterator[tuple[Port, Point]]:
        """Yield all ports of one side and where they are."""
        for box in self.boxes.values():
            if side is Side.INPUT:
                yield from zip(box.in_ports, box.inputs, strict=True)
            else:
                yield from zip(box.out_ports, box.outputs, strict=True)

    def port_at(self, point: Point, reach: float = PORT_REACH_PX, side: Side | None = None) -> Port | None:
        """Return the nearest port within reach."""
        sides = tuple(Side) if side is None else (side,)
        near = [
            (math.dist(place, point), order, port)
            for one in sides
            for order, (port, place) in enumerate(self.ports(one))
            if math.dist(place, point) <= reach
        ]
        return min(near, key=lambda item: item[:2])[2] if near else None

    def grip_at(self, point: Point, reach: float = PORT_REACH_PX) -> Port | None:
        """Return the port that a press at a point takes: inside of a box its heading is not far, and goes first."""
        port = self.port_at(point, reach)
        if port is None or not self.box_of(port.name).place.holds(*point):
            return port
        return port if abs(point[1] - self.point_of(port)[1]) <= _INWARD_PX else None

    def wire_at(self, point: Point, reach: float = _WIRE_REACH_PX) -> Link | None:
        """Return the connection whose way passes a point."""
        best = min(((_distance(wire.curve, point), place) for place, wire in enumerate(self.wires)), default=None)
        return self.wires[best[1]].link if best is not None and best[0] <= reach else None

    def row_at(self, point: Point) -> RowHit | None:
        """Return the line of a box at a point, if it can be edited."""
        name = self.node_at(point)
        if name is None:
            return None
        box = self.boxes[name]
        index = math.floor((point[1] - box.place.y - HEADER_PX) / ROW_PX)
        if 0 <= index < len(box.rows) and box.rows[index].kind is not RowKind.COUNT:
            return RowHit(box, index)
        return None

    def block_at(self, point: Point) -> str:
        """Return the block whose box, or the heading of whose frame, is at a point; empty for none."""
        name = self.node_at(point)
        if name is not None:
            return self.boxes[name].block
        heads = (block for block, place in self.frames.items()
                 if place.holds(*point) and point[1] < place.y + GROUP_HEAD_PX)  # fmt: skip
        return next(heads, "")

    def is_title(self, point: Point) -> bool:
        """Return whether a point is on the heading of a box."""
        name = self.node_at(point)
        return name is not None and point[1] < self.boxes[name].place.y + HEADER_PX


def middle_of(curve: Curve) -> Point:
    """Return the point half way along a wire."""
    pieces = (len(curve) - 1) // 3
    piece = pieces // 2
    return point_on(curve[3 * piece : 3 * piece + 4], 0.5)


def point_on(piece: Curve, share: float) -> Point:
    """Return a point of one cubic piece."""
    a, b, c, d = piece
    rest = 1 - share
    weights = (rest**3, 3 * rest**2 * share, 3 * rest * share**2, share**3)
    return (
        sum(weight * point[0] for weight, point in zip(weights, (a, b, c, d), strict=True)),
        sum(weight * point[1] for weight, point in zip(weights, (a, b, c, d), strict=True)),
    )


def _boxes(network: Network, known: Known) -> Iterator[Box]:
    """Yield the boxes in the order of the nodes; a folded block stands where the first of its nodes does."""
    members, places = folded_members(network), folded_places(network)
    for node in network.nodes:
        if node.block not in members:
            yield _box(network, node, known)
        elif node is members[node.block][0]:
            yield _folded_box(network, node.block, members[node.block], places[node.block], known)


def _box(network: Network, node: Node, known: Known) -> Box:
    place = box_of(network, node)
    inputs, outputs = input_count(network, node), len(output_ports(node))
    has_spare = input_ports(node) is None
    return Box(
        node,
        place,
        rows_of(node, known.parameters(node.name)),
        tuple((port_x(place, port, inputs, has_spare=has_spare), place.y) for port in range(inputs)),
        tuple((port_x(place, port, outputs), place.bottom) for port in range(outputs)),
        tuple(Port(node.name, Side.INPUT, port) for port in range(inputs)),
        tuple(Port(node.name, Side.OUTPUT, port) for port in range(outputs)),
        (node.name,),
    )


def _folded_box(network: Network, block: str, members: tuple[Node, ...], place: Place, known: Known) -> Box:
    points: dict[Port, Point] = {}
    for side, ports, y in zip(Side, outer_ports(network, block), (place.y, place.bottom), strict=True):
        for at, together in enumerate(ports):
            x = port_x(place, at, len(ports))
            points |= {Port(name, side, index): (x, y) for name, index in together}
    ins = {port: point for port, point in points.items() if port.side is Side.INPUT}
    outs = {port: point for port, point in points.items() if port.side is Side.OUTPUT}
    return Box(
        members[0],
        place,
        folded_rows(network, block, known),
        tuple(ins.values()),
        tuple(outs.values()),
        tuple(ins),
        tuple(outs),
        tuple(node.name for node in members),
        block,
    )


def _around(places: list[Place]) -> Rect | None:
    if not places:
        return None
    left, top = min(place.x for place in places), min(place.y for place in places)
    return Rect(left, top, max(one.right for one in places) - left, max(one.bottom for one in places) - top)


def _distance(curve: Curve, point: Point) -> float:
    xs, ys = [one[0] for one in curve], [one[1] for one in curve]
    if not (min(xs) - 20 <= point[0] <= max(xs) + 20 and min(ys) - 20 <= point[1] <= max(ys) + 20):
        return math.inf
    best = math.inf
    for start in range(0, len(curve) - 1, 3):
        points = [point_on(curve[start : start + 4], step / _SAMPLES) for step in range(_SAMPLES + 1)]
        best = min(best, *(_to_segment(point, a, b) for a, b in pairwise(points)))
    return best


def _to_segment(point: Point, a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    share = 0.0 if length == 0 else max(0.0, min(1.0, ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length))
    return math.dist(point, (a[0] + share * dx, a[1] + share * dy))
