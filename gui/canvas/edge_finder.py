"""Which edge lies under the mouse. Qt-free."""

import numpy as np

from engine.drawing.drawing import Point, Rect
from gui.canvas.scene import Floats, Scene

_MOST_TRIED = 400
"""Where more edges come near, nobody can tell which one is meant."""
_PARTS = 12


def edge_at(scene: Scene, at: Point, reach: float) -> int | None:
    """Return the edge that comes nearest to a world point, within ``reach``; threads of saved tensors do not count."""
    near = scene.edges_in(Rect(at[0] - reach, at[1] - reach, 2 * reach, 2 * reach))
    near = near[~scene.is_saved[near]]
    if not 0 < near.size <= _MOST_TRIED:
        return None
    distances = [_distance(np.array(scene.edges[index].points, dtype=np.float64), at) for index in near.tolist()]
    best = int(np.argmin(distances))
    return int(near[best]) if distances[best] <= reach else None


def _distance(points: Floats, at: Point) -> float:
    line = _sampled(points) - np.array(at)
    starts, ways = line[:-1], np.diff(line, axis=0)
    lengths = np.maximum((ways**2).sum(axis=1), 1e-12)
    shares = np.clip(-(starts * ways).sum(axis=1) / lengths, 0.0, 1.0)
    nearest = starts + ways * shares[:, None]
    return float(np.sqrt((nearest**2).sum(axis=1).min())) if len(nearest) else float("inf")


def _sampled(points: Floats) -> Floats:
    """The polyline of a straight edge, or of Bezier pieces divided into parts."""
    if len(points) < 4:
        return points
    t = np.linspace(0.0, 1.0, _PARTS + 1)[:, None]
    s = 1.0 - t
    pieces = [points[start : start + 4] for start in range(0, len(points) - 3, 3)]
    curves = [s**3 * a + 3 * s * s * t * b + 3 * s * t * t * c + t**3 * d for a, b, c, d in pieces]
    joined: Floats = np.concatenate(curves)
    return joined
