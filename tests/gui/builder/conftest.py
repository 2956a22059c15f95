from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.network.edits import node_of
from engine.network.network import Network, NodeName
from engine.protocol.network import NetworkAnswer, NetworkRequest
from engine.session.network import NetworkWorker
from gui.app import make_application
from gui.bridge.settings import SettingsFile
from gui.builder.panel import BuilderPanel
from gui.builder.scene import Port, Side, middle_of
from gui.model.network import BATCH, NetworkModel
from gui.model.network_boxes import RowKind
from gui.model.network_changes import first_network
from gui.workbench import Workbench, Workers, build_workbench
from tests.support.backend import FakeBackend, FakeDataWorker
from tests.support.mouse import send_mouse
from tests.support.prompts import FakePrompts
from tests.support.workbench import destroy

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
WAIT_MS = 30_000


class SharedWorker:
    """One process that answers all tests: it takes seconds to start."""

    def __init__(self, worker: NetworkWorker) -> None:
        self._worker = worker

    def ask(self, request: NetworkRequest) -> NetworkAnswer:
        return self._worker.ask(request)

    def interrupt(self) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.fixture(scope="session")
def shared_worker() -> Iterator[SharedWorker]:
    with NetworkWorker() as worker:
        yield SharedWorker(worker)


@dataclass
class Bench:
    """A window, and what answers its questions about files."""

    workbench: Workbench
    prompts: FakePrompts


@dataclass
class Hands:
    """A builder in a window, and hands to work it."""

    bench: Workbench
    prompts: FakePrompts
    panel: BuilderPanel
    model: NetworkModel
    qtbot: QtBot

    def settle(self) -> None:
        """Wait until torch has answered everything."""
        self.qtbot.waitUntil(lambda: not self.model.is_waiting and self.model.trial is None, timeout=WAIT_MS)

    def start(self, network: Network) -> None:
        self.model.replace(network)
        self.settle()
        self.panel.surface.fit_all()

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        QApplication.processEvents()  # as between any two keys: what can be done now is looked at again
        self.qtbot.keyClick(self.panel.surface, key, modifier)

    def type_layer(self, text: str) -> None:
        """Choose what the finder finds first for a text."""
        assert self.panel.finder.isVisible()
        self.qtbot.keyClicks(self.panel.finder, text)
        self.qtbot.keyClick(self.panel.finder, Qt.Key.Key_Return)
        self.settle()

    def type_in_place(self, text: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
        field = self.panel.in_place.field
        assert field.isVisible()
        self.qtbot.keyClicks(field, text)
        self.qtbot.keyClick(field, end)
        self.settle()

    def place(self, point: tuple[float, float]) -> QPointF:
        return QPointF(*self.panel.surface.camera.to_view(point))

    def middle(self, name: str) -> QPointF:
        """The heading of a box."""
        box = self.panel.surface.scene.boxes[NodeName(name)]
        return self.place((box.place.x + box.place.width / 2, box.place.y + 12))

    def port(self, name: str, side: Side, index: int = 0) -> QPointF:
        return self.place(self.panel.surface.scene.point_of(Port(NodeName(name), side, index)))

    def row(self, name: str, row: str) -> QPointF:
        """The value of a line of a box."""
        box = self.panel.surface.scene.boxes[NodeName(name)]
        index = next(at for at, one in enumerate(box.rows) if one.name == row and one.kind is not RowKind.COUNT)
        place = box.row_place(index)
        return self.place((place.right - 24, place.y + place.height / 2))

    def wire(self, source: str, target: str) -> QPointF:
        """The middle of a connection."""
        wires = self.panel.surface.scene.wires
        found = next(wire for wire in wires if (wire.link.source, wire.link.target) == (source, target))
        return self.place(middle_of(found.curve))

    def click(self, at: QPointF, modifier: Qt.KeyboardModifier = NONE) -> None:
        self.move(at)
        self.drag([at], modifier)

    def move(self, at: QPointF) -> None:
        send_mouse(
            self.panel.surface, QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, NONE
        )

    def drag(self, points: list[QPointF], modifier: Qt.KeyboardModifier = NONE) -> None:
        self.begin(points, modifier)
        send_mouse(
            self.panel.surface, QEvent.Type.MouseButtonRelease, points[-1], LEFT, Qt.MouseButton.NoButton, modifier
        )

    def begin(self, points: list[QPointF], modifier: Qt.KeyboardModifier = NONE) -> None:
        """Press and move, and do not let go."""
        send_mouse(self.panel.surface, QEvent.Type.MouseButtonPress, points[0], LEFT, LEFT, modifier)
        for point in points[1:]:
            send_mouse(self.panel.surface, QEvent.Type.MouseMove, point, Qt.MouseButton.NoButton, LEFT, modifier)

    def double_click(self, at: QPointF) -> None:
        self.drag([at])
        send_mouse(self.panel.surface, QEvent.Type.MouseButtonDblClick, at, LEFT, LEFT, NONE)
        send_mouse(self.panel.surface, QEvent.Type.MouseButtonRelease, at, LEFT, Qt.MouseButton.NoButton, NONE)

    def offers(self) -> list[str]:
        return [button.text() for button in self.panel.card.buttons] if self.panel.card.isVisible() else []

    def take(self, text: str) -> None:
        """Click an offer."""
        button = next(one for one in self.panel.card.buttons if one.text() == text)
        self.qtbot.mouseClick(button, LEFT, pos=QPoint(8, 8))
        self.settle()

    def lines(self) -> list[str]:
        """What ``forward`` does."""
        _, _, body = self.model.source.partition("def forward")
        return [line.strip() for line in body.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]

    def settings(self, name: str) -> dict[str, str]:
        return {one.name: one.text for one in node_of(self.model.network, NodeName(name)).settings}


@pytest.fixture(scope="module")
def bench(qapp: QApplication, shared_worker: SharedWorker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One window for the tests of a module: each test begins with a network of its own."""
    del qapp
    settings = SettingsFile(tmp_path_factory.mktemp("builder") / "settings.ini")
    prompts = FakePrompts()
    workbench = build_workbench(
        make_application(settings), settings, FakeBackend, prompts, Workers(shared_worker, FakeDataWorker())
    )
    yield Bench(workbench, prompts)
    destroy(workbench)


@pytest.fixture
def hands(qtbot: QtBot, bench: Bench) -> Iterator[Hands]:
    bench.workbench.book.qaction("network.build").trigger()
    window = bench.workbench.builder.window
    assert window is not None
    panel = window.panel
    panel.surface.control.reduces_motion = True
    qtbot.waitUntil(panel.surface.isVisible)
    window.activateWindow()
    panel.surface.setFocus()
    found = Hands(bench.workbench, bench.prompts, panel, bench.workbench.training.network, qtbot)
    found.model.choose_batch(BATCH)
    found.start(first_network())
    yield found
    panel.in_place.field.dismiss()
    panel.finder.hide()
    found.settle()
    window.close()
