"""Save values: the selected one, or all named ones at the playhead, by the ending of the name."""

import numpy as np
import pytest
from safetensors.numpy import load_file

from engine.graph.view import NodeKey
from engine.trace.ids import StepIndex, ValueId
from gui.dialogs.file_prompts import NUMPY_FILTER, TENSORS_FILTER
from gui.dialogs.value_saver import ValueSaver
from gui.model.document import Document
from gui.model.notices import NoticeLevel, Notices
from gui.model.playhead import Playhead
from gui.model.selection import Selected, Selection
from tests.support.recordings import starter_recording


class Desk:
    """A saver with its models; the answer to the question for a place is ``path``."""

    def __init__(self):
        self.document, self.playhead, self.selection, notices = Document(), Playhead(), Selection(), Notices()
        self.document.replace_program("", "starter.py")
        self.document.show_recording(starter_recording())
        self.playhead.resize(9)
        self.playhead.seek(8)
        self.path = None
        self.asked = []
        self.said = []
        notices.posted.connect(self.said.append)
        self.saver = ValueSaver(self.document, self.playhead, self.selection, notices, self)

    def ask_save(self, proposal, filters):
        self.asked.append((proposal.name, filters))
        return self.path

    def save(self, path):
        self.path = path
        self.saver.save()
        return path


@pytest.fixture
def desk():
    return Desk()


def test_with_nothing_selected_all_named_values_at_the_playhead(desk, tmp_path):
    found = load_file(desk.save(tmp_path / "end.safetensors"))
    assert {key: array.tolist() for key, array in found.items()} == {
        "x": [1, -2, 3],
        "x.grad": [2, 0, 2],
        "y": [3, 0, 7],
        "y.grad_flowed": [1, 1, 1],
    }
    desk.playhead.seek(0)
    assert load_file(desk.save(tmp_path / "begin.safetensors")).keys() == {"x"}
    assert desk.asked[0] == ("starter_values.safetensors", (TENSORS_FILTER,))
    assert [notice.text for notice in desk.said] == ["Saved “end.safetensors”.", "Saved “begin.safetensors”."]


def test_the_selected_value_in_either_format(desk, tmp_path):
    desk.selection.select(Selected(node=NodeKey("op:2:relu"), step=StepIndex(2), value=ValueId(3)))
    assert load_file(desk.save(tmp_path / "y.safetensors"))["y"].tolist() == [3, 0, 7]
    assert np.load(desk.save(tmp_path / "Y.NPY")).tolist() == [3, 0, 7]
    assert desk.asked[0] == ("y.safetensors", (TENSORS_FILTER, NUMPY_FILTER))


def test_a_step_stands_for_its_result(desk, tmp_path):
    desk.selection.select(Selected(step=StepIndex(0)))
    assert np.load(desk.save(tmp_path / "v.npy")).tolist() == [2, -4, 6]


def test_a_box_without_a_value_is_said(desk):
    desk.selection.select(Selected(node=NodeKey("group:model")))
    desk.saver.save()
    assert desk.asked == []
    assert desk.said[0].text.startswith("What is selected has no value of its own")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("v.npy", "A .npy file holds one value"),
        ("v.txt", "must end in .safetensors or .npy"),
        ("v", "must end in .safetensors or .npy"),
        ("no/v.safetensors", "does not exist"),
        ("folder.safetensors", "is a folder"),
    ],
)
def test_what_does_not_work_is_one_sentence(desk, tmp_path, name, sentence):
    (tmp_path / "folder.safetensors").mkdir()
    desk.save(tmp_path / name)
    (notice,) = desk.said
    assert notice.level is NoticeLevel.ERROR
    assert sentence in notice.text
    assert notice.text.endswith(".")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.safetensors"]


def test_cancelling_saves_nothing(desk, tmp_path):
    desk.saver.save()
    assert desk.said == []
    assert list(tmp_path.iterdir()) == []
