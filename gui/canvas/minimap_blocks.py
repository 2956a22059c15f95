"""The blocks on the overview: groups, and nodes in the colours of their lane or of the lens."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from gui.canvas.batches import draw_rects
from gui.canvas.lens import Lens, LensScale
from gui.canvas.overview_pixels import MANY_NODES, Brush, OverviewPixels, Spots
from gui.canvas.scene import Floats, Ints, Scene
from gui.canvas.tint import tint_of
from gui.theme.tokens import Tokens
from gui.widgets.camera import Camera
from gui.widgets.lettering import faded

RADIUS = 7.0
_MANY_FRAMES = 60
_SMALLEST_FRAME = 6.0
_HEAT_STEPS = 12
_MANY_RECTS = 300
_SMALLEST_NODE = 1.2
_FUTURE = 0.33
"""What has not happened yet has this share of the opacity."""


@dataclass(frozen=True, slots=True)
class Glow:
    """What the lens in force reads, for the overview: blocks of nodes glow in its colours."""

    lens: Lens
    scale: LensScale


class Blocks:
    """The picture of one scene in one theme, size and lens; what does not depend on the step is made once."""

    def __init__(
        self, scene: Scene, tokens: Tokens, camera: Camera, size: tuple[float, float, float], glow: Glow | None
    ) -> None:
        """``size`` is width and height in view pixels, and device pixels for each of them."""
        self._scene = scene
        self._brushes = _brushes(tokens, glow)
        self._spots = _spots(scene, tokens, glow)
        self._ground = _ground(scene, tokens, camera, size)
        self._boxes = (scene.boxes - np.array([camera.x, camera.y, camera.x, camera.y])) * camera.scale
        self._pixels: OverviewPixels | None = None
        if len(scene.nodes) >= MANY_NODES:
            self._pixels = OverviewPixels(self._ground, self._boxes * size[2], self._spots)

    def image(self, step: int) -> QImage:
        """Return the picture right after ``step``."""
        kinds = np.where(self._scene.is_backward, 2, 0) + (self._scene.first > step)
        if self._pixels is not None:
            return self._pixels.image(self._brushes, kinds, step)
        return self._painted(kinds, (self._spots.kinds >= 0) & (self._spots.since <= step))

    def _painted(self, kinds: Ints, is_lit: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> QImage:
        image = self._ground.copy()
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        boxes = self._boxes.copy()
        boxes[:, 2:] = np.maximum(boxes[:, 2:] - boxes[:, :2], _SMALLEST_NODE)
        for number in (2, 3, 0, 1):
            brush = self._brushes[number]
            _paint_nodes(painter, faded(brush.color, brush.opacity), boxes[(kinds == number) & ~is_lit])
        for number, color in enumerate(self._spots.colors):
            _paint_nodes(painter, QColor(color), boxes[is_lit & (self._spots.kinds == number)])
        painter.end()
        return image


def _brushes(tokens: Tokens, glow: Glow | None) -> list[Brush]:
    """Forward done and not yet, backward done and not yet; faint where the lens has the word."""
    done_backward, done = (0.66, 0.30) if glow is None else (0.25, 0.20)
    return [
        Brush(color, opacity * share)
        for color, opacity in ((tokens.edge, done), (tokens.backward, done_backward))
        for share in (1.0, _FUTURE)
    ]


def _spots(scene: Scene, tokens: Tokens, glow: Glow | None) -> Spots:
    """The nodes at which the lens reads something; what is not finite comes last, on top."""
    heat = None if glow is None else glow.scale.heat
    kinds = np.full(len(scene.nodes), -1, dtype=np.int64)
    if glow is None or heat is None or len(heat.magnitudes) != len(scene.nodes):
        return Spots((), kinds, np.zeros(len(scene.nodes), dtype=np.int64))
    reads = np.flatnonzero(~np.isnan(heat.magnitudes))
    shares = np.array([glow.scale.share(float(magnitude)) for magnitude in heat.magnitudes[reads]])
    kinds[reads] = np.round(shares * _HEAT_STEPS).astype(np.int64)
    if glow.lens is Lens.HEALTH:
        kinds[reads[heat.magnitudes[reads] > 1.0]] = _HEAT_STEPS + 1
    colors = [tint_of(glow.lens, tokens, place / _HEAT_STEPS).name() for place in range(_HEAT_STEPS + 1)]
    return Spots((*colors, tokens.nonfinite), kinds, np.maximum(heat.since, scene.first))


def _ground(scene: Scene, tokens: Tokens, camera: Camera, size: tuple[float, float, float]) -> QImage:
    """The panel with the groups on it."""
    width, height, ratio = size
    image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.panel))
    painter.drawRoundedRect(QRectF(0, 0, width, height), RADIUS, RADIUS)
    painter.setBrush(QColor(tokens.group))
    for row in _frames(scene, camera):
        painter.drawRoundedRect(QRectF(*row), 2.0, 2.0)
    painter.end()
    return image


def _frames(scene: Scene, camera: Camera) -> Floats:
    """Left, top, width and height of the groups that can be seen, in view pixels."""
    rows: Floats = (scene.frame_boxes - np.array([camera.x, camera.y] * 2)) * camera.scale
    rows[:, 2:] -= rows[:, :2]
    # Smaller ones lie in larger ones of the same colour or would not be seen.
    return rows if len(rows) <= _MANY_FRAMES else rows[rows[:, 2:].max(axis=1) >= _SMALLEST_FRAME]


def _paint_nodes(painter: QPainter, color: QColor, rects: Floats) -> None:
    painter.setBrush(color)
    if len(rects) <= _MANY_RECTS:
        for row in rects:
            painter.drawRoundedRect(QRectF(*row), 1.5, 1.5)
    else:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        draw_rects(painter, rects)
