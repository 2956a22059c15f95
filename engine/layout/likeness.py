"""Lanes of levels that are alike (the rounds of a loop, calls of one module), known before they are laid out.

Where in the picture a lane lies does not matter to it: cells, ports and ends are counted within the lane.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine.layout.threads import End, Piece, Port


class Member(NamedTuple):
    """A cell of a level as far as it matters to one lane; its breadth is 0 where it has nothing there.

    ``first_middle`` is the middle of its first node in the lane, ``home_middle`` that in the forward lane.
    """

    rank: int
    breadth: float
    is_group: bool
    is_leaf: bool
    first_middle: float
    home_middle: float


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

    ``tops`` holds cells with their tops; ``main`` the main path as layer, breadth and cell (-1 for a port or a bend).
    """

    number: int
    tops: tuple[tuple[int, float], ...]
    ports: tuple[float, ...]
    bends: tuple[tuple[float, ...], ...]
    main: tuple[tuple[int, float, int], ...]
    breadth: float


def sketch_of(
    cells: Sequence[int],
    members: Sequence[Member],
    pieces: Sequence[Piece],
    ports: Sequence[Port],
    offset: Callable[[End], float],
    base: int | None,
) -> Sketch:
    """Return the sketch of a lane.

    Args:
        cells: The cells of its level.
        members: What each of them is in the lane.
        pieces: The edges in it.
        ports: All ports there are.
        offset: Where an edge attaches to a cell, measured from the cell's top.
        base: The number of the pattern of the forward lane, where this is another one.
    """
    place = {cell: index for index, cell in enumerate(cells)}
    own_ports: dict[int, int] = {}
    low_ends: dict[End, int] = {}

    def seen(end: End) -> tuple[int, float]:
        cell, attached = end
        if cell >= 0:
            return place[cell], offset(end)
        return ~own_ports.setdefault(attached, len(own_ports)), float(ports[attached].side)

    lines = [
        (
            low_ends.setdefault(piece.low, len(low_ends)),
            seen(piece.low),
            seen(piece.high),
            # Nothing else comes to a port of the frame around.
            piece.slot if piece.high[0] >= 0 else 0,
            piece.is_weak,
        )
        for piece in pieces
    ]
    return Sketch((base, tuple(members), tuple(lines)), tuple(own_ports))
