"""A tile that is being painted: some of it in each frame, for as long as there is time."""

import time
from dataclasses import dataclass

from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QTransform

from engine.drawing.drawing import Rect
from engine.trace.ids import StepIndex
from gui.canvas.emphasis import Emphasis
from gui.canvas.scene_painter import ScenePainter
from gui.canvas.tiles import Place, Tile, area_of

_BLEED = 10.0
"""World units around a tile from which strokes and rings of nodes reach into it."""
_HINTS = QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing


@dataclass(frozen=True, slots=True)
class _Pose:
    """How a painter stands between two strokes."""

    transform: QTransform
    hints: QPainter.RenderHint
    pen: QPen
    brush: QBrush
    opacity: float


class TileWork:
    """Paints one tile at one step.

    Attributes:
        place: Which tile.
        stamp: What it depends on besides the step.
    """

    def __init__(
        self,
        scene: ScenePainter,
        place: Place,
        step: StepIndex,
        emphasis: Emphasis,
        stamp: object,
        image: QImage,
    ) -> None:
        """``image`` is painted upon; it has the size of the tile and no other owner."""
        self.place = place
        self.stamp = stamp
        self._step = step
        density, level = place.layer.density, place.layer.level
        self._image = image
        self._image.fill(QColor(scene.tokens.canvas))
        area = area_of(place)
        around = Rect(area.x - _BLEED, area.y - _BLEED, area.width + 2 * _BLEED, area.height + 2 * _BLEED)
        transform = QTransform.fromScale(density, density).translate(-area.x, -area.y)
        self._pose = _Pose(transform, _HINTS, QPen(), QBrush(), 1.0)
        self._painter = QPainter()
        self._turns = scene.tile_turns(level, around, emphasis, density)
        self._strokes = scene.paint_tile(self._painter, level, around, step, emphasis, density)

    def go_on(self, deadline_s: float) -> bool:
        """Paint at least a little, until it is done or ``time.perf_counter`` says so; return whether it is done."""
        self._begin()
        is_done = True
        for _ in self._strokes:
            if time.perf_counter() > deadline_s:
                is_done = False
                break
        self._end()
        return is_done

    def tile(self) -> Tile:
        """Return what was painted."""
        return Tile(self._image, self._step, self._turns, self.stamp)

    def _begin(self) -> None:
        pose, painter = self._pose, self._painter
        painter.begin(self._image)
        painter.setWorldTransform(pose.transform)
        painter.setRenderHints(pose.hints)
        painter.setPen(pose.pen)
        painter.setBrush(pose.brush)
        painter.setOpacity(pose.opacity)

    def _end(self) -> None:
        # A painter left open would outlive its image where a scene is thrown away, and end the program.
        painter = self._painter
        self._pose = _Pose(
            painter.worldTransform(), painter.renderHints(), painter.pen(), painter.brush(), painter.opacity()
        )
        painter.end()
