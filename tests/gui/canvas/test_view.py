"""What is in view: on a new drawing, beneath a card, after resizing."""

import pytest
from PySide6.QtCore import QPointF

from engine.drawing.drawing import Rect
from tests.gui.canvas.conftest import Desk
from tests.gui.canvas.test_panel import wheel
from tests.support.made import chain
from tests.support.recordings import starter_recording


def _view_of(desk: Desk, step: int) -> Rect:
    """Where the node at a step appears."""
    scene = desk.panel.surface.scene
    assert scene is not None
    index = scene.node_at_playhead(step)
    assert index is not None
    return desk.panel.surface.camera.rect_to_view(scene.nodes[index].rect)


def test_card_moves_the_graph_up_and_lets_it_be_otherwise(desk: Desk) -> None:
    desk.show(starter_recording(), step=5)
    scale = desk.panel.surface.camera.scale
    desk.panel.set_bottom_inset(330)
    assert desk.panel.surface.camera.scale == scale
    assert _view_of(desk, 5).bottom <= 700 - 330
    camera = desk.panel.surface.camera
    desk.panel.set_bottom_inset(200)
    assert desk.panel.surface.camera == camera


@pytest.mark.parametrize("size", [(900, 700), (448, 400)])
def test_current_node_is_never_beneath_card_or_overview(desk: Desk, size: tuple[int, int]) -> None:
    desk.panel.resize(*size)
    desk.show(chain(24, backward=True), step=0)
    desk.panel.set_bottom_inset(220)
    for step in range(desk.playhead.step_count):
        desk.playhead.seek(step)
        seen = _view_of(desk, step)
        assert seen.y >= 0
        assert seen.bottom <= desk.panel.surface.height() - 220
        minimap = desk.panel.surface.minimap()
        assert minimap is None or not minimap.holds(seen.center)


def test_overview_hides_where_the_card_would_stand_over_it(desk: Desk) -> None:
    desk.panel.resize(600, 700)
    desk.show(chain(60, backward=True), step=0)
    assert desk.panel.surface.minimap() is not None
    desk.panel.set_bottom_inset(200)
    assert desk.panel.surface.minimap() is None


def test_resizing_fits_again_until_the_person_moves_the_view(desk: Desk) -> None:
    desk.show(starter_recording(), step=5)
    desk.panel.resize(500, 400)
    scene, surface = desk.panel.surface.scene, desk.panel.surface
    assert scene is not None
    seen = surface.camera.rect_to_view(scene.drawing.bounds)
    assert seen.x >= 0
    assert seen.right <= 500
    wheel(desk, QPointF(250, 200), 120)
    scale = surface.camera.scale
    desk.panel.resize(900, 700)
    assert surface.camera.scale == scale
