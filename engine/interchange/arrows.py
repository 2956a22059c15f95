"""The head of an arrow."""

from engine.drawing.drawing import Point

LENGTH_PX, HALF_PX = 7.0, 3.2


def arrowhead(points: tuple[Point, ...]) -> tuple[Point, Point, Point]:
    """Return the tip of the arrow at the end of a route, and its two other corners."""
    x, y = tip = points[-1]
    before = points[-2] if len(points) > 1 else tip
    if before == tip:
        before = next((point for point in reversed(points) if point != tip), (x - 1, y))
    if before[0] == x and before[1] < y:  # straight down, as most of them
        return tip, (x + HALF_PX, y - LENGTH_PX), (x - HALF_PX, y - LENGTH_PX)
    dx, dy = x - before[0], y - before[1]
    length = (dx * dx + dy * dy) ** 0.5
    ux, uy = dx / length, dy / length
    base = (x - LENGTH_PX * ux, y - LENGTH_PX * uy)
    left = (base[0] - HALF_PX * uy, base[1] + HALF_PX * ux)
    return tip, left, (base[0] + HALF_PX * uy, base[1] - HALF_PX * ux)
