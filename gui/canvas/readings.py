"""What each lens reads at a node right after a step."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from engine.graph.view import NodeKind, ViewNode
from engine.trace.execution import Clock
from engine.trace.gradients import Arrived, NotYet, gradient_state
from engine.trace.ids import StepIndex, StorageId, ValueId
from engine.trace.numbers import bytes_text, duration_text, number_text
from gui.canvas.differences import Alike, Apart, New
from gui.canvas.health import Finding, Unknown, finding_at, gradient_finding
from gui.canvas.scene import is_backward
from gui.canvas.valuebook import ValueBook

NOT_KNOWN = "not known"


class Lens(StrEnum):
    """What the canvas shows in its boxes."""

    STRUCTURE = "structure"
    """Names and shapes, no numbers."""
    VALUES = "values"
    """Value cells in every box."""
    GRADIENTS = "gradients"
    """Boxes tinted by the norm of the gradient."""
    TIME = "time"
    """Boxes tinted by the time they took."""
    MEMORY = "memory"
    """Boxes tinted by the size of the new tensors that they made."""
    HEALTH = "health"
    """Boxes tinted by the share of their elements that is NaN, infinite, zero behind a ReLU or saturated."""
    DIFFERENCE = "difference"
    """Boxes tinted by how far their numbers are from those of another run or of the iteration before."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a lens reads at a node: a magnitude for the tint (None: no tint) and the text below the title.

    ``amount`` is the magnitude in words for a table; ``is_known`` False: there should be one and nobody knows it.
    """

    magnitude: float | None
    text: str
    amount: str = ""
    is_known: bool = True


def read(lens: Lens, node: ViewNode, book: ValueBook, step: StepIndex) -> Reading | None:
    """Return what a tinting lens reads at a node right after ``step``; None for lenses that do not tint."""
    match lens:
        case Lens.STRUCTURE | Lens.VALUES:
            return None
        case Lens.GRADIENTS:
            return _gradient(node, book, step)
        case Lens.TIME:
            return _time(node, book)
        case Lens.MEMORY:
            return _memory(node, book)
        case Lens.HEALTH:
            return _health(node, book, step)
        case Lens.DIFFERENCE:
            return _difference(node, book)
        case _:
            assert_never(lens)


def gradient_of(node: ViewNode, book: ValueBook, step: StepIndex) -> ValueId | None:
    """Return the gradient that a node shows: what a backward node sent on, else what arrived by ``step``."""
    if node.value is None or is_backward(node):
        return node.value
    state = gradient_state(book.recording, book.recording.values[node.value], step)
    return state.value if isinstance(state, Arrived) else None


def arrivals(node: ViewNode, book: ValueBook) -> list[int]:
    """Return the steps at which another gradient of a node's value arrives (see ``engine.trace.gradients``)."""
    if node.value is None or is_backward(node):
        return []
    recording = book.recording
    value = recording.values[node.value]
    if value.is_leaf:
        return [change.step for change in recording.grad_changes(value.tensor)]
    return [] if value.grad_node is None else list(recording.runs_of(value.grad_node))


def since(lens: Lens, node: ViewNode, book: ValueBook, step: StepIndex) -> int:
    """Return the step from which on what is read at ``step`` holds; -1 where it did from the start."""
    first = node.step if node.step is not None else -1 if node.since is None else node.since
    if lens is not Lens.GRADIENTS:
        return first
    return max([first, *(arrival for arrival in arrivals(node, book) if arrival <= step)])


def _gradient(node: ViewNode, book: ValueBook, step: StepIndex) -> Reading:
    if node.value is None or node.kind is NodeKind.OPTIMIZER:
        return Reading(None, node.subtitle)
    gradient = gradient_of(node, book, step)
    if gradient is not None:
        return _norm(gradient, book)
    state = gradient_state(book.recording, book.recording.values[node.value], step)
    return Reading(None, "not yet" if isinstance(state, NotYet) else "no gradient")


def _norm(value: ValueId, book: ValueBook) -> Reading:
    norm = book.norm(value)
    if norm is None:
        return Reading(None, f"‖grad‖ {NOT_KNOWN}", is_known=False)
    return Reading(norm, f"‖grad‖ {number_text(norm, 3)}", number_text(norm, 3))


def _last(node: ViewNode) -> int:
    assert node.step is not None
    return node.step if node.last_step is None else node.last_step


