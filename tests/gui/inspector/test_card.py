"""The chain-rule card."""

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from engine.trace.batch import Batch
from engine.trace.bytestore import MemoryBytes
from engine.trace.recording import Recording
from gui.inspector.card_body import CardBody
from gui.inspector.chain_rule_card import ChainRuleCard
from tests.engine.explain.recorded import record_text
from tests.support.recordings import starter_batch


@pytest.fixture
def card(qtbot, models):
    made = ChainRuleCard(*models.args())
    qtbot.addWidget(made)
    return made


def _button(card, name):
    return next(button for button in card.findChildren(QToolButton) if name in button.accessibleName())


def test_it_shows_itself_only_in_the_backward_pass(card, models):
    models.playhead.seek(2)
    assert card.isHidden()
    models.playhead.seek(5)
    assert not card.isHidden()
    assert card.content.title == "relu"
    assert card.content.formula == "∂L/∂a = ∂L/∂y · [a > 0]"
    assert card.content.sentences[0] == "a = 2 * x + 1 = [3, −3, 7]: entry 2 is negative, so relu sends 0 there."
    assert card.content.verdict == "✓ equals what torch sent"
    models.playhead.seek(1)
    assert card.isHidden()


def test_it_shows_the_arrival_at_a_leaf(card, models):
    models.playhead.seek(8)
    assert card.content.lead == "Gradient arrives at"
    assert card.content.title == "x"


def test_closed_it_stays_away_until_opened_again(card, models, qtbot):
    models.playhead.seek(5)
    with qtbot.waitSignal(card.open_changed):
        qtbot.mouseClick(_button(card, "Close"), Qt.MouseButton.LeftButton)
    assert card.isHidden()
    models.playhead.seek(6)
    assert card.isHidden()
    card.set_open(True)
    assert not card.isHidden()
    assert card.content.title == "add"


def test_pinned_it_keeps_its_step(card, models, qtbot):
    models.playhead.seek(5)
    qtbot.mouseClick(_button(card, "Keep"), Qt.MouseButton.LeftButton)
    models.playhead.seek(7)
    assert card.content.title == "relu"
    qtbot.mouseClick(_button(card, "Keep"), Qt.MouseButton.LeftButton)
    assert card.content.title == "mul"


def test_resized_tells_of_another_height(card, models, qtbot):
    models.playhead.seek(8)
    recording = record_text(
        "import torch\na = torch.ones(3, requires_grad=True)\nb = torch.ones(3, requires_grad=True)\n"
        "(a * b).sum().backward()\n"
    )
    models.document.show_recording(recording)
    models.playhead.resize(len(recording))
    index = next(step.index for step in recording.steps if step.name == "MulBackward0")
    with qtbot.waitSignal(card.resized):
        models.playhead.seek(index)
    assert [equation.formula for equation in card.content.equations] == ["∂L/∂a = ∂L/∂c · b", "∂L/∂b = ∂L/∂c · a"]
    card.resize(card.sizeHint())
    assert not card.grab().isNull()


def test_optimizer_step_shows_the_update(card, models):
    recording = record_text(
        "import torch\nw = torch.tensor(1.0, requires_grad=True)\nopt = torch.optim.SGD([w], lr=0.1)\n"
        "(w * 3).backward()\nopt.step()\n"
    )
    models.document.show_recording(recording)
    models.playhead.resize(len(recording))
    models.playhead.seek(len(recording) - 1)
    assert card.content.lead == "Update by"
    assert card.content.equations[0].formula == "w   1 − 0.1·3 = 0.7"
    assert [term.array.item() for term in card.content.equations[0].terms] == pytest.approx([1, -0.3, 0.7])


def test_numbers_that_come_later_are_shown(qtbot, models):
    store = MemoryBytes()
    facts = starter_batch(store)
    models.document.show_recording(Recording(models.document.recording.info, store))
    models.document.extend(replace(facts, data=()))
    card = ChainRuleCard(*models.args())
    qtbot.addWidget(card)
    models.playhead.seek(5)
    assert card.content.lacks_numbers
    models.document.extend(Batch(data=facts.data))
    qtbot.waitUntil(lambda: not card.content.lacks_numbers)
    assert card.content.verdict == "✓ equals what torch sent"


@pytest.mark.parametrize("height", range(300, 900, 17))
def test_it_cuts_no_line_in_two(qtbot, models, height):
    ground = QWidget()
    qtbot.addWidget(ground)
    ground.resize(500, height)
    card = ChainRuleCard(*models.args(), ground)
    ground.show()
    models.playhead.seek(5)
    card.resize(340, card.heightForWidth(340))
    qtbot.waitExposed(card)
    body = next(child for child in card.children() if isinstance(child, CardBody))
    seen = body.viewport().height()
    if body.verticalScrollBar().maximum() == 0:
        return
    label = next(
        label for label in body.widget().findChildren(QLabel) if label.isVisible() and label.geometry().bottom() >= seen
    )
    assert seen < label.y() or (seen - label.y()) % label.fontMetrics().lineSpacing() == 0
