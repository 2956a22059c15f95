"""The Train workspace where data, network and training are chosen."""

from PySide6.QtCore import QPoint, Qt

from engine.training.commands import SaveCheckpoint, SetHyper
from engine.training.facts import Hyper, Mark, MarkKind
from engine.training.plan import Shape
from engine.training.script import script_of
from gui.model.training_run import Phase
from gui.train.arguments import ArgumentsPopup
from tests.gui.train import facts
from tests.gui.window.keys import press


def key(qtbot, bench, name, modifier=Qt.KeyboardModifier.NoModifier):
    bench.page.setFocus()
    press(qtbot, bench.page, name, modifier)


def test_a_live_edit_goes_to_the_run_and_its_mark_to_the_chart(begun, qtbot):
    begun.tell(facts.hyper(), *facts.curves(0, 200), facts.progress(200))
    field = begun.page.settings.rows["lr"].field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "1e-2")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert begun.trainer.steered == [SetHyper(name="lr", numbers=(0.01,))]
    begun.tell(facts.edit(200), facts.hyper(0.01))
    assert begun.run.marks[-1].text == "lr 0.01 → 0.003"
    assert begun.page.charts.loss.marks.texts == ("◆ lr 0.01 → 0.003",)
    assert not begun.training.control.needs_restart
    assert field.text() == "1.0e-2"


def test_a_slider_moves_by_keys_and_clip_can_be_switched_off(begun, qtbot):
    clip = begun.page.settings.rows["clip norm"]
    clip.slider.setFocus()
    qtbot.keyClick(clip.slider, Qt.Key.Key_Right)
    assert begun.trainer.steered[-1].name == "clip norm"
    assert begun.trainer.steered[-1].numbers[0] > 0
    qtbot.keyClick(clip.slider, Qt.Key.Key_Home)
    assert begun.trainer.steered[-1] == SetHyper(name="clip norm", numbers=())
    assert clip.field.text() == "off"


def test_nonsense_in_a_field_is_refused_with_a_sentence(begun, qtbot):
    field = begun.page.settings.rows["lr"].field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "fast")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert begun.notices[-1] == "“fast” is not a number."
    assert field.text() == "3.0e-3"
    assert begun.trainer.steered == []


def test_a_learning_rate_of_a_billion_is_taken_as_typed(begun, qtbot):
    field = begun.page.settings.rows["lr"].field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "1e9")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert begun.trainer.steered == [SetHyper(name="lr", numbers=(1e9,))]


def test_other_data_asks_for_a_new_start_and_the_old_run_stays(begun, qtbot):
    begun.tell(*facts.curves(0, 50), facts.progress(50))
    entry = next(action for action in begun.page.data._menu.actions() if action.text() == "moons")
    entry.trigger()
    assert begun.training.plan.plan.data.shape is Shape.MOONS
    assert begun.training.control.needs_restart
    begun.page.refresh()
    assert "start anew" in begun.controls._details.whole_text
    assert begun.page.data.preview._samples is None  # the points of the run are none of these
    key(qtbot, begun, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: begun.run.ring is not None, timeout=3000)
    assert "make_moons" in begun.trainer.requests[-1].program
    assert [run.phase for run in begun.training.book.runs] == [Phase.STARTING, Phase.ENDED]
    assert len(begun.page.runs.rows) == 2
    assert not begun.training.control.needs_restart


def test_a_template_becomes_the_network(bench):
    entry = next(action for action in bench.page.network.templates.actions() if action.text() == "Logistic regression")
    entry.trigger()
    assert "LogisticRegression" in bench.training.plan.plan.network
    bench.page.refresh()
    assert [column.title for column in bench.page.network.view._columns] == ["Input", "Linear"]


def test_points_are_painted_with_the_mouse(bench, qtbot):
    next(entry for entry in bench.page.data._menu.actions() if entry.text() == "painted points").trigger()
    preview = bench.page.data.preview
    for button, pos in ((Qt.MouseButton.LeftButton, QPoint(60, 40)), (Qt.MouseButton.RightButton, QPoint(160, 90))):
        qtbot.mouseClick(preview, button, pos=pos)
    painted = bench.training.plan.plan.data.points
    assert [kind for _x, _y, kind in painted] == [0, 1]
    assert painted[0][0] < painted[1][0]
    assert painted[0][1] > painted[1][1]
    assert "torch.tensor(" in bench.training.control._write(bench.training.plan.plan)
    qtbot.mouseClick(bench.page.data.clear, Qt.MouseButton.LeftButton)
    assert bench.training.plan.plan.data.points == ()
    key(qtbot, bench, Qt.Key.Key_Space)
    assert bench.notices[-1] == "Paint at least two points first."


