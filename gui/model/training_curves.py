"""Numbers over the iterations of a training run: they grow for as long as it goes on and take a bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

MOST_POINTS = 65_536
"""Of one curve; from there on, of each four points the lowest and the highest stay."""
RECENT_POINTS = 4096
"""The newest points stay as they are: who keeps a curve elsewhere has time to take them."""
SMOOTHING = 0.8
"""Share of the past in the exponential mean."""
_BLOCK = 32
_AGES = np.subtract.outer(np.arange(_BLOCK), np.arange(_BLOCK))
_SHARES = np.where(_AGES >= 0, (1 - SMOOTHING) * SMOOTHING ** np.maximum(_AGES, 0).astype(np.float64), 0.0)
"""What each number of a block weighs in the mean at each place of it: [places, numbers]."""
_FADED = SMOOTHING ** np.arange(1, _BLOCK + 1)
"""What the mean before a block still weighs at each place of it."""
_LARGE = 1e300
"""Sums of numbers beyond it may be too large."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A curve with no more points than can be drawn: of each stretch the lowest, the highest and the mean number.

    ``x`` are iterations, of each stretch the first. Stretches without a finite number are NaN.
    """

    x: Floats
    low: Floats
    high: Floats
    mean: Floats


class Curve:
    """One number at each of many iterations, in their order."""

    def __init__(self) -> None:
        self._count = 0
        self._iterations: Integers = np.empty(256, dtype=np.int64)
        self._numbers: Floats = np.empty(256, dtype=np.float64)
        self._smooth: Floats = np.empty(256, dtype=np.float64)
        self._mean = 0.0
        self._weight = 0.0
        self._smooth_count = 0
        self._envelopes: dict[int, Envelope] = {}
        self._smooth_lines: dict[int, tuple[Floats, Floats]] = {}

    def __len__(self) -> int:
        return self._count

    @property
    def iterations(self) -> Integers:
        """The iterations; a view that the next ``extend`` may leave behind."""
        return self._iterations[: self._count]

    @property
    def numbers(self) -> Floats:
        """The numbers as they were told."""
        return self._numbers[: self._count]

    @property
    def smoothed(self) -> Floats:
        """Their exponential mean, without the pull towards 0 at the start; NaN until a finite number came.

        Most curves are never asked for it: it is worked out then.
        """
        start, end = self._smooth_count, self._count
        if start < end:
            self._smooth[start:end] = self._running_means(self._numbers[start:end])
            self._smooth_count = end
        return self._smooth[:end]

    @property
    def last(self) -> float:
        """The newest number; NaN when there is none."""
        return float(self._numbers[self._count - 1]) if self._count else float("nan")

    def extend(self, iterations: Integers, numbers: Floats) -> None:
        """Append points; an iteration that is not beyond the last one belongs to a run that went back: it replaces.

        Args:
            iterations: Rising.
            numbers: As many.
        """
        if not len(iterations):
            return
        self._envelopes.clear()
        self._smooth_lines.clear()
        if self._count and iterations[0] <= self._iterations[self._count - 1]:
            self._count = int(np.searchsorted(self.iterations, iterations[0]))
            self._smooth_count = min(self._smooth_count, self._count)
        self._make_room(len(iterations))
        end = self._count + len(iterations)
        self._iterations[self._count : end] = iterations
        self._numbers[self._count : end] = numbers
        self._count = end
        while self._count > MOST_POINTS:
            self._thin()

    def number_at(self, iteration: float) -> float:
        """Return the number at the last iteration at or before this one; NaN before the first."""
        place = int(np.searchsorted(self.iterations, iteration, side="right")) - 1
        return float(self._numbers[place]) if place >= 0 else float("nan")

    def place_after(self, iteration: int) -> int:
        """Return the place of the first point beyond an iteration."""
        return int(np.searchsorted(self.iterations, iteration, side="right"))

    def envelope(self, stretches: int) -> Envelope:
        """Return the whole curve in at most so many stretches of equally many points; not to be changed."""
        found = self._envelopes.get(stretches)
        if found is None:
            found = self._envelopes[stretches] = self._envelope(stretches)
        return found

    def _envelope(self, stretches: int) -> Envelope:
        starts = _starts(self._count, stretches)
        if not len(starts):
            empty = np.empty(0, dtype=np.float64)
            return Envelope(empty, empty, empty, empty)
        numbers = self.numbers
        finite = np.isfinite(numbers)
        amounts = np.add.reduceat(finite, starts, dtype=np.int64)
        low = np.minimum.reduceat(np.where(finite, numbers, np.inf), starts)
        high = np.maximum.reduceat(np.where(finite, numbers, -np.inf), starts)
        mean = _means_of(np.where(finite, numbers, 0.0), starts, np.maximum(amounts, 1))
        is_empty = amounts == 0
        low[is_empty] = high[is_empty] = mean[is_empty] = np.nan
        return Envelope(self.iterations[starts].astype(np.float64), low, high, mean)

    def smooth_line(self, stretches: int) -> tuple[Floats, Floats]:
        """Return iterations and smoothed numbers: the means of at most so many stretches, and the newest number.

        They are not to be changed.
        """
        found = self._smooth_lines.get(stretches)
        if found is None:
            found = self._smooth_lines[stretches] = self._smooth_line(stretches)
        return found

    def _smooth_line(self, stretches: int) -> tuple[Floats, Floats]:
        starts = _starts(self._count, stretches)
        if not len(starts):
            return np.empty(0, dtype=np.float64), np.empty(0, dtype=np.float64)
        amounts = np.diff(starts, append=self._count)
        middles = self.iterations[starts + amounts // 2].astype(np.float64)
        means = _means_of(self.smoothed, starts, amounts)
        if middles[-1] == self.iterations[-1]:
            return middles, means
        return np.append(middles, float(self.iterations[-1])), np.append(means, self.smoothed[-1])

    def _running_means(self, numbers: Floats) -> Floats:
        means = np.empty(len(numbers), dtype=np.float64)
        for start in range(0, len(numbers), _BLOCK):
            block = numbers[start : start + _BLOCK]
            is_plain = bool((np.abs(block) < _LARGE).all()) and abs(self._mean) < _LARGE
            means[start : start + len(block)] = self._block_means(block) if is_plain else self._single_means(block)
        return means

    def _block_means(self, block: Floats) -> Floats:
        """Return the running means of a few finite numbers at once."""
        count = len(block)
        sums = _SHARES[:count, :count] @ block + _FADED[:count] * self._mean
        weights = 1.0 - _FADED[:count] * (1.0 - self._weight)
        self._mean, self._weight = float(sums[-1]), float(weights[-1])
        means: Floats = sums / weights
        return means

    def _single_means(self, block: Floats) -> Floats:
        """Return the same one by one: what is not finite leaves the mean as it is."""
        means = np.empty(len(block), dtype=np.float64)
        mean, weight = self._mean, self._weight
        for place, number in enumerate(block.tolist()):
            if np.isfinite(number):
                mean = SMOOTHING * mean + (1 - SMOOTHING) * number
                weight = SMOOTHING * weight + (1 - SMOOTHING)
            means[place] = mean / weight if weight else np.nan
        self._mean, self._weight = mean, weight
        return means

    def _make_room(self, more: int) -> None:
        needed = self._count + more
        if needed <= len(self._numbers):
            return
        size = max(needed, 2 * len(self._numbers))
        more_room = size - self._count
        self._iterations = np.concatenate((self.iterations, np.empty(more_room, dtype=np.int64)))
        self._numbers = np.concatenate((self.numbers, np.empty(more_room, dtype=np.float64)))
        self._smooth = np.concatenate((self._smooth[: self._count], np.empty(more_room, dtype=np.float64)))

    def _thin(self) -> None:
        """Keep of each four older points the lowest and the highest, in their order; a NaN among them stays."""
        whole = (self._count - RECENT_POINTS) // 4 * 4
        blocks = self._numbers[:whole].reshape(-1, 4)
        lowest, highest = np.argmin(blocks, axis=1), np.argmax(blocks, axis=1)  # both point at a NaN if there is one
        highest = np.where(lowest == highest, (lowest + 1) % 4, highest)
        base = np.arange(0, whole, 4)
        chosen = np.sort(np.stack((base + lowest, base + highest), axis=1), axis=1).reshape(-1)
        chosen = np.concatenate((chosen, np.arange(whole, self._count)))
        self._iterations[: len(chosen)] = self._iterations[chosen]
        self._numbers[: len(chosen)] = self._numbers[chosen]
        self._smooth[: len(chosen)] = self._smooth[chosen]
        self._smooth_count = int(np.searchsorted(chosen, self._smooth_count))
        self._count = len(chosen)


class CurveBook:
    """Every curve of a run by its name."""

    def __init__(self) -> None:
        self._curves: dict[str, Curve] = {}

    def __len__(self) -> int:
        return len(self._curves)

    def __iter__(self) -> Iterator[str]:
        return iter(self._curves)

    def extend(self, name: str, iterations: Integers, numbers: Floats) -> None:
        """Append points to a curve; it begins with the first ones."""
        if name not in self._curves:
            self._curves[name] = Curve()
        self._curves[name].extend(iterations, numbers)

    def get(self, name: str) -> Curve | None:
        """Return a curve."""
        return self._curves.get(name)

    def last(self, name: str) -> float:
        """Return the newest number of a curve; NaN when there is none."""
        curve = self._curves.get(name)
        return curve.last if curve is not None else float("nan")

    def family(self, prefix: str) -> list[tuple[str, Curve]]:
        """Return the curves ``PREFIX/MEMBER`` with the names of their members, in the order in which they began."""
        start = f"{prefix}/"
        return [(name.removeprefix(start), curve) for name, curve in self._curves.items() if name.startswith(start)]

    def heat(self, prefix: str, columns: int) -> tuple[tuple[str, ...], Floats]:
        """Return the members of a family and their largest numbers as a matrix: [members, at most columns]."""
        members = self.family(prefix)
        rows = [_by_column(curve, columns) for _name, curve in members]
        if not rows:
            return (), np.empty((0, 0), dtype=np.float64)
        width = max(len(row) for row in rows)
        matrix = np.zeros((len(rows), width), dtype=np.float64)
        for place, row in enumerate(rows):
            matrix[place, width - len(row) :] = row
        return tuple(name for name, _curve in members), matrix


def _means_of(numbers: Floats, starts: Integers, amounts: Integers) -> Floats:
    """Return the mean of each stretch; numbers are divided before they are added, for a sum may be too large."""
    return np.add.reduceat(numbers / np.repeat(amounts, np.diff(starts, append=len(numbers))), starts)


def _by_column(curve: Curve, columns: int) -> Floats:
    starts = _starts(len(curve), columns)
    if not len(starts):
        return np.empty(0, dtype=np.float64)
    loudest: Floats = np.maximum.reduceat(curve.numbers, starts)  # a NaN in a column shows itself
    return loudest


def _starts(count: int, stretches: int) -> Integers:
    if not count:
        return np.empty(0, dtype=np.int64)
    amount = max(1, min(count, stretches))
    return np.arange(amount, dtype=np.int64) * count // amount
