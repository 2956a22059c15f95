"""Orders and places nets."""

from dataclasses import dataclass, replace
from itertools import pairwise

from engine.layout.net import Net
from engine.layout.order import ordered
from engine.layout.place import Rod, Strip, tops

_WASTE = 1.3
_MOST_WASTE_PX = 480.0
_WORTH = 0.85


@dataclass(frozen=True, slots=True)
class Placed:
    """A net that was placed.

    ``top`` is the position of each vertex, ``start`` the smallest of them, ``main`` the vertices of the main path, each
    with its layer.
    """

    top: list[float]
    start: float
    main: list[tuple[int, int]]


def solved(net: Net, homes: dict[int, float], gaps: tuple[float, float]) -> Placed:
    """Order and place a net; ``homes`` is where some vertices wish to stand, ``gaps`` are those of rows, threads."""
    layers = ordered(net.layers, net.joints, len(net.breadth), homes)
    main = _main_path(net)
    strip = Strip(layers, net.breadth, net.rods, main, net.is_thread, *gaps, homes, net.crowded())
    top = _narrow(strip, tops(strip))
    layer_of = {vertex: index for index, layer in enumerate(layers) for vertex in layer}
    return Placed(top, min(top), [(vertex, layer_of[vertex]) for vertex, _, _ in main])


def _narrow(strip: Strip, top: list[float]) -> list[float]:
    """The tops, or others where those waste much room.

    Rows of frames, each entered at another place than it is left at, drift ever further to one side and away from each
    other; then the frames stand below each other, and the edges between them bend.
    """
    least = max([_least(strip, layer) for layer in strip.layers], default=0.0)
    if _width(strip, top) <= _WASTE * least + _MOST_WASTE_PX:
        return top
    rods = [
        rod._replace(low_offset=strip.breadth[rod.low] / 2, high_offset=strip.breadth[rod.high] / 2)
        for rod in strip.rods
    ]
    straight = tops(replace(strip, rods=rods))
    return straight if _width(strip, straight) < _WORTH * _width(strip, top) else top


def _least(strip: Strip, layer: list[int]) -> float:
    """The least width of a layer."""
    gaps = sum([strip.gap(first, second) for first, second in pairwise(layer)])
    return sum([strip.breadth[vertex] for vertex in layer]) + gaps


def _width(strip: Strip, top: list[float]) -> float:
    return max([at + size for at, size in zip(top, strip.breadth, strict=True)]) - min(top)


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
