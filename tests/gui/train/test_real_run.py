"""A real worker trains what the window shows: played, edited, paused, stepped and opened."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from engine.network.network import Setting
from engine.session import Session
from engine.trace.outcome import OutcomeKind
from engine.training.checkpoint import read_head
from engine.training.commands import Play
from engine.training.facts import MarkKind, SampleReason
from engine.training.plan import Choice
from gui.app import make_application
from gui.bridge.settings import SettingsFile
from gui.model.training_run import Phase
from gui.model.workspace import Workspace
from gui.workbench import build_workbench
from tests.gui.window.keys import press
from tests.support.prompts import FakePrompts
from tests.support.workbench import FAKES, destroy

pytestmark = pytest.mark.worker
LIMIT_MS = 90_000
TYPED = """
import torch
w = torch.zeros(3, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.01)
def learn():
    while True:
        optimizer.zero_grad()
        (w.sum() - 1).square().backward()
        optimizer.step()
learn()
"""


@pytest.fixture
def workbench(qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # threads that wait for each other on a busy machine take all its time
    settings = SettingsFile(tmp_path / "settings.ini")
    application = make_application(settings)
    made = build_workbench(application, settings, Session, FakePrompts(), FAKES)
    with qtbot.waitExposed(made.window):
        made.window.show()
    made.window.activateWindow()
    made.models.preferences.choose_workspace(Workspace.TRAIN)
    yield made
    destroy(made)


def test_a_network_learns_in_the_window(workbench, qtbot):
    page, book, control = workbench.train.page, workbench.training.book, workbench.training.control
    page.setFocus()
    press(qtbot, page, Qt.Key.Key_Space)
    run = book.current
    qtbot.waitUntil(lambda: run.iteration > 40 and "boundary" in run.pictures, timeout=LIMIT_MS)
    field = page.settings.rows["lr"].field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0.01")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: any("0.01" in mark.text for mark in run.marks), timeout=LIMIT_MS)
    page.setFocus()
    press(qtbot, page, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: run.phase is Phase.PAUSED, timeout=LIMIT_MS)
    page.refresh()
    assert not page.charts.loss.is_empty
    assert run.pictures_of("weight")["fc1.weight"].shape == (16, 2)
    assert run.picture("data/train").shape[1] == 3
    assert run.hyper.numbers[run.hyper.names.index("lr")] == (0.01,)
    card = page.network.elements.card
    press(qtbot, page, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: run.elements.number(card.place) is not None, timeout=LIMIT_MS)
    before = run.elements.number(card.place)
    qtbot.keyClicks(card.number, "2.5")
    qtbot.keyClick(card.number, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: run.elements.number(card.place) == 2.5, timeout=LIMIT_MS)
    qtbot.waitUntil(lambda: run.pictures_of("weight")["fc1.weight"][0, 0] == 2.5, timeout=LIMIT_MS)
    qtbot.keyClick(card.number, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: run.elements.number(card.place) == before, timeout=LIMIT_MS)
    assert run.marks[-1].text.startswith("fc1.weight[0, 0] 2.5 → ")
    card.close_card()
    page.setFocus()
    stopped_at = run.iteration
    press(qtbot, page, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: any(one.reason is SampleReason.ASKED for one in run.samples), timeout=LIMIT_MS)
    qtbot.waitUntil(lambda: control.phase is Phase.PAUSED and run.iteration > stopped_at, timeout=LIMIT_MS)
    assert run.iteration == stopped_at + 1
    page.iteration_wanted.emit(run.samples[-1].iteration)
    recording = workbench.models.document.recording
    assert len(recording) > 10
    assert recording.backward_calls
    assert workbench.models.preferences.choices.workspace is Workspace.EXPLORE


def test_a_checkpoint_is_saved_in_the_window_and_resumed_with_the_same_losses_bit_for_bit(workbench, qtbot, tmp_path):
    plan, control, book = workbench.training.plan, workbench.training.control, workbench.training.book
    plan.choose_metric("F1Score", wanted=True)
    plan.edit(lambda old: replace(old, epochs=4, schedule=Choice("StepLR", (Setting("step_size", "1"),))))
    path, prompts = tmp_path / "half way.safetensors", workbench.train._prompts
    prompts.save_to = prompts.open_from = path
    said = []
    workbench.models.notices.posted.connect(lambda notice: said.append(notice.text))
    control.play(Play(iterations=20))
    whole = book.current
    qtbot.waitUntil(lambda: whole.phase is Phase.PAUSED, timeout=LIMIT_MS)
    clip = workbench.train.page.settings.rows["clip norm"].field
    clip.setFocus()
    clip.selectAll()
    qtbot.keyClicks(clip, "0.5")
    qtbot.keyClick(clip, Qt.Key.Key_Return)
    workbench.book.refresh()
    workbench.book.qaction("train.save").trigger()
    qtbot.waitUntil(lambda: any(mark.kind is MarkKind.CHECKPOINT for mark in whole.marks), timeout=LIMIT_MS)
    assert said[-1] == "Saved “half way.safetensors”: Train > Go on from a checkpoint."
    control.play(Play())
    qtbot.waitUntil(lambda: whole.phase is Phase.ENDED, timeout=LIMIT_MS)
    workbench.book.qaction("train.resume").trigger()
    resumed = book.current
    assert resumed is not whole
    assert resumed.plan == whole.plan
    qtbot.waitUntil(lambda: resumed.phase in (Phase.ENDED, Phase.FAILED), timeout=LIMIT_MS)
    assert resumed.outcome.kind is whole.outcome.kind is OutcomeKind.FINISHED, resumed.outcome
    for name in ("loss", "learning rate", "F1 score", "validation F1 score", "validation loss"):
        one, other = whole.curves.get(name), resumed.curves.get(name)
        later = one.iterations >= other.iterations[0]
        assert len(other) >= 3
        assert other.iterations.tolist() == one.iterations[later].tolist()
        assert other.numbers.tolist() == one.numbers[later].tolist(), name
    assert resumed.curves.get("loss").iterations[0] == 20


def test_a_typed_program_goes_on_from_a_checkpoint_although_its_loop_cannot_be_set(workbench, qtbot, tmp_path):
    control, book = workbench.training.control, workbench.training.book
    control.train_program(TYPED, None, "typed.py")
    run, path = book.current, tmp_path / "typed.safetensors"
    qtbot.waitUntil(lambda: run.iteration > 5, timeout=LIMIT_MS)
    control.save_checkpoint(path)
    qtbot.waitUntil(path.exists, timeout=LIMIT_MS)
    qtbot.waitUntil(lambda: len(run.curves.get("loss")) > read_head(path).iteration + 20, timeout=LIMIT_MS)
    control.stop()
    qtbot.waitUntil(lambda: not run.is_alive, timeout=LIMIT_MS)
    control.resume(path)
    resumed = book.current
    assert resumed is not run
    qtbot.waitUntil(lambda: len(resumed.curves.get("loss") or ()) > 20, timeout=LIMIT_MS)
    control.stop()
    qtbot.waitUntil(lambda: not resumed.is_alive, timeout=LIMIT_MS)
    one, other = run.curves.get("loss"), resumed.curves.get("loss")
    assert other.iterations[0] == read_head(path).iteration
    both = sorted(set(one.iterations.tolist()) & set(other.iterations.tolist()))
    assert len(both) >= 20
    assert [one.number_at(at) for at in both] == [other.number_at(at) for at in both]
