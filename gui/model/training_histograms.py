"""How the numbers of each parameter were spread over the iterations of a run, in a bounded memory."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

MOST_MOMENTS = 256
"""Of one parameter; beyond that the one goes that leaves the smallest gap."""
MOST_NAMES = 64


@dataclass(frozen=True, slots=True)
class Spread:
    """Histograms of one parameter at several moments, each over its own range.

    Attributes:
        iterations: Rising, [moments].
        low: The lowest number of each moment.
        high: The highest.
        counts: How many numbers fell into each of equally wide parts of that range, [moments, bins].
    """

    iterations: Integers
    low: Floats
    high: Floats
    counts: Floats

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest number of all moments."""
        return float(self.low.min()), float(self.high.max())

    def shares(self, edges: Floats) -> Floats:
        """Return the share of the numbers of each moment between each two edges, [edges - 1, moments].

        Within a bin the numbers are taken to be spread evenly.
        """
        moments, bins = self.counts.shape
        below = np.zeros((moments, bins + 1))
        np.cumsum(self.counts, axis=1, out=below[:, 1:])
        width = self.high - self.low
        with np.errstate(all="ignore"):
            places = (edges[None, :] - self.low[:, None]) / width[:, None] * bins
        is_point = width[:, None] <= 0
        places = np.where(is_point, np.where(edges[None, :] > self.low[:, None], bins, 0), places)
        places = np.clip(places, 0, bins)
        whole = np.minimum(places.astype(np.int64), bins - 1)
        reached = np.take_along_axis(below, whole, axis=1)
        inside = np.take_along_axis(self.counts, whole, axis=1) * (places - whole)
        shares: Floats = np.diff(reached + inside, axis=1) / np.maximum(below[:, -1:], 1.0)
        return shares.T

    def place_of(self, iteration: float) -> int:
        """Return which moment is the last at or before an iteration; the first one where there is none."""
        return max(0, int(np.searchsorted(self.iterations, iteration, side="right")) - 1)


class SpreadBook:
    """The histograms of every parameter, by its name."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[int, Floats]]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters, in the order in which they first came."""
        return tuple(self._rows)

    def add(self, name: str, iteration: int, told: npt.NDArray[np.float32]) -> None:
        """Take one in: lowest, highest, counts. What is no histogram is left.

        An iteration that is not beyond the last one belongs to a run that went back: it replaces.
        """
        row = told.astype(np.float64)
        if row.ndim != 1 or len(row) < 3 or not np.isfinite(row).all() or row[1] < row[0] or (row[2:] < 0).any():
            return
        if name not in self._rows and len(self._rows) >= MOST_NAMES:
            return
        rows = self._rows.setdefault(name, [])
        while rows and (rows[-1][0] >= iteration or len(rows[-1][1]) != len(row)):
            rows.pop()
        rows.append((iteration, row))
        if len(rows) > MOST_MOMENTS:
            moments = np.array([moment for moment, _row in rows])
            del rows[1 + int(np.argmin(moments[2:] - moments[:-2]))]

    def get(self, name: str) -> Spread | None:
        """Return what is known of a parameter."""
        rows = self._rows.get(name)
        if not rows:
            return None
        table = np.stack([row for _moment, row in rows])
        moments = np.array([moment for moment, _row in rows], dtype=np.int64)
        return Spread(moments, table[:, 0], table[:, 1], table[:, 2:])