def _time(node: ViewNode, book: ValueBook) -> Reading:
    if node.step is None or node.kind is NodeKind.FAILED:
        return Reading(None, node.subtitle)
    total_ns = sum(_step_ns(book, index) for index in range(node.step, _last(node) + 1))
    if total_ns <= 0:
        return Reading(None, f"time {NOT_KNOWN}", is_known=False)
    return Reading(float(total_ns), duration_text(total_ns), duration_text(total_ns))


def _step_ns(book: ValueBook, index: int) -> int:
    """The time on the device where that was measured, else that of the call."""
    if index >= len(book.recording):
        return 0
    cost = book.recording.cost(StepIndex(index))
    is_device_time = cost is not None and cost.clock is Clock.DEVICE
    return cost.duration_ns if cost is not None and is_device_time else book.recording.steps[index].duration_ns


def _memory(node: ViewNode, book: ValueBook) -> Reading:
    if node.step is None or node.kind in (NodeKind.GRADIENT, NodeKind.FAILED):
        if node.value is None:
            return Reading(None, node.subtitle)
        nbytes = book.nbytes(node.value)
        return Reading(float(nbytes), bytes_text(nbytes), bytes_text(nbytes))
    last = _last(node)
    nbytes = sum(_made_bytes(book, index) for index in range(node.step, last + 1))
    text = bytes_text(nbytes) if nbytes else "no new memory"
    cost = book.recording.cost(StepIndex(last)) if last < len(book.recording) else None
    if cost is not None and cost.allocated_bytes is not None:
        text += f" · {bytes_text(cost.allocated_bytes)} in use"
    return Reading(float(nbytes) if nbytes else None, text, bytes_text(nbytes))


def _made_bytes(book: ValueBook, index: int) -> int:
    """Bytes of the outputs of a step that lie neither in its inputs nor in each other."""
    recording = book.recording
    if index >= len(recording):
        return 0
    step = recording.steps[index]
    seen: set[StorageId] = set()
    for value in step.inputs:
        storage = None if value is None else recording.values[value].storage
        if storage is not None:
            seen.add(storage)
    total = 0
    for value in step.outputs:
        if value is None or recording.values[value].base is not None:
            continue
        storage = recording.values[value].storage
        if storage is None or storage not in seen:
            total += book.nbytes(value)
        if storage is not None:
            seen.add(storage)
    return total


def _health(node: ViewNode, book: ValueBook, step: StepIndex) -> Reading:
    if node.kind is NodeKind.FAILED or (node.step is None and node.value is None):
        return Reading(None, node.subtitle)
    found = _finding(node, book, step)
    if isinstance(found, Unknown):
        return Reading(None, NOT_KNOWN, is_known=False)
    if found is None:
        return Reading(None, "healthy")
    return Reading(found.share, found.text, found.amount)


def _finding(node: ViewNode, book: ValueBook, step: StepIndex) -> Finding | Unknown | None:
    """The worst that is found: among its steps for a folded group, else of the value and of its gradient."""
    if node.kind is NodeKind.GROUP and node.step is not None:
        found = [finding_at(book, index) for index in range(node.step, _last(node) + 1)]
    elif is_backward(node) or node.value is None:
        found = [finding_at(book, node.step if node.about is None else node.about)]
    else:
        own = gradient_finding(book, node.value) if node.about is None else finding_at(book, node.about)
        gradient = gradient_of(node, book, step)
        found = [own] if gradient is None else [own, gradient_finding(book, gradient, is_gradient=True)]
    known = [one for one in found if isinstance(one, Finding)]
    if known:
        return max(known, key=lambda finding: finding.share)
    return next((one for one in found if one is not None), None)


def percent_text(share: float) -> str:
    """Return a share as per cent with two digits, e.g. ``0.52%``."""
    return f"{number_text(100 * share, 2)}%"


def _difference(node: ViewNode, book: ValueBook) -> Reading:
    if book.differences is None or node.value is None:
        return Reading(None, node.subtitle)
    match book.differences.of(node):
        case Apart(relative, absolute, is_at_least):
            amount = ("≥ " if is_at_least else "") + percent_text(relative)
            return Reading(relative, f"Δ {amount} ({number_text(absolute, 2)})", amount)
        case Alike():
            return Reading(0.0, "the same", "0%")
        case New(reason):
            return Reading(None, reason)
        case None:
            return Reading(None, f"difference {NOT_KNOWN}", is_known=False)
