"""Paints the names of groups from afar, where the boxes in them are too small for names of their own."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from engine.drawing.drawing import GroupFrame, Rect
from gui.theme.tokens import Tokens
from gui.widgets.lettering import Style, draw_text, faded, fitted_text, text_width

LEAST_NAMED_PX = 64.0
_LEAST_PX = (LEAST_NAMED_PX, 30.0)
"""On a smaller frame a name would cover what it names."""
_HEIGHT_PX, _PAD_PX, _INSET_PX = 18.0, 5.0, 4.0
_MOST = 80
_ROUND_UP_TO = 24
"""More names than this stand on plain rectangles: round corners take ten times as long."""
_LEAST_KEPT = 0.6
"""Of a name that is cut shorter than this, the part that tells it from others is gone."""


@dataclass(frozen=True, slots=True)
class GroupName:
    """A name and where it stands, in world coordinates."""

    chip: QRectF
    text: str


def placed_names(frames: Sequence[tuple[GroupFrame, int]], scale: float, seen: Rect) -> list[GroupName]:
    """Return where names stand, outer groups first; one that would cover another is left out.

    Args:
        frames: The frames in view, each with the number of frames around it.
        scale: View pixels for each world pixel; the names are of one size on the screen.
        seen: The world rectangle in view: the name of a group that begins outside stands at its edge.
    """
    taken: list[GroupName] = []
    for frame, _ in sorted(frames, key=lambda pair: (pair[1], -pair[0].rect.width * pair[0].rect.height)):
        if len(taken) >= _MOST:
            break
        text = fitted_text(frame.group.title, Style.FRAME_TITLE, frame.rect.width * scale - 2 * (_PAD_PX + _INSET_PX))
        if len(text) < _LEAST_KEPT * len(frame.group.title):
            continue
        chip = _chip(frame.rect, text, scale, seen)
        if chip is not None and not any(chip.intersects(other.chip) for other in taken):
            taken.append(GroupName(chip, text))
    return taken


def paint_group_names(painter: QPainter, tokens: Tokens, names: Sequence[GroupName], scale: float) -> None:
    """Paint names, in world coordinates."""
    for name in names:
        _paint(painter, tokens, name.chip, name.text, scale, is_round=len(names) <= _ROUND_UP_TO)


def _chip(rect: Rect, text: str, scale: float, seen: Rect) -> QRectF | None:
    """Where a name stands, in world coordinates; None where there is no room."""
    if rect.width * scale < _LEAST_PX[0] or rect.height * scale < _LEAST_PX[1]:
        return None
    left, top = max(rect.x, seen.x) + _INSET_PX / scale, max(rect.y, seen.y) + _INSET_PX / scale
    chip = QRectF(left, top, (text_width(text, Style.FRAME_TITLE) + 2 * _PAD_PX) / scale, _HEIGHT_PX / scale)
    return chip if chip.right() <= rect.right and chip.bottom() <= rect.bottom else None


def _paint(painter: QPainter, tokens: Tokens, chip: QRectF, text: str, scale: float, *, is_round: bool) -> None:
    painter.save()
    painter.translate(chip.topLeft())
    painter.scale(1 / scale, 1 / scale)
    ground = QRectF(0.0, 0.0, chip.width() * scale, _HEIGHT_PX)
    if is_round:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faded(tokens.canvas, 0.88))
        painter.drawRoundedRect(ground, 5.0, 5.0)
    else:
        painter.fillRect(ground, faded(tokens.canvas, 0.88))
    painter.setPen(QColor(tokens.text))
    draw_text(painter, _PAD_PX, 13.5, text, Style.FRAME_TITLE)
    painter.restore()
