"""How large the boxes of a network are, where their ports are, and what stands in them; lengths in pixels at 100 %."""

from dataclasses import dataclass
from enum import Enum

from engine.drawing.drawing import Rect
from engine.network.catalogue import CALL_PREFIX, Category, functions, input_ports, layers, output_ports, parameters_of
from engine.network.network import Network, Node, NodeKind
from engine.network.own_tensors import OwnKind

WIDTH_PX = 172.0
HEADER_PX = 30.0
ROW_PX = 17.0
FOOT_PX = 7.0
ROWS_SHOWN = 6
"""More settings than this are seen beside the canvas only."""
PORT_GAP_PX = 26.0
SPARE_PX = 16.0
GROUP_PAD_PX = 16.0
GROUP_HEAD_PX = 30.0
_LEARNING = {Category.LINEAR, Category.CONVOLUTION, Category.NORMALIZATION, Category.RECURRENT, Category.ATTENTION}
_TELLING = {
    "Dropout": "p", "Dropout1d": "p", "Dropout2d": "p", "AlphaDropout": "p", "LeakyReLU": "negative_slope",
    "ELU": "alpha", "CELU": "alpha", "Softplus": "beta", "GLU": "dim", "Hardshrink": "lambd", "Softshrink": "lambd",
}  # fmt: skip
"""The setting by which one knows a layer that needs none: it is shown with its default too."""
_NOT_LEARNING = {"Identity", "Upsample", "PixelShuffle", "ZeroPad2d"}


