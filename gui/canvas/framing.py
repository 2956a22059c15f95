"""Which part of a drawing to show when nobody has chosen one: pure mathematics, without Qt."""

from dataclasses import dataclass

from engine.drawing.drawing import Rect
from gui.widgets.camera import Camera, Margins, fitted, gliding

LARGEST_SCALE = 1.2
"""A small graph is shown a little larger than life, as in a book."""
SMALLEST_WHOLE_SCALE = 0.5
"""A graph that would be smaller than this is not shown whole."""
READABLE_SCALE = 0.8
"""From this scale on all texts of a node are painted, titles at 10 pixels."""
_SMALLEST_PART_SCALE = 0.6
_SHARE_ABOVE = 1 / 3
"""How much of the free height lies above a drawing: the chain-rule card comes from below."""
_GAP_PX = 8.0


NO_MARGINS = Margins()


@dataclass(frozen=True, slots=True)
class Window:
    """A view: its size in pixels and the space that stays free at its sides."""

    width: float
    height: float
    margins: Margins = NO_MARGINS

    @property
    def free(self) -> Rect:
        """What is left inside the margins."""
        margins = self.margins
        width = max(1.0, self.width - margins.left - margins.right)
        return Rect(margins.left, margins.top, width, max(1.0, self.height - margins.top - margins.bottom))


def framed(bounds: Rect, window: Window, focus: Rect | None) -> Camera:
    """Return the camera for a drawing that is new: all of it, or a readable part around ``focus``.

    Args:
        bounds: The whole drawing.
        window: The view.
        focus: What the person looks at; None means the beginning of the drawing.
    """
    camera = fitted(bounds, window.width, window.height, window.margins, LARGEST_SCALE)
    free = window.free
    if camera.scale >= SMALLEST_WHOLE_SCALE:
        left = free.height - bounds.height * camera.scale
        return camera.panned(0.0, -left * (0.5 - _SHARE_ABOVE))
    return _part(bounds, window, focus)


def _part(bounds: Rect, window: Window, focus: Rect | None) -> Camera:
    free = window.free
    short_side = max(free.width / bounds.width, free.height / bounds.height)
    scale = min(READABLE_SCALE, max(_SMALLEST_PART_SCALE, short_side))
    x, y = bounds.x - free.x / scale, bounds.y - free.y / scale
    if bounds.width * scale < free.width:
        x = bounds.center[0] - (free.x + free.width / 2) / scale
    if bounds.height * scale < free.height:
        y = bounds.center[1] - (free.y + free.height / 2) / scale
    camera = Camera(x, y, scale)
    return camera if focus is None else _around(camera, focus, bounds, window)


def _around(camera: Camera, focus: Rect, bounds: Rect, window: Window) -> Camera:
    """Bring ``focus`` into view; where that means moving, put it in the middle as far as the drawing reaches."""
    if gliding(camera, focus, window.width, window.height, window.margins) is camera:
        return camera
    free, scale = window.free, camera.scale
    x, y = camera.x, camera.y
    if bounds.width * scale > free.width:
        low, high = bounds.x - free.x / scale, bounds.right - free.right / scale
        x = min(max(focus.center[0] - free.center[0] / scale, low), high)
    if bounds.height * scale > free.height:
        low, high = bounds.y - free.y / scale, bounds.bottom - free.bottom / scale
        y = min(max(focus.center[1] - free.center[1] / scale, low), high)
    return Camera(x, y, scale)


def is_whole(camera: Camera, bounds: Rect, window: Window) -> bool:
    """Whether all of a drawing lies inside the margins (to half a pixel)."""
    seen, free = camera.rect_to_view(bounds), window.free
    return (
        seen.x >= free.x - 0.5
        and seen.y >= free.y - 0.5
        and seen.right <= free.right + 0.5
        and seen.bottom <= free.bottom + 0.5
    )


def made_room(camera: Camera, bounds: Rect, window: Window) -> Camera | None:
    """Return the camera that shows the whole drawing although there is less room, or None if there is none.

    The drawing moves up as far as it has to; it shrinks only where it then would not fit, and never below a scale at
    which its texts can be read.
    """
    free = window.free
    seen = camera.rect_to_view(bounds)
    if is_whole(camera, bounds, window):
        return camera
    if seen.width <= free.width + 0.5 and seen.height <= free.height + 0.5:
        return gliding(camera, bounds, window.width, window.height, window.margins, safe=1.0)
    smaller = fitted(bounds, window.width, window.height, window.margins, camera.scale)
    return smaller if smaller.scale >= min(READABLE_SCALE, camera.scale) else None


def revealed(
    camera: Camera, focus: tuple[Rect, ...], bounds: Rect, window: Window, obstacles: tuple[Rect, ...]
) -> Camera:
    """Return the camera moved just so far that ``focus`` is well in view.

    Args:
        camera: Where it is now.
        focus: What to show, the most important first; the others are shown with it where that is possible.
        bounds: The whole drawing: along an axis on which it fits into the view, all of it stays in view.
        window: The view.
        obstacles: What stands over the view at its left or right side, in view pixels.
    """
    free = window.free
    wanted = focus[0]
    for other in focus[1:]:
        both = _union(wanted, other)
        if both.width * camera.scale <= 0.9 * free.width and both.height * camera.scale <= 0.9 * free.height:
            wanted = both
    well = gliding(camera, wanted, window.width, window.height, window.margins)
    whole = gliding(camera, bounds, window.width, window.height, window.margins, safe=1.0)
    moved = Camera(
        whole.x if bounds.width * camera.scale <= free.width + 0.5 else well.x,
        whole.y if bounds.height * camera.scale <= free.height + 0.5 else well.y,
        camera.scale,
    )
    for obstacle in obstacles:
        moved = _beside(moved, wanted, window, obstacle)
    return moved


def _beside(camera: Camera, rect: Rect, window: Window, obstacle: Rect) -> Camera:
    seen = camera.rect_to_view(rect)
    overlaps = (
        seen.right > obstacle.x and seen.x < obstacle.right and seen.bottom > obstacle.y and seen.y < obstacle.bottom
    )
    if not overlaps:
        return camera
    up = seen.bottom - obstacle.y + _GAP_PX
    is_at_left = obstacle.center[0] < window.width / 2
    aside = obstacle.right - seen.x + _GAP_PX if is_at_left else obstacle.x - seen.right - _GAP_PX
    can_rise = seen.y - up >= window.free.y
    return camera.panned(0.0, -up) if can_rise and up <= abs(aside) else camera.panned(aside, 0.0)


def _union(first: Rect, second: Rect) -> Rect:
    x, y = min(first.x, second.x), min(first.y, second.y)
    return Rect(x, y, max(first.right, second.right) - x, max(first.bottom, second.bottom) - y)
