"""The Train workspace as a person uses it, by clicks and keys."""

import subprocess
import sys

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from engine.trace.batch import Batch
from engine.trace.outcome import Outcome, OutcomeKind
from engine.training.commands import Pause, Play, TakeSample
from engine.training.facts import Sample, SampleReason, TrainState, points
from gui.model.training_run import Phase
from gui.model.workspace import Workspace
from gui.theme.tokens import ThemeName
from gui.train.hues import run_hue
from gui.train.network_card import Face
from tests.gui.train import facts
from tests.gui.window.keys import press


def key(qtbot, bench, name, modifier=Qt.KeyboardModifier.NoModifier):
    bench.page.setFocus()
    press(qtbot, bench.page, name, modifier)


def test_it_is_calm_before_anything_was_trained(bench):
    assert bench.controls._headline.text() == "Not trained yet"
    assert bench.page.charts.loss.is_empty
    assert bench.page.charts.heat.is_empty
    assert bench.page.charts.ratio.is_empty
    assert bench.page.network.view._columns[0].title == "Input"
    assert bench.page.status.text == "Nothing was trained yet"


def test_space_plays_and_pauses(bench, qtbot):
    key(qtbot, bench, Qt.Key.Key_Space)
    assert bench.trainer.requests[-1].training.play == Play()
    assert "nn.Module" in bench.trainer.requests[-1].program
    qtbot.waitUntil(lambda: bench.run.ring is not None, timeout=3000)
    bench.tell(facts.progress(5))
    assert bench.workbench.book.label(_action(bench, "train.play")) == "Pause"
    key(qtbot, bench, Qt.Key.Key_Space)
    assert bench.trainer.steered == [Pause()]
    bench.tell(facts.progress(6, TrainState.PAUSED))
    assert bench.run.phase is Phase.PAUSED
    assert "paused" in bench.controls._details.whole_text
    key(qtbot, bench, Qt.Key.Key_Space)
    assert bench.trainer.steered[-1] == Play()


def test_one_batch_and_one_epoch_begin_or_go_on(bench, qtbot):
    qtbot.mouseClick(bench.button("train.batch"), Qt.MouseButton.LeftButton)
    assert bench.trainer.requests[-1].training.play == Play(iterations=1, kept=True)
    qtbot.waitUntil(lambda: bench.run.ring is not None, timeout=3000)
    qtbot.mouseClick(bench.button("train.epoch"), Qt.MouseButton.LeftButton)
    key(qtbot, bench, Qt.Key.Key_Period)
    assert bench.trainer.steered == [Play(epochs=1), Play(iterations=1, kept=True)]
    assert len(bench.trainer.requests) == 1


def test_until_asks_and_refuses_what_is_no_number(begun, qtbot):
    key(qtbot, begun, Qt.Key.Key_U)
    popup = begun.workbench.train._until
    assert popup.isVisible()
    popup.epochs.setText("5")
    popup.loss.setText("small")
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert popup.isVisible()
    assert popup._trouble.text() == "“small” is not a number."
    popup.loss.setText("0.05")
    popup.on_nan.setChecked(False)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert not popup.isVisible()
    assert begun.trainer.steered == [Play(epochs=5, loss_below=0.05, on_nan=False)]


def test_curves_strips_ratios_and_pictures_follow_the_facts(begun):
    begun.tell(facts.hyper(), *facts.curves(0, 400), *facts.pictures(399), facts.progress(400))
    page = begun.page
    assert not page.charts.loss.is_empty
    assert not page.charts.heat.is_empty
    assert not page.charts.ratio.is_empty
    assert page.charts.heat.strips._matrix.shape[0] == 8
    assert begun.controls._headline.text() == "Epoch 31"
    assert "1,932 it/s" in begun.controls._details.whole_text
    columns = page.network.view._columns
    assert [len(column.units) + column.left_out for column in columns] == [2, 16, 16, 8, 2]
    assert all(column.weights is not None for column in columns[1:])
    assert columns[1].units[0].layer == "act1"
    assert page.boundary._numbers["accuracy"].text().endswith("%")
    assert not page.grab().isNull()


