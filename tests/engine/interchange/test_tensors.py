"""Tensors as files: every bit and every type as recorded, names as they were at a step, nothing left out unsaid."""

import json
import resource
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors import deserialize, safe_open
from safetensors.torch import load_file

from engine.interchange.tensor_choice import Named, One, Parameters, chosen_values, step_of
from engine.interchange.tensors import TensorFileError, known_types, write_array, write_tensors
from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import Absence, Data, Name, Role, Value
from engine.trace.ids import StepIndex, TensorId, ValueId
from engine.trace.recording import Recording
from engine.trace.tensors import UnreadableDtypeError
from tests.support.recorded import record_text, run_bare
from tests.support.recordings import starter_recording

TRAINING = """import torch
from torch import nn

torch.manual_seed(3)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(2, 3)
        self.norm = nn.BatchNorm1d(3)
        self.outer = nn.Linear(3, 1)

    def forward(self, x):
        hidden = torch.relu(self.norm(self.inner(x)))
        return self.outer(hidden)

model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(3):
    x = torch.randn(4, 2)
    optimizer.zero_grad()
    loss = model(x).pow(2).mean()
    loss.backward()
    optimizer.step()
half = torch.tensor([1.5, -2.0], dtype=torch.bfloat16) * 3
"""


def written(path: Path, recording: Recording, choice: Named | Parameters | One) -> dict[str, torch.Tensor]:
    write_tensors(path, recording, chosen_values(recording, choice), step_of(recording, choice))
    return load_file(path)


def recording_of(
    *tensors: tuple[str, tuple[int, ...], bytes], names: tuple[str, ...] = (), absent: tuple[int, ...] = ()
) -> Recording:
    """A recording of values of any type: dtype, shape and raw bytes; ``names`` in the order of the values."""
    store = MemoryBytes()
    recording = Recording(RunInfo(program="", filename="bytes.py"), store)
    values, data = [], []
    for index, (dtype, shape, raw) in enumerate(tensors):
        offset = store.write(memoryview(raw))
        assert offset is not None
        data.append(Data(ValueId(index), offset, len(raw), Absence.OVER_BUDGET if index in absent else None))
        values.append(
            Value(
                id=ValueId(index),
                tensor=TensorId(index),
                version=0,
                shape=shape,
                dtype=dtype,
                device="cpu",
                requires_grad=False,
                is_leaf=True,
                role=Role.INPUT,
                storage=None,
                base=None,
                producer=None,
                span=None,
                grad_node=None,
                grad_slot=0,
            )
        )
    named = tuple(Name(ValueId(index), name) for index, name in enumerate(names))
    recording.append(Batch(values=tuple(values), data=tuple(data), names=named))
    return recording


def test_parameters_and_gradients_equal_a_bare_run_bit_for_bit(tmp_path: Path) -> None:
    found = written(tmp_path / "p.safetensors", record_text(TRAINING).recording, Parameters())
    model = run_bare(TRAINING)["model"]
    expected = {f"model.{name}": parameter.detach() for name, parameter in model.named_parameters()}
    expected |= {f"{name}.grad": model.get_parameter(name.removeprefix("model.")).grad for name in list(expected)}
    assert found.keys() == expected.keys()
    for name, tensor in expected.items():
        assert torch.equal(found[name], tensor), name
        assert found[name].dtype == tensor.dtype


def test_named_values_are_what_the_variables_hold_at_the_end(tmp_path: Path) -> None:
    found = written(tmp_path / "n.safetensors", record_text(TRAINING).recording, Named())
    left = run_bare(TRAINING)
    for name in ("x", "loss", "half"):
        assert torch.equal(found[name], left[name].detach()), name
    assert found["half"].dtype is torch.bfloat16
    for name, tensor in left["model"].state_dict().items():
        assert torch.equal(found[f"model.{name}"], tensor), name
    assert found["loss.grad_flowed"].item() == 1.0
    assert "hidden" in found
    assert "hidden.grad_flowed" in found


