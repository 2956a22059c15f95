"""The overview in the corner: groups and nodes as blocks, no wires, and the part that is in view."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from engine.drawing.drawing import Point, Rect
from gui.canvas.batches import draw_rects
from gui.canvas.lens import Lens, LensScale
from gui.canvas.scene import Ints, Scene
from gui.canvas.tint import tint_of
from gui.theme.tokens import Tokens
from gui.widgets.camera import Camera, Margins, fitted
from gui.widgets.lettering import faded

WIDTH, HEIGHT = 154.0, 92.0
_EDGE = 14.0
_INSET = 10.0
_RADIUS = 7.0
_MANY_FRAMES = 60
_SMALLEST_FRAME = 6.0
_HEAT_STEPS = 12
_SMALLEST_VIEW = 7.0
"""The part in view stays visible on the overview of a huge graph."""


@dataclass(frozen=True, slots=True)
class Minimap:
    """Where the overview stands in a view and how it maps the drawing."""

    frame: Rect
    camera: Camera

    def to_world(self, point: Point) -> Point:
        """Return the world point under a view point inside the overview."""
        return self.camera.to_world((point[0] - self.frame.x, point[1] - self.frame.y))

    def holds(self, point: Point) -> bool:
        """Whether a view point lies on the overview."""
        frame = self.frame
        return frame.x <= point[0] <= frame.right and frame.y <= point[1] <= frame.bottom


def minimap_of(bounds: Rect, width: float, height: float) -> Minimap:
    """Return the overview of a drawing at the bottom right of a view of this size."""
    frame = Rect(width - WIDTH - _EDGE, height - HEIGHT - _EDGE, WIDTH, HEIGHT)
    margins = Margins(_INSET, _INSET, _INSET, _INSET)
    return Minimap(frame, fitted(bounds, WIDTH, HEIGHT, margins, max_scale=0.25))


@dataclass(frozen=True, slots=True)
class Glow:
    """What the lens in force reads, for the overview: blocks of nodes glow in its colours."""

    lens: Lens
    scale: LensScale


class MinimapPainter:
    """Paints the overview; keeps the blocks as an image until drawing, step, theme or size change."""

    def __init__(self) -> None:
        self._made_for: tuple[object, ...] = ()
        self._blocks = QImage()

    def paint(
        self,
        painter: QPainter,
        minimap: Minimap,
        scene: Scene,
        tokens: Tokens,
        step: int,
        seen: Rect,
        glow: Glow | None = None,
    ) -> None:
        """Paint the overview, in view coordinates; ``seen`` is the world rectangle in view."""
        frame = _rect(minimap.frame)
        ratio = painter.device().devicePixelRatioF()
        wanted = (scene, tokens, step, minimap.camera, ratio, glow)
        if wanted != self._made_for:
            self._made_for, self._blocks = wanted, _blocks(minimap, scene, tokens, step, ratio, glow)
        painter.drawImage(frame.topLeft(), self._blocks)
        painter.setPen(QPen(QColor(tokens.hairline), 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, _RADIUS, _RADIUS)
        painter.save()
        painter.setClipRect(frame.adjusted(1, 1, -1, -1))
        painter.translate(frame.topLeft())
        self._paint_view(painter, minimap.camera.rect_to_view(seen), tokens)
        painter.restore()

    def _paint_view(self, painter: QPainter, view: Rect, tokens: Tokens) -> None:
        left, top = max(view.x, 4.0), max(view.y, 4.0)
        right, bottom = min(view.right, WIDTH - 4.0), min(view.bottom, HEIGHT - 4.0)
        right, bottom = max(right, left + _SMALLEST_VIEW), max(bottom, top + _SMALLEST_VIEW)
        if view.x < WIDTH and view.y < HEIGHT and view.right > 0 and view.bottom > 0:
            painter.setPen(QPen(QColor(tokens.accent), 1.0))
            painter.drawRoundedRect(QRectF(QPointF(left, top), QPointF(right, bottom)), 3.0, 3.0)


def _blocks(minimap: Minimap, scene: Scene, tokens: Tokens, step: int, ratio: float, glow: Glow | None) -> QImage:
    image = QImage(round(WIDTH * ratio), round(HEIGHT * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.panel))
    painter.drawRoundedRect(QRectF(0, 0, WIDTH, HEIGHT), _RADIUS, _RADIUS)
    _paint_groups(painter, minimap.camera, scene, tokens)
    _paint_nodes(painter, minimap.camera, scene, _brushes(scene, tokens, step, glow))
    painter.end()
    return image


def _paint_groups(painter: QPainter, camera: Camera, scene: Scene, tokens: Tokens) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.group))
    frames = [camera.rect_to_view(frame.rect) for frame in scene.drawing.frames]
    for frame in frames:
        # Smaller ones lie in larger ones of the same colour or would not be seen.
        if len(frames) <= _MANY_FRAMES or max(frame.width, frame.height) >= _SMALLEST_FRAME:
            painter.drawRoundedRect(_rect(frame), 2.0, 2.0)


def _brushes(scene: Scene, tokens: Tokens, step: int, glow: Glow | None) -> dict[tuple[str, float], Ints]:
    """Which nodes have which colour and opacity, the faintest first."""
    is_future = scene.first > step
    lit = _lit(scene, tokens, step, glow)
    done_backward, done = (0.66, 0.30) if glow is None else (0.25, 0.20)
    rest = np.ones(len(scene.nodes), dtype=np.bool_)
    for nodes in lit.values():
        rest[nodes] = False
    groups: defaultdict[tuple[str, float], list[Ints]] = defaultdict(list)
    for lane, color, opacity in (
        (scene.is_backward, tokens.backward, done_backward),
        (~scene.is_backward, tokens.edge, done),
    ):
        groups[(color, opacity)].append(np.flatnonzero(lane & ~is_future & rest))
        groups[(color, opacity * 0.33)].append(np.flatnonzero(lane & is_future & rest))
    plain = {brush: np.concatenate(parts) for brush, parts in groups.items()}
    return plain | {(color, 1.0): nodes for color, nodes in lit.items()}


def _lit(scene: Scene, tokens: Tokens, step: int, glow: Glow | None) -> dict[str, Ints]:
    """The nodes at which the lens reads something by now, by colour; what is not finite comes last, on top."""
    heat = None if glow is None else glow.scale.heat
    if glow is None or heat is None or len(heat.magnitudes) != len(scene.nodes):
        return {}
    reads = np.flatnonzero(~np.isnan(heat.magnitudes) & (heat.since <= step) & (scene.first <= step))
    shares = np.array([glow.scale.share(float(magnitude)) for magnitude in heat.magnitudes[reads]])
    places = np.round(shares * _HEAT_STEPS).astype(np.int64)
    is_sick = (heat.magnitudes[reads] > 1.0) if glow.lens is Lens.HEALTH else np.zeros(len(reads), dtype=np.bool_)
    found = {
        tint_of(glow.lens, tokens, place / _HEAT_STEPS).name(): reads[(places == place) & ~is_sick]
        for place in np.unique(places).tolist()
    }
    return found | {tokens.nonfinite: reads[is_sick]}


def _paint_nodes(painter: QPainter, camera: Camera, scene: Scene, brushes: dict[tuple[str, float], Ints]) -> None:
    boxes = (scene.boxes - np.array([camera.x, camera.y, camera.x, camera.y])) * camera.scale
    boxes[:, 2:] = np.maximum(boxes[:, 2:] - boxes[:, :2], 1.2)
    for (color, opacity), nodes in brushes.items():
        rects = boxes[nodes]
        painter.setBrush(faded(color, opacity))
        if len(rects) <= 300:
            for row in rects:
                painter.drawRoundedRect(QRectF(*row), 1.5, 1.5)
        else:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            draw_rects(painter, rects)


def _rect(rect: Rect) -> QRectF:
    return QRectF(rect.x, rect.y, rect.width, rect.height)
