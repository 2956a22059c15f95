"""Recording on CUDA: run wherever there is a GPU, and skipped with the reason elsewhere."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.compare import ChangeKind, compare
from engine.runtime.worker.devices import choose_device, find_devices
from engine.trace.execution import Clock
from engine.trace.facts import Phase
from engine.trace.file import read_recording
from engine.trace.recording import Recording
from tests.support.programs import run_chainrule
from tests.support.recorded import record_text, run_bare

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device, and none was found here")

TRAINING = """import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 1))
x, y = torch.randn(32, 8), torch.randn(32, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(2):
    loss = ((model(x) - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.device.type, next(model.parameters()).device.type)
"""

ON_CUDA = """import torch

torch.manual_seed(0)
w = torch.randn(64, 64, device="cuda", requires_grad=True)
x = torch.randn(64, 64, device="cuda")
h = torch.relu(x @ w)
loss = (h * h).mean()
loss.backward()
grad = w.grad
"""


def kept(recording: Recording, name: str) -> "np.ndarray[tuple[int, ...], np.dtype[np.generic]]":
    """The numbers of the last value of this name."""
    value = [value for value in recording.values if name in recording.names(value.id)][-1]
    array = recording.array(value.id)
    assert array is not None
    return array


def test_the_first_device_is_chosen() -> None:
    devices = find_devices()
    assert choose_device("cuda", devices) == "cuda:0"
    assert choose_device("auto", devices) == "cuda:0"
    assert choose_device("cpu", devices) == "cpu"


@pytest.mark.worker
def test_a_program_that_names_no_device_runs_on_it_and_beside_the_cpu(tmp_path: Path) -> None:
    program, output = tmp_path / "training.py", tmp_path / "run.chainrule"
    program.write_text(TRAINING)
    done = run_chainrule("record", program, "-o", output, "--device", "cuda", "--compare", "cpu")
    assert "cuda cuda\n" in done.stdout, done.stdout + done.stderr
    on_gpu, on_cpu = read_recording(output), read_recording(tmp_path / "run.cpu.chainrule")
    assert on_gpu.info.device == "cuda:0"
    assert {value.device for value in on_gpu.values} == {"cuda:0"}
    comparison = compare(on_gpu, on_cpu, tolerance=1e-3)
    assert [step.name for step in on_gpu.steps if step.phase is not Phase.BACKWARD] == [
        step.name for step in on_cpu.steps if step.phase is not Phase.BACKWARD
    ]
    assert comparison.count(ChangeKind.CHANGED) == comparison.count(ChangeKind.RESHAPED) == 0


def test_values_and_gradients_are_fetched_and_nothing_is_changed() -> None:
    bare = run_bare(ON_CUDA)
    run = record_text(ON_CUDA)
    assert run.error is None
    for name in ("h", "loss", "grad"):
        assert torch.equal(run.variables[name], bare[name])
    assert np.array_equal(kept(run.recording, "h"), bare["h"].detach().cpu().numpy())
    (change,) = [change for change in run.recording.all_grad_changes() if change.value is not None]
    assert change.value is not None
    gradient = run.recording.array(change.value)
    assert gradient is not None
    assert np.array_equal(gradient, bare["grad"].cpu().numpy())


def test_backward_passes_run_where_they_are_seen() -> None:
    text = """import torch

class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, gradient):
        return gradient * 2 + 0

x = torch.ones(3, device="cuda", requires_grad=True)
Double.apply(x).sum().backward()
"""
    run = record_text(text)
    assert run.error is None
    names = run.step_names(Phase.BACKWARD)
    assert names[0] == "SumBackward0"
    assert names[-1] == "AccumulateGrad"
    assert any("Double" in name for name in names)
    assert run.variables["x"].grad.tolist() == [2.0, 2.0, 2.0]
    order = [step.index for step in run.steps(Phase.BACKWARD)]
    assert order == sorted(order)


@pytest.mark.worker
def test_kernels_are_timed_on_the_device_and_memory_is_told(tmp_path: Path) -> None:
    program, output = tmp_path / "p.py", tmp_path / "run.chainrule"
    program.write_text("import torch\nx = torch.randn(2048, 2048)\ny = x @ x\nz = y @ x\nprint(z.sum().item() != 0)\n")
    done = run_chainrule("record", program, "-o", output, "--device", "cuda")
    assert done.returncode == 0, done.stderr
    recording = read_recording(output)
    products = [step for step in recording.steps if step.name == "matmul"]
    assert len(products) == 2
    for step in products:
        cost = recording.cost(step.index)
        assert cost is not None
        assert cost.clock is Clock.DEVICE
        assert cost.duration_ns > 0
        assert cost.device.startswith("cuda")
        assert cost.allocated_bytes is not None
        assert cost.allocated_bytes >= 4 * 2048 * 2048


@pytest.mark.worker
def test_streams_are_told_apart_and_their_values_are_right(tmp_path: Path) -> None:
    program, output = tmp_path / "p.py", tmp_path / "run.chainrule"
    program.write_text(
        "import torch\n"
        "x = torch.full((512, 512), 2.0)\n"
        "side = torch.cuda.Stream()\n"
        "side.wait_stream(torch.cuda.current_stream())\n"
        "with torch.cuda.stream(side):\n"
        "    y = x @ x\n"
        "torch.cuda.current_stream().wait_stream(side)\n"
        "z = y + 1\n"
    )
    done = run_chainrule("record", program, "-o", output, "--device", "cuda")
    assert done.returncode == 0, done.stderr
    recording = read_recording(output)
    streams = {step.name: cost.stream for step in recording.steps if (cost := recording.cost(step.index)) is not None}
    assert streams["matmul"] != streams["add"]
    assert np.all(kept(recording, "y") == 2048.0)
    assert np.all(kept(recording, "z") == 2049.0)


@pytest.mark.worker
def test_data_loaders_threads_and_numpy_work_as_on_the_cpu(tmp_path: Path) -> None:
    program, output = tmp_path / "p.py", tmp_path / "run.chainrule"
    program.write_text(
        "import threading\nimport numpy as np\nimport torch\n"
        "from torch.utils.data import DataLoader, TensorDataset\n"
        "data = TensorDataset(torch.arange(8.0), torch.from_numpy(np.arange(8.0)))\n"
        "g = torch.Generator().manual_seed(1)\n"
        "for a, b in DataLoader(data, batch_size=4, shuffle=True, generator=g):\n"
        "    print(a.device.type, b.device.type, (a - b).abs().sum().item())\n"
        "found = []\n"
        "thread = threading.Thread(target=lambda: found.append(torch.ones(2).device.type))\n"
        "thread.start()\nthread.join()\nprint(found, np.asarray(torch.ones(2)).sum())\n"
    )
    done = run_chainrule("record", program, "-o", output, "--device", "cuda")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "cuda cuda 0.0\ncuda cuda 0.0\n['cuda'] 2.0\n"


@pytest.mark.worker
def test_a_tensor_that_the_device_cannot_reach_is_named(tmp_path: Path) -> None:
    program = tmp_path / "p.py"
    program.write_text("import torch\nx = torch.Tensor([1.0, 2.0])\ny = x + torch.ones(2)\n")
    done = run_chainrule("record", program, "-o", tmp_path / "run.chainrule", "--device", "cuda")
    assert done.returncode == 1
    assert (
        "Tensor(...) makes tensors on the CPU, while the program runs on cuda:0: use torch.tensor(...)" in done.stderr
    )
