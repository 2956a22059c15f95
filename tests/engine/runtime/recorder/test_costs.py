"""What steps cost: counts of operations against torch's own counter of a bare run, bytes against sizes."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode, sdpa_backward_flop_count, sdpa_flop_count

from engine.program.source import SourceMap
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.trace.batch import RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.execution import Clock, StepCost
from engine.trace.facts import Phase, Step
from engine.trace.recording import Recording
from tests.support.models import Gpt, Mlp, ResNet, SmallCnn, lstm_cell_loop
from tests.support.recorded import FILENAME, Recorded, record_text

aten = torch.ops.aten
CPU_ATTENTION = {
    aten._scaled_dot_product_flash_attention_for_cpu: lambda q, k, v, *_, **__: sdpa_flop_count(q, k, v),
    aten._scaled_dot_product_flash_attention_for_cpu_backward: lambda grad, q, k, v, *_, **__: sdpa_backward_flop_count(
        grad, q, k, v
    ),
}
"""torch's counter knows these kernels by their names on other devices only."""

PRODUCTS = ("linear", "matmul", "conv", "mm", "addmm", "scaled_dot", "einsum", "lstm", "gru", "rnn", "tensordot")


def run_model(model: nn.Module, data: Tensor) -> Callable[[], Any]:
    def run() -> None:
        model.zero_grad()
        out = model(data)
        (out[0] if isinstance(out, tuple) else out).sum().backward()

    return run


def transformer() -> nn.Module:
    return nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True)


def conv_transposed() -> nn.Module:
    return nn.Sequential(nn.Conv1d(3, 4, 3, stride=2), nn.ReLU(), nn.ConvTranspose1d(4, 2, 5))


class Mixed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(6, 5))

    def forward(self, x: Tensor) -> Tensor:
        one = torch.einsum("bij,jk->bik", x, self.weight)
        two = torch.baddbmm(one, x, self.weight.expand(len(x), 6, 5))
        return torch.tensordot(two, torch.addmm(self.weight, self.weight, torch.ones(5, 5)), dims=([2], [1]))


def lstm_loop() -> Callable[[], Any]:
    cell, data = nn.LSTMCell(6, 8), torch.randn(5, 3, 6)
    return lambda: lstm_cell_loop(cell, data).backward()


MODELS: dict[str, Callable[[], Callable[[], Any]]] = {
    "mlp": lambda: run_model(Mlp(), torch.randn(4, 8)),
    "cnn": lambda: run_model(SmallCnn(), torch.randn(2, 1, 8, 8)),
    "resnet": lambda: run_model(ResNet((1, 1), width=8, classes=5), torch.randn(1, 3, 32, 32)),
    "gpt": lambda: run_model(Gpt(2, 16, 2, 30), torch.randint(0, 30, (2, 7))),
    "transformer": lambda: run_model(transformer(), torch.randn(2, 5, 16)),
    "rnn": lambda: run_model(nn.RNN(5, 7, 2), torch.randn(4, 3, 5)),
    "gru": lambda: run_model(nn.GRU(5, 7, bidirectional=True), torch.randn(4, 3, 5)),
    "lstm cells": lstm_loop,
    "transposed convolution": lambda: run_model(conv_transposed(), torch.randn(2, 3, 12)),
    "products": lambda: run_model(Mixed(), torch.randn(3, 4, 6)),
}


def record(run: Callable[[], Any]) -> Recording:
    store = MemoryBytes()
    recorder = Recorder(RecorderOptions(), store, SourceMap(FILENAME, ""))
    recording = Recording(RunInfo(program="", filename=FILENAME), store)
    with recorder:
        run()
    recording.append(recorder.drain())
    return recording


def cost(recording: Recording, step: Step) -> StepCost:
    found = recording.cost(step.index)
    assert found is not None
    return found


