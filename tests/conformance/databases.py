"""Samples from torch's own databases of operators, modules and optimizers, run under the recorder."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from torch import nn
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db
from torch.testing._internal.common_optimizers import optim_db
from torch.utils._pytree import tree_map

from engine.trace.facts import Phase
from engine.trace.recording import Recording
from tests.conformance.checks import numbers_differ, problems
from tests.conformance.oracle import Ran, backward, fresh, recorded, steps_of, tensors_in

CANNOT = (RuntimeError, NotImplementedError, ImportError, ValueError, AssertionError)
"""What a sample raises bare when this machine lacks something for it."""

UNWRITTEN = frozenset({"empty", "empty_like", "empty_strided", "empty_permuted", "new_empty", "new_empty_strided"})


@dataclass(frozen=True)
class Entry:
    """One entry of a database, and what went wrong with it; ``is_run`` is False where it cannot run here."""

    name: str
    problems: tuple[str, ...]
    is_run: bool = True


def operators(every: int = 1, samples: int = 3) -> Iterator[Entry]:
    """Check each operator that takes float32."""
    fit = [op for op in op_db if torch.float32 in op.dtypes and op.name not in UNWRITTEN]
    for op in fit[::every]:
        name = f"{op.name}.{op.variant_test_name}" if op.variant_test_name else op.name
        yield _entry(name, _operator(op, samples))


def modules(every: int = 1, samples: int = 3) -> Iterator[Entry]:
    """Check each layer, training and not."""
    for info in module_db[::every]:
        yield _entry(info.name, _module(info, samples))


def optimizers(every: int = 1) -> Iterator[Entry]:
    """Check each optimizer with each of its settings, one by one and for many tensors at once."""
    for info in optim_db[::every]:
        yield _entry(info.optim_cls.__name__, _optimizer(info))


def _entry(name: str, found: Iterator[str]) -> Entry:
    """Collect problems; an empty text stands for one sample that ran."""
    texts = list(found)
    return Entry(name, tuple(dict.fromkeys(filter(None, texts))), "" in texts)


def _operator(op: Any, samples: int) -> Iterator[str]:
    for sample in islice(op.sample_inputs("cpu", torch.float32, requires_grad=op.supports_autograd), samples):

        def run(is_spied: bool, sample: Any = sample) -> Ran:
            value, args, kwargs = (tree_map(fresh, part) for part in (sample.input, sample.args, sample.kwargs))
            torch.manual_seed(1)
            ran = Ran(tensors_in((value, args, kwargs)), tensors_in(op.op(value, *args, **kwargs)))
            if op.supports_autograd:
                backward(ran, is_spied=is_spied)
            ran.gradients = [part.grad for part in ran.inputs if part.is_leaf]
            return ran

        try:
            run(False)
        except CANNOT:
            continue
        for text, ran, recording in problems(run, wants_producers=bool(tensors_in((sample.input, sample.args)))):
            yield text
            if not text:
                yield from _call(op, ran, recording)


def _call(op: Any, ran: Ran, recording: Recording) -> Iterator[str]:
    """Check that a step has the name of what was called, and for torch's own functions its tensors in their order."""
    forward = [step for step in steps_of(recording, Phase.FORWARD) if step.name not in ("detach", "clone")]
    passed_on = {id(tensor) for tensor in ran.inputs}
    if not forward or all(id(output) in passed_on for output in ran.outputs):
        return  # given back as it was: nothing was computed
    parts = op.name.split(".")
    last = parts[-2] if parts[-1] == "default" else parts[-1]
    wanted = {last, op.name.replace(".", "_"), getattr(op.op, "__name__", ""), op.aten_name}
    wanted |= {name.strip("_") for name in wanted} | {name.strip("_").removeprefix("r") for name in wanted}
    if wanted.isdisjoint(step.name for step in forward):
        yield f"no step is called {last}"
    if type(op.op).__name__ in ("builtin_function_or_method", "method_descriptor", "wrapper_descriptor"):
        tensors = [recording.values[value].tensor for value in forward[-1].inputs if value is not None]
        names = [{n for version in recording.versions(tensor) for n in recording.names(version)} for tensor in tensors]
        if len(names) != len(ran.inputs) or any(f"input{number}" not in found for number, found in enumerate(names)):
            yield "the step has other inputs"


