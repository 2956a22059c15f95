"""The real dialog for saving: what the typed name becomes."""

from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QComboBox, QDialogButtonBox, QFileDialog, QLineEdit, QMessageBox, QWidget

from gui.dialogs.file_prompts import (
    NUMPY_FILTER,
    PROGRAM_FILTER,
    RECORDING_FILTER,
    TENSORS_FILTER,
    QtFilePrompts,
    suffix_of,
)


@pytest.fixture
def prompts(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    return QtFilePrompts(parent)


def answer(name, filter_index=0):
    """Type a name into the dialog that is about to open, and accept it."""

    def fill():
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        kinds = dialog.findChild(QComboBox, "fileTypeCombo")
        kinds.setCurrentIndex(filter_index)
        kinds.textActivated.emit(kinds.currentText())
        kinds.activated.emit(filter_index)
        dialog.findChild(QLineEdit, "fileNameEdit").setText(name)
        dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Save).click()

    QTimer.singleShot(0, fill)


@pytest.mark.parametrize(
    ("typed", "filters", "chosen", "expected"),
    [
        ("picture", ("PNG – picture in pixels (*.png)",), 0, "picture.png"),
        ("values", (TENSORS_FILTER, NUMPY_FILTER), 0, "values.safetensors"),
        ("values", (TENSORS_FILTER, NUMPY_FILTER), 1, "values.npy"),
        ("run", (PROGRAM_FILTER, RECORDING_FILTER), 1, "run.chainrule"),
        ("mine.py", (PROGRAM_FILTER, RECORDING_FILTER), 1, "mine.py"),
    ],
)
def test_the_filter_decides_what_a_name_without_ending_becomes(prompts, tmp_path, typed, filters, chosen, expected):
    answer(typed, chosen)
    assert prompts.ask_save(tmp_path / "proposal", filters) == tmp_path / expected


def test_replacing_is_asked_about_by_the_full_name(prompts, tmp_path):
    (tmp_path / "picture.png").touch()
    questions = []

    def look():
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            questions.append(box.text())
            box.button(QMessageBox.StandardButton.Yes).click()

    answer("picture")
    QTimer.singleShot(200, look)
    assert prompts.ask_save(tmp_path / "proposal", ("PNG (*.png)",)) == tmp_path / "picture.png"
    assert "picture.png" in questions[0]


def test_cancelling_is_no_path(prompts, tmp_path):
    QTimer.singleShot(0, lambda: QApplication.activeModalWidget().reject())
    assert prompts.ask_save(tmp_path / "proposal.py", (PROGRAM_FILTER,)) is None


def test_the_suffix_of_a_filter():
    assert suffix_of(PROGRAM_FILTER) == ".py"
    assert suffix_of("All files (*)") == ""


def test_the_window_that_asks_stays_in_front(prompts, qtbot):
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    parents = []

    def look():
        dialog = QApplication.activeModalWidget()
        parents.append(dialog.parentWidget())
        dialog.reject()

    QTimer.singleShot(0, look)
    assert prompts.ask_save(Path("x.py"), (PROGRAM_FILTER,)) is None
    assert parents == [other]
