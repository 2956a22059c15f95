"""Every optimizer of torch's own database with all of its settings, under the recorder."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.testing._internal.common_optimizers import optim_db

from engine.trace.facts import Phase
from engine.trace.recording import Recording
from tests.conformance.checks import numbers_differ
from tests.conformance.families import CANNOT, Entry, family_name
from tests.conformance.oracle import Ran, all_same, recorded, recorded_graph, seed, steps_of, tensors_in, walk

DATABASE = "Optimizers"

STEPS = 3


@dataclass
class Training:
    """What a short training left; ``seen`` has tensors before, gradients, and tensors after each step."""

    ran: Ran
    seen: list[tuple[list[Tensor], list[Tensor], list[Tensor]]] = field(default_factory=list)


Train = Callable[[], Training]


def optimizers(chosen: Sequence[Any] = optim_db) -> Iterator[Entry]:
    """Check each optimizer with each of its settings, in each family that it claims."""
    for info in chosen:
        families = (torch.float32, torch.float64, *((torch.complex64,) if info.supports_complex else ()))
        for dtype in families:
            entry = Entry(DATABASE, info.optim_cls.__name__, family_name(dtype))
            for way, settings in _settings(info, dtype):
                train = _differentiable if "differentiable" in settings else _train

                def run(train: Any = train, info: Any = info, settings: Any = settings, dtype: Any = dtype) -> Training:
                    seed(5)
                    return train(info, settings, dtype)

                try:
                    bare = run()
                except CANNOT as error:
                    entry.refuse(way, error)
                    continue
                entry.count(way, _compare(info, bare, run, is_differentiable="differentiable" in settings))
            yield entry


def _settings(info: Any, dtype: torch.dtype) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every input of the database, those that it keeps for a GPU too, with each implementation."""
    inputs = [("", sample) for sample in info.optim_inputs_func("cpu", dtype)]
    known = [sample.desc for _, sample in inputs]
    inputs += [("gpu: ", one) for one in info.optim_inputs_func("cuda", dtype) if one.desc not in known]
    for start, sample in inputs:
        for setting in ({}, *({name: True} for name in info.supported_impls)):
            yield f"{start}{sample.desc} {' '.join(setting)}".strip(), {**sample.kwargs, **setting}


def _train(info: Any, settings: dict[str, Any], dtype: torch.dtype) -> Training:
    is_sparse = info.only_supports_sparse_grads
    model = nn.Embedding(5, 3, sparse=True) if is_sparse else nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 2))
    model = model.to(dtype)
    data = torch.tensor([1, 3]) if is_sparse else torch.randn(5, 4, dtype=dtype)
    parameters = [part for part in model.parameters() if part.ndim == 2 or info.optim_cls.__name__ != "Muon"]
    optimizer = info.optim_cls(parameters, **settings)
    training = Training(Ran([], []))

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = (model(data).abs() ** 2).mean()
        loss.backward()
        return loss

    for _ in range(STEPS):
        if info.step_requires_closure:
            optimizer.step(closure)
            continue
        closure()
        before = [part.detach().clone() for part in parameters]
        gradients = [part.grad.detach().clone() for part in parameters]
        optimizer.step()
        training.seen.append((before, gradients, [part.detach().clone() for part in parameters]))
    return _left(training, parameters, optimizer)


def _differentiable(info: Any, settings: dict[str, Any], dtype: torch.dtype) -> Training:
    """Two steps that autograd follows, and a backward pass through both of them."""
    leaves = [torch.randn(3, 2, dtype=dtype, requires_grad=True) for _ in range(2)]
    slopes = [torch.randn(3, 2, dtype=dtype, requires_grad=True) for _ in range(2)]
    parameters = [leaf * 1 for leaf in leaves]
    optimizer = info.optim_cls(parameters, **settings)
    training = Training(Ran([*leaves, *slopes], []))
    for _ in range(2):
        for parameter, slope in zip(parameters, slopes, strict=True):
            parameter.grad = slope * 2
        before = [part.detach().clone() for part in parameters]
        gradients = [part.grad.detach().clone() for part in parameters if part.grad is not None]
        optimizer.step()
        training.seen.append((before, gradients, [part.detach().clone() for part in parameters]))
    total = sum(part.abs().sum() for part in parameters)
    assert isinstance(total, Tensor)
    training.ran.graph = walk([total.grad_fn])[1]
    total.backward()
    _left(training, parameters, optimizer)
    training.ran.gradients = [part.grad for part in training.ran.inputs]
    return training


def _left(training: Training, parameters: list[Tensor], optimizer: Any) -> Training:
    ran = training.ran
    ran.outputs = [*parameters]
    ran.gradients = [part.grad for part in parameters]
    ran.states = tensors_in([list(state.values()) for state in optimizer.state.values()])
    return training


def _compare(info: Any, bare: Training, run: Train, *, is_differentiable: bool) -> Iterator[str]:
    kept: list[Training] = []

    def kept_run() -> Ran:
        kept.append(run())
        return kept[0].ran

    ran, recording = recorded(kept_run)
    for text, one, other in (
        ("parameters differ", bare.ran.outputs, ran.outputs),
        ("gradients differ", bare.ran.gradients, ran.gradients),
        ("the optimizer's state differs", bare.ran.states, ran.states),
    ):
        if not all_same(one, other):
            yield text
    yield from _steps(f"{info.optim_cls.__name__}.step", kept[0], recording)
    if is_differentiable:
        yield from _graph(bare.ran, ran, recording)
    yield ""


def _steps(name: str, training: Training, recording: Recording) -> Iterator[str]:
    steps = steps_of(recording, Phase.OPTIMIZER)
    if [step.name for step in steps] != (len(training.seen) or STEPS) * [name]:
        yield "not one step for each call"
    for step, (before, gradients, after) in zip(steps, training.seen, strict=False):
        facts = ((step.inputs[::2], before), (step.inputs[1::2], gradients), (step.outputs, after))
        for values, tensors in facts:
            if any(numbers_differ(recording, value, part) for value, part in zip(values, tensors, strict=True)):
                yield "a step has other numbers"


def _graph(bare: Ran, ran: Ran, recording: Recording) -> Iterator[str]:
    _, graph = recorded_graph(recording, recording.backward_calls[-1])
    if graph != ran.graph or graph != bare.graph:
        yield "the graph differs"
    for node in recording.grad_nodes:
        if node.name != "AccumulateGrad" and node.step is None:
            yield f"{node.name} is not linked"
