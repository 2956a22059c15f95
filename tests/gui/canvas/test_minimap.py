import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from gui.canvas.lens import Lens, scale_of
from gui.canvas.minimap import HEIGHT, WIDTH, minimap_of
from gui.canvas.minimap_blocks import Blocks, Glow
from gui.canvas.overview_pixels import MANY_NODES, Brush, OverviewPixels, Spots
from gui.canvas.scene import Scene
from gui.canvas.valuebook import ValueBook
from gui.theme.tokens import DARK, LIGHT
from tests.support.drawings import grid_drawing
from tests.support.recordings import starter_recording


def ground(width=8, height=4):
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor("#FFFFFF"))
    return image


def spots(count, kinds=None, colors=("#FF0000", "#0000FF")):
    kinds = np.full(count, -1) if kinds is None else np.array(kinds)
    return Spots(colors, kinds, np.full(count, 3))


def color_at(image, x, y):
    return image.pixelColor(x, y).name()


def test_each_block_covers_its_pixels_and_at_least_one():
    boxes = np.array([[1.0, 1.0, 3.0, 2.0], [6.2, 2.1, 6.3, 2.2], [7.9, 3.9, 9.0, 9.0]])
    image = OverviewPixels(ground(), boxes, spots(3)).image([Brush("#000000", 0.5)], np.zeros(3, dtype=int), 0)
    dark = {(x, y) for x in range(8) for y in range(4) if color_at(image, x, y) != "#ffffff"}
    assert dark == {(1, 1), (2, 1), (6, 2), (7, 3)}
    assert image.pixelColor(1, 1).red() == pytest.approx(128, abs=1)


def test_blocks_on_one_another_are_as_dark_as_painted_one_after_the_other():
    boxes = np.array([[0.0, 0.0, 1.0, 1.0]] * 3)
    image = OverviewPixels(ground(), boxes, spots(3)).image([Brush("#000000", 0.5)], np.zeros(3, dtype=int), 0)
    assert image.pixelColor(0, 0).red() == pytest.approx(255 * 0.5**3, abs=1)


@pytest.mark.parametrize("has_spots", [False, True])
def test_from_step_to_step_it_becomes_what_it_is_when_made_anew(has_spots):
    random = np.random.default_rng(3)
    corners = random.uniform(0, 60, (400, 2))
    boxes = np.concatenate([corners, corners + random.uniform(0.5, 4, (400, 2))], axis=1)
    first, backward = random.permutation(400), np.where(random.random(400) < 0.4, 2, 0)
    read = np.where(random.random(400) < 0.1, 1, -1) if has_spots else np.full(400, -1)
    brushes = [Brush("#888888", 0.3), Brush("#888888", 0.1), Brush("#aa55ff", 0.66), Brush("#aa55ff", 0.2)]

    def made():
        return OverviewPixels(ground(64, 64), boxes, Spots(("#FF0000", "#0000FF"), read, first))

    stepped = made()
    for step in (-1, 0, 5, 6, 4, 200, 201, 399):
        kinds = backward + (first > step)
        assert stepped.image(brushes, kinds, step) == made().image(brushes, kinds, step)


def test_what_the_lens_reads_lies_above_and_the_last_colour_on_top():
    boxes = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 2.0, 1.0], [1.0, 0.0, 2.0, 1.0]])
    pixels = OverviewPixels(ground(), boxes, spots(3, kinds=[1, 0, -1]))
    kinds = np.zeros(3, dtype=int)
    before = pixels.image([Brush("#000000", 0.5)], kinds, 2)
    after = pixels.image([Brush("#000000", 0.5)], kinds, 3)
    assert color_at(before, 0, 0) not in ("#ff0000", "#0000ff")
    assert (color_at(after, 0, 0), color_at(after, 1, 0)) == ("#0000ff", "#ff0000")


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
@pytest.mark.parametrize("lens", [Lens.VALUES, Lens.TIME])
def test_pixels_and_painting_show_about_the_same(qtbot, monkeypatch, tokens, lens):
    """Whole blocks of more than a pixel, at any step: the same picture but for smooth edges."""
    drawing = grid_drawing(40, 50)
    scene = Scene(drawing)
    assert len(scene.nodes) >= MANY_NODES
    scale = scale_of(lens, drawing.nodes, ValueBook(starter_recording()), 0)
    glow = None if scale is None else Glow(lens, scale)
    size = (WIDTH, HEIGHT, 2.0)
    camera = minimap_of(drawing.bounds, 900, 700).camera
    counted = Blocks(scene, tokens, camera, size, glow)
    monkeypatch.setattr("gui.canvas.minimap_blocks.MANY_NODES", 10**9)
    painted = Blocks(scene, tokens, camera, size, glow)
    for step in (0, 700, 2000):
        first, second = (_array(blocks.image(step)) for blocks in (counted, painted))
        assert abs(first.mean() - second.mean()) < 6
    assert not np.array_equal(_array(counted.image(0)), _array(counted.image(1000)))


def _array(image):
    return np.frombuffer(image.constBits(), dtype=np.uint8).astype(float)
