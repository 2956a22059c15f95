import pytest

from gui.model.document import Document
from gui.model.files import FileProblemError, Files
from gui.model.playhead import Playhead
from gui.model.recent import RecentFiles
from tests.support.recordings import STARTER, starter_recording


@pytest.fixture
def document():
    return Document()


@pytest.fixture
def playhead():
    return Playhead()


@pytest.fixture
def files(document, playhead):
    return Files(document, playhead, RecentFiles())


def test_a_program_comes_back_as_it_was_saved(files, document, tmp_path):
    document.edit_program(STARTER + "# ünïcode\n")
    assert document.is_dirty
    files.save_program(tmp_path / "mine.py")
    assert not document.is_dirty
    assert document.title == "mine.py"
    files.new()
    assert document.program == ""
    files.open(tmp_path / "mine.py")
    assert document.program == STARTER + "# ünïcode\n"
    assert document.path == tmp_path / "mine.py"
    assert files.recents.paths == (tmp_path / "mine.py",)


def test_a_recording_comes_back_with_its_program(files, document, playhead, tmp_path):
    document.show_recording(starter_recording())
    files.save_recording(tmp_path / "run.chainrule")
    files.new()
    files.open(tmp_path / "run.chainrule")
    assert document.program == STARTER
    assert document.path is None
    assert len(document.recording) == 9
    assert playhead.step_count == 9
    assert playhead.current == 8


def test_an_absent_file_is_one_sentence(files, document, tmp_path):
    document.replace_program("kept", "kept.py")
    files.recents.add(tmp_path / "gone.py")
    with pytest.raises(FileProblemError, match=r"^“gone.py” could not be opened: no such file or directory\.$"):
        files.open(tmp_path / "gone.py")
    assert document.program == "kept"
    assert files.recents.paths == ()


def test_a_binary_file_is_one_sentence(files, tmp_path):
    (tmp_path / "picture.py").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(FileProblemError, match="is not a text file in UTF-8"):
        files.open(tmp_path / "picture.py")


def test_a_damaged_recording_is_one_sentence(files, tmp_path):
    (tmp_path / "bad.chainrule").write_bytes(b"not a recording")
    with pytest.raises(FileProblemError) as caught:
        files.open(tmp_path / "bad.chainrule")
    assert str(caught.value).endswith(".")


def test_a_failed_save_leaves_nothing_behind(files, document, tmp_path):
    (tmp_path / "mine.py").mkdir()
    document.edit_program("new")
    with pytest.raises(FileProblemError):
        files.save_program(tmp_path / "mine.py")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.py"]
    assert document.is_dirty


def test_saving_into_a_folder_that_is_not_there_is_one_sentence(files, document, tmp_path):
    document.edit_program("new")
    with pytest.raises(FileProblemError):
        files.save_program(tmp_path / "nowhere" / "mine.py")
    assert document.is_dirty


def test_there_may_be_no_recording_to_save(files, tmp_path):
    with pytest.raises(FileProblemError, match="run the program first"):
        files.save_recording(tmp_path / "run.chainrule")


def test_an_example_is_opened_as_a_copy(files, document, tmp_path):
    (tmp_path / "example.py").write_text("x = 1\n")
    files.open_copy(tmp_path / "example.py", "example.py")
    assert document.path is None
    assert document.program == "x = 1\n"
    assert files.recents.paths == ()
