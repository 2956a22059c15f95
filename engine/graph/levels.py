"""The detail slider: from the whole program as one box to every op, and on to the kernels where they are recorded."""

from dataclasses import dataclass
from enum import Enum

from engine.graph.folding import Folding
from engine.graph.view import WHOLE_PROGRAM, NodeKind, ViewGraph


class DetailName(Enum):
    """What a picture of some detail is made of."""

    PROGRAM = "program"
    GROUPS = "groups"
    OPS = "ops"
    KERNELS = "kernels"


@dataclass(frozen=True, slots=True)
class Detail:
    """Where the slider stands: ``position`` of 0 to ``deepest``, and what the picture is made of there."""

    position: int
    deepest: int
    name: DetailName


def detail_of(view: ViewGraph, folding: Folding) -> Detail:
    """Return how detailed ``view`` is: as far as its least deep folded group."""
    every_op = _every_op(view)
    deepest = every_op + view.has_kernels
    depth_of = dict(zip(view.all_groups, view.depths, strict=True))
    folded = [node.stands_for for node in view.nodes if node.kind is NodeKind.GROUP and node.stands_for is not None]
    if WHOLE_PROGRAM in folded:
        return Detail(0, deepest, DetailName.PROGRAM)
    if folded:
        return Detail(min(depth_of[key] for key in folded), deepest, DetailName.GROUPS)
    if folding.executed and view.has_kernels:
        return Detail(deepest, deepest, DetailName.KERNELS)
    return Detail(every_op, deepest, DetailName.OPS)


def folding_at(view: ViewGraph, position: int) -> Folding:
    """Return the folding for a position of the slider."""
    every_op = _every_op(view)
    if position > every_op:
        return Folding().with_kernels()
    if position == every_op:
        return Folding().with_all_open()
    return Folding().with_level(position - 1)


def _every_op(view: ViewGraph) -> int:
    return max(view.depths, default=0) + 1