def _module(info: Any, samples: int) -> Iterator[str]:
    for training in (True, False):
        made = info.module_inputs_func(info, "cpu", torch.float32, True, training)
        for sample in (one for one in islice(made, samples) if one.forward_input is not None):

            def run(is_spied: bool, sample: Any = sample, training: bool = training) -> Ran:
                torch.manual_seed(3)
                module = info.module_cls(*sample.constructor_input.args, **sample.constructor_input.kwargs)
                module.train(training)
                args, kwargs = (
                    tree_map(fresh, part) for part in (sample.forward_input.args, sample.forward_input.kwargs)
                )
                ran = Ran(tensors_in((args, kwargs)), tensors_in(module(*args, **kwargs)), names={"model": module})
                backward(ran, is_spied=is_spied)
                ran.gradients = [part.grad for part in (*ran.inputs, *module.parameters()) if part.is_leaf]
                ran.states = [part.detach() for part in (*module.parameters(), *module.buffers())]
                return ran

            try:
                run(False)
            except CANNOT:
                continue
            for text, ran, recording in problems(run):
                yield text
                if not text:
                    yield from _parameters(ran.names["model"], recording)


def _parameters(module: nn.Module, recording: Recording) -> Iterator[str]:
    names = {kind.__name__ for kind in type(module).__mro__} | {f"Lazy{type(module).__name__}"}
    if names.isdisjoint(call.class_name for call in recording.module_calls):
        yield "no call of the module"
    for name, parameter in module.named_parameters():
        if parameter.grad is None:
            continue
        found = [v for v in recording.values if any(text.endswith(f".{name}") for text in recording.names(v.id))]
        if not found or numbers_differ(recording, found[-1].id, parameter):
            yield "a parameter is not known by its path, or has other numbers"
            continue
        grad = recording.grad_at(found[-1].tensor, recording.steps[-1].index)
        if numbers_differ(recording, grad, parameter.grad):
            yield "a parameter has another gradient"


def _optimizer(info: Any) -> Iterator[str]:
    for sample in info.optim_inputs_func("cpu"):
        for setting in ({}, *({name: True} for name in info.supported_impls if name in ("foreach", "fused"))):
            try:
                bare, _ = _train(info, {**sample.kwargs, **setting})
            except CANNOT:
                continue
            yield ""
            yield from _compare(info, bare, {**sample.kwargs, **setting})


def _train(info: Any, settings: dict[str, Any]) -> tuple[Ran, list[Any]]:
    """Take three steps; return what they left, and tensors before, gradients and tensors after each."""
    torch.manual_seed(5)
    is_sparse = info.only_supports_sparse_grads
    model = nn.Embedding(5, 3, sparse=True) if is_sparse else nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 2))
    data = torch.tensor([1, 3]) if is_sparse else torch.randn(5, 4)
    parameters = [part for part in model.parameters() if part.ndim == 2 or info.optim_cls.__name__ != "Muon"]
    optimizer = info.optim_cls(parameters, **settings)
    seen: list[Any] = []

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = (model(data) ** 2).mean()
        loss.backward()
        return loss

    for _ in range(3):
        if info.step_requires_closure:
            optimizer.step(closure)
            continue
        closure()
        before = [part.detach().clone() for part in parameters]
        gradients = [part.grad.detach().clone() for part in parameters]
        optimizer.step()
        seen.append((before, gradients, [part.detach().clone() for part in parameters]))
    ran = Ran([], [*parameters], [part.grad for part in parameters], tensors_in(list(optimizer.state.values())))
    return ran, seen


def _compare(info: Any, bare: Ran, settings: dict[str, Any]) -> Iterator[str]:
    rows: list[Any] = []

    def run() -> Ran:
        ran, seen = _train(info, settings)
        rows.extend(seen)
        return ran

    ran, recording = recorded(run)
    for text, one, other in (
        ("parameters differ", bare.outputs, ran.outputs),
        ("gradients differ", bare.gradients, ran.gradients),
        ("the optimizer's state differs", bare.states, ran.states),
    ):
        if [part is None for part in one] != [part is None for part in other] or any(
            not torch.equal(a.to_dense(), b.to_dense()) for a, b in zip(one, other, strict=True) if a is not None
        ):
            yield text
    steps = steps_of(recording, Phase.OPTIMIZER)
    if [step.name for step in steps] != 3 * [f"{info.optim_cls.__name__}.step"]:
        yield "not one step for each call"
    for step, (before, gradients, after) in zip(steps, rows, strict=False):
        facts = ((step.inputs[::2], before), (step.inputs[1::2], gradients), (step.outputs, after))
        for values, tensors in facts:
            if any(numbers_differ(recording, value, part) for value, part in zip(values, tensors, strict=True)):
                yield "a step has other numbers"
