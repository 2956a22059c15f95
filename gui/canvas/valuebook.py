"""What the canvas needs to know about values, worked out once for each value."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.drawing.cells import CELL_LIMIT, Cell, cells_of
from engine.overlay import Overlay
from engine.trace.facts import Statistics
from engine.trace.ids import StepIndex, ValueId
from engine.trace.numbers import number_text
from engine.trace.recording import Recording
from engine.trace.tensors import Array, UnreadableDtypeError, element_count, type_text
from gui.canvas.differences import Differences
from gui.canvas.local_derivatives import local_text

_LARGEST_READ = 4_000_000
"""Elements beyond which statistics are not worked out here when the recording has none."""
_LARGEST_CELLS = 1_000_000
"""Elements beyond which no cells are made: a frame must not wait for them."""
_CURVE_LENGTH = 48
_PICTURE_SIDE = 24
_PICTURE_COUNT = 12
_itemsizes = {"64": 8, "32": 4, "16": 2, "8": 1, "bool": 1, "complex128": 16, "complex64": 8}

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Summary:
    """Numbers about the finite elements of a value, and whether there are others."""

    minimum: float | None
    maximum: float | None
    mean: float | None
    std: float | None
    norm: float | None
    count: int
    zeros: int
    nans: int
    infinities: int

    @property
    def is_zero(self) -> bool:
        """Whether every element is zero."""
        return self.count > 0 and self.zeros == self.count


class ValueBook:
    """Summaries and small pictures of the values of one recording, kept once they are known.

    Attributes:
        differences: How far its numbers are from others, or None while there is nothing to compare with.
        overlay: Which nodes and edges are another recording's, or None while no other one lies over this one.
    """

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.differences: Differences | None = None
        self.overlay: Overlay | None = None
        self._remembered: dict[tuple[str, ValueId], float] = {}
        self._summaries: dict[ValueId, Summary] = {}
        self._pictures: dict[ValueId, tuple[Numbers, ...]] = {}
        self._cells: dict[ValueId, tuple[Cell, ...]] = {}
        self._curves: dict[ValueId, Numbers] = {}
        self._derivatives: dict[StepIndex, str] = {}

    def summary(self, value: ValueId) -> Summary | None:
        """Return what is known about the numbers of a value, or None when they were not kept."""
        found = self._summaries.get(value)
        if found is None:
            found = self._summarize(value)
            if found is not None:
                self._summaries[value] = found
        return found

    def _summarize(self, value: ValueId) -> Summary | None:
        count = element_count(self.recording.values[value].shape)
        recorded = self.recording.statistics(value)
        if recorded is not None:
            return _from_statistics(recorded, count)
        numbers = self.numbers(value) if count <= _LARGEST_READ else None
        return None if numbers is None else _from_numbers(numbers)

    def remember(self, key: tuple[str, ValueId], work_out: Callable[[], float | None]) -> float | None:
        """Return a number about a value; what is not known yet is worked out anew when asked again."""
        found = self._remembered.get(key)
        if found is None:
            found = work_out()
            if found is not None:
                self._remembered[key] = found
        return found

    def norm(self, value: ValueId) -> float | None:
        """Return the L2 norm over the finite elements of a value, if known."""
        summary = self.summary(value)
        return None if summary is None else summary.norm

    def numbers(self, value: ValueId) -> Numbers | None:
        """Return all numbers of a value as float64 (complex ones by magnitude), or None when they were not kept."""
        array = self._array(value)
        if array is None:
            return None
        return np.asarray(np.abs(array) if np.iscomplexobj(array) else array, dtype=np.float64)

    def _array(self, value: ValueId) -> Array | None:
        try:
            return self.recording.array(value)
        except UnreadableDtypeError:
            return None

    def cells(self, value: ValueId) -> tuple[Cell, ...]:
        """Return the cells of a value; empty when its numbers were not kept or are too many to read here."""
        found = self._cells.get(value)
        if found is None:
            if element_count(self.recording.values[value].shape) > _LARGEST_CELLS:
                return ()
            array = self._array(value)
            if array is None:
                return ()
            found = self._cells[value] = cells_of(array)
        return found

    def nbytes(self, value: ValueId) -> int:
        """Return the size of a value in memory."""
        fact = self.recording.values[value]
        size = next((size for end, size in _itemsizes.items() if fact.dtype.endswith(end)), 4)
        return element_count(fact.shape) * size

    def pictures(self, value: ValueId) -> tuple[Numbers, ...]:
        """Return the first matrices of a value of two or more dimensions; none when its numbers were not kept.

        Each is reduced to at most 24 x 24 cells, a cell being the element of largest magnitude (NaN wins).
        """
        if value not in self._pictures:
            numbers = self._matrices(value)
            if numbers is None:
                return ()
            self._pictures[value] = tuple(_strongest(matrix) for matrix in numbers[:_PICTURE_COUNT])
        return self._pictures[value]

    def curve(self, value: ValueId) -> Numbers | None:
        """Return the elements of a vector for a sparkline; None for other tensors and where the numbers were not kept.

        There are at most ``_CURVE_LENGTH``, the strongest of each stretch.
        """
        shape = tuple(size for size in self.recording.values[value].shape if size != 1)
        if len(shape) != 1 or not CELL_LIMIT < shape[0] <= _LARGEST_CELLS:
            return None
        if value not in self._curves:
            numbers = self.numbers(value)
            if numbers is None:
                return None
            self._curves[value] = _thinned(numbers.reshape(-1))
        curve = self._curves[value]
        return curve if np.isfinite(curve).any() else None

    def local_derivative(self, step: StepIndex) -> str:
        """Return what a backward step multiplies the gradient by; nothing where that is not known."""
        if step not in self._derivatives:
            self._derivatives[step] = local_text(self.recording, step)
        return self._derivatives[step]

    def _matrices(self, value: ValueId) -> Numbers | None:
        """All matrices of a value, shape ``(count, rows, columns)``."""
        shape = tuple(size for size in self.recording.values[value].shape if size != 1)
        if len(shape) < 2 or 0 in shape or element_count(shape) > _LARGEST_READ:
            return None
        numbers = self.numbers(value)
        return None if numbers is None else numbers.reshape(-1, *shape[-2:])

    def line(self, value: ValueId) -> str:
        """Return the one-line summary of a value: ``[3] f32  n=3  x∈[0, 1.5]  μ 0.5  σ 0.87``."""
        fact = self.recording.values[value]
        parts = [type_text(fact), f"n={element_count(fact.shape)}"]
        summary = self.summary(value)
        if summary is None:
            absence = self.recording.absence(value)
            return "  ".join([*parts, "" if absence is None else absence.value]).rstrip()
        if summary.is_zero and summary.count > 1:
            parts.append("all zeros")
        elif summary.minimum is not None and summary.maximum is not None:
            parts.append(_spread(summary))
        parts += [f"NaN×{summary.nans}"] if summary.nans else []
        parts += [f"Inf×{summary.infinities}"] if summary.infinities else []
        return "  ".join(parts)


def _spread(summary: Summary) -> str:
    low, high = number_text(summary.minimum or 0.0), number_text(summary.maximum or 0.0)
    if summary.count == 1:
        return f"x={low}"
    text = f"x∈[{low}, {high}]"
    if summary.mean is not None and summary.std is not None:
        text += f"  μ {number_text(summary.mean, 3)}  σ {number_text(summary.std, 3)}"
    return text


def _from_statistics(recorded: Statistics, count: int) -> Summary:
    return Summary(
        recorded.minimum,
        recorded.maximum,
        recorded.mean,
        recorded.std,
        recorded.norm,
        count,
        recorded.zeros,
        recorded.nans,
        recorded.infinities,
    )


def _from_numbers(numbers: Numbers) -> Summary:
    finite = numbers[np.isfinite(numbers)]
    nans = int(np.isnan(numbers).sum())
    others = int(numbers.size - finite.size - nans)
    zeros = int((finite == 0).sum())
    if not finite.size:
        return Summary(None, None, None, None, None, numbers.size, zeros, nans, others)
    spread = float(finite.std(ddof=1)) if finite.size > 1 else 0.0
    return Summary(
        float(finite.min()),
        float(finite.max()),
        float(finite.mean()),
        spread,
        float(np.linalg.norm(finite)),
        numbers.size,
        zeros,
        nans,
        others,
    )


def _thinned(numbers: Numbers) -> Numbers:
    """At most ``_CURVE_LENGTH`` numbers, each the one of largest magnitude in its stretch; what is not finite wins."""
    if len(numbers) <= _CURVE_LENGTH:
        return numbers
    parts = np.array_split(numbers, _CURVE_LENGTH)
    return np.array([part[np.argmax(np.where(np.isfinite(part), np.abs(part), np.inf))] for part in parts])


def _strongest(plane: Numbers) -> Numbers:
    for axis in (0, 1):
        length = plane.shape[axis]
        if length <= _PICTURE_SIDE:
            continue
        starts = np.linspace(0, length, _PICTURE_SIDE, endpoint=False).astype(np.int64)
        high = np.maximum.reduceat(plane, starts, axis=axis)
        low = np.minimum.reduceat(plane, starts, axis=axis)
        plane = np.where(np.abs(high) >= np.abs(low), high, low)
    return plane
