"""The overview in the corner: groups and nodes as blocks, no wires, and the part that is in view."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from engine.drawing.drawing import Point, Rect
from gui.canvas.minimap_blocks import RADIUS, Blocks, Glow
from gui.canvas.overview_pixels import MANY_NODES
from gui.canvas.scene import Scene
from gui.theme.tokens import Tokens
from gui.widgets.camera import Camera, Margins, fitted

WIDTH, HEIGHT = 154.0, 92.0
_EDGE = 14.0
_INSET = 10.0
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


class MinimapPainter:
    """Paints the overview; keeps its picture until drawing, step, theme or size change.

    Attributes:
        is_pending: Whether the blocks of a large drawing were left to the next frame.
    """

    def __init__(self) -> None:
        self.is_pending = False
        self._made_for: tuple[object, ...] = ()
        self._made_at: int | None = None
        self._blocks: Blocks | None = None
        self._image = QImage()

    def paint(
        self,
        painter: QPainter,
        minimap: Minimap,
        scene: Scene,
        tokens: Tokens,
        step: int,
        seen: Rect,
        glow: Glow | None = None,
        *,
        is_whole: bool = True,
    ) -> None:
        """Paint the overview, in view coordinates.

        Args:
            painter: A painter in view coordinates.
            minimap: Where it stands.
            scene: What is painted.
            tokens: The theme.
            step: The state shown is that right after this step.
            seen: The world rectangle in view.
            glow: What the lens reads.
            is_whole: Whether the blocks have to be there, or may come with the next frame where they are many.
        """
        frame = _rect(minimap.frame)
        ratio = painter.device().devicePixelRatioF()
        wanted = (scene, tokens, minimap.camera, ratio, glow)
        is_new = wanted != self._made_for
        if is_new:
            self._made_for, self._made_at, self._blocks = wanted, None, None
        self.is_pending = is_new and not is_whole and len(scene.nodes) >= MANY_NODES
        if not self.is_pending:
            if self._blocks is None:
                self._blocks = Blocks(scene, tokens, minimap.camera, (WIDTH, HEIGHT, ratio), glow)
            if step != self._made_at:
                self._made_at, self._image = step, self._blocks.image(step)
            painter.drawImage(frame.topLeft(), self._image)
        painter.setPen(QPen(QColor(tokens.hairline), 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
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


def _rect(rect: Rect) -> QRectF:
    return QRectF(rect.x, rect.y, rect.width, rect.height)
