"""Fitting, zooming and following: what moves the camera besides the mouse."""

from PySide6.QtCore import QElapsedTimer

from engine.drawing.drawing import Rect
from gui.canvas.camera import WHEEL_FACTOR, Camera, Margins, fitted, gliding
from gui.canvas.surface import Surface

_MARGIN_PX = 20.0
_FIRST_MAX_SCALE = 1.15
"""A small graph is shown a little larger than life, as in a book."""
_READABLE_SCALE = 0.7
"""Smaller than this, a graph is not fitted at first sight."""
_BEGINNING_SCALE = 0.85
_LARGEST_INSET = 0.55
_DOUBLE_PRESS_MS = 600


class ViewControl:
    """Moves the camera of one surface; keeps ``bottom_inset_px`` free at the bottom when fitting."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self.bottom_inset_px = 0.0
        self.legend_px = 0.0
        self._since_centred = QElapsedTimer()

    @property
    def _inset_px(self) -> float:
        """What stands over the bottom, but never so much that no graph is left."""
        return min(self.bottom_inset_px, _LARGEST_INSET * self._surface.height())

    @property
    def _margins(self) -> Margins:
        return Margins(_MARGIN_PX, _MARGIN_PX, _MARGIN_PX, _MARGIN_PX + max(self._inset_px, self.legend_px))

    def show_first(self) -> None:
        """Show a drawing for the first time: all of it if that is readable, else its beginning."""
        scene = self._surface.scene
        if scene is None or not scene.nodes:
            return
        width, height = self._surface.view_size()
        camera = fitted(scene.drawing.bounds, width, height, self._margins, _FIRST_MAX_SCALE)
        if camera.scale < _READABLE_SCALE:
            camera = self._beginning(scene.drawing.bounds)
        else:
            camera = self._raised(camera, scene.drawing.bounds)
        self._surface.control.is_free = False
        self._surface.control.jump(camera)

    def show_grown(self) -> None:
        """Show all of a drawing that has grown or has less room, as long as that is readable; else stay."""
        scene = self._surface.scene
        if scene is None or not scene.nodes:
            return
        width, height = self._surface.view_size()
        bounds = scene.drawing.bounds
        seen = self._surface.control.target.rect_to_view(bounds)
        fits = seen.x >= 0 and seen.y >= 0 and seen.right <= width and seen.bottom <= height - self._margins.bottom
        camera = fitted(bounds, width, height, self._margins, _FIRST_MAX_SCALE)
        if not fits and camera.scale >= _READABLE_SCALE:
            self._surface.control.glide(self._raised(camera, bounds))

    def _beginning(self, bounds: Rect) -> Camera:
        """The start of a large drawing at a readable size, centred across its short side."""
        width, height = self._surface.view_size()
        scale = min(1.0, max(_BEGINNING_SCALE, (width - 2 * _MARGIN_PX) / bounds.width))
        x, y = bounds.x - _MARGIN_PX / scale, bounds.y - _MARGIN_PX / scale
        if bounds.width * scale < width:
            x = bounds.center[0] - width / scale / 2
        if bounds.height * scale < height - self._inset_px:
            y = bounds.center[1] - (height - self._inset_px) / scale / 2
        return Camera(x, y, scale)

    def _raised(self, camera: Camera, bounds: Rect) -> Camera:
        """Put a third of the free height above the drawing instead of half: room for what stands below."""
        height = self._surface.view_size()[1] - self._margins.top - self._margins.bottom
        free = height - bounds.height * camera.scale
        return camera.panned(0.0, -free / 6) if free > 0 else camera

    def fit_all(self) -> None:
        """Show the whole drawing."""
        scene = self._surface.scene
        if scene is not None and scene.nodes:
            self._fit(scene.drawing.bounds, _FIRST_MAX_SCALE)
            self._surface.control.is_free = False

    def fit_nodes(self, indices: frozenset[int]) -> None:
        """Centre some nodes; asked again within a moment, fit them into the view. Without nodes: fit all."""
        rect = None if self._surface.scene is None else self._surface.scene.rect_of(indices)
        if rect is None:
            self.fit_all()
            return
        again = self._since_centred.isValid() and self._since_centred.elapsed() < _DOUBLE_PRESS_MS
        self._since_centred.invalidate()
        if again:
            self._fit(rect, 2.0)
            return
        self._since_centred.start()
        width, height = self._surface.view_size()
        self._surface.glide(self._surface.control.target.centred(rect.center, width, height - self._inset_px))

    def fit_rect(self, rect: Rect) -> None:
        """Show a rectangle of the drawing."""
        self._fit(rect, 1.2)

    def _fit(self, rect: Rect, max_scale: float) -> None:
        width, height = self._surface.view_size()
        self._surface.glide(fitted(rect, width, height, self._margins, max_scale))

    def zoom(self, factor: float) -> None:
        """Zoom around the middle of the view."""
        width, height = self._surface.view_size()
        self._surface.glide(self._surface.control.target.zoomed(factor, (width / 2, height / 2)))

    def zoom_in(self) -> None:
        """Zoom in by two notches."""
        self.zoom(WHEEL_FACTOR**2)

    def zoom_out(self) -> None:
        """Zoom out by two notches."""
        self.zoom(WHEEL_FACTOR**-2)

    def zoom_reset(self) -> None:
        """Show everything at 100 %."""
        self.zoom(1.0 / self._surface.control.target.scale)

    def reveal(self, index: int) -> None:
        """Glide just so far that a node lies in the central 90 % of the view."""
        scene = self._surface.scene
        if scene is None:
            return
        width, height = self._surface.view_size()
        target = self._surface.control.target
        rect = scene.nodes[index].rect
        camera = gliding(target, rect, width, height, Margins(bottom=self._inset_px))
        if camera is not target:
            self._surface.control.glide(camera)
