"""How a node looks at a step: a pure function of node, recording, step and lens, as comparable data."""

from dataclasses import dataclass
from enum import Enum

from engine.drawing.drawing import NodeBox
from engine.drawing.state import StepState
from engine.graph.view import NodeKind, ViewNode
from engine.trace.facts import Role
from engine.trace.ids import StepIndex, ValueId
from gui.canvas.lens import Lens, LensScale, gradient_of, read
from gui.canvas.scene import is_backward
from gui.canvas.valuebook import ValueBook
from gui.theme.colors import mix, strip_color
from gui.theme.tokens import Tokens

_TINT_FLOOR, _TINT_RANGE = 0.10, 0.75


class Mark(Enum):
    """A sign at the upper right corner of a node."""

    NONE = "none"
    ZERO = "zero"
    """A gradient that is zero everywhere: a hollow ring."""
    NONFINITE = "nonfinite"
    """NaN or infinity: a hatch and the word."""
    FAILED = "failed"
    """The call that raised: a cross."""


@dataclass(frozen=True, slots=True)
class NodeLook:
    """Everything that the node painter paints; colours as ``#RRGGBB``."""

    width: float
    height: float
    state: StepState
    title: str
    subtitle: str
    fill: str
    border: str
    strip: str
    mark: Mark
    cells_of: ValueId | None
    """The value whose cells are shown, or None for none."""
    is_folded: bool


@dataclass(frozen=True, slots=True)
class View:
    """What a look depends on besides the node."""

    tokens: Tokens
    book: ValueBook
    step: StepIndex
    lens: Lens
    scale: LensScale | None


def look_of(box: NodeBox, state: StepState, view: View) -> NodeLook:
    """Return how a node looks."""
    node = box.node
    fill, subtitle = _fill_and_subtitle(node, state, view)
    mark = _mark(node, state, view)
    return NodeLook(
        width=box.rect.width,
        height=box.rect.height,
        state=state,
        title=node.title,
        subtitle=subtitle,
        fill=fill,
        border=_border(node, view.tokens),
        strip=strip_of(node, view),
        mark=mark,
        cells_of=_cells_of(node, state, view),
        is_folded=node.kind is NodeKind.GROUP,
    )


def _fill_and_subtitle(node: ViewNode, state: StepState, view: View) -> tuple[str, str]:
    tokens = view.tokens
    backward = is_backward(node)
    plain = tokens.backward_node if backward and node.kind is not NodeKind.GRADIENT else tokens.node
    if state is StepState.FUTURE:
        return plain, "not yet" if backward else node.subtitle
    reading = read(view.lens, node, view.book, view.step)
    if reading is None:
        return plain, node.subtitle
    if reading.magnitude is None or view.scale is None:
        return plain, reading.text
    share = _TINT_FLOOR + _TINT_RANGE * view.scale.share(reading.magnitude)
    end = tokens.backward if view.lens is Lens.GRADIENTS else tokens.optimizer
    return mix(tokens.node, end, share).name(), reading.text


def _border(node: ViewNode, tokens: Tokens) -> str:
    return tokens.error if node.kind is NodeKind.FAILED else tokens.node_border


def strip_of(node: ViewNode, view: View) -> str:
    """Return the colour of the strip at a node's left edge."""
    tokens = view.tokens
    if node.kind is NodeKind.LEAF:
        return _leaf_strip(node, view)
    special = {
        NodeKind.OPTIMIZER: tokens.optimizer,
        NodeKind.FAILED: tokens.error,
        NodeKind.GRADIENT: tokens.strip_parameter,
    }
    if node.kind in special:
        return special[node.kind]
    return tokens.backward if is_backward(node) else strip_color(tokens, node.category)


def _leaf_strip(node: ViewNode, view: View) -> str:
    tokens = view.tokens
    if node.role is Role.BUFFER:
        return tokens.strip_buffer
    needs_grad = node.value is not None and view.book.recording.values[node.value].requires_grad
    return tokens.strip_parameter if needs_grad or node.role is Role.PARAMETER else tokens.strip_tensor


def _mark(node: ViewNode, state: StepState, view: View) -> Mark:
    if node.kind is NodeKind.FAILED:
        return Mark.FAILED
    if state is StepState.FUTURE or node.value is None:
        return Mark.NONE
    summary = view.book.summary(node.value)
    if summary is None:
        return Mark.NONE
    if summary.nans or summary.infinities:
        return Mark.NONFINITE
    return Mark.ZERO if is_backward(node) and summary.is_zero else Mark.NONE


def _cells_of(node: ViewNode, state: StepState, view: View) -> ValueId | None:
    shows = view.lens in (Lens.VALUES, Lens.GRADIENTS) and state is not StepState.FUTURE
    if not shows or node.value is None or node.kind is NodeKind.GROUP:
        return None
    value = gradient_of(node, view.book, view.step) if view.lens is Lens.GRADIENTS else node.value
    return value if value is not None and view.book.cells(value) else None