def test_other_data_brings_a_network_and_a_loss_that_fit_it(bench):
    entry = next(action for action in bench.page.data._menu.actions() if action.text() == "curve")
    entry.trigger()
    plan = bench.training.plan.plan
    assert plan.loss.name == "MSELoss"
    assert "nn.Linear(1, 16)" in plan.network
    assert "nn.Linear(8, 1)" in plan.network
    assert bench.notices[-1].startswith("To fit curve, the loss is MSELoss now and the network was changed")
    bench.training.network.undo()
    assert "nn.Linear(8, 2)" in bench.training.plan.plan.network


def test_arguments_are_typed_and_checked(bench, qtbot):
    bench.training.plan.choose_optimizer("SGD")
    bench.workbench.train._ask_optimizer(bench.controls.optimizer)
    popup = bench.controls.optimizer.findChild(ArgumentsPopup)
    assert popup.fields["momentum"].placeholderText() == "0"
    popup.fields["momentum"].setText("0.9")
    popup.fields["nesterov"].setText("perhaps")
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert popup._trouble.text() == "nesterov cannot be “perhaps”. True or False."
    popup.fields["nesterov"].setText("True")
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert "momentum=0.9, nesterov=True" in bench.page._training.control._write(bench.training.plan.plan)
    assert bench.page.settings.rows["momentum"].field.text() == ".9"


def test_the_word_of_a_choice_needs_no_quotes(bench, qtbot):
    bench.page.settings._ask_loss()
    popup = bench.page.settings.findChild(ArgumentsPopup)
    popup.fields["reduction"].setText("sum")
    qtbot.mouseClick(popup.use, Qt.MouseButton.LeftButton)
    assert bench.training.plan.plan.loss.settings[0].text == "'sum'"


def test_a_schedule_is_chosen_and_written(bench):
    entry = next(entry for entry in bench.page.settings.schedule.menu().actions() if entry.text() == "StepLR")
    entry.trigger()
    assert "StepLR(optimizer, step_size=30)" in bench.training.control._write(bench.training.plan.plan)


def test_a_checkpoint_is_saved_and_one_that_is_none_is_refused(begun, tmp_path):
    prompts = begun.workbench.train._prompts
    prompts.save_to = tmp_path / "state.safetensors"
    begun.workbench.book.refresh()
    begun.workbench.book.qaction("train.save").trigger()
    assert begun.trainer.steered[-1] == SaveCheckpoint(path=str(prompts.save_to))
    prompts.open_from = tmp_path / "state.safetensors"
    prompts.open_from.write_bytes(b"nothing of the kind")
    begun.workbench.book.qaction("train.resume").trigger()
    assert begun.notices[-1] == "state.safetensors is no checkpoint."
    assert len(begun.trainer.requests) == 1


def test_a_file_becomes_the_data(bench, tmp_path):
    data, plan = bench.page.data, bench.training.plan
    bench.workbench.train._prompts.open_from = tmp_path / "points.csv"
    data.file_wanted.emit()
    assert bench.notices[-1] == "“points.csv” cannot be read: No such file or directory."
    rows = "".join(f"{at},{at % 7},{at * 0.5},{['red', 'green', 'blue'][at % 3]}\n" for at in range(30))
    (tmp_path / "points.csv").write_text("a,b,size,kind\n" + rows)
    data.file_wanted.emit()
    assert plan.plan.data.path.endswith("points.csv")
    assert data.choice.text() == "points.csv"
    assert not data.noise.isVisible()
    assert data.target.text() == "target: kind"
    assert "in_features=3" in plan.plan.network.replace("nn.Linear(3", "in_features=3")
    assert "nn.Linear(8, 3)" in plan.plan.network
    choose(data.target.menu(), "size")
    assert plan.plan.data.target == "size"
    assert plan.plan.loss.name == "MSELoss"
    assert "nn.Linear(8, 1)" in plan.plan.network
    assert bench.notices[-1].startswith("To fit points.csv, the loss is MSELoss now")
    data._choose(Shape.MOONS)
    assert not data.target.isVisible()


def choose(menu, text):
    """Press an entry of a menu that was opened."""
    menu.aboutToShow.emit()
    entries = {entry.text(): entry for entry in menu.actions()}
    entries[text].trigger()


