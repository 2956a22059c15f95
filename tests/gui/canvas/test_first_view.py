"""What is seen of a graph that was not there before."""

from PySide6.QtCore import QPointF, Qt

from gui.canvas.overlays import EMPTY_TEXT
from gui.model.sentences import NO_STEPS_TEXT
from tests.gui.canvas.conftest import Desk
from tests.support.large import large_recording
from tests.support.made import Maker
from tests.support.recordings import starter_recording


def test_another_program_is_fitted_anew_unless_the_person_moved_the_camera(desk: Desk) -> None:
    desk.show(large_recording(400, layers=4), 399)
    before = desk.panel.surface.camera
    desk.show(starter_recording(), 3)
    shown = desk.panel.visible_rect()
    drawing = desk.panel.current_drawing()
    assert drawing is not None
    assert all(shown.x <= box.rect.x and box.rect.right <= shown.right for box in drawing.nodes)
    assert desk.panel.surface.camera != before
    desk.qtbot.keyClick(desk.panel.surface, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    desk.drag([QPointF(300, 40), QPointF(340, 60)])
    own = desk.panel.surface.camera
    desk.show(large_recording(30, layers=2), 3)
    assert desk.panel.surface.camera == own


def test_a_program_that_computed_nothing_is_not_asked_to_be_typed(desk: Desk) -> None:
    desk.show(Maker().done())
    assert desk.panel.surface.empty_text == NO_STEPS_TEXT
    desk.document.show_recording(None)
    assert desk.panel.surface.empty_text == EMPTY_TEXT
