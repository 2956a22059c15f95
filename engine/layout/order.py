"""The order of the vertices within each layer: few crossings, by barycenter sweeps.

The method is that of Sugiyama, Tagawa and Toda (1981); crossings are counted by insertion, after Barth, Jünger and
Mutzel (2002).
"""

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_MOST_SWEEPS = 6


class Joint(NamedTuple):
    """An edge between neighbouring layers; the shifts (-0.5..0.5) break ties by port."""

    low: int
    high: int
    low_shift: float = 0.0
    high_shift: float = 0.0


def ordered(
    layers: list[list[int]], joints: Sequence[Joint], vertex_count: int, pinned: Mapping[int, float] | None = None
) -> list[list[int]]:
    """Return the layers, reordered; the order given decides ties.

    Vertices that are ``pinned`` stand in the order of their numbers.
    """
    pinned = pinned or {}
    busy = [index for index, layer in enumerate(layers) if len(layer) > 1]
    if not busy:
        return layers
    below: list[list[tuple[int, float]]] = [[] for _ in range(vertex_count)]
    above: list[list[tuple[int, float]]] = [[] for _ in range(vertex_count)]
    for joint in joints:
        below[joint.high].append((joint.low, joint.low_shift))
        above[joint.low].append((joint.high, joint.high_shift))
    place = [0.0] * vertex_count
    _number(layers, range(len(layers)), place)
    counts = {index: _crossings(layers[index], above, place) for index in busy}
    best, fewest = [layer[:] for layer in layers], sum(counts.values())
    still = 0
    for sweep in range(_MOST_SWEEPS):
        if sweep > 0 and fewest == 0:
            break
        moved = {
            index
            for index in (busy if sweep % 2 else reversed(busy))
            if _sort(layers[index], below if sweep % 2 else above, place, pinned)
        }
        still = 0 if moved else still + 1
        if still == len((below, above)):
            break
        for index in moved | {index - 1 for index in moved}:
            if index in counts:
                counts[index] = _crossings(layers[index], above, place)
        crossings = sum(counts.values())
        if crossings < fewest or (sweep == 0 and crossings == fewest):
            best, fewest = [layer[:] for layer in layers], crossings
    return best


def _number(layers: list[list[int]], indices: Sequence[int], place: list[float]) -> None:
    for index in indices:
        for position, vertex in enumerate(layers[index]):
            place[vertex] = float(position)


def _sort(
    layer: list[int], neighbours: list[list[tuple[int, float]]], place: list[float], pinned: Mapping[int, float]
) -> bool:
    """Sort by the mean place of the neighbours; vertices without any keep their place. Return whether one moved."""
    before = layer[:]
    wish = {}
    for vertex in layer:
        near = neighbours[vertex]
        if len(near) == 1:
            wish[vertex] = place[near[0][0]] + near[0][1]
        else:
            wish[vertex] = sum([place[other] + shift for other, shift in near]) / len(near) if near else place[vertex]
    layer.sort(key=wish.__getitem__)
    held = [position for position, vertex in enumerate(layer) if vertex in pinned]
    if len(held) > 1:
        in_order = sorted((layer[position] for position in held), key=pinned.__getitem__)
        for position, vertex in zip(held, in_order, strict=True):
            layer[position] = vertex
    if layer == before:
        return False
    for position, vertex in enumerate(layer):
        place[vertex] = float(position)
    return True


def _crossings(layer: list[int], above: list[list[tuple[int, float]]], place: list[float]) -> int:
    """How often the edges from one layer to the next cross."""
    total = 0
    seen: list[float] = []
    for vertex in layer:
        near = above[vertex]
        if len(near) == 1:  # most have one neighbour
            target = place[near[0][0]] + 0.01 * near[0][1]
            if seen and target < seen[-1]:
                total += len(seen) - bisect_right(seen, target)
                insort(seen, target)
            else:
                seen.append(target)
            continue
        targets = sorted([place[other] + 0.01 * shift for other, shift in near])
        if seen and targets and targets[0] < seen[-1]:
            for target in targets:
                total += len(seen) - bisect_right(seen, target)
            for target in targets:
                insort(seen, target)
        else:
            seen += targets
    return total
