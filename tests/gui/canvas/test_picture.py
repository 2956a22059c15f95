from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from engine.drawing.drawing import Direction, Drawing, Rect
from engine.drawing.part import only
from engine.trace.ids import StepIndex
from gui.canvas.emphasis import Emphasis
from gui.canvas.picture import Painting, PictureError, Sheet, picture_size, render_image, render_png
from gui.theme.tokens import DARK, LIGHT
from tests.support.drawings import grid_drawing, starter_drawing
from tests.support.recordings import starter_recording


def test_png_has_the_size_of_the_drawing(tmp_path: Path) -> None:
    path = tmp_path / "graph.png"
    render_png(starter_drawing(), starter_recording(), StepIndex(5), LIGHT, 2.0, path)
    image = QImage(str(path))
    assert (image.width(), image.height()) == picture_size(starter_drawing(), 2.0)


def test_steps_look_different() -> None:
    pictures = [render_image(starter_drawing(), starter_recording(), StepIndex(n), DARK) for n in range(-1, 9)]
    for first, second in pairwise(pictures):
        assert first != second


def test_too_large_a_picture_is_refused_with_a_scale_that_fits() -> None:
    with pytest.raises(PictureError, match=r"choose a scale up to 1\.\d+") as raised:
        picture_size(grid_drawing(50, 50), 4.0)
    fitting = float(str(raised.value).split("up to ")[1].split(",")[0])
    assert max(picture_size(grid_drawing(50, 50), fitting)) > 1000


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_scale_is_refused(scale: float) -> None:
    with pytest.raises(PictureError, match="positive number"):
        picture_size(starter_drawing(), scale)


def test_file_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        render_png(starter_drawing(), starter_recording(), StepIndex(5), LIGHT, 1.0, tmp_path / "no" / "x.png")


def test_empty_drawing_gives_a_picture() -> None:
    nothing = Drawing((), (), (), (), Rect(0, 0, 0, 0), Direction.LEFT_RIGHT)
    assert not render_image(nothing, starter_recording(), StepIndex(-1), LIGHT).isNull()


def test_a_part_without_the_current_step_rings_no_other_box() -> None:
    recording, drawing = starter_recording(), starter_drawing()
    last = StepIndex(len(recording) - 1)
    keys = frozenset(box.node.key for box in drawing.nodes[:3])
    part = only(drawing, keys)

    def painted(*, is_part: bool, shows_current: bool = True) -> QImage:
        painting = Painting(part, recording, LIGHT, sheet=Sheet(is_part=is_part))
        return painting.image(last, 1.0, Emphasis(shows_current=shows_current))

    assert painted(is_part=False) != painted(is_part=False, shows_current=False)
    assert painted(is_part=True) == painted(is_part=True, shows_current=False)
    assert painted(is_part=True) == painted(is_part=False, shows_current=False)