@pytest.mark.parametrize("name", ["float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz"])
def test_eight_bits_a_number_are_recorded_and_leave_unchanged(tmp_path: Path, name: str) -> None:
    text = f"import torch\nsmall = torch.tensor([1.5, -2.0, 0.25]).to(torch.{name})\n"
    recording = record_text(text).recording
    found = written(tmp_path / "s.safetensors", recording, Named())["small"]
    expected = run_bare(text)["small"]
    assert found.dtype is expected.dtype
    assert torch.equal(found.view(torch.uint8), expected.view(torch.uint8))
    (value,) = (value for value in recording.values if value.dtype == name)
    assert recording.statistics(value.id).maximum == 1.5
    with pytest.raises(UnreadableDtypeError):
        recording.array(value.id)


def test_a_name_means_what_it_meant_at_the_step() -> None:
    recording = record_text("import torch\na = torch.ones(2)\nh = a + 1\nh = h * 2\na.mul_(5)\nb = a + h\n").recording

    def numbers(step: int | None) -> dict[str, list[float]]:
        chosen = chosen_values(recording, Named(None if step is None else StepIndex(step)))
        return {key: recording.array(value).tolist() for key, value in chosen.items()}

    assert numbers(-1) == {"a": [1, 1]}
    assert numbers(0) == {"a": [1, 1], "h": [2, 2]}
    assert numbers(1) == {"a": [1, 1], "h": [4, 4]}
    assert numbers(2) == {"h": [4, 4], "a": [5, 5]}
    assert numbers(3) == numbers(None) == {"h": [4, 4], "a": [5, 5], "b": [9, 9]}


def test_gradients_come_and_go_with_the_steps() -> None:
    text = "import torch\nx = torch.ones(2, requires_grad=True)\ny = x * 3\ny.sum().backward()\nx.grad = None\n"
    recording = record_text(text).recording
    last = len(recording) - 1
    assert "x.grad" not in chosen_values(recording, Named(StepIndex(0)))
    held = chosen_values(recording, Named(StepIndex(last)))
    assert recording.array(held["x.grad"]).tolist() == [3, 3]
    assert recording.array(held["y.grad_flowed"]).tolist() == [1, 1]
    assert chosen_values(recording, One(held["x.grad"])) == {"x.grad": held["x.grad"]}


def test_one_value_is_called_by_its_name_or_its_number() -> None:
    recording = starter_recording()
    assert chosen_values(recording, One(ValueId(3))) == {"y": 3}
    assert chosen_values(recording, One(ValueId(9))) == {"x.grad": 9}
    assert chosen_values(recording, One(ValueId(7))) == {"value_7": 7}


@pytest.mark.parametrize("name", sorted(known_types))
def test_every_type_that_the_format_knows_leaves_unchanged(tmp_path: Path, name: str) -> None:
    dtype = getattr(torch, name)
    raw = bytes(range(2)) * 3 if name == "bool" else bytes(range(1, 6 * dtype.itemsize + 1))
    recording = recording_of((name, (2, 3), raw), names=("t",))
    write_tensors(tmp_path / "t.safetensors", recording, {"t": ValueId(0)}, StepIndex(0))
    ((key, content),) = deserialize((tmp_path / "t.safetensors").read_bytes())
    assert (key, bytes(content["data"])) == ("t", raw[: 6 * dtype.itemsize])
    read = load_file(tmp_path / "t.safetensors")["t"] if name != "float4_e2m1fn_x2" else None
    assert read is None or (read.dtype is dtype and read.shape == (2, 3))


def test_no_type_of_torch_is_forgotten() -> None:
    """What is no known type here is refused by the library as well."""
    everything = {str(thing).removeprefix("torch.") for thing in vars(torch).values() if isinstance(thing, torch.dtype)}
    assert known_types <= everything
    assert {"complex128", "qint8"} <= everything - known_types


def test_what_cannot_be_in_the_file_is_said(tmp_path: Path) -> None:
    eight = bytes(16)
    recording = recording_of(
        ("complex128", (1,), eight), ("float32", (4,), eight), ("float32", (4,), eight), names=("z", "big", "x"),
        absent=(1,),
    )  # fmt: skip
    done = write_tensors(
        tmp_path / "t.safetensors", recording, chosen_values(recording, Named(StepIndex(0))), StepIndex(0)
    )
    assert done.keys == ("x",)
    assert done.count_text == "1 value"
    assert done.left_out_text == "Left out: z (.safetensors files have no type complex128), big (over budget)."


