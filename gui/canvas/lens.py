"""What the boxes are coloured by: the lenses, and the range that each covers."""

import math
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from engine.drawing.drawing import NodeBox
from engine.trace.ids import StepIndex
from engine.trace.numbers import bytes_text, duration_text, number_text
from gui.canvas.readings import Lens, Reading, gradient_of, percent_text, read, since
from gui.canvas.valuebook import ValueBook

__all__ = ["Heat", "Lens", "LensScale", "Progression", "Reading", "amount_text", "gradient_of", "read", "scale_of"]

_TITLES = {
    Lens.GRADIENTS: "gradient norm",
    Lens.TIME: "time",
    Lens.MEMORY: "memory made",
    Lens.HEALTH: "share of bad elements",
    Lens.DIFFERENCE: "difference",
}
_SMALLEST_SHARE = 1e-6
"""A log scale covers at most six powers of ten."""


class Progression(StrEnum):
    """How numbers are laid out on a scale."""

    LOG = "log"
    LINEAR = "linear"


@dataclass(frozen=True, slots=True)
class Heat:
    """The readings of all nodes of a drawing at its last step, in the order of its nodes.

    ``magnitudes`` are NaN where nothing is read; ``since`` is the step from which each holds; ``amounts`` are the same
    in words.
    """

    magnitudes: npt.NDArray[np.float64]
    since: npt.NDArray[np.int64]
    amounts: tuple[str, ...]
    unknown: int
    """So many nodes have a reading that is not known."""


@dataclass(frozen=True, slots=True)
class LensScale:
    """The range of a tinting lens, for the legend and the share of the colour."""

    title: str
    low: float
    high: float
    low_text: str
    high_text: str
    progression: Progression = Progression.LOG
    heat: Heat | None = field(default=None, compare=False)

    def share(self, magnitude: float) -> float:
        """Return where a magnitude lies between the ends, 0 to 1."""
        if self.progression is Progression.LINEAR:
            return min(1.0, max(0.0, magnitude / self.high)) if self.high > 0 else 0.0
        if magnitude <= self.low or self.low <= 0:
            return 0.0
        if self.high <= self.low:
            return 1.0
        return min(1.0, math.log(magnitude / self.low) / math.log(self.high / self.low))


def amount_text(lens: Lens, magnitude: float) -> str:
    """Return a magnitude in words, e.g. ``3.2 ms``."""
    match lens:
        case Lens.TIME:
            return duration_text(round(magnitude))
        case Lens.MEMORY:
            return bytes_text(round(magnitude))
        case Lens.HEALTH:
            return f"{min(1.0, magnitude):.0%}"
        case Lens.DIFFERENCE:
            return percent_text(magnitude)
        case _:
            return number_text(magnitude, 2)


def scale_of(
    lens: Lens,
    boxes: tuple[NodeBox, ...],
    book: ValueBook,
    last_step: StepIndex,
    progression: Progression = Progression.LOG,
) -> LensScale | None:
    """Return the range that a tinting lens covers over a whole drawing, judged at its last step."""
    if lens not in _TITLES:
        return None
    if lens is Lens.DIFFERENCE and book.differences is not None:
        book.differences.measure([box.node for box in boxes])
    heat = _heat(lens, boxes, book, last_step)
    if lens is Lens.HEALTH:
        return LensScale(_TITLES[lens], 0.0, 1.0, "0%", "100%", Progression.LINEAR, heat)
    title = f"{_title(lens, book)}, {progression} scale"
    finite = heat.magnitudes[np.isfinite(heat.magnitudes) & (heat.magnitudes > 0)]
    if not finite.size:
        return LensScale(title, 0.0, 0.0, "", _nothing(lens, book, heat), progression, heat)
    high = float(finite.max())
    low = max(float(finite.min()), high * _SMALLEST_SHARE) if progression is Progression.LOG else 0.0
    low_text = amount_text(lens, low)
    return LensScale(title, low, high, low_text, amount_text(lens, high), progression, heat)


def _title(lens: Lens, book: ValueBook) -> str:
    against = book.differences
    return f"difference from {against.name}" if lens is Lens.DIFFERENCE and against is not None else _TITLES[lens]


def _nothing(lens: Lens, book: ValueBook, heat: Heat) -> str:
    if lens is not Lens.DIFFERENCE:
        return "nothing yet"
    if book.differences is None:
        return "nothing to compare with"
    return "none" if np.isfinite(heat.magnitudes).any() else "not known"


def _heat(lens: Lens, boxes: tuple[NodeBox, ...], book: ValueBook, last_step: StepIndex) -> Heat:
    readings = [read(lens, box.node, book, last_step) or Reading(None, "") for box in boxes]
    magnitudes = [math.nan if reading.magnitude is None else reading.magnitude for reading in readings]
    return Heat(
        np.array(magnitudes, dtype=np.float64),
        np.array([since(lens, box.node, book, last_step) for box in boxes], dtype=np.int64),
        tuple(reading.amount for reading in readings),
        sum(not reading.is_known for reading in readings),
    )
