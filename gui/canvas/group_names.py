"""Paints the names of groups from afar, where the boxes in them are too small for names of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from engine.drawing.drawing import GroupFrame, Rect
from gui.canvas.label_images import LabelImages
from gui.theme.tokens import Tokens
from gui.widgets.lettering import Style, draw_text, faded, fitted_text, text_width

LEAST_NAMED_PX, LEAST_NAMED_HIGH_PX = 64.0, 30.0
"""On a smaller frame a name would cover what it names."""
_HEIGHT_PX, _PAD_PX, _INSET_PX = 18.0, 5.0, 4.0
_MOST = 80
_ROUND_UP_TO = 24
"""More names than this stand on plain rectangles: round corners take ten times as long."""
_SURELY_CUT = 0.3
"""In so small a share of its width no name keeps enough of its letters: it is not even tried."""
_LEAST_KEPT = 0.6
"""Of a name that is cut shorter than this, the part that tells it from others is gone."""

_Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


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
    taken: list[_Box] = []
    names: list[GroupName] = []
    for frame, _ in sorted(frames, key=lambda pair: (pair[1], -pair[0].rect.width * pair[0].rect.height)):
        if len(names) >= _MOST:
            break
        room = frame.rect.width * scale - 2 * (_PAD_PX + _INSET_PX)
        if room < _SURELY_CUT * text_width(frame.group.title, Style.FRAME_TITLE):
            continue
        text = fitted_text(frame.group.title, Style.FRAME_TITLE, room)
        if len(text) < _LEAST_KEPT * len(frame.group.title):
            continue
        box = _chip(frame.rect, text, scale, seen)
        if box is None:
            continue
        left, top, right, bottom = box
        if not any(x < right and left < end and y < bottom and top < foot for x, y, end, foot in taken):
            taken.append(box)
            names.append(GroupName(QRectF(left, top, right - left, bottom - top), text))
    return names


def paint_group_names(
    painter: QPainter, tokens: Tokens, names: Sequence[GroupName], scale: float, images: LabelImages | None = None
) -> None:
    """Paint names, in world coordinates; on a device in pixels by means of images that are kept."""
    is_round = len(names) <= _ROUND_UP_TO
    world = painter.worldTransform()
    for name in names:
        ground = QRectF(0.0, 0.0, name.chip.width() * scale, _HEIGHT_PX)
        painter.translate(name.chip.topLeft())
        painter.scale(1 / scale, 1 / scale)
        paint = partial(_paint, tokens, ground, name.text, is_round)
        if images is None:
            paint(painter)
        else:
            images.draw(painter, (name.text, is_round), ground, paint, grows=False)
        painter.setWorldTransform(world)


def _chip(rect: Rect, text: str, scale: float, seen: Rect) -> _Box | None:
    """Where a name stands, in world coordinates; None where there is no room."""
    if rect.width * scale < LEAST_NAMED_PX or rect.height * scale < LEAST_NAMED_HIGH_PX:
        return None
    left, top = max(rect.x, seen.x) + _INSET_PX / scale, max(rect.y, seen.y) + _INSET_PX / scale
    right, bottom = left + (text_width(text, Style.FRAME_TITLE) + 2 * _PAD_PX) / scale, top + _HEIGHT_PX / scale
    return (left, top, right, bottom) if right <= rect.right and bottom <= rect.bottom else None


def _paint(tokens: Tokens, ground: QRectF, text: str, is_round: bool, painter: QPainter) -> None:  # noqa: FBT001  # one caller, above
    if is_round:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faded(tokens.canvas, 0.88))
        painter.drawRoundedRect(ground, 5.0, 5.0)
    else:
        painter.fillRect(ground, faded(tokens.canvas, 0.88))
    painter.setPen(QColor(tokens.text))
    draw_text(painter, _PAD_PX, 13.5, text, Style.FRAME_TITLE)
