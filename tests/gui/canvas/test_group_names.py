import pytest
from PySide6.QtGui import QImage, QPainter

from engine.drawing.drawing import GroupFrame, Rect
from engine.graph.view import GroupKey, ViewGroup
from engine.trace.ids import StepIndex
from gui.canvas.group_names import paint_group_names, placed_names
from gui.theme.tokens import LIGHT

SEEN = Rect(0.0, 0.0, 4000.0, 3000.0)


def _frame(title: str, rect: Rect) -> GroupFrame:
    group = ViewGroup(
        key=GroupKey(title), title=title, subtitle="", parent=None, first_step=StepIndex(0), last_step=StepIndex(1)
    )
    return GroupFrame(group, rect)


def _inked(frames: list[tuple[GroupFrame, int]], part: Rect, scale: float = 0.1) -> bool:
    """Whether a part of the picture, given in the world, is painted upon."""
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(0xFF00FF00)
    painter = QPainter(image)
    painter.scale(scale, scale)
    paint_group_names(painter, LIGHT, placed_names(frames, scale, SEEN), scale)
    painter.end()
    x, y, width, height = (round(number * scale) for number in (part.x, part.y, part.width, part.height))
    return any(image.pixel(x + dx, y + dy) != 0xFF00FF00 for dx in range(width) for dy in range(height))


def test_a_large_group_has_its_name_and_a_small_one_has_none() -> None:
    large, small = Rect(100, 100, 2000, 1500), Rect(2500, 100, 400, 400)
    frames = [(_frame("net", large), 0), (_frame("head", small), 0)]
    assert _inked(frames, large)
    assert not _inked(frames, small)


def test_an_inner_name_that_would_cover_the_outer_one_is_left_out() -> None:
    outer, inner = Rect(0, 0, 3000, 2000), Rect(20, 20, 2000, 1500)
    alone = Rect(300, 60, 400, 120)
    assert _inked([(_frame("a name of some length", inner), 1)], alone)
    assert not _inked([(_frame("a name of some length", inner), 1), (_frame("net", outer), 0)], Rect(600, 60, 400, 120))


@pytest.mark.parametrize(("title", "is_there"), [("net", True), ("a name that is far too long for it" * 300, False)])
def test_a_name_that_would_be_cut_to_nothing_is_left_out(title: str, is_there: bool) -> None:
    rect = Rect(0, 0, 900, 900)
    assert _inked([(_frame(title, rect), 0)], rect) is is_there