class RowKind(Enum):
    """What a line of a box is for; all but COUNT can be edited."""

    SETTING = "setting"
    SHAPE = "shape"
    TYPE = "type"
    TEXT = "text"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a box: its name at the left, its value at the right."""

    kind: RowKind
    name: str
    value: str


class Place(Rect, frozen=True, gc=False):
    """A rectangle on the canvas."""

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies inside."""
        return self.x <= x <= self.right and self.y <= y <= self.bottom

    def meets(self, other: "Place") -> bool:
        """Whether two rectangles have something in common."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


_OWN_TITLES = {OwnKind.LEARNED: "Parameter", OwnKind.FROZEN: "Frozen parameter", OwnKind.BUFFER: "Buffer"}


def title_of(node: Node) -> str:
    """Return what stands in bold on a box."""
    match node.kind:
        case NodeKind.LAYER:
            return node.type
        case NodeKind.FUNCTION:
            return functions()[node.type].shown
        case NodeKind.PARAMETER:
            return _OWN_TITLES[OwnKind(node.type)]
        case _:
            return node.kind.value.capitalize()


def learns(node: Node) -> bool:
    """Return whether a layer has parameters of its own."""
    if node.kind is NodeKind.PARAMETER:
        return OwnKind(node.type) is OwnKind.LEARNED
    if node.kind is not NodeKind.LAYER or node.same_as:
        return False
    return node.type == "PReLU" or (layers()[node.type].category in _LEARNING and node.type not in _NOT_LEARNING)


def rows_of(node: Node, parameters: int | None = None) -> tuple[Row, ...]:
    """Return the lines of a box; ``parameters`` is how many numbers it learns, None while that is not known."""
    rows: list[Row] = []
    match node.kind:
        case NodeKind.INPUT:
            rows.append(Row(RowKind.SHAPE, "one sample", sample_text(node.shape) or "?"))
            if node.type:
                rows.append(Row(RowKind.TYPE, "numbers", node.type))
        case NodeKind.CONSTANT | NodeKind.EXPRESSION | NodeKind.PARAMETER:
            rows.append(Row(RowKind.TEXT, "=", node.text))
        case NodeKind.LAYER | NodeKind.FUNCTION:
            rows += [Row(RowKind.SETTING, name, text) for name, text in _given(node)][:ROWS_SHOWN]
        case NodeKind.OUTPUT:
            pass
    if node.same_as:
        rows.append(Row(RowKind.COUNT, "shares", str(node.same_as)))
    elif learns(node):
        rows.append(Row(RowKind.COUNT, "parameters", "…" if parameters is None else f"{parameters:,}"))
    return tuple(rows)


def _given(node: Node) -> list[tuple[str, str]]:
    """Return what is given and what must be given, in the order of the arguments."""
    given = {setting.name: setting.text for setting in node.settings}
    found = []
    for parameter in parameters_of(node):
        is_own = not node.same_as and not parameter.name.startswith(CALL_PREFIX)
        is_told = parameter.default is None or parameter.name == _TELLING.get(node.type)
        if parameter.name in given or (is_own and is_told):
            found.append((parameter.name, given.get(parameter.name, parameter.default or "")))
    return found


def shape_text(shape: tuple[int, ...] | None) -> str:
    """Return a shape as it stands on a wire: ``32 × 8``."""
    if shape is None:
        return ""
    return " × ".join(map(str, shape)) or "one number"


def sample_text(shape: tuple[int, ...]) -> str:
    """Return the shape of one sample; empty where it is not known."""
    return shape_text(shape) if shape else ""


def box_height(node: Node) -> float:
    """Return how high the box of a node is."""
    rows = len(rows_of(node))
    return HEADER_PX + rows * ROW_PX + (FOOT_PX if rows else 0.0)


def input_count(network: Network, node: Node) -> int:
    """Return how many inputs a box shows: of a node that takes any number, one more than are connected."""
    ports = input_ports(node)
    if ports is not None:
        return len(ports)
    used = [link.target_port for link in network.links if link.target == node.name]
    return max(used, default=-1) + 2


def input_name(node: Node, port: int) -> str:
    """Return what an input is called."""
    ports = input_ports(node)
    if ports is not None:
        return ports[port] if port < len(ports) else str(port + 1)
    return "abcdefghijklmnopqrstuvwxyz"[port] if node.kind is NodeKind.EXPRESSION and port < 26 else str(port + 1)


def is_needed(node: Node, port: int) -> bool:
    """Return whether a node cannot be computed without one of its inputs."""
    if node.kind is NodeKind.LAYER:
        return port < layers()[node.type].needed_inputs
    ports = input_ports(node)
    return ports is not None or port == 0


def box_width(network: Network, node: Node) -> float:
    """Return how wide the box of a node is: wide enough for its ports."""
    most = max(input_count(network, node), len(output_ports(node)))
    return max(WIDTH_PX, (most + 1) * PORT_GAP_PX)


def box_of(network: Network, node: Node) -> Place:
    """Return where a node stands."""
    return Place(node.x_px, node.y_px, box_width(network, node), box_height(node))


def port_x(place: Place, port: int, count: int, *, has_spare: bool = False) -> float:
    """Return the middle of one of so many ports at the upper or lower edge of a box; a spare one is at its right."""
    if has_spare and port == count - 1:
        return place.right - SPARE_PX
    shared = count - 1 if has_spare else count
    return place.x + place.width * (port + 1) / (shared + 1)


def frames_of(network: Network) -> dict[str, Place]:
    """Return the frame around each block that is open."""
    folded = set(network.folded)
    return {block: place for block, place in all_frames(network).items() if block not in folded}


def all_frames(network: Network) -> dict[str, Place]:
    """Return the frame around each block, also around those that are folded."""
    members: dict[str, list[Place]] = {}
    for node in network.nodes:
        if node.block:
            members.setdefault(node.block, []).append(box_of(network, node))
    frames = {}
    for block, places in members.items():
        left, top = min(one.x for one in places) - GROUP_PAD_PX, min(one.y for one in places) - GROUP_HEAD_PX
        right, bottom = max(one.right for one in places), max(one.bottom for one in places)
        frames[block] = Place(left, top, right + GROUP_PAD_PX - left, bottom + GROUP_PAD_PX - top)
    return frames
