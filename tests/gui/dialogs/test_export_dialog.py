import threading

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QDialogButtonBox, QProgressBar, QPushButton, QSpinBox, QWidget

from engine.interchange.picture_format import PictureFormat
from gui.dialogs.export_dialog import ExportDialog
from gui.dialogs.export_work import ExportWork
from gui.model.export import ExportChoice, ExportProblemError, Extent
from gui.theme.tokens import ThemeName
from tests.support.prompts import FakePrompts


class FakeExporter:
    """Writes nothing; a job waits at half until ``go_on`` is set, and keeps looking whether it is called off."""

    step_count = 9

    def __init__(self):
        self.written = []
        self.problem = ""
        self.go_on = threading.Event()
        self.go_on.set()

    def prepare(self, choice):
        return FakeJob(self, choice)


class FakeJob:
    def __init__(self, exporter, choice):
        self.exporter = exporter
        self.choice = choice

    def preview(self, width_px, height_px, progress):
        if self.exporter.problem:
            raise ExportProblemError(self.exporter.problem)
        return QImage(10, 10, QImage.Format.Format_RGB32) if self.choice.format.is_picture else "digraph {}"

    def size_text(self):
        return f"{self.choice.scale * 100} pixels" if self.choice.format is PictureFormat.PNG else ""

    def write(self, path, progress):
        progress(0.5)
        while not self.exporter.go_on.wait(0.005):
            progress(0.5)
        if self.exporter.problem:
            raise ExportProblemError(self.exporter.problem)
        self.exporter.written.append((self.choice, path))


@pytest.fixture
def exporter():
    return FakeExporter()


@pytest.fixture
def prompts():
    return FakePrompts()


@pytest.fixture
def dialog(qtbot, exporter, prompts, tmp_path):
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = ExportDialog(exporter, prompts, tmp_path / "starter", ThemeName.DARK, parent)
    dialog.show()
    yield dialog
    exporter.go_on.set()
    dialog.close()
    parent.close()


def test_it_begins_with_a_png_in_the_theme_of_the_window(dialog):
    assert dialog.choice == ExportChoice(
        format=PictureFormat.PNG, scale=2, theme=ThemeName.DARK, is_transparent=False, extent=Extent.WHOLE
    )


def test_save_writes_with_the_suffix_of_the_format(qtbot, dialog, exporter, prompts, tmp_path):
    prompts.save_to = tmp_path / "picture"
    dialog.choose_format(PictureFormat.SVG)
    dialog.save()
    assert prompts.questions == ["save starter.svg"]
    qtbot.waitUntil(lambda: dialog.saved_path is not None)
    assert exporter.written[0][1] == tmp_path / "picture.svg"
    assert dialog.saved_path == tmp_path / "picture.svg"
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_a_problem_is_shown_and_the_dialog_stays(qtbot, dialog, exporter, prompts, tmp_path):
    prompts.save_to = tmp_path / "picture.png"
    exporter.problem = "The disk is full."
    dialog.save()
    qtbot.waitUntil(lambda: dialog.problem == "The disk is full.")
    assert dialog.saved_path is None
    assert dialog.isVisible()


def test_a_name_for_another_format_is_not_taken_for_this_one(qtbot, dialog, exporter, prompts, tmp_path):
    prompts.save_to = tmp_path / "picture.svg"
    dialog.save()
    assert dialog.problem == "“picture.svg” is a name for SVG: choose that format, or end the name in .png."
    assert exporter.written == []
    prompts.save_to = tmp_path / "PICTURE.PNG"
    dialog.save()
    qtbot.waitUntil(lambda: exporter.written != [])
    assert exporter.written[0][1] == tmp_path / "PICTURE.PNG"


def test_a_file_that_nobody_agreed_to_replace_stays(dialog, exporter, prompts, tmp_path):
    (tmp_path / "picture.v2.png").touch()
    prompts.save_to = tmp_path / "picture.v2"
    dialog.save()
    assert dialog.problem.startswith("There is already a file “picture.v2.png”")
    assert exporter.written == []


def test_what_a_format_has_no_use_for_is_greyed_and_says_why(dialog):
    dialog.choose_format(PictureFormat.DOT)
    dialog.refresh()
    assert not dialog._scale.isEnabled()
    assert dialog._scale.toolTip() == "Only a picture in pixels has a scale."
    assert not dialog._theme.isEnabled()
    dialog.choose_format(PictureFormat.PDF)
    dialog.refresh()
    assert dialog._theme.isEnabled()


