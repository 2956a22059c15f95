"""Layers are dragged from the strip below the canvas, or clicked there."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from gui.builder.palette import Tile, carried
from tests.gui.builder.conftest import Hands

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def tile(hands: Hands, title: str) -> Tile:
    return next(tile for tile in hands.panel.palette_strip.tiles if tile.text() == title)


def drop(hands: Hands, title: str, at: QPointF) -> None:
    """Carry a layer there and let go: a real drag needs a hand on the mouse."""
    data, copy = carried(tile(hands, title).hit), Qt.DropAction.CopyAction
    for event in (QDragEnterEvent(at.toPoint(), copy, data, LEFT, NONE), QDropEvent(at, copy, data, LEFT, NONE)):
        QApplication.sendEvent(hands.panel.surface, event)
        assert event.isAccepted()
    hands.settle()


def test_clicks_put_layers_one_after_the_other(hands: Hands) -> None:
    for title in ("Linear", "Tanh", "Linear"):
        hands.qtbot.mouseClick(tile(hands, title), LEFT)
        hands.settle()
    assert hands.lines() == ["x = self.fc(x)", "x = self.tanh(x)", "x = self.fc2(x)", "return x"]
    assert hands.panel.surface.hasFocus()


def test_a_layer_is_dropped_onto_a_wire_a_box_or_the_canvas(hands: Hands) -> None:
    drop(hands, "Linear", hands.wire("x", "output"))
    assert hands.lines() == ["x = self.fc(x)", "return x"]
    drop(hands, "ReLU", hands.middle("fc"))
    assert hands.lines() == ["x = self.fc(x)", "x = self.relu(x)", "return x"]
    drop(hands, "Dropout", QPointF(40, hands.panel.surface.height() - 40))
    assert hands.lines() == ["x = self.fc(x)", "x = self.relu(x)", "return x"]  # it stands free
    assert "self.dropout = nn.Dropout()" in hands.model.source
    hands.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert "dropout" not in hands.model.source


def test_the_strip_shows_what_finds_room_and_leads_to_all_layers(hands: Hands) -> None:
    strip = hands.panel.palette_strip
    shown = [one for one in strip.tiles if one.isVisible()]
    assert shown == list(strip.tiles[: len(shown)])
    assert all(one.geometry().right() <= strip.width() for one in shown)
    hands.qtbot.mouseClick(strip.everything, LEFT)
    assert hands.panel.finder.isVisible()
