"""Lanes of levels that are alike (the rounds of a loop, calls of one module), known before they are laid out.

Where in the picture a lane lies does not matter to it: cells, ports and ends are counted within the lane.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine.layout.threads import End, Piece, Port

Member = tuple[int, float, bool, bool, float, float]
"""A cell of a level as far as it matters to one lane.

Its rank, its breadth (0 where it has nothing there), whether it is a group, whether a leaf, the middle of its first
node in the lane, and that in the forward lane.
"""


class MainStep(NamedTuple):
    """A vertex of the main path: its layer, its breadth, and the place of its cell (-1 for a port or a bend)."""

    layer: int
    breadth: float
    place: int


@dataclass(frozen=True, slots=True)
class Sketch:
    """All that the plan of a lane depends on: lanes with equal keys are planned alike.

    ``ports`` are those of the frame around it, in the order in which edges come to them.
    """

    key: Hashable
    ports: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """The plan of all lanes of one sketch. Cells count as in their level, ports and pieces as in the sketch.

    ``tops`` holds the tops of the cells.
    """

    number: int
    tops: Mapping[int, float]
    ports: Sequence[float]
    bends: Sequence[Sequence[float]]
    main: Sequence[MainStep]
    breadth: float


class Offsets(NamedTuple):
    """Where edges attach to cells: at the middle of a node of theirs, or, as ``of_end`` says, at a port."""

    middle: Sequence[float]
    of_end: Callable[[End], float]


def sketch_of(
    place: Sequence[int],
    members: Iterable[Member],
    pieces: Iterable[Piece],
    ports: Sequence[Port],
    offsets: Offsets,
    base: int | None,
) -> Sketch:
    """Return the sketch of a lane.

    Args:
        place: The place of every cell in its level.
        members: What each cell of the level is in the lane.
        pieces: The edges in it.
        ports: All ports there are.
        offsets: Where edges attach to cells, measured from the tops of the cells.
        base: The number of the pattern of the forward lane, where this is another one.
    """
    middle = offsets.middle
    own_ports: dict[int, int] = {}
    low_ends: dict[End, int] = {}
    lines: list[int | float | bool] = []
    for piece in pieces:
        low, high = piece.low, piece.high
        lines.append(low_ends.setdefault(low, len(low_ends)))
        for end in (low, high):
            cell, attached = end
            if cell >= 0:
                lines += (place[cell], middle[attached] if attached >= 0 else offsets.of_end(end))
            else:
                lines += (~own_ports.setdefault(attached, len(own_ports)), ports[attached].side)
        # Nothing else comes to a port of the frame around.
        lines += (piece.slot if high[0] >= 0 else 0, piece.is_weak)
    return Sketch((base, tuple(members), tuple(lines)), tuple(own_ports))
