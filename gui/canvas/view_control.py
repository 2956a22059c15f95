"""Fitting, zooming and following: what moves the camera besides the mouse."""

from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer

from engine.drawing.drawing import Rect
from gui.canvas.framing import LARGEST_SCALE, Window, framed, is_whole, made_room, revealed
from gui.canvas.scene import Scene
from gui.canvas.surface import Surface
from gui.widgets.camera import WHEEL_FACTOR, Camera, Margins, fitted

_SIDE_PX = 4.0
"""The bounds of a drawing hold some air already."""
_TOP_PX, _BOTTOM_PX = 2.0, 8.0
_LARGEST_INSET = 0.8
_LARGEST_TOP = 0.3
_DOUBLE_PRESS_MS = 600


class ViewControl:
    """Moves the camera of one surface and keeps free what stands over its bottom."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._legend_px = 0.0
        self._top_px = 0.0
        self._since_centred = QElapsedTimer()

    @property
    def _inset_px(self) -> float:
        """What stands over the bottom, but never so much that no graph is left."""
        return min(self._surface.covered_px, _LARGEST_INSET * self._surface.height())

    @property
    def _window(self) -> Window:
        """The view with the card and the legend as its lower margin."""
        over_px = self._surface.height() - self._surface.legend_bottom_px if self._legend_px else 0.0
        return self._window_over(max(self._inset_px, over_px + self._legend_px))

    def _window_over(self, bottom_px: float) -> Window:
        margins = Margins(_SIDE_PX, _TOP_PX + self._top_px, _SIDE_PX, _BOTTOM_PX + bottom_px)
        return Window(*self._surface.view_size(), margins)

    def keep_at_top(self, px: float) -> None:
        """Keep so much free at the top: a legend stands there."""
        self._top_px = min(px, _LARGEST_TOP * self._surface.height())

    @property
    def _scene(self) -> Scene | None:
        scene = self._surface.scene
        return scene if scene is not None and scene.nodes else None

    def show_first(self, focus: Sequence[int]) -> None:
        """Show a drawing for the first time: all of it if that is readable, else what is around some nodes."""
        scene = self._scene
        if scene is None:
            return
        control = self._surface.control
        control.is_free = False
        control.jump(framed(scene.drawing.bounds, self._window_over(self._legend_px), scene.rect_of(focus[:1])))
        self.make_room(focus)

    def show_grown(self, focus: Sequence[int]) -> None:
        """Show a drawing that has changed under a person who has not moved it: as if it were new, but gliding."""
        scene = self._scene
        if scene is None:
            return
        control, bounds = self._surface.control, scene.drawing.bounds
        if not is_whole(control.target, bounds, self._window):
            control.glide(framed(bounds, self._window_over(self._legend_px), scene.rect_of(focus[:1])))
        self.make_room(focus)

    def make_room(self, focus: Sequence[int]) -> None:
        """Bring the drawing, or at least some nodes of it, out from under what stands over the bottom."""
        scene = self._scene
        if scene is None:
            return
        control = self._surface.control
        camera = made_room(control.target, scene.drawing.bounds, self._window)
        if camera is None or control.is_free:
            self.reveal(focus)
        elif camera != control.target:
            self._move(camera)

    def cover(self, px: float, focus: Sequence[int]) -> None:
        """Something stands over so much of the bottom from now on."""
        if px == self._surface.covered_px:
            return
        self._surface.covered_px = px
        scene = self._scene
        if px or scene is None or self._surface.control.is_free:
            self.make_room(focus)
        elif not is_whole(self._surface.control.target, scene.drawing.bounds, self._window):
            self.show_grown(focus)
        self._surface.update()

    def keep_for_legend(self, px: float, focus: Sequence[int]) -> None:
        """A legend takes so much of the bottom from now on."""
        self._legend_px = px
        if not self._surface.control.is_free:
            self.show_grown(focus)

    def _move(self, camera: Camera) -> None:
        """Glide, or jump where the view has not been seen yet."""
        control = self._surface.control
        control.glide(camera) if self._surface.isVisible() else control.jump(camera)

    def fit_all(self) -> None:
        """Show the whole drawing."""
        scene = self._scene
        if scene is not None:
            self._surface.control.take(is_free=False)
            self._surface.control.glide(self._fitting(scene.drawing.bounds, LARGEST_SCALE))

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
        self._surface.glide(self._fitting(rect, max_scale))

    def _fitting(self, rect: Rect, max_scale: float) -> Camera:
        window = self._window
        return fitted(rect, window.width, window.height, window.margins, max_scale)

    def zoom(self, factor: float) -> None:
        """Zoom around the middle of what can be seen of the view."""
        width, height = self._surface.view_size()
        self._surface.glide(self._surface.control.target.zoomed(factor, (width / 2, (height - self._inset_px) / 2)))

    def zoom_in(self) -> None:
        """Zoom in by two notches."""
        self.zoom(WHEEL_FACTOR**2)

    def zoom_out(self) -> None:
        """Zoom out by two notches."""
        self.zoom(WHEEL_FACTOR**-2)

    def zoom_reset(self) -> None:
        """Show everything at 100 %."""
        self.zoom(1.0 / self._surface.control.target.scale)

    def reveal(self, focus: Sequence[int]) -> None:
        """Glide just so far that a node is well in view, and the other ones too where there is room for all."""
        scene = self._scene
        if scene is None or not focus:
            return
        target = self._surface.control.target
        window = Window(*self._surface.view_size(), Margins(top=self._top_px, bottom=self._inset_px))
        rects = tuple(scene.nodes[index].rect for index in focus)
        camera = revealed(target, rects, scene.drawing.bounds, window, self._surface.obstacles())
        if camera != target:
            self._move(camera)
