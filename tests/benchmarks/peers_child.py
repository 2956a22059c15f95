"""Measures one recorder on one workload beside the bare run, in the environment of the peers; prints one JSON object.

Bare is forward and backward; TorchLens, torchview and torchviz look at the forward pass alone (torchviz after a bare
forward), Chainrule records both and makes all facts. CPU time of one thread; bare and tool take turns.
"""

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.program.source import SourceMap
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.trace.bytestore import MemoryBytes
from tests.support.models import Gpt, Mlp, ResNet, lstm_cell_loop, tiny_chain

MOST_RUNS = 5
ENOUGH_S = 20.0
"""No further run is begun when the tool has taken so long."""

Inputs = tuple[Tensor, ...]
Action = Callable[[nn.Module, Inputs], object]


class Scalar(nn.Module):
    """``x ** 2 + y ** 3``."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x**2 + y**3


class Tiny(nn.Module):
    """A chain of small operations."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length = length

    def forward(self, x: Tensor) -> Tensor:
        return tiny_chain(x, self.length)


class CellLoop(nn.Module):
    """500 rounds of an LSTM cell."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(32, 64)

    def forward(self, x: Tensor) -> Tensor:
        return lstm_cell_loop(self.cell, x)


@dataclass(frozen=True)
class PeerWorkload:
    """A module and what it is called with."""

    title: str
    prepare: Callable[[], tuple[nn.Module, Inputs]]


def _leaf(*shape: int) -> Tensor:
    return torch.randn(shape, requires_grad=True)


WORKLOADS = {
    "scalar": PeerWorkload("x**2 + y**3", lambda: (Scalar(), (_leaf(), _leaf()))),
    "mlp": PeerWorkload("3-layer MLP, width 128, batch 32", lambda: (Mlp(128), (torch.randn(32, 8),))),
    "resnet": PeerWorkload("ResNet-50, batch 1", lambda: (ResNet(), (torch.randn(1, 3, 224, 224),))),
    "gpt": PeerWorkload("GPT-2 size, 64 tokens", lambda: (Gpt(), (torch.randint(0, 50257, (1, 64)),))),
    "lstm": PeerWorkload("LSTMCell, 500 steps", lambda: (CellLoop(), (torch.randn(500, 8, 32),))),
    "tiny1k": PeerWorkload("1,000 small operations", lambda: (Tiny(1_000), (_leaf(4),))),
    "tiny10k": PeerWorkload("10,000 small operations", lambda: (Tiny(10_000), (_leaf(4),))),
    "tiny50k": PeerWorkload("50,000 small operations", lambda: (Tiny(50_000), (_leaf(4),))),
}


def bare(model: nn.Module, inputs: Inputs) -> object:
    """Forward and backward with nobody watching."""
    for leaf in (*model.parameters(), *inputs):
        leaf.grad = None
    result = model(*inputs)
    result.sum().backward()
    return result


def chainrule(model: nn.Module, inputs: Inputs) -> Recorder:
    """Forward and backward recorded, values kept by reference: what the program waits for."""
    recorder = Recorder(RecorderOptions(), MemoryBytes(), SourceMap.of_file(__file__))
    with recorder:
        bare(model, inputs)
    return recorder


def chainrule_facts(model: nn.Module, inputs: Inputs) -> object:
    """Forward and backward recorded, and all facts, statistics and bytes made of it."""
    return chainrule(model, inputs).drain()


def torchlens_trace(model: nn.Module, inputs: Inputs) -> object:
    """TorchLens, everything of the forward pass."""
    import torchlens

    return torchlens.trace(model, list(inputs))


def torchlens_record(model: nn.Module, inputs: Inputs) -> object:
    """TorchLens, its fast path, every operation kept."""
    import torchlens

    return torchlens.record(model, list(inputs), default_op=True)


def torchview(model: nn.Module, inputs: Inputs) -> object:
    """Return torchview's graph with every operation and tensor."""
    import torchview as tool

    return tool.draw_graph(
        model, input_data=inputs, depth=10**6, hide_module_functions=False, hide_inner_tensors=False, mode="train"
    )


def torchviz(model: nn.Module, inputs: Inputs) -> object:
    """Return torchviz's graph of the autograd nodes after a bare forward."""
    import torchviz as tool

    return tool.make_dot(model(*inputs).sum(), params=dict(model.named_parameters()))


TOOLS: dict[str, Action] = {
    "Chainrule": chainrule,
    "Chainrule, all facts": chainrule_facts,
    "TorchLens trace": torchlens_trace,
    "TorchLens record": torchlens_record,
    "torchview": torchview,
    "torchviz": torchviz,
}


def measured(tool: Action, model: nn.Module, inputs: Inputs) -> dict[str, float]:
    """Return the medians of bare runs and of those under the tool, in milliseconds, and the tool's first run."""
    bare(model, inputs)
    first_ms = _ms(tool, model, inputs)
    bare_times, tool_times = [], []
    spent_ms = first_ms
    while len(tool_times) < MOST_RUNS and (not tool_times or spent_ms < ENOUGH_S * 1e3):
        bare_times.append(_ms(bare, model, inputs))
        tool_times.append(_ms(tool, model, inputs))
        spent_ms += tool_times[-1]
    return {
        "bare_ms": statistics.median(bare_times),
        "tool_ms": statistics.median(tool_times),
        "first_ms": first_ms,
    }


def _ms(action: Action, model: nn.Module, inputs: Inputs) -> float:
    gc.collect()
    began = time.process_time()
    kept = action(model, inputs)
    took = time.process_time() - began
    del kept
    return took * 1e3


def main() -> None:
    """Measure the tool and the workload that the command line names; a tool that fails is named with its error."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model, inputs = WORKLOADS[sys.argv[2]].prepare()
    try:
        print(json.dumps(measured(TOOLS[sys.argv[1]], model, inputs)))
    except (Exception, RecursionError) as error:  # noqa: BLE001 - that it fails is what is measured
        print(json.dumps({"error": type(error).__name__}))


if __name__ == "__main__":
    main()
