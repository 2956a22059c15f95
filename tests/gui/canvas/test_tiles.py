import math

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from engine.drawing.drawing import Rect
from engine.trace.ids import StepIndex
from gui.canvas.emphasis import NO_EMPHASIS, Emphasis
from gui.canvas.lens import Lens
from gui.canvas.level import Level
from gui.canvas.scene import Scene
from gui.canvas.scene_painter import ScenePainter, Tools
from gui.canvas.surface import Surface
from gui.canvas.tile_copier import Frame, TileCopier
from gui.canvas.tile_work import TileWork
from gui.canvas.tiled_painter import TiledPainter
from gui.canvas.tiles import Layer, Place, Tile, TileStore, area_of, layer_of_scale, places_in
from gui.canvas.valuebook import ValueBook
from gui.theme.tokens import LIGHT
from gui.widgets.camera import Camera
from tests.support.drawings import grid_drawing, starter_drawing
from tests.support.recordings import starter_recording

WIDTH, HEIGHT = 640, 400


def _scene(columns: int = 12, rows: int = 40) -> ScenePainter:
    tools = Tools(LIGHT, ValueBook(starter_recording()))
    return ScenePainter(tools, Scene(grid_drawing(columns, rows)), Lens.VALUES, None)


def _frame(camera: Camera, step: int, emphasis: Emphasis = NO_EMPHASIS, budget_s: float = 9.0, ratio: int = 1) -> Frame:
    return Frame(camera, WIDTH, HEIGHT, float(ratio), StepIndex(step), emphasis, budget_s)


