"""What the Train workspace shows of a run that has just begun, or goes on."""

import numpy as np
from PySide6.QtCore import Qt

from engine.network.templates import templates
from engine.training.facts import Progress, TrainState, points
from gui.model.training_columns import columns_of
from gui.model.training_sentences import loss_text
from tests.gui.train import facts
from tests.gui.window.keys import press


def key(qtbot, bench, name, modifier=Qt.KeyboardModifier.NoModifier):
    bench.page.setFocus()
    press(qtbot, bench.page, name, modifier)


def test_a_new_run_does_not_begin_with_the_range_of_the_old_one(begun, qtbot):
    begun.tell(*facts.curves(0, 300), facts.progress(300))
    assert begun.page.charts.loss._band.isVisible()
    key(qtbot, begun, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: len(begun.trainer.requests) == 2 and begun.run.ring is not None, timeout=3000)
    begun.tell(points("loss", np.array([0]), np.array([0.7])), facts.progress(0))
    assert not begun.page.charts.loss._band.isVisible()


def test_small_losses_are_told_by_their_power():
    assert [loss_text(number) for number in (2.5, 0.0412, 0.000147, 0.0)] == ["2.5", ".041", "1.5e-4", ".000"]


def test_the_input_of_a_network_for_pictures_is_the_picture_itself(bench, qtbot):
    lenet = next(template.network for template in templates() if template.title == "LeNet")
    bench.training.network.replace(lenet)
    bench.training.control.toggle()
    qtbot.waitUntil(lambda: bench.run is not None and bench.run.ring is not None, timeout=3000)
    size = columns_of(lenet)[0].sizes
    assert len(size) == 3
    batch = np.random.default_rng(0).random((4, *size), dtype=np.float32)
    bench.tell(*facts.curves(0, 30), facts.progress(30), facts.picture(30, "batch/inputs", batch))
    first = bench.page.network.view._columns[0]
    assert first.shape == f"[32, {', '.join(map(str, size))}]"
    assert [np.array_equal(unit.answers, batch[0, index, ::-1]) for index, unit in enumerate(first.units)] == [True]


def test_a_program_that_is_run_again_up_to_a_checkpoint_says_how_far_it_is(bench, qtbot):
    bench.training.control.train_program("x = 1", None, "typed.py")
    qtbot.waitUntil(lambda: bench.run is not None and bench.run.ring is not None, timeout=3000)
    bench.tell(Progress(state=TrainState.RUNNING, iteration=40, reason="run again up to iteration 90"))
    assert bench.controls._headline.text() == "Iteration 40"
    assert "run again up to iteration 90" in bench.controls._details.whole_text
    assert bench.page.network._hint.text() == ""  # nothing is drawn of which it could speak


def test_a_window_that_begins_in_train_gives_its_keys_to_the_page(bench):
    bench.page.data.choice.setFocus()
    bench.workbench.open_first(None)
    assert bench.page.hasFocus()