def product_flops(recording: Recording, phase: Phase) -> int:
    """Return the operations of all products of matrices: the counter knows nothing else."""
    nodes = ("Mm", "Bmm", "Addmm", "Baddbmm", "Convolution", "ScaledDot", "Mkldnn")
    total = 0
    for step in recording.steps:
        is_product = (
            step.name.startswith(nodes) if phase is Phase.BACKWARD else any(word in step.name for word in PRODUCTS)
        )
        if step.phase is phase and is_product:
            flops = cost(recording, step).flops
            assert flops is not None, step.name
            total += flops
    return total


@pytest.mark.parametrize("name", sorted(MODELS))
def test_operations_are_those_of_torchs_own_counter(name: str) -> None:
    torch.manual_seed(0)
    run = MODELS[name]()
    with FlopCounterMode(display=False, custom_mapping=CPU_ATTENTION) as counter:
        run()
    recording = record(run)
    backward = _count_backward(run)
    assert product_flops(recording, Phase.BACKWARD) == backward
    assert product_flops(recording, Phase.FORWARD) == counter.get_total_flops() - backward


class _BackwardOnly(TorchDispatchMode):
    """Sums up what torch's formulas say of the operators that backward nodes run."""

    def __init__(self) -> None:
        super().__init__()
        self.total = 0
        self.registry = FlopCounterMode(display=False, custom_mapping=CPU_ATTENTION).flop_registry

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        formula = self.registry.get(func._overloadpacket)
        if formula is not None and torch._C._current_autograd_node() is not None:
            self.total += formula(*args, **(kwargs or {}), out_val=result)
        return result


def _count_backward(run: Callable[[], Any]) -> int:
    with _BackwardOnly() as counter:
        run()
    return counter.total


def test_a_fused_lstm_counts_its_products() -> None:
    recording = record(run_model(nn.LSTM(5, 7), torch.randn(4, 3, 5)))
    each = 2 * 4 * 3 * (4 * 7 * 5 + 4 * 7 * 7)
    assert product_flops(recording, Phase.FORWARD) == each
    assert product_flops(recording, Phase.BACKWARD) == 2 * each


FUSED = {"addcmul": 3, "addcmul_": 3, "addcdiv_": 3, "lerp_": 3}


class _ElementCount(TorchDispatchMode):
    """Counts the operations of an optimizer from the operators that it runs on tensors of parameters."""

    def __init__(self, elements: int) -> None:
        super().__init__()
        self.elements = elements
        self.total = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        name = func._overloadpacket.__name__
        if isinstance(result, Tensor) and result.numel() == self.elements and "like" not in name and name != "clone":
            scale = args[2] if len(args) > 2 else kwargs.get("alpha", 1)
            self.total += FUSED.get(name, 2 if name in ("add", "add_") and scale != 1 else 1) * self.elements
        return result


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("SGD", {}),
        ("SGD", {"weight_decay": 0.1}),
        ("SGD", {"momentum": 0.9, "dampening": 0.2, "nesterov": False}),
        ("SGD", {"momentum": 0.9, "nesterov": True}),
        ("Adam", {}),
        ("Adam", {"weight_decay": 0.1, "amsgrad": True}),
        ("AdamW", {"weight_decay": 0.1}),
        ("RMSprop", {"weight_decay": 0.1, "momentum": 0.5, "centered": True}),
        ("RMSprop", {}),
        ("Adagrad", {"weight_decay": 0.1}),
    ],
)
def test_optimizers_count_what_their_operators_do(name: str, settings: dict[str, Any]) -> None:
    weight = nn.Parameter(torch.randn(3, 4))
    optimizer = getattr(torch.optim, name)([weight], lr=0.1, foreach=False, **settings)
    for _ in range(2):  # the first step of some makes their state
        weight.grad = torch.randn(3, 4)
        optimizer.step()
    with _ElementCount(weight.numel()) as counter:
        optimizer.step()
    (step,) = record(optimizer.step).steps
    recording = record(optimizer.step)
    assert step.name == f"{name}.step"
    # torch multiplies by a scale of 1 where momentum is not damped.
    assert cost(recording, recording.steps[0]).flops == counter.total + (
        weight.numel() if settings == {"momentum": 0.9, "nesterov": True} else 0
    )


