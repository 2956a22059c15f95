from dataclasses import dataclass

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.trace.recording import Recording
from gui.canvas.panel import CanvasPanel
from gui.model.document import Document
from gui.model.playhead import Playhead
from gui.model.selection import Selection
from gui.theme.fonts import load_fonts
from gui.theme.theme import Theme
from tests.support.mouse import send_mouse


@pytest.fixture(scope="session", autouse=True)
def _fonts(qapp: QApplication) -> None:
    load_fonts()


@dataclass
class Desk:
    """A canvas with the models it works on, and hands to work it."""

    panel: CanvasPanel
    document: Document
    playhead: Playhead
    selection: Selection
    theme: Theme
    qtbot: QtBot

    def show(self, recording: Recording, step: int = -1) -> None:
        self.document.show_recording(recording)
        self.playhead.resize(len(recording))
        self.playhead.seek(step)

    def place(self, title: str) -> QPointF:
        """The middle of a node, in view coordinates."""
        scene = self.panel.surface.scene
        assert scene is not None
        rect = next(box.rect for box in scene.nodes if box.node.title == title)
        return QPointF(*self.panel.surface.camera.to_view(rect.center))

    def titles(self) -> list[str]:
        scene = self.panel.surface.scene
        return [] if scene is None else [box.node.title for box in scene.nodes]

    def selected(self) -> list[str]:
        scene = self.panel.surface.scene
        assert scene is not None
        return sorted(scene.nodes[index].node.title for index in self.panel.picks.indices)

    def click(self, at: QPointF, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.drag([at], modifier)

    def drag(
        self,
        points: list[QPointF],
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
    ) -> None:
        none = Qt.MouseButton.NoButton
        send_mouse(self.panel.surface, QEvent.Type.MouseButtonPress, points[0], button, button, modifier)
        for point in points[1:]:
            send_mouse(self.panel.surface, QEvent.Type.MouseMove, point, none, button, modifier)
        send_mouse(self.panel.surface, QEvent.Type.MouseButtonRelease, points[-1], button, none, modifier)

    def move(self, at: QPointF) -> None:
        none = Qt.MouseButton.NoButton
        send_mouse(self.panel.surface, QEvent.Type.MouseMove, at, none, none, Qt.KeyboardModifier.NoModifier)

    def double_click(self, at: QPointF) -> None:
        self.click(at)
        left = Qt.MouseButton.LeftButton
        send_mouse(self.panel.surface, QEvent.Type.MouseButtonDblClick, at, left, left, Qt.KeyboardModifier.NoModifier)
        none = Qt.MouseButton.NoButton
        send_mouse(self.panel.surface, QEvent.Type.MouseButtonRelease, at, left, none, Qt.KeyboardModifier.NoModifier)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(self.panel.surface, key, modifier)


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    document, playhead, selection, theme = Document(), Playhead(), Selection(), Theme()
    panel = CanvasPanel(document, playhead, selection, theme)
    panel.set_reduces_motion(reduces=True)
    qtbot.addWidget(panel)
    panel.resize(900, 700)
    with qtbot.waitExposed(panel):
        panel.show()
    return Desk(panel, document, playhead, selection, theme, qtbot)


def wheel(
    desk: Desk,
    at: QPointF,
    angle: int,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    pixels: QPoint | None = None,
) -> None:
    phase = Qt.ScrollPhase.NoScrollPhase if pixels is None else Qt.ScrollPhase.ScrollUpdate
    surface = desk.panel.surface
    event = QWheelEvent(
        at,
        QPointF(surface.mapToGlobal(at)),
        pixels or QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        modifier,
        phase,
        False,
    )
    QApplication.sendEvent(surface, event)
