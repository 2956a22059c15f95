from dataclasses import dataclass

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from engine.compare import compare
from engine.trace.recording import Recording
from gui.canvas.look import NodeLook
from gui.canvas.panel import CanvasPanel
from gui.model.compared import Compared
from gui.workbench import Workbench
from tests.engine.overlay.test_overlay import branch
from tests.support import workbench as benches
from tests.support.mouse import send_mouse


@dataclass
class Beside:
    """A window with two recordings to compare, and hands to work it."""

    bench: Workbench
    qtbot: QtBot

    @property
    def a(self) -> CanvasPanel:
        return self.bench.panels.canvas

    @property
    def b(self) -> CanvasPanel:
        assert self.bench.compare.other is not None
        return self.bench.compare.other

    def show(self, recording: Recording, step: int = -1) -> None:
        models = self.bench.models
        models.document.replace_program(recording.info.program, "here.py")
        models.document.show_recording(recording)
        models.playhead.resize(len(recording))
        models.playhead.seek(step)

    def compare(self, other: Recording) -> None:
        document = self.bench.models.document
        comparison = compare(document.recording, other)
        document.compare_with(Compared("there.chainrule", other, comparison.partners_of_a, comparison))

    def press(
        self,
        panel: CanvasPanel,
        key: Qt.Key,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        panel.setFocus()
        self.bench.book.refresh()
        self.qtbot.keyClick(panel.surface, key, modifier)

    def put_beside(self) -> None:
        self.press(self.a, Qt.Key.Key_S)
        self.wait_for_other()
        self.b.set_reduces_motion(reduces=True)

    def wait_for_other(self) -> None:
        """The second canvas is made in a turn of its own."""
        self.qtbot.waitUntil(lambda: self.bench.compare.other is not None)

    def steps(self) -> tuple[int, int]:
        """Where both playheads stand."""
        return self.bench.models.playhead.current, self.bench.compare.side.playhead.current

    def texts(self) -> list[str]:
        return [pane.place.whole_text for pane in self.bench.compare.split.panes.values()]

    def button(self, text: str) -> QToolButton:
        bar = self.bench.compare.split.bar
        assert bar is not None
        return next(button for button in bar.findChildren(QToolButton) if button.text() == text)

    def place(self, panel: CanvasPanel, title: str) -> QPointF:
        """The middle of a box, in view coordinates."""
        scene = panel.surface.scene
        assert scene is not None
        rect = next(box.rect for box in scene.nodes if box.node.title == title)
        return QPointF(*panel.surface.camera.to_view(rect.center))

    def click(self, panel: CanvasPanel, title: str, *, twice: bool = False) -> None:
        at, left, none = self.place(panel, title), Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        plain = Qt.KeyboardModifier.NoModifier
        send_mouse(panel.surface, QEvent.Type.MouseButtonPress, at, left, left, plain)
        send_mouse(panel.surface, QEvent.Type.MouseButtonRelease, at, left, none, plain)
        if twice:
            send_mouse(panel.surface, QEvent.Type.MouseButtonDblClick, at, left, left, plain)
            send_mouse(panel.surface, QEvent.Type.MouseButtonRelease, at, left, none, plain)

    def selected(self, panel: CanvasPanel) -> list[str]:
        scene = panel.surface.scene
        assert scene is not None
        return sorted(scene.nodes[index].node.title for index in panel.picks.indices)

    def titles(self, panel: CanvasPanel) -> list[str]:
        scene = panel.surface.scene
        return [] if scene is None else [box.node.title for box in scene.nodes]

    def looks(self, panel: CanvasPanel, title: str, step: int = 9) -> NodeLook:
        scene = panel.surface.scene
        index = next(place for place, box in enumerate(scene.nodes) if box.node.title == title)
        return panel.surface._view_painter.painter._looks.of(index, step)


@pytest.fixture
def window(qtbot, tmp_path):
    """A window without a comparison, wide enough for two graphs."""
    bench = benches.build(tmp_path)
    bench.window.resize(1500, 950)
    with qtbot.waitExposed(bench.window):
        bench.window.show()
    bench.window.activateWindow()
    bench.panels.canvas.set_reduces_motion(reduces=True)
    yield Beside(bench, qtbot)
    benches.destroy(bench)


@pytest.fixture
def beside(window):
    """The same with two recordings that took different branches, side by side."""
    window.show(branch("relu", outcome=True))
    window.compare(branch("tanh", "exp", outcome=False))
    window.put_beside()
    return window