def _from_tiles(tiles: TiledPainter, frame: Frame) -> QImage:
    image = QImage(round(WIDTH * frame.ratio), round(HEIGHT * frame.ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(frame.ratio)
    image.fill(LIGHT.canvas)
    painter = QPainter(image)
    tiles.paint(painter, frame)
    painter.end()
    return image


def _at_once(scene: ScenePainter, frame: Frame) -> QImage:
    image = QImage(round(WIDTH * frame.ratio), round(HEIGHT * frame.ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(frame.ratio)
    image.fill(LIGHT.canvas)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.scale(frame.camera.scale, frame.camera.scale)
    painter.translate(-frame.camera.x, -frame.camera.y)
    scene.paint(painter, frame.camera.scale, frame.seen, frame.step, frame.emphasis)
    painter.end()
    return image


def _different(first: QImage, second: QImage) -> float:
    """The share of pixels that differ clearly."""
    one, other = (np.frombuffer(image.constBits(), np.uint8).reshape(-1, 4).astype(int) for image in (first, second))
    return float((np.abs(one - other).max(axis=1) > 60).mean())


@pytest.mark.parametrize("ratio", [1, 2])
@pytest.mark.parametrize("scale", [0.125, 0.25, 0.5, 1.0, 2.0])
def test_tiles_at_rest_show_what_painting_at_once_shows(qtbot: QtBot, scale: float, ratio: int) -> None:
    scene = _scene()
    frame = _frame(Camera(-24, 32, scale), 200, ratio=ratio)  # whole pixels at every scale
    assert _different(_from_tiles(TiledPainter(scene), frame), _at_once(scene, frame)) < 0.01


def test_stepping_to_and_fro_ends_in_the_same_picture(qtbot: QtBot) -> None:
    scene = _scene()
    tiles, camera = TiledPainter(scene), Camera(0, 0, 0.25)
    first = _from_tiles(tiles, _frame(camera, 50))
    later = _from_tiles(tiles, _frame(camera, 300))
    assert _different(first, later) > 0.02
    assert _different(later, _at_once(scene, _frame(camera, 300))) < 0.01
    assert _different(_from_tiles(tiles, _frame(camera, 50)), first) == 0.0


def test_a_step_paints_only_the_tiles_on_which_something_changes(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = _scene()
    tiles, camera = TiledPainter(scene), Camera(0, 0, 0.5)
    _from_tiles(tiles, _frame(camera, 4))
    painted = []
    paint_tile = scene.paint_tile

    def counted(*words: object) -> object:
        painted.append(words)
        return paint_tile(*words)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(scene, "paint_tile", counted)
    _from_tiles(tiles, _frame(camera, 4))
    assert painted == []
    _from_tiles(tiles, _frame(camera, 5))
    assert 1 <= len(painted) <= 4


def test_without_time_every_frame_is_a_step_forward(qtbot: QtBot) -> None:
    scene = _scene()
    tiles, frame = TiledPainter(scene), _frame(Camera(0, 0, 0.5), 100, budget_s=0.0)
    frames = 0
    while frames == 0 or tiles.is_pending:
        image = _from_tiles(tiles, frame)
        frames += 1
        assert frames < 200
    assert frames > 4
    assert _different(image, _at_once(scene, frame)) < 0.01


@pytest.mark.parametrize("scale", [0.1, 0.5, 1.0, 2.0])
def test_a_tile_painted_bit_by_bit_looks_like_one_painted_at_once(qtbot: QtBot, scale: float) -> None:
    step, traced = StepIndex(100), Emphasis(traced=frozenset(range(0, 480, 3)))
    for emphasis in (NO_EMPHASIS, traced):
        scene = _scene()
        place = places_in(Rect(0, 0, 200, 200), layer_of_scale(scale, 1.0))[0]
        side = place.layer.side_px
        images = (QImage(side, side, QImage.Format.Format_RGB32) for _ in range(2))
        whole, bits = (TileWork(scene, place, step, emphasis, None, image) for image in images)
        assert whole.go_on(math.inf)
        count = 1
        while not bits.go_on(-math.inf):
            count += 1
        assert count > 4
        assert whole.tile().image == bits.tile().image


def test_a_zoom_stretches_and_then_becomes_sharp(qtbot: QtBot) -> None:
    scene = _scene()
    tiles = TiledPainter(scene)
    _from_tiles(tiles, _frame(Camera(0, 0, 0.5), 100))
    zoomed = _frame(Camera(0, 0, 0.7), 100)
    _from_tiles(tiles, zoomed)
    assert tiles.is_pending
    sharp = _from_tiles(tiles, zoomed)
    assert not tiles.is_pending
    assert _different(sharp, _at_once(scene, zoomed)) < 0.01


def test_hidden_and_dimmed_nodes_change_the_tiles(qtbot: QtBot) -> None:
    scene = _scene()
    tiles, camera = TiledPainter(scene), Camera(0, 0, 0.25)
    _from_tiles(tiles, _frame(camera, 100))
    emphasis = Emphasis(hidden=frozenset({1, 2, 45}), traced=frozenset(range(30)))
    frame = _frame(camera, 100, emphasis)
    assert _different(_from_tiles(tiles, frame), _at_once(scene, frame)) < 0.01


def test_tiles_know_the_steps_between_which_nothing_changes() -> None:
    tile = Tile(QImage(1, 1, QImage.Format.Format_RGB32), 5, np.array([3, 8]), "all")
    assert [step for step in range(12) if tile.is_true(step, "all")] == [3, 4, 5, 6, 7]
    assert not tile.is_true(5, "some hidden")


def test_the_store_forgets_what_was_looked_at_longest_ago() -> None:
    layer = Layer(1.0, Level.VALUES, 10)
    store = TileStore(limit_bytes=3 * 400)
    places = [Place(layer, column, 0) for column in range(4)]
    for place in places[:3]:
        store.put(place, Tile(QImage(10, 10, QImage.Format.Format_RGB32), 0, np.array([]), None))
    store.find(places[0])
    store.put(places[3], Tile(QImage(10, 10, QImage.Format.Format_RGB32), 0, np.array([]), None))
    assert store.places_of(layer) == [places[0], places[2], places[3]]
    assert store.nbytes == 1200
    assert store.layers() == [layer]


def test_holes_are_covered_with_tiles_of_other_scales_each_pixel_once(qtbot: QtBot) -> None:
    store, wanted = TileStore(limit_bytes=10_000_000), Layer(1.0, Level.VALUES, 100)
    fine, coarse = Layer(2.0, Level.DETAIL, 100), Layer(0.25, Level.BLOCKS, 100)
    for layer, column, color in ((wanted, 0, "red"), (fine, 3, "green"), (coarse, 0, "blue")):
        image = QImage(100, 100, QImage.Format.Format_RGB32)
        image.fill(QColor(color))
        store.put(Place(layer, column, 0), Tile(image, 0, np.array([]), None))
    frame = Frame(Camera(0, 0, 1.0), 500, 100, 1.0, StepIndex(0), NO_EMPHASIS, 9.0)
    picture = QImage(500, 100, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    TileCopier(painter, frame, store, QColor("white")).copy([Place(wanted, column, 0) for column in range(5)], wanted)
    painter.end()
    seen = [picture.pixelColor(x, 20).name() for x in (50, 120, 170, 220, 380, 450)]
    assert seen == ["#ff0000", "#0000ff", "#008000", "#0000ff", "#0000ff", "#ffffff"]


def test_tiles_cover_what_is_seen() -> None:
    seen = Rect(-130.0, 40.0, 300.0, 90.0)
    areas = [area_of(place) for place in places_in(seen, Layer(2.0, Level.DETAIL, 256))]
    assert min(area.x for area in areas) <= seen.x
    assert max(area.right for area in areas) >= seen.right
    assert min(area.y for area in areas) <= seen.y
    assert max(area.bottom for area in areas) >= seen.bottom
    assert sum(area.width * area.height for area in areas) == 128.0 * 128.0 * len(areas)


def test_small_graphs_are_painted_anew_and_large_ones_from_tiles(qtbot: QtBot) -> None:
    tools = Tools(LIGHT, ValueBook(starter_recording()))
    assert not TiledPainter.is_worth_it(ScenePainter(tools, Scene(starter_drawing()), Lens.VALUES, None))
    assert TiledPainter.is_worth_it(_scene())


def test_the_surface_comes_to_rest_by_itself(qtbot: QtBot) -> None:
    surface = Surface(LIGHT)
    qtbot.addWidget(surface)
    surface.resize(WIDTH, HEIGHT)
    scene = _scene()
    surface.show_scene(scene.scene, scene, LIGHT, Lens.VALUES)
    with qtbot.waitExposed(surface):
        surface.show()
    surface.control.jump(Camera(0, 0, 0.5))
    surface.show_step(StepIndex(77))
    qtbot.waitUntil(lambda: not surface.is_pending)
    assert surface.grab_sharp().width() == WIDTH


def test_the_blocks_of_a_large_overview_come_with_the_second_frame_and_nobody_waits_for_a_hidden_one(
    qtbot: QtBot,
) -> None:
    surface = Surface(LIGHT)
    qtbot.addWidget(surface)
    surface.resize(900, 600)
    scene = _scene(40, 50)
    surface.show_scene(scene.scene, scene, LIGHT, Lens.VALUES)
    surface.control.jump(Camera(0, 0, 1.0))
    assert surface.minimap() is not None
    first = surface.grab()
    assert surface.is_pending
    surface.shows_minimap = False
    qtbot.waitUntil(lambda: not _painted_again(surface).is_pending)
    surface.shows_minimap = True
    frame = surface.minimap().frame  # type: ignore[union-attr]  # it is shown
    area = QRect(int(frame.x) + 2, int(frame.y) + 2, int(frame.width) - 4, int(frame.height) - 4)
    assert surface.grab_sharp().copy(area).toImage() != first.copy(area).toImage()


def _painted_again(surface: Surface) -> Surface:
    surface.grab()
    return surface
