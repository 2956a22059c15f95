"""Where the person looks at the drawing: pure mathematics, without Qt.

World coordinates are those of a ``Drawing`` (logical pixels at 100 %); view coordinates are logical pixels of the
widget, from its top left corner.
"""

from dataclasses import dataclass

from engine.drawing.drawing import Point, Rect

MIN_SCALE = 0.01
MAX_SCALE = 8.0
WHEEL_FACTOR = 1.15
"""How much one notch of a mouse wheel zooms."""


@dataclass(frozen=True, slots=True)
class Margins:
    """Space to keep free at the four sides of the view, in view pixels."""

    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0


@dataclass(frozen=True, slots=True)
class Camera:
    """The world point at the top left corner of the view, and view pixels for each world pixel."""

    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0

    def to_view(self, point: Point) -> Point:
        """Return where a world point appears."""
        return ((point[0] - self.x) * self.scale, (point[1] - self.y) * self.scale)

    def to_world(self, point: Point) -> Point:
        """Return the world point under a view point."""
        return (point[0] / self.scale + self.x, point[1] / self.scale + self.y)

    def rect_to_view(self, rect: Rect) -> Rect:
        """Return where a world rectangle appears."""
        x, y = self.to_view((rect.x, rect.y))
        return Rect(x, y, rect.width * self.scale, rect.height * self.scale)

    def seen(self, width: float, height: float) -> Rect:
        """Return the part of the world that a view of this size shows."""
        return Rect(self.x, self.y, width / self.scale, height / self.scale)

    def panned(self, dx: float, dy: float) -> "Camera":
        """Return the camera after the drawing was dragged by view pixels."""
        return Camera(self.x - dx / self.scale, self.y - dy / self.scale, self.scale)

    def zoomed(self, factor: float, at: Point) -> "Camera":
        """Return the camera zoomed by ``factor``; the world point under the view point ``at`` stays there."""
        return self.anchored(self.to_world(at), at, self.scale * factor)

    def anchored(self, world: Point, at: Point, scale: float | None = None) -> "Camera":
        """Return the camera that shows ``world`` at the view point ``at``, at a clamped scale."""
        # What was fitted may be smaller than one zooms out by hand; from there on it only grows.
        smallest = min(MIN_SCALE, self.scale)
        target = min(MAX_SCALE, max(smallest, self.scale if scale is None else scale))
        return Camera(world[0] - at[0] / target, world[1] - at[1] / target, target)

    def centred(self, world: Point, width: float, height: float, scale: float | None = None) -> "Camera":
        """Return the camera with ``world`` in the middle of the view."""
        return self.anchored(world, (width / 2, height / 2), scale)

    def between(self, target: "Camera", share: float) -> "Camera":
        """Return the camera ``share`` (0 to 1) of the way to ``target``; zooms evenly in ratio."""
        scale = self.scale * (target.scale / self.scale) ** share
        return Camera(
            self.x + (target.x - self.x) * share,
            self.y + (target.y - self.y) * share,
            scale,
        )


def fitted(rect: Rect, width: float, height: float, margins: Margins, max_scale: float = 1.0) -> Camera:
    """Return the camera that shows all of ``rect`` in the middle of the view inside ``margins``.

    Args:
        rect: The world rectangle to show.
        width: Width of the view in pixels.
        height: Height of the view in pixels.
        margins: Space that stays free.
        max_scale: Never zoom in beyond this.
    """
    free_width = max(1.0, width - margins.left - margins.right)
    free_height = max(1.0, height - margins.top - margins.bottom)
    scale = min(max_scale, free_width / max(rect.width, 1.0), free_height / max(rect.height, 1.0))
    middle = (margins.left + free_width / 2, margins.top + free_height / 2)
    return Camera(rect.center[0] - middle[0] / scale, rect.center[1] - middle[1] / scale, scale)


def gliding(camera: Camera, rect: Rect, width: float, height: float, margins: Margins, safe: float = 0.9) -> Camera:
    """Return the camera moved just so far that ``rect`` lies in the central ``safe`` share of the view.

    A rectangle that is too large for it is centred. The camera itself is returned when nothing has to move.
    """
    seen = camera.rect_to_view(rect)
    left, top = (
        _safe_start(width, margins.left, margins.right, safe),
        _safe_start(height, margins.top, margins.bottom, safe),
    )
    right, bottom = (
        width - _safe_start(width, margins.right, margins.left, safe),
        height - _safe_start(height, margins.bottom, margins.top, safe),
    )
    dx = _shift(seen.x, seen.right, left, right)
    dy = _shift(seen.y, seen.bottom, top, bottom)
    return camera if dx == 0 and dy == 0 else camera.panned(dx, dy)


def _safe_start(length: float, before: float, after: float, safe: float) -> float:
    return before + (length - before - after) * (1 - safe) / 2


def _shift(start: float, end: float, low: float, high: float) -> float:
    if end - start > high - low:
        return (low + high) / 2 - (start + end) / 2
    if start < low:
        return low - start
    return high - end if end > high else 0.0
