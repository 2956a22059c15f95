"""An optimizer step opened in its dialog: numbers of torch's own step, elements and parameters chosen by hand."""

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QLabel

from engine.runtime.training.subject import Subject
from engine.runtime.training.updates import UpdateKeeper
from engine.trace.batch import Batch
from engine.trace.numbers import number_text
from engine.training.facts import Sample, SampleReason
from gui.dialogs.update_dialog import UpdateDialog
from gui.dialogs.update_rows import PickableMatrix
from gui.theme.theme import Theme


def samples(kind="Adam", steps=3, numbers=torch.float32, **settings):
    """Real steps of a real optimizer on a matrix and a vector."""
    generator = torch.Generator().manual_seed(0)
    tensors = [torch.randn(3, 4, generator=generator), torch.randn(5, generator=generator)]
    leaves = tuple(tensor.to(numbers).requires_grad_() for tensor in tensors)
    optimizer = getattr(torch.optim, kind)(leaves, **{"lr": 0.01, **settings})
    subject, keeper = Subject(leaves, ("fc.weight", "fc.bias"), None), UpdateKeeper(1_000_000)
    found = []
    for step in range(steps):
        for leaf in leaves:
            leaf.grad = torch.randn(leaf.shape, generator=generator).to(numbers)
        keeper.before(optimizer, subject, {})
        optimizer.step()
        found.append(
            Sample(
                iteration=100 * step,
                reason=SampleReason.PERIODIC,
                batch=Batch(),
                data=b"",
                update=keeper.after(optimizer),
            )
        )
    return found


@pytest.fixture
def dialog(qtbot):
    shown = UpdateDialog("calm-1", samples(), 200, Theme(), None)
    qtbot.addWidget(shown)
    shown.show()
    qtbot.waitExposed(shown)
    return shown


def texts(dialog):
    return [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]


def test_the_step_is_shown_from_gradient_to_new_value(dialog):
    assert dialog.headline == "Adam  ·  fc.weight  [3, 4]"
    assert dialog.verdict.startswith("✓ ")
    shown = texts(dialog)
    for name in ("before", "gradient", "m", "v", "m̂", "v̂", "step", "change", "after", "SGD", "Adagrad"):
        assert name in shown
    assert "β₁·m + (1 − β₁)·g" in shown


def test_a_click_picks_an_element(dialog, qtbot):
    update = samples()[2].update.parameters[0]
    matrix = dialog.findChildren(PickableMatrix)[0]
    across, down = matrix.width() / 4, matrix.height() / 3
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=QPoint(round(2.5 * across), round(1.5 * down)))
    assert "element [1, 2]: click another in any matrix" in texts(dialog)
    assert number_text(float(update.array(update.gradient)[1, 2]), 6) in texts(dialog)
    assert number_text(float(update.array(update.after)[1, 2]), 6) in texts(dialog)


def test_the_element_that_changed_most_is_picked_at_first(dialog):
    update = samples()[2].update.parameters[0]
    change = update.array(update.after) - update.array(update.before)
    row, column = np.unravel_index(np.abs(change).argmax(), change.shape)
    assert f"element [{row}, {column}]: click another in any matrix" in texts(dialog)


def test_parameter_and_iteration_are_chosen(dialog, qtbot):
    iterations, parameters = dialog.findChildren(QComboBox)
    qtbot.keyClick(parameters, Qt.Key.Key_Down)
    assert dialog.headline == "Adam  ·  fc.bias  [5]"
    qtbot.keyClick(iterations, Qt.Key.Key_Up)
    assert dialog.headline == "Adam  ·  fc.bias  [5]"
    assert iterations.currentText() == "iteration 100"
    assert dialog.verdict.startswith("✓ ")


def test_an_optimizer_whose_rule_is_not_known_is_told(qtbot):
    shown = UpdateDialog("calm-1", samples("Adadelta", steps=1), 0, Theme(), None)
    qtbot.addWidget(shown)
    shown.show()
    assert shown.verdict.startswith("The arithmetic of Adadelta is not known here")
    assert "SGD" in texts(shown)


@pytest.mark.parametrize("numbers", [torch.float64, torch.bfloat16])
def test_steps_of_other_types_of_numbers_are_opened_and_named(qtbot, numbers):
    shown = UpdateDialog("calm-1", samples(numbers=numbers), 200, Theme(), None)
    qtbot.addWidget(shown)
    shown.show()
    assert shown.headline == f"Adam  ·  fc.weight  [3, 4]  {str(numbers).removeprefix('torch.')}"
    assert shown.verdict.startswith("✓ ")
    assert not shown.grab().isNull()


def test_a_step_of_which_nothing_can_be_opened_says_so(qtbot):
    shown = UpdateDialog("calm-1", samples(numbers=torch.complex64), 200, Theme(), None)
    qtbot.addWidget(shown)
    shown.show()
    assert shown.headline == "Adam"
    assert shown.verdict.startswith("None of its parameters could be opened")
    assert not shown.grab().isNull()
