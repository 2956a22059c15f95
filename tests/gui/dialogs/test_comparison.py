"""The recording shown beside another one: the action, the table, clicks that go to a step."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from engine.trace.file import write_recording
from gui.dialogs.comparison_dialog import ComparisonDialog
from gui.dialogs.comparison_table import Order
from tests.engine.trace.made import chain
from tests.engine.trace.test_file_versions import CORPUS
from tests.support import workbench as benches

TRAINING, CUT = (CORPUS / "version-1" / f"{name}.chainrule" for name in ("training", "cut"))


@pytest.fixture
def bench(qtbot, tmp_path):
    bench = benches.build(tmp_path)
    bench.window.show()
    yield bench
    benches.destroy(bench)


def compare(bench, path: Path) -> ComparisonDialog:
    bench.flow._prompts.open_from = path
    bench.book.refresh()
    bench.book.qaction("file.compare").trigger()
    dialog = bench.desk.comparisons.dialog
    assert dialog is not None
    return dialog


def cells(dialog, row):
    model = dialog.table
    return [model.data(model.index(row, column)) for column in range(model.columnCount())]


def test_it_needs_a_recording(bench):
    bench.book.refresh()
    assert not bench.book.qaction("file.compare").isEnabled()
    bench.flow.open_path(TRAINING)
    bench.book.refresh()
    assert bench.book.qaction("file.compare").isEnabled()


def test_a_recording_beside_itself_is_the_same(bench):
    bench.flow.open_path(TRAINING)
    dialog = compare(bench, TRAINING)
    assert dialog.sentence.text() == "The recordings are the same within the tolerance."
    assert dialog.table.rowCount() == 30
    assert all(cells(dialog, row)[-1] == "" for row in range(30))


def test_what_differs_comes_first_and_a_click_goes_there(bench, qtbot):
    bench.flow.open_path(TRAINING)
    dialog = compare(bench, CUT)
    assert dialog.sentence.text() == "They differ first at step 11 of A (AddmmBackward0, line 9): only in A."
    assert cells(dialog, 0)[:3] == ["11", "", "AddmmBackward0"]
    assert cells(dialog, 0)[-1] == "only in A"
    place = dialog.view.visualRect(dialog.table.index(3, 2)).center()
    qtbot.mouseClick(dialog.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bench.models.playhead.current == 13
    qtbot.keyClick(dialog.view, Qt.Key.Key_Down)
    assert bench.models.playhead.current == 14


def test_the_order_can_be_chosen(bench, tmp_path):
    bench.flow.open_path(TRAINING)
    dialog = compare(bench, CUT)
    dialog.order.setCurrentText(Order.PROGRAM.value)
    assert [cells(dialog, row)[0] for row in range(3)] == ["1", "2", "3"]
    dialog.order.setCurrentText(Order.SLOWER.value)
    assert cells(dialog, 0)[6] != ""


def test_steps_that_only_the_other_has_lead_nowhere(bench, qtbot):
    bench.flow.open_path(CUT)
    bench.models.playhead.seek(2)
    dialog = compare(bench, TRAINING)
    assert cells(dialog, 0)[:2] == ["", "11"]
    place = dialog.view.visualRect(dialog.table.index(0, 2)).center()
    qtbot.mouseClick(dialog.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bench.models.playhead.current == 2


def test_a_file_that_is_no_recording_is_told(bench, tmp_path):
    said = []
    bench.models.notices.posted.connect(said.append)
    bench.flow.open_path(TRAINING)
    bench.flow._prompts.open_from = Path(__file__)
    bench.book.refresh()
    bench.book.qaction("file.compare").trigger()
    assert bench.desk.comparisons.dialog is None
    assert said[-1].text == "test_comparison.py is not a Chainrule recording."


def test_opening_something_else_closes_it(bench, qtbot):
    bench.flow.open_path(TRAINING)
    compare(bench, CUT)
    bench.flow.open_path(CUT)
    qtbot.waitUntil(lambda: bench.desk.comparisons.dialog is None)


def test_a_long_recording_is_compared(bench, tmp_path):
    path = tmp_path / "long.chainrule"
    write_recording(path, chain(3000))
    bench.flow.open_path(path)
    dialog = compare(bench, path)
    assert dialog.table.rowCount() == 3000
