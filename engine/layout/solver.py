"""Orders and places nets; nets that are alike (the rounds of a loop, calls of one module) are solved once."""

from collections.abc import Hashable
from dataclasses import dataclass

from engine.layout.net import Net
from engine.layout.order import ordered
from engine.layout.place import Rod, Strip, tops
from engine.layout.problem import Spacing

_LARGEST_ALIKE = 400
"""Nets with more vertices are hardly ever alike."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A net that was placed.

    ``top`` is the position of each vertex, ``start`` the smallest of them, ``main`` the vertices of the main path, each
    with its layer.
    """

    top: list[float]
    start: float
    main: list[tuple[int, int]]


class Solver:
    """Solves the nets of one problem."""

    def __init__(self, spacing: Spacing) -> None:
        self._gaps = (spacing.row_gap, spacing.thread_gap)
        self._known: dict[Hashable, Placed] = {}

    def place(self, net: Net, homes: dict[int, float]) -> Placed:
        """Order and place a net; ``homes`` is where some vertices would like to stand."""
        if len(net.breadth) > _LARGEST_ALIKE:
            return self._solved(net, homes)
        key = _key(net, homes)
        placed = self._known.get(key)
        if placed is None:
            placed = self._known[key] = self._solved(net, homes)
        return placed

    def _solved(self, net: Net, homes: dict[int, float]) -> Placed:
        layers = ordered(net.layers, net.joints, len(net.breadth), homes)
        main = _main_path(net)
        strip = Strip(layers, net.breadth, net.rods, main, net.is_thread, *self._gaps, homes, net.crowded())
        top = tops(strip)
        layer_of = {vertex: index for index, layer in enumerate(layers) for vertex in layer}
        return Placed(top, min(top), [(vertex, layer_of[vertex]) for vertex, _, _ in main])


def _key(net: Net, homes: dict[int, float]) -> Hashable:
    """Equal for nets that are solved alike: everything that the solution depends on."""
    strong = tuple(map(tuple, net.strong))
    return (
        tuple(map(tuple, net.layers)),
        tuple(net.breadth),
        tuple(net.is_thread),
        tuple(net.is_leaf),
        tuple(net.line.items()),
        tuple(net.stored),
        tuple(net.rods),
        tuple((joint.low_shift, joint.high_shift) for joint in net.joints),
        strong,
        tuple(homes.items()),
    )


def _main_path(net: Net) -> list[tuple[int, float, float]]:
    """The longest path through strong edges, as (vertex, offset of entry, offset of leaving)."""
    score = [0.0] * len(net.breadth)
    came: list[Rod | None] = [None] * len(net.breadth)
    for layer in net.layers:
        for vertex in layer:
            own = 0.01 if net.is_thread[vertex] else 0.5 if net.is_leaf[vertex] else 1.0
            ways = sorted(net.strong[vertex], key=lambda way: (-score[way[1].low], way[0]))
            score[vertex] = own + (score[ways[0][1].low] if ways else 0.0)
            came[vertex] = ways[0][1] if ways else None

    def held(vertex: int, offset: float) -> float:
        return net.line.get(vertex, offset)

    vertex = max(range(len(score)), key=lambda index: (score[index], -index))
    path: list[tuple[int, float, float]] = []
    leave = held(vertex, net.breadth[vertex] / 2)
    rod = came[vertex]
    while rod is not None:
        path.append((vertex, held(vertex, rod.high_offset), leave))
        vertex, leave = rod.low, held(rod.low, rod.low_offset)
        rod = came[vertex]
    path.append((vertex, leave, leave))
    path.reverse()
    return path[1:] if len(path) > 1 and _is_one_of_many(net, path[0][0], path[1][0]) else path


def _is_one_of_many(net: Net, leaf: int, consumer: int) -> bool:
    """Whether several leaves of equal rank feed the first op: then they stand around it evenly."""
    return net.is_leaf[leaf] and sum(net.is_leaf[rod.low] for _, rod in net.strong[consumer]) > 1
