"""What the boxes are coloured by."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from engine.drawing.drawing import NodeBox
from engine.graph.view import NodeKind, ViewNode
from engine.trace.gradients import Arrived, NotYet, gradient_state
from engine.trace.ids import StepIndex, ValueId
from engine.trace.numbers import bytes_text, duration_text, number_text
from gui.canvas.scene import is_backward
from gui.canvas.valuebook import ValueBook


class Lens(StrEnum):
    """What the canvas shows in its boxes."""

    STRUCTURE = "structure"
    """Names and shapes, no numbers."""
    VALUES = "values"
    """Value cells in every box."""
    GRADIENTS = "gradients"
    """Boxes tinted by the norm of the gradient, log scale."""
    TIME = "time"
    """Boxes tinted by the time they took, log scale."""
    MEMORY = "memory"
    """Boxes tinted by the size of the tensor they made, log scale."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a lens reads at a node: a magnitude for the tint (None: no tint) and the text below the title."""

    magnitude: float | None
    text: str


@dataclass(frozen=True, slots=True)
class LensScale:
    """The range of a tinting lens, for the legend and the share of the colour."""

    title: str
    low: float
    high: float
    low_text: str
    high_text: str

    def share(self, magnitude: float) -> float:
        """Return where a magnitude lies between the ends, 0 to 1, on a log scale."""
        if magnitude <= self.low or self.low <= 0:
            return 0.0
        if self.high <= self.low:
            return 1.0
        return min(1.0, math.log(magnitude / self.low) / math.log(self.high / self.low))


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
        case _:
            assert_never(lens)


def gradient_of(node: ViewNode, book: ValueBook, step: StepIndex) -> ValueId | None:
    """Return the gradient that a node shows: what a backward node sent on, else what arrived by ``step``."""
    if node.value is None or is_backward(node):
        return node.value
    state = gradient_state(book.recording, book.recording.values[node.value], step)
    return state.value if isinstance(state, Arrived) else None


def _gradient(node: ViewNode, book: ValueBook, step: StepIndex) -> Reading:
    if node.value is None:
        return Reading(None, node.subtitle)
    gradient = gradient_of(node, book, step)
    if gradient is not None:
        return _norm(gradient, book)
    state = gradient_state(book.recording, book.recording.values[node.value], step)
    return Reading(None, "not yet" if isinstance(state, NotYet) else "no gradient")


def _norm(value: ValueId, book: ValueBook) -> Reading:
    norm = book.norm(value)
    return Reading(None, "‖grad‖ ?") if norm is None else Reading(norm, f"‖grad‖ {number_text(norm, 3)}")


def _time(node: ViewNode, book: ValueBook) -> Reading:
    if node.step is None or node.kind is NodeKind.FAILED:
        return Reading(None, node.subtitle)
    last = node.step if node.last_step is None else node.last_step
    steps = book.recording.steps[node.step : last + 1]
    total_ns = sum(step.duration_ns for step in steps)
    return Reading(float(total_ns), duration_text(total_ns))


def _memory(node: ViewNode, book: ValueBook) -> Reading:
    if node.value is None:
        return Reading(None, node.subtitle)
    nbytes = book.nbytes(node.value)
    return Reading(float(nbytes), bytes_text(nbytes))


def scale_of(lens: Lens, boxes: tuple[NodeBox, ...], book: ValueBook, last_step: StepIndex) -> LensScale | None:
    """Return the range that a tinting lens covers over a whole drawing, judged at its last step."""
    texts: dict[Lens, tuple[str, Callable[[float], str]]] = {
        Lens.GRADIENTS: ("gradient norm, log scale", lambda number: number_text(number, 2)),
        Lens.TIME: ("time, log scale", lambda number: duration_text(round(number))),
        Lens.MEMORY: ("output size, log scale", lambda number: bytes_text(round(number))),
    }
    if lens not in texts:
        return None
    title, text = texts[lens]
    readings = [read(lens, box.node, book, last_step) for box in boxes]
    found = [reading.magnitude for reading in readings if reading is not None and reading.magnitude]
    finite = [number for number in found if math.isfinite(number)]
    if not finite:
        return LensScale(title, 0.0, 0.0, "", "nothing yet")
    high = max(finite)
    low = max(min(finite), high * 1e-6)
    return LensScale(title, low, high, text(low), text(high))
