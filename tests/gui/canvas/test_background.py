"""Pictures that take long are made beside the window, which goes on meanwhile."""

import threading

import pytest

from engine.drawing import arrange
from engine.graph import Folding, build_view_graph, iterations
from engine.trace.batch import RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.recording import Recording
from gui.canvas import making
from gui.canvas.layout_wire import answer_to, drawing_from, parcel_of
from gui.model.document import Provenance
from tests.gui.canvas.conftest import Desk
from tests.support.made import Maker, chain, recurrence
from tests.support.recordings import starter_recording


def _many_arrows() -> Recording:
    """Of so many edges between two boxes only some are drawn, the last with a label of its own."""
    maker = Maker()
    x = maker.leaf("x")
    maker.op("stack", *[x] * 60)
    return maker.done()


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything takes long."""
    monkeypatch.setattr(making, "INLINE_WORK", 0)


@pytest.mark.parametrize("made", [starter_recording, lambda: recurrence(200), _many_arrows])
def test_a_layout_comes_back_as_it_was_made(made) -> None:
    recording: Recording = made()
    view = build_view_graph(recording, iterations(recording)[-1], Folding().with_all_open())
    assert drawing_from(view, answer_to(parcel_of(view, None))) == arrange(view)


@pytest.mark.usefixtures("long")
def test_a_long_graph_is_built_on_another_thread(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    busy, built_on = [], []
    build = making.scenery_of
    monkeypatch.setattr(making, "scenery_of", lambda *of: (built_on.append(threading.current_thread()), build(*of))[1])
    desk.panel._source.busy_changed.connect(busy.append)
    desk.show(starter_recording(), step=4)
    assert desk.titles() == []
    desk.qtbot.waitUntil(lambda: "relu" in desk.titles(), timeout=30_000)
    assert busy[-1] is False
    assert True in busy
    assert threading.main_thread() not in built_on
    view = desk.panel.current_view()
    assert view is not None
    assert len(view.nodes) == len(desk.titles())


@pytest.mark.usefixtures("long")
def test_only_the_latest_wish_is_shown(desk: Desk) -> None:
    recording = recurrence(3)
    desk.show(recording)
    desk.qtbot.waitUntil(lambda: len(desk.titles()) > 0, timeout=30_000)
    drawn = []
    desk.panel._source.drawing_ready.connect(drawn.append)
    desk.panel.expand_all()
    desk.panel.collapse_all()
    desk.qtbot.waitUntil(lambda: bool(drawn), timeout=30_000)
    assert len(drawn) == 1
    folded = build_view_graph(recording, iterations(recording)[-1], Folding().with_level(0))
    assert [box.node for box in drawn[0].nodes] == list(folded.nodes)


@pytest.mark.usefixtures("long")
def test_no_old_picture_stands_where_another_recording_is_to_be_drawn(desk: Desk) -> None:
    desk.show(starter_recording())
    desk.qtbot.waitUntil(lambda: "relu" in desk.titles(), timeout=30_000)
    desk.show(chain(5))
    assert desk.titles() == []
    desk.document.show_recording(None)
    desk.qtbot.wait(100)
    assert desk.titles() == []


@pytest.mark.usefixtures("long")
def test_what_cannot_be_made_beside_is_made_by_the_window(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    build = making.scenery_of

    def only_in_the_window(*of):
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("dictionary changed size during iteration")
        return build(*of)

    monkeypatch.setattr(making, "scenery_of", only_in_the_window)
    desk.show(starter_recording())
    desk.qtbot.waitUntil(lambda: "relu" in desk.titles(), timeout=30_000)


@pytest.mark.usefixtures("long")
def test_what_is_dragged_meanwhile_stays_where_it_was_put(desk: Desk) -> None:
    desk.show(chain(4))
    desk.qtbot.waitUntil(lambda: bool(desk.titles()), timeout=30_000)
    source = desk.panel._source
    box = source.drawing.nodes[0]
    desk.panel.expand_all()
    source.move({box.node.key: (5.0, 900.0)})
    drawn = []
    source.drawing_ready.connect(drawn.append)
    desk.qtbot.waitUntil(lambda: bool(drawn), timeout=30_000)
    found = drawn[-1].box_of(box.node.key)
    laid_out = source.laid_out.box_of(box.node.key)
    assert found.rect.y == laid_out.rect.y + 900.0


@pytest.mark.usefixtures("long")
def test_an_empty_canvas_says_why(desk: Desk) -> None:
    surface = desk.panel.surface
    desk.show(starter_recording())
    assert surface.empty_text == "Drawing the graph …"
    desk.qtbot.waitUntil(lambda: "relu" in desk.titles(), timeout=30_000)
    desk.document.show_recording(Recording(RunInfo(program="x"), MemoryBytes()), Provenance.FILE)
    assert surface.empty_text == "The file was cut off before the first step."
    desk.document.show_recording(None)
    assert surface.empty_text.startswith("Type an expression")