def test_a_failed_run_says_why_and_keeps_its_curves(begun, qtbot):
    begun.tell(*facts.curves(0, 50), facts.progress(50))
    message = "Line 31: ValueError: Expected input batch_size (32) to match target batch_size (16)."
    begun.training.control.take_end(Outcome(kind=OutcomeKind.FAILED, message=message))
    sentence = "The network does not fit its data: it gives 32 answers for 16 targets."
    begun.page.refresh()
    assert begun.controls._headline.text() == "Failed"
    assert begun.notices[-1] == f"calm-1: {sentence}"
    assert sentence in begun.controls._details.whole_text
    assert not begun.page.charts.loss.is_empty
    key(qtbot, begun, Qt.Key.Key_Space)
    assert len(begun.trainer.requests) == 2


def test_runs_are_chosen_renamed_hidden_and_forgotten(begun, qtbot):
    begun.tell(*facts.curves(0, 60), facts.progress(60))
    first = begun.run
    key(qtbot, begun, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: begun.run is not first and begun.run.ring is not None, timeout=3000)
    begun.tell(*facts.curves(0, 30), facts.progress(30))
    rows = begun.page.runs.rows
    assert [row.run.name for row in rows] == ["brisk-2", "calm-1"]
    qtbot.mouseClick(rows[1], Qt.MouseButton.LeftButton, pos=QPoint(100, 15))
    assert begun.training.book.current is first
    qtbot.mouseClick(rows[0], Qt.MouseButton.LeftButton, pos=QPoint(3, 15))
    assert begun.training.book.beside == ()
    rows[1].setFocus()
    qtbot.keyClick(rows[1], Qt.Key.Key_F2)
    field = QApplication.focusWidget()
    qtbot.keyClicks(field, "the first")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert first.name == "the first"
    rows[1].setFocus()
    qtbot.keyClick(rows[1], Qt.Key.Key_Delete)
    assert [run.name for run in begun.training.book.runs] == ["brisk-2"]
    begun.workbench.book.refresh()
    begun.workbench.book.qaction("train.put_back").trigger()
    assert [run.name for run in begun.training.book.runs] == ["brisk-2", "the first"]
    assert not begun.training.book.can_put_back


def test_a_unit_is_shown_large_and_goes_again(begun, qtbot):
    begun.tell(*facts.curves(0, 30), *facts.pictures(30), facts.progress(30))
    view = begun.page.network.view
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.tile(1, 2).center().toPoint())
    assert begun.page.boundary._title.text() == "Unit 2 of act1"
    qtbot.mouseClick(begun.page.boundary._back, Qt.MouseButton.LeftButton)
    assert begun.page.boundary._title.text() == "Decision boundary"


def test_the_crosshair_is_shared_and_tells_numbers(begun):
    begun.tell(*facts.curves(0, 100), facts.progress(100))
    begun.page.crosshair.move(40.0)
    charts = begun.page.charts
    assert "iteration 40" in charts.loss.note.whole_text
    assert "fc1.weight" in charts.heat.note.whole_text
    assert "fc1.weight" in charts.ratio.note.whole_text
    assert charts.loss.plot._cross.isVisible()
    begun.page.crosshair.move(5000.0)
    assert charts.loss.note.whole_text == f"iteration 5,000  ·  {begun.run.name} ends at 99"
    begun.page.crosshair.move(None)
    assert "log scale" in charts.loss.note.whole_text


