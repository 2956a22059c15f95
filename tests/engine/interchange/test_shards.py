"""All values of a run as one file, or as several with an index."""

import json

import pytest
from safetensors.numpy import load_file

from engine.interchange.shards import write_sharded
from engine.interchange.tensor_choice import Everything, chosen_values, step_of
from tests.support.recorded import record_text

TEXT = (
    "import torch\nx = torch.arange(100.)\nw = torch.ones(100, requires_grad=True)\ny = (x * w).sum()\ny.backward()\n"
)


@pytest.fixture
def recording():
    return record_text(TEXT).recording


def everything(recording):
    return chosen_values(recording, Everything()), step_of(recording, Everything())


def test_few_are_one_file(recording, tmp_path):
    values, step = everything(recording)
    written = write_sharded(tmp_path / "a.safetensors", recording, values, step)
    assert len(written.keys) == len(recording.values)
    assert [path.name for path in tmp_path.iterdir()] == ["a.safetensors"]


def test_many_are_several_with_an_index(recording, tmp_path):
    values, step = everything(recording)
    write_sharded(tmp_path / "a.safetensors", recording, values, step, most_bytes=900)
    index = json.loads((tmp_path / "a.safetensors.index.json").read_text())
    assert set(index["weight_map"]) == set(values)
    files = {name: load_file(tmp_path / name) for name in set(index["weight_map"].values())}
    assert len(files) > 1
    assert all(sum(array.nbytes for array in file.values()) <= 900 for file in files.values())
    for key, value in values.items():
        assert (files[index["weight_map"][key]][key] == recording.array(value)).all()
    assert index["metadata"]["total_size"] == sum(recording.data(value).nbytes for value in values.values())
