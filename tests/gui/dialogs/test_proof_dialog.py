from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QListWidget, QPushButton

from engine.protocol.proof import Check, Finding, Verdict
from engine.trace.file import write_recording
from gui.dialogs.proof_dialog import ProofDialog
from gui.theme.theme import Theme
from tests.engine.runtime.proof.proving import recorded, rewired, steps_named
from tests.support.workbench import build, destroy

PROGRAM = "x = torch.tensor([1.0, 2.0], requires_grad=True)\ny = x * 3\nz = (y + x).sum()\nz.backward()\n"


class FakeProver(QObject):
    found = Signal(object, int, int)
    over = Signal(str)

    def __init__(self):
        super().__init__()
        self.calls = []

    def start(self, recording):
        self.calls.append("start")

    def cancel(self):
        self.calls.append("cancel")
        self.over.emit("The verification was stopped.")

    def close(self):
        self.calls.append("close")


@pytest.fixture(scope="module")
def recording():
    return recorded(PROGRAM)


@pytest.fixture
def prover():
    return FakeProver()


@pytest.fixture
def sought():
    return []


@pytest.fixture
def dialog(qtbot, recording, prover, sought):
    made = ProofDialog(recording, prover, sought.append, Theme(), None)
    made.begin()
    qtbot.waitExposed(made)
    yield made
    if "close" not in prover.calls:
        made.close()


def rows(dialog):
    listed = dialog.findChild(QListWidget)
    return [listed.item(number) for number in range(listed.count())]


def click(qtbot, dialog, item):
    listed = dialog.findChild(QListWidget)
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=listed.visualItemRect(item).center())


def button(dialog, text):
    return next(one for one in dialog.findChildren(QPushButton) if one.text() == text)


def test_faults_are_listed_as_they_come_and_lead_to_their_step(qtbot, dialog, prover, sought):
    prover.found.emit((Finding(Check.REPLAY, Verdict.FAILED, 1, "it gives 2 where 3 is recorded"),), 1, 4)
    assert "1 failed so far" in dialog.headline
    (row,) = rows(dialog)
    assert row.text() == "step 2  add  line 7: it gives 2 where 3 is recorded"
    click(qtbot, dialog, row)
    assert sought == [1]


def test_the_end_says_what_was_proven_and_what_was_not(qtbot, dialog, prover, sought):
    reason = "it ran compiled code"
    prover.found.emit((Finding(Check.REPLAY, Verdict.PROVEN, 0), Finding(Check.REPLAY, Verdict.PROVEN, 1)), 2, 4)
    prover.found.emit((Finding(Check.SLOPE, Verdict.NOT_CHECKED, 3, reason),), 4, 4)
    prover.over.emit("")
    assert dialog.is_over
    assert dialog.headline == "All 2 checks hold. 1 could not be made."
    texts = [row.text() for row in rows(dialog)]
    assert any(text.startswith("2 times: calls give") for text in texts)
    assert any(reason in text for text in texts)
    click(qtbot, dialog, rows(dialog)[-1])
    assert sought == [3]
    assert reason in dialog.text


def test_it_can_be_stopped(qtbot, dialog, prover):
    qtbot.mouseClick(button(dialog, "Stop"), Qt.MouseButton.LeftButton)
    assert prover.calls == ["start", "cancel"]
    assert dialog.headline == "The verification was stopped."


def test_closing_stops_it(dialog, prover):
    dialog.close()
    assert prover.calls == ["start", "close"]


def test_many_failures_are_counted(dialog, prover):
    prover.found.emit(tuple(Finding(Check.REPLAY, Verdict.FAILED, 1, "other") for _ in range(700)), 1, 1)
    prover.over.emit("")
    assert "700 checks failed" in dialog.headline
    assert any("200 more failed." in row.text() for row in rows(dialog))


@pytest.mark.worker
def test_the_window_verifies_what_it_shows(qtbot, tmp_path: Path, recording):
    true, false = tmp_path / "true.chainrule", tmp_path / "false.chainrule"
    write_recording(true, recording)
    add = steps_named(recording, "add")[0]
    write_recording(false, rewired(recording, add.index, add.inputs[1], add.inputs[0]))
    workbench = build(tmp_path)
    try:
        action = workbench.book.qaction("run.verify")
        assert not action.isEnabled()
        workbench.flow.open_path(true)
        qtbot.waitUntil(action.isEnabled)
        action.trigger()
        dialog = workbench.desk.proofs.dialog
        qtbot.waitUntil(lambda: dialog.is_over, timeout=60_000)
        assert dialog.headline.startswith("All ")
        workbench.flow.open_path(false)
        assert workbench.desk.proofs.dialog is None
        action.trigger()
        dialog = workbench.desk.proofs.dialog
        qtbot.waitUntil(lambda: dialog.is_over, timeout=60_000)
        assert "failed" in dialog.headline
        click(qtbot, dialog, rows(dialog)[0])
        assert workbench.models.playhead.current == add.index
    finally:
        destroy(workbench)