def test_the_preview_follows_every_choice(dialog, qtbot):
    dialog.choose_format(PictureFormat.MERMAID)
    qtbot.waitUntil(lambda: dialog._preview.text() == "digraph {}")
    dialog.choose_format(PictureFormat.PNG)
    qtbot.waitUntil(lambda: dialog._preview.pixmap().width() == 10)


def test_cancelling_the_place_writes_nothing(dialog, exporter):
    dialog.save()
    assert exporter.written == []
    assert dialog.isVisible()


def named(dialog, kind, name):
    return next(widget for widget in dialog.findChildren(kind) if widget.accessibleName() == name)


def button(dialog, text):
    return next(button for button in dialog.findChildren(QPushButton) if button.text().replace("&", "") == text)


def test_writing_shows_how_far_it_is_and_the_window_goes_on(qtbot, dialog, exporter, prompts, tmp_path):
    prompts.save_to = tmp_path / "picture.png"
    exporter.go_on.clear()
    qtbot.mouseClick(button(dialog, "Save…"), Qt.MouseButton.LeftButton)
    bar = named(dialog, QProgressBar, "Progress")
    qtbot.waitUntil(lambda: bar.isVisible() and bar.value() == 500)
    assert not button(dialog, "Save…").isEnabled()
    exporter.go_on.set()
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert dialog.saved_path == tmp_path / "picture.png"


def test_cancel_stops_the_writing_first_and_closes_then(qtbot, dialog, exporter, prompts, tmp_path):
    prompts.save_to = tmp_path / "picture.png"
    exporter.go_on.clear()
    qtbot.mouseClick(button(dialog, "Save…"), Qt.MouseButton.LeftButton)
    cancel = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Cancel)
    qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.problem == "Stopped: nothing was written.")
    assert exporter.written == []
    assert dialog.isVisible()
    qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    assert dialog.saved_path is None


def test_an_animation_shows_the_whole_run_or_a_part_of_it(qtbot, dialog):
    assert named(dialog, QSpinBox, "Time a step").isHidden()
    dialog.choose_format(PictureFormat.GIF)
    dialog.refresh()
    assert dialog.choice.steps == (-1, 8)
    named(dialog, QSpinBox, "Time a step").setValue(250)
    named(dialog, QComboBox, "Steps").setCurrentText("From one step to another")
    first, last = named(dialog, QSpinBox, "First step"), named(dialog, QSpinBox, "Last step")
    assert first.isVisible()
    first.setValue(2)
    last.setValue(5)
    assert (dialog.choice.steps, dialog.choice.frame_ms) == ((2, 5), 250)
    dialog.choose_format(PictureFormat.SVG)
    dialog.refresh()
    assert dialog.choice.steps is None


def test_a_sequence_replaces_no_file_unasked(dialog, exporter, prompts, tmp_path):
    (tmp_path / "run-003.png").touch()
    prompts.save_to = tmp_path / "run.png"
    named(dialog, QComboBox, "Steps").setCurrentText("The whole run")
    dialog.save()
    assert dialog.problem == "There is already a file “run-003.png”: choose another name for the sequence."
    assert exporter.written == []


def test_a_fault_of_the_program_itself_is_said_and_ends_the_work(qtbot, caplog):
    def fail(_progress):
        raise RuntimeError("a fault")

    work, said = ExportWork(fail), []
    ended = []
    work.failed.connect(said.append)
    work.ended.connect(lambda: ended.append(True))
    work.start()
    qtbot.waitUntil(lambda: bool(ended), timeout=10_000)
    assert said == ["Something in Chainrule itself went wrong; nothing was written."]
    assert "a fault" in caplog.text


def test_a_preview_may_outlive_the_dialog_that_wanted_it(qtbot, tmp_path):
    begun, go_on, over = threading.Semaphore(0), threading.Event(), threading.Semaphore(0)

    class SlowJob(FakeJob):
        def preview(self, width_px, height_px, progress):
            begun.release()
            go_on.wait()
            over.release()
            return super().preview(width_px, height_px, progress)

    exporter = FakeExporter()
    exporter.prepare = lambda choice: SlowJob(exporter, choice)
    parent = QWidget()
    dialog = ExportDialog(exporter, FakePrompts(), tmp_path / "starter", ThemeName.DARK, parent)
    begun.acquire()
    dialog.refresh()  # the first preview is not wanted any more, and goes on
    begun.acquire()
    shiboken6.delete(parent)
    threads = [thread for thread in threading.enumerate() if thread.name == "export"]
    go_on.set()
    for thread in threads:
        thread.join()
    assert over.acquire(blocking=False)
    qtbot.wait(20)  # what they said arrives, and nobody is there
