"""Data is looked at before anything is trained on it: what is told is what the whole program then learns from."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from engine.protocol.data import DataRequest
from engine.runtime.dataset.looking import look_at
from engine.training.facts import array_of
from engine.training.plan import Choice, FileData, GeneratedData, Shape, TrainingPlan
from engine.training.script import data_script_of, script_of

NETWORK = """from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)

    def forward(self, x):
        return self.fc(x)
"""
PLAN = TrainingPlan(data=GeneratedData(shape=Shape.MOONS, count=40), network=NETWORK, epochs=1, batch_size=8)


def look(plan, *, has_classes=True, path="", target=""):
    request = DataRequest(program=data_script_of(plan), has_classes=has_classes, path=path, target=target)
    return look_at(request)


def pictures(answer):
    return {picture.name: array_of(picture) for picture in answer.pictures}


def test_it_is_the_data_and_the_split_that_the_program_learns_from():
    names = {}
    exec(compile(script_of(PLAN), "script", "exec"), names)
    found = look(PLAN)
    told = pictures(found)
    for name, dataset in (("data/train", names["train_data"]), ("data/validation", names["validation_data"])):
        np.testing.assert_array_equal(told[name][:, :2], np.stack([inputs.numpy() for inputs, _ in dataset]))
    assert (found.train, found.validation) == (32, 8)
    assert sum(train for train, _ in found.counts) == 32
    assert sum(rest for _, rest in found.counts) == 8


def test_a_batch_is_told_with_its_shape_and_type():
    found = look(replace(PLAN, data=GeneratedData(shape=Shape.SORT, count=40)))
    assert (found.inputs.shape, found.inputs.type) == ((8, 12), "int64")
    assert (found.targets.shape, found.targets.type) == ((8, 12), "int64")
    np.testing.assert_array_equal(np.sort(pictures(found)["batch/inputs"], axis=1), pictures(found)["batch/targets"])
    assert found.counts == ()  # there is a class at each place of a sequence, and none of the whole


def test_targets_of_a_loss_that_compares_numbers_are_classes_all_the_same():
    found = look(replace(PLAN, loss=Choice("BCEWithLogitsLoss")))
    assert found.targets.shape == (8, 2)
    assert sum(map(sum, found.counts)) == 40


def test_a_table_tells_its_classes_and_columns_by_name(tmp_path):
    path = tmp_path / "größe.csv"
    path.write_text("long,wide,kind\n1,2,oak\n2,1,elm\n3,3,oak\n", encoding="utf-8")
    found = look(replace(PLAN, data=FileData(path=str(path))), path=str(path))
    assert found.trouble == ""
    assert (found.labels, found.columns) == (("elm", "oak"), ("long", "wide"))
    assert [sum(count) for count in found.counts] == [1, 2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,x\n,y\n", "hole.csv, line 3: an empty cell in column a is not a number."),
        ("a\n1\n", "“hole.csv” has one column only; inputs and a target are needed."),
    ],
)
def test_what_is_wrong_with_a_table_is_said_before_it_is_trained_on(tmp_path, text, said):
    path = tmp_path / "hole.csv"
    path.write_text(text)
    assert look(replace(PLAN, data=FileData(path=str(path))), path=str(path)).trouble == said


def folder_of_pictures(tmp_path):
    for number, name in enumerate(("cat", "dog")):
        (tmp_path / name).mkdir()
        for place in range(4):
            Image.new("RGB", (200, 100), (250 * number, 10 * place, 0)).save(tmp_path / name / f"{place}.png")
    return tmp_path


def test_a_folder_of_pictures_shows_small_ones(tmp_path):
    folder = folder_of_pictures(tmp_path)
    plan = replace(PLAN, data=FileData(path=str(folder)))
    found = look(plan, path=str(folder))
    told = pictures(found)
    assert found.labels == ("cat", "dog")
    assert [sum(count) for count in found.counts] == [4, 4]
    assert found.inputs.shape[1:] == (3, 100, 200)
    assert told["data/pictures"].shape == (6, 3, 17, 34)
    assert max(told["batch/inputs"].shape) == 100


def test_a_broken_picture_is_named_and_the_rest_is_told(tmp_path):
    folder = folder_of_pictures(tmp_path)
    for place in range(4):
        (folder / "dog" / f"{place}.png").write_bytes(b"no picture")
    found = look(replace(PLAN, data=FileData(path=str(folder))), path=str(folder))
    assert found.trouble.endswith(".png of the class dog is no picture, or is damaged.")
    assert (found.train, found.validation) == (6, 2)
