"""How a node looks at a step: a pure function of node, recording, step and lens, as comparable data."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from engine.compare import ChangeKind
from engine.drawing.drawing import NodeBox
from engine.drawing.state import StepState
from engine.graph.view import NodeKey, NodeKind, ViewNode
from engine.interchange.parts import Part, fill_of
from engine.trace.facts import Role
from engine.trace.gradients import Arrived, NoGradient, NotYet, gradient_state
from engine.trace.ids import StepIndex, ValueId
from engine.trace.tensors import element_count, shape_text
from gui.canvas.changes import change_color
from gui.canvas.lens import Lens, LensScale, Reading, gradient_of, read
from gui.canvas.scene import is_backward
from gui.canvas.tint import tint_of
from gui.canvas.valuebook import ValueBook
from gui.theme.colors import strip_color
from gui.theme.tokens import Tokens


class Mark(Enum):
    """A sign at the upper right corner of a node."""

    NONE = "none"
    ZERO = "zero"
    """A gradient that is zero everywhere: a hollow ring."""
    NAN = "nan"
    """NaN, perhaps infinities as well: a hatch and the word."""
    INFINITE = "infinite"
    """Infinities, but no NaN: a hatch the other way and the word."""
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
    change: ChangeKind | None = None
    """What became of the node in the recording that lies over this one; None where nothing is to be said."""
    derived_at: StepIndex | None = None
    """The backward step whose local derivative is shown on a near node."""
    is_stub: bool = False
    """Stands for a decision that went the other way there."""
    short: str = ""
    """What stands in the place of a subtitle that finds no room, or nothing: then that is cut."""
    note: str = ""
    """A second mono line in the place of the cells, or nothing."""


@dataclass(frozen=True, slots=True)
class View:
    """What a look depends on besides the node."""

    tokens: Tokens
    book: ValueBook
    step: StepIndex
    lens: Lens
    scale: LensScale | None
    parts: Mapping[NodeKey, Part] | None = None
    """What each box is to the skin; None without a skin."""


def look_of(box: NodeBox, state: StepState, view: View) -> NodeLook:
    """Return how a node looks."""
    node = box.node
    reading = None if state is StepState.FUTURE else read(view.lens, node, view.book, view.step)
    fill, subtitle = _fill_and_subtitle(node, reading, state, view)
    mark = _mark(node, state, view)
    if mark is Mark.NONE and reading is not None:
        mark = _mark_inside(node, reading, view)
    data = _data_and_grad(node, state, view)
    return NodeLook(
        width=box.rect.width,
        height=box.rect.height,
        state=state,
        title=node.title,
        subtitle=data[0] if data else subtitle,
        fill=fill,
        border=_border(node, view.tokens),
        strip=strip_of(node, view) if view.parts is None else fill,
        mark=mark,
        cells_of=None if data else _cells_of(node, state, view),
        is_folded=node.kind is NodeKind.GROUP,
        short="" if data else _short(node, reading, view),
        note=data[1] if data else "",
        change=_change(node, view),
        derived_at=node.about if node.kind is NodeKind.BACKWARD and state is not StepState.FUTURE else None,
        is_stub=_is_stub(node, view),
    )


def _fill_and_subtitle(node: ViewNode, reading: Reading | None, state: StepState, view: View) -> tuple[str, str]:
    tokens = view.tokens
    backward = is_backward(node)
    plain = tokens.backward_node if backward and node.kind is not NodeKind.GRADIENT else tokens.node
    if view.parts is not None:
        plain = fill_of(view.parts[node.key], tokens)
    if state is StepState.FUTURE:
        return plain, "not yet" if backward else node.subtitle
    if reading is None:
        return plain, node.subtitle
    if reading.magnitude is None or view.scale is None:
        return plain, reading.text
    if view.lens is Lens.HEALTH and reading.magnitude > 1.0:
        return plain, reading.text  # NaN and infinities have a hatch, which a tint would drown
    return tint_of(view.lens, tokens, view.scale.share(reading.magnitude)).name(), reading.text


def _short(node: ViewNode, reading: Reading | None, view: View) -> str:
    """What can stand alone of a subtitle: the amount that a lens reads, else the shape of what a box gives."""
    if reading is not None:
        return reading.amount
    says_shape = node.kind in (NodeKind.OP, NodeKind.BACKWARD, NodeKind.GROUP)
    return shape_text(view.book.recording.values[node.value].shape) if says_shape and node.value is not None else ""


def _data_and_grad(node: ViewNode, state: StepState, view: View) -> tuple[str, str] | None:
    """Data and gradient of a scalar to four decimals, as micrograd draws them; None where the skin does not."""
    if not view.tokens.shows_data_and_grad or node.value is None or state is StepState.FUTURE or is_backward(node):
        return None
    if element_count(view.book.recording.values[node.value].shape) != 1:
        return None
    return f"data {_decimals(node.value, view)}", f"grad {_grad_text(node.value, view)}"


def _grad_text(value: ValueId, view: View) -> str:
    state = gradient_state(view.book.recording, view.book.recording.values[value], view.step)
    match state:
        case Arrived():
            return _decimals(state.value, view)
        case NotYet():
            return "not yet"
        case NoGradient():
            return "none"
        case _:
            assert_never(state)


def _decimals(value: ValueId, view: View) -> str:
    numbers = view.book.numbers(value)
    return "?" if numbers is None else f"{float(numbers.reshape(-1)[0]):.4f}"


def _change(node: ViewNode, view: View) -> ChangeKind | None:
    kind = None if view.book.overlay is None else view.book.overlay.kinds.get(node.key)
    return None if kind is ChangeKind.KEPT else kind


def _is_stub(node: ViewNode, view: View) -> bool:
    return view.book.overlay is not None and node.key in view.book.overlay.stubs


def _border(node: ViewNode, tokens: Tokens) -> str:
    return tokens.error if node.kind is NodeKind.FAILED else tokens.node_border


def strip_of(node: ViewNode, view: View) -> str:
    """Return the colour of the strip at a node's left edge."""
    change = _change(node, view)
    return own_strip_of(node, view) if change is None else change_color(view.tokens, change)