def test_the_scale_switches_and_other_metrics_can_be_drawn(begun, qtbot):
    begun.tell(*facts.curves(0, 100), facts.progress(100))
    key(qtbot, begun, Qt.Key.Key_L, Qt.KeyboardModifier.ShiftModifier)
    assert not begun.page.charts.loss.plot.is_log
    names = [action.text() for action in begun.page.charts.loss._metrics.actions()]
    assert names == ["Loss", "Learning rate", "Accuracy"]
    begun.page.charts.loss._metrics.actions()[2].trigger()
    assert begun.page.charts.loss.drawn_metric == "accuracy"
    assert not begun.page.charts.loss.is_empty


def test_code_shows_the_program_and_opens_it_in_explore(bench, qtbot):
    key(qtbot, bench, Qt.Key.Key_3)
    assert bench.page.network.face is Face.CODE
    text = bench.page.network.script.toPlainText()
    assert "torch.optim.AdamW(" in text
    bench.page.network.program_wanted.emit(text)
    assert bench.workbench.models.document.program == text
    assert bench.workbench.models.preferences.choices.workspace is Workspace.EXPLORE


def test_a_kept_iteration_opens_in_explore(begun, qtbot):
    key(qtbot, begun, Qt.Key.Key_K)
    assert begun.trainer.steered == [TakeSample()]
    begun.tell(*facts.curves(0, 30), facts.progress(30))
    begun.training.control.take_sample(Sample(iteration=20, reason=SampleReason.ASKED, batch=Batch(), data=b""))
    begun.page.refresh()
    assert begun.page.status.kept.isVisible()
    begun.page.status.kept_menu.aboutToShow.emit()
    begun.page.status.kept_menu.actions()[0].trigger()
    assert begun.workbench.models.preferences.choices.workspace is Workspace.EXPLORE
    assert begun.workbench.models.document.recording.info.is_part
    assert begun.workbench.models.document.program == begun.run.source


def test_a_click_on_a_chart_without_kept_iterations_says_what_to_do(begun):
    begun.page.crosshair.picked.emit(3.0)
    assert begun.notices[-1] == "No iteration was kept whole yet: press K to keep the next one."


def test_the_loss_is_seen_after_its_axes_have_moved(begun, qtbot):
    for first in (0, 100, 200):
        begun.tell(facts.progress(first + 100), *facts.curves(first, 100))
        QApplication.processEvents()
        picture = begun.page.charts.loss.plot.widget.grab().toImage()
        hue = QColor(run_hue(begun.workbench.models.theme.tokens, begun.run.hue)).name()
        columns = [x for x in range(picture.width()) for y in range(picture.height())
                   if picture.pixelColor(x, y).name() == hue]  # fmt: skip
        assert columns
        assert max(columns) - min(columns) > picture.width() / 2


def test_a_loss_out_of_bounds_is_drawn_without_complaint(begun):
    for numbers in ([np.nan], [np.inf, 1.0], [-1.0, 0.0], [1e308, -1e308]):
        begun.run.curves.extend("loss", np.array([0]), np.array([1.0]))
        begun.tell(points("loss", range(len(numbers)), numbers), facts.alert(0), facts.progress(len(numbers)))
        for is_log in (True, False):
            begun.page.charts.loss.log.setChecked(is_log)
            assert not begun.page.charts.loss.grab().isNull()


def test_it_paints_in_every_theme_and_size(begun):
    begun.tell(*facts.curves(0, 60), *facts.pictures(60), facts.edit(30), facts.progress(60))
    for name in (ThemeName.DARK, ThemeName.LIGHT):
        begun.workbench.models.theme.switch(name)
        for size in ((1600, 1000), (1280, 800), (900, 600)):
            begun.workbench.window.resize(*size)
            begun.page.refresh()
            assert not begun.workbench.window.grab().isNull()
            assert begun.workbench.window.width() == size[0]


