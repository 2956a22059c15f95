"""Paints the frames of opened groups and the headings of the lanes."""

from functools import partial

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from engine.drawing.drawing import GroupFrame, LaneLabel, Rect
from engine.drawing.measure import shortened
from gui.canvas.batches import draw_rects
from gui.canvas.label_images import LabelImages
from gui.canvas.scene import Floats, Ints
from gui.theme.colors import mix
from gui.theme.tokens import Tokens
from gui.widgets.lettering import Style, draw_text, fitted_text, heading_growth, text_width

_RADIUS_OUTER, _RADIUS_INNER = 16.0, 11.0
TITLE_HEIGHT = 30.0
_MARGIN = 16.0
_TITLE_GAP = 8.0
_SMALLEST_TITLE = 90.0
_ROUNDED_FROM_PX = 40.0
_LINE_REACH = 20.0
"""How far above and below its middle a line of text reaches at 100 %, and more than that."""
_LARGEST_TITLE, _LARGEST_LANE = 1.4, 1.6


class FramePainter:
    """Paints frames and lanes in one theme, in world coordinates."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def paint(self, painter: QPainter, frame: GroupFrame, depth: int) -> None:
        """Paint one frame without its title; ``depth`` counts the frames around it."""
        rect = QRectF(frame.rect.x, frame.rect.y, frame.rect.width, frame.rect.height)
        radius = _RADIUS_OUTER if depth == 0 else _RADIUS_INNER
        painter.setPen(QPen(QColor(self._tokens.node_border), 1.0))
        painter.setBrush(self._fill(depth))
        painter.drawRoundedRect(rect, radius, radius)

    def paint_many(self, painter: QPainter, boxes: Floats, depths: Ints, scale: float) -> None:
        """Paint frames without titles from afar, where rounded corners show only on large ones.

        Args:
            painter: A painter in world coordinates.
            boxes: Left, top, right, bottom of each frame.
            depths: For each the number of frames around it.
            scale: Pixels for each world pixel.
        """
        rows = boxes.copy()
        rows[:, 2:] -= rows[:, :2]
        is_small = rows[:, 2:].max(axis=1) * scale < _ROUNDED_FROM_PX
        for depth in np.unique(depths).tolist():
            painter.setPen(QPen(QColor(self._tokens.node_border), 1.0))
            painter.setBrush(self._fill(depth))
            radius = _RADIUS_OUTER if depth == 0 else _RADIUS_INNER
            for row in rows[(depths == depth) & ~is_small]:
                painter.drawRoundedRect(QRectF(*row), radius, radius)
            draw_rects(painter, rows[(depths == depth) & is_small])

    def _fill(self, depth: int) -> QColor:
        tokens = self._tokens
        return mix(tokens.group, tokens.hover, 0.6 * min(depth, 3)) if depth else QColor(tokens.group)

    def paint_title(
        self,
        painter: QPainter,
        frame: GroupFrame,
        depth: int,
        scale: float,
        seen: Rect,
        images: LabelImages | None = None,
    ) -> None:
        """Paint the title of a frame on a ground of its own, so that no edge runs through the letters.

        Where the frame begins left of the view, which shows ``seen``, the title moves to the left edge of the view.
        On a device in pixels ``images`` keeps the title for the next time.
        """
        grow = heading_growth(scale, _LARGEST_TITLE)
        left = max(frame.rect.x, min(seen.x, frame.rect.right - _SMALLEST_TITLE)) + _MARGIN
        middle = frame.rect.y + TITLE_HEIGHT / 2
        if left > seen.right or not _comes_into(seen, middle, grow):
            return  # letters cost much even where nobody sees them: near, most titles are above the view
        painter.save()
        painter.translate(left, middle)
        painter.scale(grow, grow)
        # The name may stand before an edge that comes in from above; what follows the name ends where that edge is.
        is_moved = frame.heading_px is None or left > frame.rect.x + _MARGIN
        whole = frame.rect.right - left - _MARGIN
        free = whole if is_moved else frame.rect.x + (frame.heading_px or 0.0) - left
        self._title(painter, frame, depth, whole / grow, min(whole, free) / grow, images)
        painter.restore()

    def _title(
        self, painter: QPainter, frame: GroupFrame, depth: int, room: float, free: float, images: LabelImages | None
    ) -> None:
        title = fitted_text(f"▾ {frame.group.title}", Style.FRAME_TITLE, room)
        width = text_width(title, Style.FRAME_TITLE)
        text = shortened(
            frame.group.subtitle, free - width - _TITLE_GAP, lambda part: text_width(part, Style.FRAME_TEXT)
        )
        whole = width + (_TITLE_GAP + text_width(text, Style.FRAME_TEXT) if text else 0.0)
        ground = QRectF(-4.0, -9.5, whole + 8.0, 20.0)
        paint = partial(self._write, ground, title, text, depth)
        if images is None:
            paint(painter)
        else:
            images.draw(painter, (title, text, depth), ground, paint)

    def _write(self, ground: QRectF, title: str, text: str, depth: int, painter: QPainter) -> None:
        painter.fillRect(ground, self._fill(depth))
        painter.setPen(QColor(self._tokens.text))
        draw_text(painter, 0.0, 5.0, title, Style.FRAME_TITLE)
        painter.setPen(QColor(self._tokens.muted))
        draw_text(painter, text_width(title, Style.FRAME_TITLE) + _TITLE_GAP, 5.0, text, Style.FRAME_TEXT)

    def paint_lane(self, painter: QPainter, lane: LaneLabel, scale: float, seen: Rect) -> None:
        """Paint a heading, if it comes into ``seen``; ``position`` is where its baseline begins."""
        tokens = self._tokens
        text = lane.text.upper()
        color = {"BACKWARD": tokens.backward, "OPTIMIZER": tokens.optimizer}.get(text, tokens.muted)
        grow = heading_growth(scale, _LARGEST_LANE)
        if not _comes_into(seen, lane.position[1], grow):
            return
        painter.save()
        painter.translate(*lane.position)
        painter.scale(grow, grow)
        painter.fillRect(QRectF(-3.0, -10.0, text_width(text, Style.LANE) + 6.0, 13.0), QColor(tokens.canvas))
        painter.setPen(QColor(color))
        draw_text(painter, 0.0, 0.0, text, Style.LANE)
        painter.restore()


def _comes_into(seen: Rect, middle: float, grow: float) -> bool:
    """Whether a line of text at a height comes into view, grown by a factor."""
    return seen.y - _LINE_REACH * grow <= middle <= seen.bottom + _LINE_REACH * grow