def own_strip_of(node: ViewNode, view: View) -> str:
    """Return the colour of a node's strip, whatever became of the node in another recording."""
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
    shown = [node.value]
    if view.lens is Lens.HEALTH and not is_backward(node):
        gradient = gradient_of(node, view.book, view.step)
        shown += [] if gradient is None else [gradient]
    summaries = [summary for value in shown if (summary := view.book.summary(value)) is not None]
    if any(summary.nans for summary in summaries):
        return Mark.NAN
    if any(summary.infinities for summary in summaries):
        return Mark.INFINITE
    is_gradient = is_backward(node) or len(shown) > 1
    return Mark.ZERO if is_gradient and summaries and summaries[-1].is_zero else Mark.NONE


def _mark_inside(node: ViewNode, reading: Reading, view: View) -> Mark:
    """The mark of a folded group for what is inside of it, which has no tint."""
    is_bad = node.kind is NodeKind.GROUP and view.lens is Lens.HEALTH and (reading.magnitude or 0.0) > 1.0
    return Mark.NONE if not is_bad else Mark.NAN if "NaN" in reading.amount else Mark.INFINITE


def _cells_of(node: ViewNode, state: StepState, view: View) -> ValueId | None:
    shows = view.lens in (Lens.VALUES, Lens.GRADIENTS) and state is not StepState.FUTURE
    if not shows or node.value is None or node.kind is NodeKind.GROUP:
        return None
    value = gradient_of(node, view.book, view.step) if view.lens is Lens.GRADIENTS else node.value
    return value if value is not None and view.book.cells(value) else None