def test_charts_are_saved_as_picture_drawing_and_numbers(begun, tmp_path):
    begun.tell(*facts.curves(0, 60), facts.progress(60))
    prompts = begun.workbench.train._prompts
    for kind in ("PNG", "SVG", "CSV"):
        prompts.save_to = tmp_path / f"loss.{kind.lower()}"
        begun.page.save_wanted.emit(begun.page.charts.loss.plot.widget, kind)
        assert prompts.save_to.stat().st_size > 500
    rows = (tmp_path / "loss.csv").read_text().splitlines()
    assert rows[0] == "run,curve,iteration,number"
    assert sum(row.startswith("calm-1,loss,") for row in rows) == 60
    assert "<svg" in (tmp_path / "loss.svg").read_text()
    prompts.save_to = tmp_path / "missing" / "loss.svg"
    begun.page.save_wanted.emit(begun.page.charts.heat.strips, "SVG")
    assert begun.notices[-1].startswith("The chart could not be written")


def test_stopping_before_or_after_keeps_what_there_is(begun):
    begun.tell(*facts.curves(0, 20), facts.progress(20))
    begun.workbench.book.qaction("train.stop").trigger()
    assert begun.trainer.asked[-1] == "stop"


def test_a_repaint_never_takes_long_and_never_comes_too_often(begun, qtbot):
    painted = []
    refresh = begun.page.refresh
    begun.page._later.timeout.disconnect()
    begun.page._later.timeout.connect(lambda: (painted.append(1), refresh()))
    for _ in range(200):
        begun.training.control.take_facts((facts.progress(5),))
    qtbot.waitUntil(lambda: bool(painted), timeout=3000)
    assert len(painted) == 1


def _action(bench, action_id):
    return next(action for action in bench.workbench.book.actions if action.id == action_id)


