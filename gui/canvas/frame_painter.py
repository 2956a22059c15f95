"""Paints the frames of opened groups and the headings of the lanes."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from engine.drawing.drawing import GroupFrame, LaneLabel
from gui.canvas.ink import Style, draw_text, fitted_text, text_width
from gui.theme.colors import mix
from gui.theme.tokens import Tokens

_RADIUS_OUTER, _RADIUS_INNER = 16.0, 11.0
TITLE_HEIGHT = 30.0
_MARGIN = 16.0


class FramePainter:
    """Paints frames and lanes in one theme, in world coordinates."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def paint(self, painter: QPainter, frame: GroupFrame, depth: int, *, with_title: bool) -> None:
        """Paint one frame; ``depth`` counts the frames around it."""
        rect = QRectF(frame.rect.x, frame.rect.y, frame.rect.width, frame.rect.height)
        radius = _RADIUS_OUTER if depth == 0 else _RADIUS_INNER
        tokens = self._tokens
        painter.setPen(QPen(QColor(tokens.node_border), 1.0))
        painter.setBrush(mix(tokens.group, tokens.hover, 0.6 * min(depth, 3)) if depth else QColor(tokens.group))
        painter.drawRoundedRect(rect, radius, radius)
        if with_title:
            self._title(painter, frame, rect)

    def _title(self, painter: QPainter, frame: GroupFrame, rect: QRectF) -> None:
        baseline = rect.y() + TITLE_HEIGHT * 0.5 + 6.0
        room = rect.width() - 2 * _MARGIN
        title = fitted_text(f"▾ {frame.group.title}", Style.FRAME_TITLE, room)
        painter.setPen(QColor(self._tokens.text))
        draw_text(painter, rect.x() + _MARGIN, baseline, title, Style.FRAME_TITLE)
        left = text_width(title, Style.FRAME_TITLE) + 8.0
        if frame.group.subtitle and room - left > 24.0:
            text = fitted_text(frame.group.subtitle, Style.FRAME_TEXT, room - left)
            painter.setPen(QColor(self._tokens.muted))
            draw_text(painter, rect.x() + _MARGIN + left, baseline, text, Style.FRAME_TEXT)

    def paint_lane(self, painter: QPainter, lane: LaneLabel) -> None:
        """Paint a heading; ``position`` is where its baseline begins."""
        tokens = self._tokens
        text = lane.text.upper()
        color = {"BACKWARD": tokens.backward, "OPTIMIZER": tokens.optimizer}.get(text, tokens.muted)
        painter.setPen(QColor(color))
        draw_text(painter, lane.position[0], lane.position[1], text, Style.LANE)
