"""How boxes and arrows are marked that are not to look like the others, such as those of another recording."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.graph.view import NodeKey, ViewEdge


class Mark(NamedTuple):
    """A colour as ``#RRGGBB``, whether the line is dashed, and one sign in a disc at the corner of a box, or none."""

    color: str
    is_dashed: bool
    sign: str = ""


def _unmarked(_edge: ViewEdge) -> Mark | None:
    return None


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a picture: of boxes by key, and of arrows as a function."""

    boxes: Mapping[NodeKey, Mark] = field(default_factory=dict)
    of_edge: Callable[[ViewEdge], Mark | None] = _unmarked


NO_MARKS = Marks()
