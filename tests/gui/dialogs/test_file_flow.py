import pytest

from engine.program.catalogue import starter
from gui.dialogs.file_flow import FileFlow
from gui.dialogs.file_prompts import Unsaved
from gui.model.document import Document
from gui.model.files import Files
from gui.model.notices import NoticeLevel, Notices
from gui.model.playhead import Playhead
from gui.model.recent import RecentFiles
from tests.support.prompts import FakePrompts
from tests.support.recordings import starter_recording


@pytest.fixture
def document():
    return Document()


@pytest.fixture
def prompts():
    return FakePrompts()


@pytest.fixture
def said():
    return []


@pytest.fixture
def flow(document, prompts, said):
    notices = Notices()
    notices.posted.connect(said.append)
    return FileFlow(document, Files(document, Playhead(), RecentFiles()), notices, prompts)


def test_save_asks_once_for_a_place(flow, document, prompts, tmp_path):
    prompts.save_to = tmp_path / "mine.py"
    document.edit_program("x = 1\n")
    assert flow.save()
    document.edit_program("x = 2\n")
    prompts.save_to = None
    assert flow.save()
    assert (tmp_path / "mine.py").read_text() == "x = 2\n"


def test_saving_nowhere_is_no_saving(flow, document, prompts):
    document.edit_program("x = 1\n")
    assert not flow.save()
    assert document.is_dirty


def test_the_suffix_decides_what_is_saved(flow, document, prompts, tmp_path):
    document.show_recording(starter_recording())
    prompts.save_to = tmp_path / "run.chainrule"
    assert flow.save_as()
    assert (tmp_path / "run.chainrule").stat().st_size > 0


@pytest.mark.parametrize(("answer", "may"), [(Unsaved.SAVE, True), (Unsaved.DISCARD, True), (Unsaved.CANCEL, False)])
def test_unsaved_text_is_asked_about(flow, document, prompts, tmp_path, answer, may):
    prompts.save_to = tmp_path / "mine.py"
    prompts.unsaved = answer
    document.edit_program("precious\n")
    assert flow.may_replace() is may
    assert (tmp_path / "mine.py").exists() is (answer is Unsaved.SAVE)


def test_nothing_unsaved_is_not_asked_about(flow, document, prompts):
    document.replace_program("x", "x.py")
    assert flow.may_replace()
    document.edit_program("   ")
    assert flow.may_replace()
    assert prompts.questions == []


def test_cancel_keeps_what_is_open(flow, document, prompts, tmp_path):
    (tmp_path / "other.py").write_text("other")
    prompts.unsaved = Unsaved.CANCEL
    document.edit_program("precious")
    flow.open_path(tmp_path / "other.py")
    flow.new()
    assert document.program == "precious"


def test_a_recording_that_was_cut_off_is_shown_and_said(flow, document, said, tmp_path):
    whole = starter().recording_path.read_bytes()
    (tmp_path / "cut.chainrule").write_bytes(whole[: len(whole) // 2])
    flow.open_path(tmp_path / "cut.chainrule")
    assert document.program == starter().text
    assert [notice.level for notice in said] == [NoticeLevel.WARNING]
    assert said[0].text.startswith("“cut.chainrule” was cut off before its end: ")


def test_a_problem_is_said(flow, said, tmp_path):
    flow.open_path(tmp_path / "gone.py")
    assert said[0].level is NoticeLevel.ERROR
    assert "could not be opened" in said[0].text
