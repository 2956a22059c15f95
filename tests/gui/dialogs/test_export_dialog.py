import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from gui.dialogs.export_dialog import ExportDialog, ExportProblemError
from gui.model.export import ExportChoice, Extent, PictureFormat
from gui.theme.tokens import ThemeName
from tests.support.prompts import FakePrompts


class FakeExporter:
    def __init__(self):
        self.written = []
        self.problem = ""

    def preview(self, choice, width_px, height_px):
        if self.problem:
            raise ExportProblemError(self.problem)
        return QImage(10, 10, QImage.Format.Format_RGB32) if choice.format.is_picture else "digraph {}"

    def size_text(self, choice):
        return f"{choice.scale * 100} pixels" if choice.format is PictureFormat.PNG else ""

    def write(self, choice, path):
        if self.problem:
            raise ExportProblemError(self.problem)
        self.written.append((choice, path))


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
    parent.close()


def test_it_begins_with_a_png_in_the_theme_of_the_window(dialog):
    assert dialog.choice == ExportChoice(
        format=PictureFormat.PNG, scale=2, theme=ThemeName.DARK, is_transparent=False, extent=Extent.WHOLE
    )


def test_save_writes_with_the_suffix_of_the_format(dialog, exporter, prompts, tmp_path):
    prompts.save_to = tmp_path / "picture"
    dialog.choose_format(PictureFormat.SVG)
    dialog.save()
    assert prompts.questions == ["save starter.svg"]
    assert exporter.written[0][1] == tmp_path / "picture.svg"
    assert dialog.saved_path == tmp_path / "picture.svg"
    assert not dialog.isVisible()


def test_a_problem_is_shown_and_the_dialog_stays(dialog, exporter, prompts, tmp_path):
    prompts.save_to = tmp_path / "picture.png"
    exporter.problem = "The disk is full."
    dialog.save()
    assert dialog.problem == "The disk is full."
    assert dialog.saved_path is None
    assert dialog.isVisible()


def test_a_name_for_another_format_is_not_taken_for_this_one(dialog, exporter, prompts, tmp_path):
    prompts.save_to = tmp_path / "picture.svg"
    dialog.save()
    assert dialog.problem == "“picture.svg” is a name for SVG: choose that format, or end the name in .png."
    assert exporter.written == []
    prompts.save_to = tmp_path / "PICTURE.PNG"
    dialog.save()
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
