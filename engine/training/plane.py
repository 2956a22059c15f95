"""The part of the plane that pictures of a plan show."""

from engine.training.options import Plane
from engine.training.plan import Data, GeneratedData, PaintedData, Shape

_BOUNDS = 1.5
_CURVE_BOUNDS = 3.5
_MARGIN = 0.15
_FLAT = frozenset(
    {
        Shape.CIRCLES,
        Shape.MOONS,
        Shape.XOR,
        Shape.TWO_SPIRALS,
        Shape.THREE_SPIRALS,
        Shape.GAUSSIANS,
        Shape.SURFACE,
    }
)


def plane_of(data: Data) -> Plane | None:
    """Return where data of two inputs lies; a line (one row) for one input, None where there are more or other ones."""
    match data:
        case GeneratedData(shape=Shape.CURVE):
            return Plane(left=-_CURVE_BOUNDS, right=_CURVE_BOUNDS, bottom=0.0, top=0.0, columns=128, rows=1)
        case GeneratedData(shape=shape) if shape in _FLAT:
            return Plane(left=-_BOUNDS, right=_BOUNDS, bottom=-_BOUNDS, top=_BOUNDS)
        case PaintedData(points=points) if points:
            left, right = min(point[0] for point in points), max(point[0] for point in points)
            bottom, top = min(point[1] for point in points), max(point[1] for point in points)
            room = _MARGIN * max(right - left, top - bottom) or 1.0
            return Plane(left=left - room, right=right + room, bottom=bottom - room, top=top + room)
        case _:
            return None
