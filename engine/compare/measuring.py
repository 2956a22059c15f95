"""The differences of many pairs of tensors, measured together: most tensors of a run are small."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from engine.compare.comparison import Difference
from engine.trace.facts import Data, Statistics
from engine.trace.ids import ValueId
from engine.trace.recording import Recording
from engine.trace.tensors import array_from_bytes, element_count, type_names

CHUNK_ELEMENTS = 1 << 20
"""So many elements are measured at once."""
_LARGE_BYTES = 2048
EQUAL = Difference(0.0, 0.0)
_READABLE = frozenset(type_names) | {"bfloat16"}

_Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(slots=True)
class _Waiting:
    """Pieces of one dtype that wait to be measured: raw bytes of both sides, whose they are, how many elements."""

    a: list[memoryview] = field(default_factory=list)
    b: list[memoryview] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    elements: int = 0


class Measuring:
    """Takes pairs of values of the same shape and type, and gives their differences at the end."""

    def __init__(self, a: Recording, b: Recording) -> None:
        self._a = a
        self._b = b
        self._waiting: dict[str, _Waiting] = {}
        self._apart: list[float] = []
        self._scale: list[float] = []

    def add(self, value_a: ValueId, value_b: ValueId) -> int | Difference | None:
        """Return the difference, its number for ``difference``, or None when nothing can be said."""
        raw_a, raw_b = _raw(self._a, value_a), _raw(self._b, value_b)
        if raw_a is None or raw_b is None:
            return _by_statistics(self._a.statistics(value_a), self._b.statistics(value_b))
        if _are_equal(raw_a, raw_b):
            return EQUAL
        value = self._a.values[value_a]
        if value.dtype not in _READABLE or len(raw_a) != len(raw_b):
            return Difference(float("inf"), float("inf"))  # other bytes, which nobody can read as numbers
        place = len(self._apart)
        self._apart.append(0.0)
        self._scale.append(0.0)
        self._put(place, value.dtype, element_count(value.shape), raw_a, raw_b)
        return place

    def finish(self) -> None:
        """Measure what still waits; then ``difference`` may be asked."""
        for dtype in self._waiting:
            self._measure(dtype)

    def difference(self, added: int | Difference | None) -> Difference | None:
        """Return the difference for what ``add`` returned."""
        if not isinstance(added, int):
            return added
        apart, scale = self._apart[added], self._scale[added]
        if apart == 0:
            return EQUAL
        return Difference(apart, apart / scale if scale and np.isfinite(apart) else float("inf"))

    def _put(self, place: int, dtype: str, count: int, raw_a: memoryview, raw_b: memoryview) -> None:
        size = len(raw_a) // count
        for start in range(0, count, CHUNK_ELEMENTS):
            end = min(start + CHUNK_ELEMENTS, count)
            waiting = self._waiting.setdefault(dtype, _Waiting())
            waiting.a.append(raw_a[start * size : end * size])
            waiting.b.append(raw_b[start * size : end * size])
            waiting.places.append(place)
            waiting.counts.append(end - start)
            waiting.elements += end - start
            if waiting.elements >= CHUNK_ELEMENTS:
                self._measure(dtype)

    def _measure(self, dtype: str) -> None:
        waiting = self._waiting[dtype]
        if not waiting.places:
            return
        self._waiting[dtype] = _Waiting()
        a = array_from_bytes(b"".join(waiting.a), dtype, (waiting.elements,))
        b = array_from_bytes(b"".join(waiting.b), dtype, (waiting.elements,))
        starts = np.concatenate(([0], np.cumsum(waiting.counts)[:-1]))
        apart, scale = _apart(a, b)
        for place, furthest, largest in zip(
            waiting.places, np.maximum.reduceat(apart, starts), np.maximum.reduceat(scale, starts), strict=True
        ):
            self._apart[place] = max(self._apart[place], float(furthest))
            self._scale[place] = max(self._scale[place], float(largest))


def _apart(
    a: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]", b: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]"
) -> tuple[_Floats, _Floats]:
    """Return |a - b| and the larger magnitude of each element; inf where only one is finite."""
    wide = np.complex128 if np.iscomplexobj(a) else np.float64
    with np.errstate(all="ignore"):
        x, y = a.astype(wide), b.astype(wide)
        is_equal = (a == b) | (np.isnan(x) & np.isnan(y))
        apart = np.abs(x - y)
        apart[np.isnan(apart)] = np.inf
        apart[~is_equal & (apart == 0)] = 1.0  # whole numbers beyond 2**53
        apart[is_equal] = 0.0
        scale = np.maximum(np.abs(x), np.abs(y))
        scale[~np.isfinite(scale)] = 0.0
    return apart, scale


def _are_equal(a: memoryview, b: memoryview) -> bool:
    if len(a) < _LARGE_BYTES or len(a) != len(b):
        return a == b
    return bool(np.array_equal(np.frombuffer(a, np.uint8), np.frombuffer(b, np.uint8)))  # some ten times as fast


def _raw(recording: Recording, value: ValueId) -> memoryview | None:
    data: Data | None = recording.data(value)
    if data is None or data.absence is not None:
        return None
    return recording.store.read(data.offset, data.nbytes)


def _by_statistics(a: Statistics | None, b: Statistics | None) -> Difference | None:
    """Two tensors are at least as far apart as their smallest, their largest and their mean elements are."""
    if a is None or b is None:
        return None
    pairs = [(a.minimum, b.minimum), (a.maximum, b.maximum), (a.mean, b.mean)]
    if (a.nans, a.infinities) != (b.nans, b.infinities) or any((x is None) != (y is None) for x, y in pairs):
        return Difference(float("inf"), float("inf"), is_at_least=True)
    known = list(_both(pairs))
    apart = max((abs(x - y) for x, y in known), default=0.0)
    scale = max((max(abs(x), abs(y)) for x, y in known), default=0.0)
    return Difference(apart, apart / scale if scale else 0.0, is_at_least=True)


def _both(pairs: list[tuple[float | None, float | None]]) -> Iterator[tuple[float, float]]:
    for x, y in pairs:
        if x is not None and y is not None:
            yield x, y
