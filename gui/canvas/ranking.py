"""The nodes of a scene ranked by what the lens reads. Qt-free."""

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.graph.view import GroupKey, NodeKey, ViewNode
from engine.trace.ids import StepIndex
from gui.canvas.lens import Heat, Lens, LensScale, Reading, amount_text, read
from gui.canvas.scene import Scene
from gui.canvas.valuebook import ValueBook

MOST_ROWS = 50
MOST_READ = 2000
"""In larger scenes the ranking is that of the last step, as far as it has happened."""
HEADINGS = {
    Lens.GRADIENTS: "Ranked by gradient norm",
    Lens.TIME: "Ranked by time",
    Lens.MEMORY: "Ranked by memory made",
    Lens.HEALTH: "Ranked by share of bad elements",
    Lens.DIFFERENCE: "Ranked by relative difference",
}
_SUMMED = frozenset({Lens.TIME, Lens.MEMORY})
"""An opened group has the sum of what its nodes have; under other lenses the largest."""


@dataclass(frozen=True, slots=True)
class RankedRow:
    """One row: a node, or an opened group with its nodes; ``bar`` is its length, ``share`` its place on the scale."""

    title: str
    detail: str
    amount: str
    bar: float
    share: float
    is_nonfinite: bool
    nodes: frozenset[NodeKey]
    group: GroupKey | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """The first rows, of how many, and how many nodes nobody knows the number of."""

    rows: tuple[RankedRow, ...]
    count: int
    unknown: int


NO_RANKING = Ranking((), 0, 0)


@dataclass(frozen=True, slots=True)
class _Entry:
    magnitude: float
    amount: str
    nodes: tuple[int, ...]
    group: GroupKey | None = None


def ranking_of(
    scene: Scene, book: ValueBook, lens: Lens, scale: LensScale, step: StepIndex, hidden: frozenset[int]
) -> Ranking:
    """Return the nodes and opened groups with a reading right after ``step``, the largest first."""
    magnitudes, amounts, unknown = _readings(scene, book, lens, scale.heat, step)
    ranked = [
        index
        for index in np.flatnonzero(~np.isnan(magnitudes)).tolist()
        if index not in hidden and not _is_double(scene, scene.nodes[index].node, lens)
    ]
    entries = [_Entry(float(magnitudes[index]), amounts[index], (index,)) for index in ranked]
    entries += _opened(scene, lens, entries)
    entries.sort(key=lambda entry: -entry.magnitude)
    largest = max((entry.magnitude for entry in entries if math.isfinite(entry.magnitude)), default=0.0)
    rows = tuple(_row(scene, lens, scale, entry, largest) for entry in entries[:MOST_ROWS])
    return Ranking(rows, len(entries), unknown)


def _readings(
    scene: Scene, book: ValueBook, lens: Lens, heat: Heat | None, step: StepIndex
) -> tuple[npt.NDArray[np.float64], list[str], int]:
    if len(scene.nodes) > MOST_READ and heat is not None:
        happened = (heat.since <= step) & (scene.first <= step)
        return np.where(happened, heat.magnitudes, np.nan), list(heat.amounts), heat.unknown
    nothing = Reading(None, "")
    found = [
        (read(lens, box.node, book, step) or nothing) if first <= step else nothing
        for box, first in zip(scene.nodes, scene.first.tolist(), strict=True)
    ]
    magnitudes = [math.nan if reading.magnitude is None else reading.magnitude for reading in found]
    amounts = [reading.amount for reading in found]
    return np.array(magnitudes, dtype=np.float64), amounts, sum(not reading.is_known for reading in found)


def _is_double(scene: Scene, node: ViewNode, lens: Lens) -> bool:
    """Whether the same gradient is the reading of the forward node beside it already."""
    return lens is Lens.GRADIENTS and node.mirrors is not None and node.mirrors in scene.index_of


def _opened(scene: Scene, lens: Lens, entries: list[_Entry]) -> list[_Entry]:
    """The opened groups that hold more than one of the entries."""
    parents = {frame.group.key: frame.group.parent for frame in scene.drawing.frames}
    members: defaultdict[GroupKey, list[_Entry]] = defaultdict(list)
    for entry in entries:
        group = scene.nodes[entry.nodes[0]].node.group
        while group is not None and group in parents:
            members[group].append(entry)
            group = parents[group]
    found = []
    for key, inside in members.items():
        worst = max(inside, key=lambda entry: entry.magnitude)
        magnitude = sum(entry.magnitude for entry in inside) if lens in _SUMMED else worst.magnitude
        amount = amount_text(lens, magnitude) if lens in _SUMMED else worst.amount
        found.append(_Entry(magnitude, amount, tuple(entry.nodes[0] for entry in inside), key))
    return found


def _row(scene: Scene, lens: Lens, scale: LensScale, entry: _Entry, largest: float) -> RankedRow:
    largest = 1.0 if lens is Lens.HEALTH else largest
    bar = min(1.0, entry.magnitude / largest) if largest > 0 and not math.isnan(entry.magnitude) else 0.0
    nodes = frozenset(scene.nodes[index].node.key for index in entry.nodes)
    sick = lens is Lens.HEALTH and entry.magnitude > 1.0
    bar = entry.magnitude - 1.0 if sick else bar
    if entry.group is None:
        node = scene.nodes[entry.nodes[0]].node
        title, detail = (f"▸ {node.title}" if node.stands_for else node.title), node.subtitle
    else:
        frame = next(frame for frame in scene.drawing.frames if frame.group.key == entry.group)
        title, detail = f"▾ {frame.group.title}", frame.group.subtitle
    return RankedRow(title, detail, entry.amount, bar, scale.share(entry.magnitude), sick, nodes, entry.group)