def test_the_keys_of_the_canvas_win_while_it_has_the_keyboard(bench, qtbot):
    key(qtbot, bench, Qt.Key.Key_2)
    assert bench.page.network.face is Face.CANVAS
    network = bench.training.network
    surface = bench.page.network._stack.currentWidget().surface
    surface.setFocus()
    press(qtbot, surface, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(network.selection) == len(network.network.nodes)
    before = network.network
    press(qtbot, surface, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert len(network.network.nodes) > len(before.nodes)
    press(qtbot, surface, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert network.network == before
    press(qtbot, surface, Qt.Key.Key_Space)
    assert len(bench.trainer.requests) == 1
    press(qtbot, surface, Qt.Key.Key_Tab)
    assert bench.page.network._stack.currentWidget().finder.isVisible()  # Tab finds a layer, and moves no keyboard


def test_other_curves_of_the_layers_are_drawn(begun):
    chart = begun.page.charts.ratio
    begun.tell(*facts.curves(0, 60), points("saturation/act1", range(60), np.linspace(0, 1, 60)), facts.progress(60))
    chart._menu.aboutToShow.emit()
    entries = {entry.text(): entry for entry in chart._menu.actions()}
    assert not entries["Dead units"].isEnabled()
    entries["Saturated units"].trigger()
    assert chart.family.title == "Saturated units"
    assert not chart._band.isVisible()
    begun.page.crosshair.move(59.0)
    assert chart.note.whole_text == "act1 1.00"


def test_the_window_does_not_wait_for_pyqtgraph():
    code = "import sys; import gui.app; sys.exit('pyqtgraph' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_where_there_is_no_plane_the_inside_of_the_network_is_shown(begun):
    random = np.random.default_rng(0)
    begun.tell(*facts.curves(0, 30), facts.progress(30), facts.picture(0, "data/train", random.random((40, 65))))
    assert begun.page.boundary.view.isVisible()
    assert "more than two inputs" in begun.page.boundary.view._words
    begun.tell(
        facts.picture(30, "mistakes", random.random((3, 1, 8, 8))),
        facts.picture(30, "kernels/conv1", random.normal(size=(6, 3, 3))),
        facts.picture(30, "hidden norms/rnn", [1.0, 2.0, np.nan, 3.0]),
        facts.picture(30, "gradient norms/rnn", [0.0, 0.1, np.inf, 0.3]),
        facts.picture(30, "attention/attend", random.random((20, 5, 5))),
        facts.picture(30, "activations/fc1", [-1.0, 1.0, *range(32)]),
        facts.picture(30, "feature maps/fc1", random.random((16, 8, 8))),
    )
    assert begun.page.boundary.inner.isVisible()
    assert begun.page.boundary._title.text() == "Inside the network"
    assert begun.page.network.view._columns[1].units[0].answers is not None
    assert "first picture" in begun.page.network._hint.text()
    assert not begun.page.grab().isNull()


def test_what_units_give_along_a_sequence_is_drawn(begun):
    answers = np.random.default_rng(0).random((16, 1, 12))
    begun.tell(*facts.curves(0, 30), facts.progress(30), facts.picture(30, "answers by place/fc1", answers))
    unit = begun.page.network.view._columns[1].units[0]
    assert unit.answers.shape == (1, 12)
    assert "first sequence" in begun.page.network._hint.text()
    assert not begun.page.grab().isNull()


def test_a_loss_that_is_no_number_is_said_so(begun):
    begun.tell(*facts.curves(0, 30), points("loss", [30], [np.nan]), facts.alert(30), facts.progress(31))
    assert begun.page.boundary._numbers["loss"].text() == "NaN"
    assert "loss NaN" in begun.page.runs.rows[0].accessibleName()


def test_the_spread_of_the_weights_over_time_is_a_face_of_the_layers_chart(begun, qtbot):
    chart = begun.page.charts.heat
    random = np.random.default_rng(0)
    begun.tell(*facts.curves(0, 60), facts.progress(60))
    chart._menu.aboutToShow.emit()
    assert not {entry.text(): entry for entry in chart._menu.actions()}["Weights over time"].isEnabled()
    for at in range(0, 60, 6):
        for layer, size in facts.SIZES.items():
            counts, edges = np.histogram(random.normal(0.1, 0.2 + at / 60, size), 32)
            told = np.concatenate([edges[[0, -1]], counts])
            begun.tell(facts.picture(at, f"histogram/{layer}.weight", told))
            begun.tell(facts.picture(at, f"histogram/{layer}.bias", [0.0, 0.0, 0, 4]))
    chart._menu.aboutToShow.emit()
    entries = {entry.text(): entry for entry in chart._menu.actions()}
    entries["Weights over time"].trigger()
    assert chart.title_text == "Weights over time"
    assert chart.spreads.isVisible()
    names = [name for name, _spread in chart.spreads._spreads]
    assert (
        names[:2] == ["fc1.weight", "fc1.bias"] or names == [f"{layer}.weight" for layer in facts.SIZES][: len(names)]
    )
    begun.page.crosshair.move(30.0)
    assert "fc1.weight -" in chart.note.whole_text
    assert " to " in chart.note.whole_text
    for name in (ThemeName.DARK, ThemeName.LIGHT):
        begun.workbench.models.theme.switch(name)
        assert not chart.grab().isNull()
    second = chart.spreads._panels()[1]
    qtbot.mouseClick(chart.spreads, Qt.MouseButton.LeftButton, pos=second.area.center().toPoint())
    assert chart.title_text == f"{second.name} over time"
    assert [name for name, _spread in chart.spreads._spreads] == [second.name]
    picture = chart.spreads.grab().toImage()
    area = chart.spreads._panels()[0].area
    seen = {picture.pixelColor(round(area.center().x()), y).name() for y in range(int(area.top()), int(area.bottom()))}
    assert len(seen) > 1
    entries["Gradient norm by layer"].trigger()
    assert chart.strips.isVisible()


def test_a_lower_window_shows_fewer_units_also_when_nothing_runs(bench, qtbot):
    view = bench.page.network.view
    before = len(view._columns[1].units)
    bench.workbench.window.resize(1120, 676)
    qtbot.waitUntil(lambda: len(view._columns[1].units) == view.room < before)