def test_without_anything_to_write_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "t.safetensors"
    path.write_bytes(b"old")
    recording = recording_of(("complex128", (1,), bytes(16)), names=("z",))
    with pytest.raises(TensorFileError, match=r"^None of the values can be written: z \(.*\)\.$"):
        write_tensors(path, recording, {"z": ValueId(0)}, StepIndex(0))
    with pytest.raises(TensorFileError, match=r"^There is no such value"):
        write_tensors(path, recording, {}, StepIndex(0))
    assert path.read_bytes() == b"old"


def test_empty_tensors_and_scalars(tmp_path: Path) -> None:
    recording = recording_of(("float32", (0, 3), b""), ("int64", (), b"\7" + bytes(7)), names=("none", "seven"))
    found = written(tmp_path / "t.safetensors", recording, Named())
    assert found["none"].shape == (0, 3)
    assert found["seven"].item() == 7


def test_the_metadata_say_where_it_is_from(tmp_path: Path) -> None:
    path = tmp_path / "t.safetensors"
    recording = starter_recording()
    written(path, recording, Named(StepIndex(5)))
    with safe_open(path, "numpy") as file:
        assert file.metadata() == {
            "format": "pt",
            "writer": "chainrule",
            "program": "starter.py",
            "torch": "2.13.0",
            "step": "5",
        }
    assert step_of(recording, Named()) == 8
    assert step_of(recording, One(ValueId(0))) == -1
    assert step_of(recording, One(ValueId(2))) == recording.values[2].producer


@given(st.lists(st.text(max_size=300), min_size=1, max_size=6, unique=True))
def test_any_names_become_keys_that_are_valid_and_unique(names: list[str]) -> None:
    recording = recording_of(*[("uint8", (1,), bytes([index])) for index in range(len(names))], names=tuple(names))
    chosen = chosen_values(recording, Named())
    kept = [index for index, name in enumerate(names) if not name.endswith(".grad")]
    assert sorted(chosen.values()) == kept
    for key in chosen:
        assert key.isprintable()
        assert key == key.strip()
        assert key not in {"", "__metadata__"}
        assert json.loads(json.dumps(key).encode()) == key


def test_the_name_that_the_format_keeps_for_itself(tmp_path: Path) -> None:
    recording = recording_of(("uint8", (1,), b"\1"), ("uint8", (1,), b"\2"), names=("__metadata__", "metadata"))
    found = written(tmp_path / "t.safetensors", recording, Named())
    assert {key: tensor.item() for key, tensor in found.items()} == {"metadata": 1, "metadata #2": 2}


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "t.safetensors"
    path.write_bytes(b"old")
    recording = recording_of(("uint8", (100_000,), bytes(100_000)), names=("x",))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(TensorFileError) as caught:
            write_tensors(path, recording, {"x": ValueId(0)}, StepIndex(0))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert str(caught.value) == f"{path} could not be written: File too large."
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"old"


def test_the_file_may_be_read_by_whom_a_new_file_may(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    written(tmp_path / "t.safetensors", starter_recording(), Named())
    assert (tmp_path / "t.safetensors").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_numpy_files(tmp_path: Path) -> None:
    path = tmp_path / "y.npy"
    write_array(path, starter_recording(), ValueId(3))
    assert np.load(path).tolist() == [3, 0, 7]
    wide = recording_of(
        ("bfloat16", (1,), b"\xc0\x3f"), ("float8_e5m2", (1,), b"\1"), ("int8", (1,), b"\1"), absent=(2,)
    )
    write_array(path, wide, ValueId(0))
    assert np.load(path).tolist() == [1.5]
    with pytest.raises(TensorFileError, match=r"^numpy has no type float8_e5m2; .*\.$"):
        write_array(path, wide, ValueId(1))
    with pytest.raises(TensorFileError, match=r"not in the recording: over budget\.$"):
        write_array(path, wide, ValueId(2))
    with pytest.raises(TensorFileError, match=r"^The folder .* does not exist\.$"):
        write_array(tmp_path / "no" / "y.npy", wide, ValueId(0))
    assert np.load(path).tolist() == [1.5]


def test_two_tensors_of_one_name_are_told_apart_by_age() -> None:
    recording = starter_recording()
    recording.append(Batch(names=(Name(ValueId(1), "y"),)))
    assert chosen_values(recording, Named(StepIndex(0)))["y"] == 1
    assert chosen_values(recording, Named())["y"] == 3
