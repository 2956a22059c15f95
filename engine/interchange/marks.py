"""How boxes and arrows look that are not to look as their values say: through a lens, or under another recording."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from engine.drawing.drawing import NodeBox
from engine.graph.view import NodeKey, ViewEdge
from engine.trace.ids import ValueId


class Mark(NamedTuple):
    """A colour as ``#RRGGBB``, whether the line is dashed, and one sign in a disc at the corner of a box, or none."""

    color: str
    is_dashed: bool
    sign: str = ""


class Badge(Enum):
    """A sign at the upper right corner of a box."""

    NONE = ""
    ZERO = "0"
    """A gradient that is zero everywhere."""
    NAN = "NaN"
    INFINITE = "Inf"
    FAILED = "×"
    """The call that raised."""


class Dress(NamedTuple):
    """What a lens makes of a box.

    Its fill, its second line, the value whose cells are shown (or None), the sign at its corner, what stands in the
    place of its cells, and what stands below it.
    """

    fill: str
    subtitle: str
    value: ValueId | None
    badge: Badge = Badge.NONE
    note: str = ""
    below: str = ""


def unmarked(_edge: ViewEdge) -> Mark | None:
    """Return nothing: no arrow is marked."""
    return None


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a picture: of boxes by key, of arrows as a function, and what a lens makes of each box."""

    boxes: Mapping[NodeKey, Mark] = field(default_factory=dict)
    of_edge: Callable[[ViewEdge], Mark | None] = unmarked
    dress: Callable[[NodeBox], Dress] | None = None


NO_MARKS = Marks()
