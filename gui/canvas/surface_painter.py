"""Paints all of one view: the drawing at once or from tiles, what the mouse holds, legends and the overview."""

import math
from dataclasses import dataclass

from PySide6.QtGui import QColor, QPainter

from engine.trace.ids import StepIndex
from gui.canvas.emphasis import Emphasis
from gui.canvas.lens import Lens
from gui.canvas.lift import Lift
from gui.canvas.minimap import Minimap, MinimapPainter
from gui.canvas.minimap_blocks import Glow
from gui.canvas.overlay_legend import paint_overlay_legend
from gui.canvas.overlays import paint_empty, paint_legend
from gui.canvas.scene import Scene
from gui.canvas.scene_painter import Quality, ScenePainter
from gui.canvas.tile_copier import Frame
from gui.canvas.tiled_painter import TiledPainter
from gui.theme.tokens import Tokens
from gui.widgets.camera import Camera

_MOVING_BUDGET_S = 0.006
_FRAME_S = 0.008
"""What a frame painted from tiles may take; on a busy machine it takes more."""
_FIRST_FRAME_S = 0.016
_RESTING_BUDGET_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is seen, and how much of it something else covers.

    Attributes:
        camera: Where the person looks.
        width: View pixels.
        height: View pixels.
        step: The state shown is that right after this step.
        emphasis: What is picked out.
        minimap: The overview, if it is shown.
        legend_bottom_px: Where the legend of a lens ends.
        is_moving: Whether the camera has just been moved.
    """

    camera: Camera
    width: float
    height: float
    step: StepIndex
    emphasis: Emphasis
    minimap: Minimap | None
    legend_bottom_px: float
    is_moving: bool


class SurfacePainter:
    """Paints views of one scene after the other.

    Attributes:
        scene: What is painted.
        lift: Nodes of a tiled scene that are painted elsewhere.
        is_sharp: Whether the next frame has to be as it is at rest, however long it takes.
    """

    def __init__(self, tokens: Tokens) -> None:
        self.scene: Scene | None = None
        self.lift: Lift | None = None
        self.is_sharp = False
        self._tokens = tokens
        self._lens = Lens.VALUES
        self._painter: ScenePainter | None = None
        self._tiles: TiledPainter | None = None
        self._minimaps = MinimapPainter()
        self._is_new = True

    def show(self, scene: Scene | None, painter: ScenePainter | None, tokens: Tokens, lens: Lens) -> None:
        """Paint this from now on."""
        self.scene, self._painter, self._tokens, self._lens = scene, painter, tokens, lens
        self._tiles = TiledPainter(painter) if painter is not None and TiledPainter.is_worth_it(painter) else None
        self._minimaps = MinimapPainter()  # or the old one would keep the old scene
        self._is_new = True

    @property
    def painter(self) -> ScenePainter | None:
        """What paints the scene."""
        return self._painter

    @property
    def is_tiled(self) -> bool:
        """Whether the scene is too large to be painted anew for every frame."""
        return self._tiles is not None

    @property
    def is_pending(self) -> bool:
        """Whether the next frame will be sharper or truer than the last one."""
        painter = self._tiles or self._painter
        return painter is not None and (painter.is_pending or self._minimaps.is_pending)

    def paint(self, painter: QPainter, view: View, empty_text: str) -> None:
        """Paint a view in view pixels; ``empty_text`` is what an empty one says."""
        if self._tiles is None:
            painter.fillRect(0, 0, math.ceil(view.width), math.ceil(view.height), QColor(self._tokens.canvas))
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        if self.scene is None or self._painter is None or not self.scene.nodes:
            paint_empty(painter, view.width, view.height, self._tokens, empty_text)
            return
        if self._tiles is None:
            self._paint_directly(painter, self._painter, view)
        else:
            self._paint_tiles(painter, self._tiles, self.scene, view)
        self._paint_above(painter, self._painter, self.scene, view)
        self._is_new = self.is_sharp = False

    def _paint_directly(self, painter: QPainter, scene: ScenePainter, view: View) -> None:
        camera = view.camera
        painter.save()
        painter.scale(camera.scale, camera.scale)
        painter.translate(-camera.x, -camera.y)
        budget_s = _MOVING_BUDGET_S if view.is_moving else _RESTING_BUDGET_S
        quality = Quality(camera.scale * painter.device().devicePixelRatioF(), budget_s)
        scene.paint(painter, camera.scale, camera.seen(view.width, view.height), view.step, view.emphasis, quality)
        painter.restore()

    def _paint_tiles(self, painter: QPainter, tiles: TiledPainter, scene: Scene, view: View) -> None:
        # A scene that was not seen yet has longer: there is nothing to show in the meantime.
        budget_s = math.inf if self.is_sharp else _FIRST_FRAME_S if self._is_new else _FRAME_S
        ratio = painter.device().devicePixelRatioF()
        frame = Frame(view.camera, view.width, view.height, ratio, view.step, view.emphasis, budget_s)
        tiles.paint(painter, frame)
        if self.lift is not None:
            is_current = scene.node_at_playhead(view.step) in self.lift.indices
            self.lift.paint(painter, frame, is_current=is_current)

    def _paint_above(self, painter: QPainter, shown: ScenePainter, scene: Scene, view: View) -> None:
        """Paint legends and overview."""
        if shown.scale is not None:
            paint_legend(painter, view.legend_bottom_px, self._tokens, self._lens, shown.scale)
        if shown.overlay is not None:
            paint_overlay_legend(painter, self._tokens, shown.overlay, round(view.width))
        if view.minimap is None:
            self._minimaps.is_pending = False
        else:
            glow = None if shown.scale is None else Glow(self._lens, shown.scale)
            seen = view.camera.seen(view.width, view.height)
            is_whole = self.is_sharp or not self._is_new
            self._minimaps.paint(painter, view.minimap, scene, self._tokens, view.step, seen, glow, is_whole=is_whole)
