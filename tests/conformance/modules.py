"""Every layer of torch's own database, training and not, under the recorder."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.testing._internal.common_modules import module_db
from torch.utils._pytree import tree_map

from engine.trace.recording import Recording
from tests.conformance.checks import numbers_differ, problems
from tests.conformance.families import CANNOT, Entry, family_name, spread
from tests.conformance.oracle import Ran, backward, fresh, seed, tensors_in

DATABASE = "Modules"

_FAMILIES = (torch.float32, torch.float64)


def modules(samples: int | None = None, chosen: Sequence[Any] = module_db) -> Iterator[Entry]:
    """Check each layer with its samples, in each family that it claims."""
    for info in chosen:
        for dtype in _FAMILIES:
            if dtype not in info.dtypes:
                continue
            entry = Entry(DATABASE, str(info.name), family_name(dtype))
            for training in (True, False):
                seed(0)
                made = info.module_inputs_func(info, "cpu", dtype, True, training)
                for sample in spread([one for one in made if one.forward_input is not None], samples):
                    _check(info, sample, dtype, training, entry)
            yield entry


def _check(info: Any, sample: Any, dtype: torch.dtype, training: bool, entry: Entry) -> None:
    way = "train" if training else "eval"
    run = partial(_run, info, sample, dtype, training)
    try:
        run(False)
    except CANNOT as error:
        entry.refuse(way, error)
        return
    entry.count(way, _compare(run))


def _run(info: Any, sample: Any, dtype: torch.dtype, training: bool, is_spied: bool) -> Ran:
    seed(3)
    module = info.module_cls(*sample.constructor_input.args, **sample.constructor_input.kwargs)
    module.to(dtype).train(training)
    args, kwargs = (tree_map(fresh, part) for part in (sample.forward_input.args, sample.forward_input.kwargs))
    ran = Ran(tensors_in((args, kwargs)), tensors_in(module(*args, **kwargs)), names={"model": module})
    backward(ran, is_spied=is_spied)
    ran.gradients = [part.grad for part in (*ran.inputs, *module.parameters()) if part.is_leaf]
    ran.states = [part.detach() for part in (*module.parameters(), *module.buffers())]
    return ran


def _compare(run: Any) -> Iterator[str]:
    for text, ran, recording in problems(run):
        if not text:
            yield from _parameters(ran.names["model"], recording)
        yield text


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