def test_metrics_are_chosen_and_stand_in_the_script(bench, qtbot):
    chip, plan = bench.page.settings.metrics, bench.training.plan
    assert chip.text() == "none"
    choose(chip.menu(), "F1Score")
    choose(chip.menu(), "ConfusionMatrix")
    assert chip.text() == "F1 score and 1 more"
    assert "MulticlassF1Score(num_classes=2)" in script_of(plan.plan)
    choose(chip.menu(), "Arguments of F1Score…")
    popup = chip.findChild(ArgumentsPopup)
    qtbot.keyClicks(popup.fields["average"], "micro")
    popup.use.click()
    assert "MulticlassF1Score(num_classes=2, average='micro')" in script_of(plan.plan)
    choose(chip.menu(), "ConfusionMatrix")
    assert chip.text() == "F1 score"
    bench.training.choose_shape(Shape.CURVE)
    assert chip.text() == "none", "numbers are told now"
    choose(chip.menu(), "R2Score")
    assert "R2Score()" in script_of(plan.plan)
    chip.menu().aboutToShow.emit()
    assert "F1Score" not in {entry.text() for entry in chip.menu().actions()}


def test_a_confusion_matrix_is_shown_in_place_of_a_curve(begun, qtbot):
    chart = begun.page.charts.loss
    told = facts.picture(12, "scores/confusion matrix", [[5, 1], [2, 8]])
    checked = facts.picture(12, "scores/validation confusion matrix", [[3, 0], [1, 2]])
    begun.tell(*facts.curves(0, 40), facts.progress(40), told, checked)
    chart.choose_metric("confusion matrix")
    assert chart.matrix.isVisible()
    assert [name for name, _ in chart.matrix._matrices.shown] == ["training", "validation"]
    assert "training: [5, 1], [2, 8]" in chart.matrix.toolTip()
    chart.choose_metric("accuracy")
    assert chart.plot.widget.isVisible()
    assert not chart.plot.is_log
    chart.choose_metric("loss")
    assert chart.plot.is_log


def test_of_many_alerts_of_a_kind_one_has_a_label(begun):
    chart = begun.page.charts.loss
    alerts = [Mark(300 + place, MarkKind.ALERT, f"gradient norm {place}, 10 times usual") for place in range(4)]
    begun.tell(*facts.curves(0, 600), facts.progress(600), *alerts, Mark(310, MarkKind.ALERT, "loss is nan"))
    assert chart.marks.texts == ("◆ gradient norm 0, 10 times usual", "◆ loss is nan")
    assert sum(line.isVisible() for line in chart.marks._lines) == 5


def test_labels_of_marks_keep_apart_and_off_the_lines_of_others(begun):
    chart = begun.page.charts.loss
    texts = [f"lr 0.0{place} → 0.00{place}" for place in range(8)]
    marks = [facts.edit(300 + 4 * place, text) for place, text in enumerate(texts)]
    begun.tell(*facts.curves(0, 600), facts.progress(600), *marks)
    labels = [label for label in chart.marks._labels if label.isVisible()]
    boxes = [label.mapRectToScene(label.boundingRect()) for label in labels]
    assert len(boxes) == 8
    for place, box in enumerate(boxes):
        assert not any(box.adjusted(1, 1, -1, -1).intersects(other) for other in boxes[place + 1 :][:3])
    assert all(label.zValue() > line.zValue() for label in labels for line in chart.marks._lines)
    assert all(label.fill.color().alpha() == 255 for label in labels), "what lies below a label is hidden"


def test_of_a_typed_program_only_its_own_settings_are_shown(bench, qtbot):
    text = "import torch\n"
    bench.training.control.train_program(text, None, "typed.py")
    qtbot.waitUntil(lambda: bench.run is not None and bench.run.ring is not None, timeout=3000)
    bench.tell(Hyper("SGD", ("lr", "clip norm"), ((0.25,), ())), facts.progress(3), *facts.curves(0, 3))
    data, settings = bench.page.data, bench.page.settings
    assert data.note.whole_text == "of the program"
    assert not data.choice.isVisible()
    assert not data.points.isVisible()
    assert [name for name, row in settings.rows.items() if row.isVisible()] == ["lr", "clip norm"]
    assert settings.rows["lr"].isEnabled()
    assert not settings.loss.isVisible()
    assert not bench.controls.optimizer.isVisible()
    assert bench.page.network.note == "of the program"
    qtbot.mouseClick(data.other, Qt.MouseButton.LeftButton)
    assert bench.run is None
    qtbot.waitUntil(data.choice.isVisible, timeout=3000)
    assert data.points.isVisible()
    assert settings.rows["betas"].isVisible()
    assert settings.loss.isVisible()
    assert bench.controls.optimizer.isVisible()