def test_groups_of_parameters_count_by_their_own_settings() -> None:
    one, two = nn.Parameter(torch.randn(3)), nn.Parameter(torch.randn(5))
    groups = [{"params": [one], "weight_decay": 0.1}, {"params": [two]}]
    optimizer = torch.optim.SGD(groups, lr=0.1)
    for weight in (one, two):
        weight.grad = torch.ones_like(weight)
    recording = record(optimizer.step)
    assert cost(recording, recording.steps[0]).flops == 4 * 3 + 2 * 5


def costs_of(text: str) -> dict[str, StepCost]:
    recorded: Recorded = record_text("import torch\nfrom torch import nn\nimport torch.nn.functional as F\n" + text)
    assert recorded.error is None
    return {step.name: cost(recorded.recording, step) for step in recorded.steps()}


def test_bytes_are_the_sizes_of_operands_and_views_move_nothing() -> None:
    costs = costs_of(
        "x = torch.ones(10, 4)\ny = x + x\nt = x.T\nr = x.sum()\nx.mul_(2)\n"
        "e = torch.ones(1, 4).expand(10, 4) * 2\nw = torch.ones(100, 4)\nk = F.embedding(torch.tensor([3]), w)\n"
    )
    moved = {name: (found.read_bytes, found.written_bytes) for name, found in costs.items()}
    assert moved["add"] == (160, 160)
    assert moved["T"] == (0, 0)
    assert moved["sum"] == (160, 4)
    assert moved["mul_"] == (160, 160)
    assert moved["mul"] == (16, 160)
    assert moved["embedding"] == (24, 16)


def test_elementwise_functions_count_one_for_each_element_and_unknown_ones_nothing() -> None:
    costs = costs_of("x = torch.ones(10, 4)\na = x * 2\nb = x.exp()\nc = x.mean()\nd = x.view(40)\ne = x.softmax(0)\n")
    counts = {name: found.flops for name, found in costs.items()}
    assert counts == {"mul": 40, "exp": 40, "mean": 40, "view": 0, "softmax": None}


def test_gradients_are_added_up_only_where_there_was_one() -> None:
    text = "w = torch.ones(5, requires_grad=True)\nfor _ in range(2):\n    (w * 2).sum().backward()\n"
    recorded = record_text("import torch\n" + text)
    found = [cost(recorded.recording, step) for step in recorded.steps() if step.name == "AccumulateGrad"]
    assert [(one.flops, one.read_bytes, one.written_bytes) for one in found] == [(0, 0, 0), (5, 40, 20)]


def test_main_memory_tells_no_allocation_and_time_is_the_hosts() -> None:
    recorded = record_text("import torch\nx = torch.ones(3)\ny = x + 1\n")
    (step,) = recorded.steps()
    found = cost(recorded.recording, step)
    assert (found.device, found.stream, found.clock, found.duration_ns) == ("cpu", 0, Clock.HOST, step.duration_ns)
    assert found.allocated_bytes is None
    assert found.peak_bytes is None


def test_every_step_has_one_cost_and_none_when_not_asked_for() -> None:
    text = "import torch\nx = torch.ones(3, requires_grad=True)\n(x * 2).sum().backward()\n"
    recorded = record_text(text)
    assert all(recorded.recording.cost(step.index) is not None for step in recorded.steps())
    without = record_text(text, RecorderOptions(measures=False))
    assert all(without.recording.cost(step.index) is None for step in without.steps())


def test_two_dimensions_of_attention_and_groups_of_convolutions() -> None:
    costs = costs_of(
        "q, k, v = torch.ones(2, 3, 4, 8), torch.ones(2, 3, 6, 8), torch.ones(2, 3, 6, 5)\n"
        "a = F.scaled_dot_product_attention(q, k, v)\n"
        "c = F.conv2d(torch.ones(1, 4, 5, 5), torch.ones(8, 2, 3, 3), groups=2)\n"
    )
    assert costs["scaled_dot_product_attention"].flops == 2 * 2 * 3 * (4 * 6 * 8 + 4 * 6 * 5)
    assert costs["conv2d"].flops == 2 * math.prod((3, 3)) * 8 * 2 * 9
