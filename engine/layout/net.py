"""One lane of one level as layers of vertices with edges between neighbouring layers: what is ordered and placed."""

from dataclasses import dataclass, field

from engine.layout.order import Joint
from engine.layout.place import Rod
from engine.layout.threads import End

THREAD_PX = 2.0
"""Breadth that a passing edge takes."""
_CROWD = 7
"""In layers with so many boxes they stand closer together."""


@dataclass(slots=True)
class Net:
    """The vertices of one lane of one level: cells, ports and bends of passing edges."""

    layers: list[list[int]]
    cells: dict[int, int] = field(default_factory=dict)
    ports: dict[int, int] = field(default_factory=dict)
    breadth: list[float] = field(default_factory=list)
    is_thread: list[bool] = field(default_factory=list)
    is_leaf: list[bool] = field(default_factory=list)
    line: dict[int, float] = field(default_factory=dict)
    """Vertices (stacks) in which the main path keeps to one offset although edges may meet other members."""
    rods: list[Rod] = field(default_factory=list)
    joints: list[Joint] = field(default_factory=list)
    strong: list[list[tuple[int, Rod]]] = field(default_factory=list)
    """For each vertex the strong edges that lead to it, as (slot, rod)."""
    bends: dict[int, list[int]] = field(default_factory=dict)
    stored: list[int] = field(default_factory=list)
    """Leaves that feed nothing but weak edges: parameters and buffers."""
    trunks: dict[tuple[End, int], int] = field(default_factory=dict)
    """(low end, layer) -> bend: edges that share their low end share their way as long as they can."""

    def crowded(self) -> frozenset[int]:
        """What may stand closer together: parameters, and the members of a layer that has many."""
        found = set(self.stored)
        for layer in self.layers:
            boxes = [vertex for vertex in layer if not self.is_thread[vertex]]
            if len(boxes) >= _CROWD:
                found.update(boxes)
        return frozenset(found)

    def add(self, layer: int, breadth: float, *, is_thread: bool, is_leaf: bool = False) -> int:
        """A new vertex at the end of ``layer``."""
        vertex = len(self.breadth)
        self.layers[layer].append(vertex)
        self.breadth.append(breadth)
        self.is_thread.append(is_thread)
        self.is_leaf.append(is_leaf)
        self.strong.append([])
        return vertex


def join(net: Net, rod: Rod, slot: int, *, is_weak: bool) -> None:
    """Join two vertices of neighbouring layers; ``slot`` orders the inputs of the upper one."""
    net.rods.append(rod)
    # Inputs of one node stand in argument order; parts of a stack or frame in the order of their offsets.
    low_shift = 0.2 * (rod.low_offset / (net.breadth[rod.low] or 1.0) - 0.5)
    high_shift = 0.2 * (rod.high_offset / (net.breadth[rod.high] or 1.0) - 0.5) + 0.1 * slot / (slot + 4.0)
    net.joints.append(Joint(rod.low, rod.high, low_shift, high_shift))
    if not is_weak:
        net.strong[rod.high].append((slot, rod))
