"""What a box of a drawing is to a skin, and the fill that a palette gives it."""

from enum import Enum
from typing import assert_never

from engine.drawing.drawing import Drawing
from engine.graph.view import EdgeKind, NodeKey, NodeKind, ViewNode
from engine.interchange.palette import Palette


class Part(Enum):
    """Kinds of boxes that a skin tells apart."""

    TENSOR = "tensor"
    """A tensor that the program created, or its gradient."""
    MODULE = "module"
    """A folded group."""
    FUNCTION = "function"
    BACKWARD = "backward"
    OUTPUT = "output"
    """A call of the forward pass whose result nothing in the drawing takes."""
    BASE = "base"
    """What something else in the drawing is a view of."""
    OTHER = "other"
    """The optimizer, and a call that failed."""


def parts_of(drawing: Drawing) -> dict[NodeKey, Part]:
    """Return the part of every box."""
    flows = (EdgeKind.DATA, EdgeKind.PARAMETER, EdgeKind.VIEW)
    taken = {path.edge.source for path in drawing.edges if path.edge.kind in flows}
    bases = {path.edge.source for path in drawing.edges if path.edge.kind is EdgeKind.VIEW}
    return {box.node.key: _part(box.node, box.node.key in taken, box.node.key in bases) for box in drawing.nodes}


def _part(node: ViewNode, is_taken: bool, is_base: bool) -> Part:  # noqa: FBT001  # one caller, above
    match node.kind:
        case NodeKind.LEAF | NodeKind.GRADIENT:
            return Part.BASE if is_base else Part.TENSOR
        case NodeKind.GROUP:
            return Part.BACKWARD if node.key.startswith("backgroup:") else Part.MODULE
        case NodeKind.OP:
            return Part.BASE if is_base else Part.FUNCTION if is_taken else Part.OUTPUT
        case NodeKind.BACKWARD:
            return Part.BACKWARD
        case NodeKind.OPTIMIZER | NodeKind.FAILED:
            return Part.OTHER
        case _:
            assert_never(node.kind)


def fill_of(part: Part, palette: Palette) -> str:
    """Return the fill of a part: the skin's, or the theme's where there is no skin."""
    skin = palette.skin_fills
    plain = palette.backward_node if part is Part.BACKWARD else palette.node
    if skin is None:
        return plain
    fills = {
        Part.TENSOR: skin.tensor,
        Part.MODULE: skin.module,
        Part.FUNCTION: skin.function,
        Part.BACKWARD: skin.function,
        Part.OUTPUT: skin.output,
        Part.BASE: skin.base,
        Part.OTHER: plain,
    }
    return fills[part]
