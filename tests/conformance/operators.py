"""Every operator of torch's own database, in every way and family of types that it claims, under the recorder."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.testing._internal.common_methods_invocations import op_db
from torch.utils._pytree import tree_map

from engine.trace.facts import Phase
from engine.trace.ids import TensorId, ValueId
from engine.trace.recording import Recording
from tests.conformance.checks import problems
from tests.conformance.families import CANNOT, FAMILIES, Entry, family_name, spread
from tests.conformance.oracle import Ran, backward, fresh, newest, seed, steps_of, tensors_in
from tests.conformance.variants import Variant, Way, laid_out, variants

DATABASE = "Operators"

UNWRITTEN = ("empty", "new_empty")
"""Beginnings of the names of functions that give memory which nobody has written."""

FACTORIES = ("zeros_like", "ones_like", "rand_like", "randn_like", "randint_like", "full_like", "empty_like", "new_")
"""Beginnings of the names of functions whose result holds no number of the tensor that they are given."""


@dataclass(frozen=True)
class Load:
    """How much is checked: samples of the plain function, and of each other way; None for all."""

    plain: int | None = None
    others: int | None = 3


def operators(load: Load, chosen: Sequence[Any] = op_db) -> Iterator[Entry]:
    """Check operators, one entry after the other, in each family that it claims."""
    for info in chosen:
        for dtype in FAMILIES:
            if dtype in info.dtypes:
                entry = Entry(DATABASE, name_of(info), family_name(dtype))
                _check(info, dtype, load, entry)
                yield entry


def name_of(info: Any) -> str:
    return f"{info.name}.{info.variant_test_name}" if info.variant_test_name else str(info.name)


def _check(info: Any, dtype: torch.dtype, load: Load, entry: Entry) -> None:
    has_grad = bool(info.supports_autograd) and dtype in info.supported_backward_dtypes("cpu")
    _seed_all()
    samples = list(info.sample_inputs("cpu", dtype, requires_grad=has_grad))
    for variant in variants(info):
        limit = load.plain if variant.way is Way.FUNCTION else load.others
        for sample in spread(samples, limit):
            changed = laid_out(variant.way, sample)
            if changed is not None:
                _one(info, variant, changed, has_grad, entry)


def _seed_all() -> None:
    seed(0)
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 - what torch's samples are drawn with


def _one(info: Any, variant: Variant, sample: Any, has_grad: bool, entry: Entry) -> None:
    if variant.way is Way.OUT or (variant.writes and not info.supports_inplace_autograd):
        has_grad = False
    for is_differentiated in (True, False) if has_grad else (False,):
        run = partial(_run, variant, sample, is_differentiated)
        try:
            run(False)
        except CANNOT as error:
            entry.refuse(variant.way, error)
            continue
        entry.count(variant.way, _compare(info, variant, run))
        return


def _run(variant: Variant, sample: Any, is_differentiated: bool, is_spied: bool) -> Ran:
    parts = (tree_map(fresh, part) for part in (sample.input, sample.args, sample.kwargs))
    value, args, kwargs = tree_map(partial(_plain, is_differentiated), tuple(parts))
    seed(1)
    leaves = tensors_in((value, args, kwargs))
    if variant.writes and isinstance(value, Tensor):
        value = value.clone()
    if variant.way is Way.OUT:
        kwargs["out"] = tree_map(_target, variant.call(value, *args, **kwargs))
        seed(1)
    ran = Ran(leaves, [], operands=tensors_in((value, args, kwargs)))
    result = variant.call(value, *args, **kwargs)
    ran.outputs = tensors_in(kwargs["out"] if variant.way is Way.OUT else result)
    if is_differentiated:
        ran.roots = tensors_in(sample.output_process_fn_grad(result))
        backward(ran, is_spied=is_spied)
    ran.gradients = [part.grad for part in leaves if part.is_leaf]
    # Several threads may write into memory that lies under several elements, in any order.
    ran.states = [part.detach() for part in ran.operands if variant.way is not Way.EXPANDED]
    return ran


def _plain(is_differentiated: bool, part: Any) -> Any:
    return part if is_differentiated or not isinstance(part, Tensor) else part.detach()


def _target(part: Any) -> Any:
    return torch.full_like(part, 1) if isinstance(part, Tensor) else part


def _compare(info: Any, variant: Variant, run: Any) -> Iterator[str]:
    name = str(info.name)
    is_written = not name.startswith(UNWRITTEN)
    is_factory = name.startswith(FACTORIES) and variant.way is not Way.OUT
    has_operands = bool(tensors_in((run.args[1].input, run.args[1].args, run.args[1].kwargs)))
    wants = (has_operands and not is_factory) or variant.way is Way.OUT
    for text, ran, recording in problems(run, wants_producers=wants, is_written=is_written):
        if not text and wants:
            yield from _call(variant, ran, recording)
        yield text


def _call(variant: Variant, ran: Ran, recording: Recording) -> Iterator[str]:
    """Check that a step has the name of what was called, and its tensors in their order, in and out."""
    passed_on = {id(tensor) for tensor in ran.operands}
    if not variant.writes and variant.way is not Way.OUT and all(id(output) in passed_on for output in ran.outputs):
        return  # given back as it was: nothing was computed
    found = [step for step in steps_of(recording, Phase.FORWARD) if step.name in variant.wanted]
    if not found:
        yield f"no step is called {min(variant.wanted)}"
        return
    if variant.is_wrapped:
        return
    operands, outputs = _tensors(recording, "operand", ran.operands), _tensors(recording, "output", ran.outputs)
    if not any(_versions(recording, step.inputs) == operands for step in found):
        yield "the step has other inputs"
    made = [_versions(recording, step.outputs) for step in found]
    # What is written beside the results, such as running statistics, comes after them.
    if not any(one[: len(outputs)] == outputs and set(one[len(outputs) :]) <= set(operands) for one in made):
        yield "the step has other outputs"


def _tensors(recording: Recording, name: str, tensors: Sequence[Any]) -> list[TensorId | None]:
    """The tensors with the names ``name0``, ``name1``, ... in this order."""
    return _versions(recording, [newest(recording, f"{name}{number}") for number in range(len(tensors))])


def _versions(recording: Recording, values: Sequence[ValueId | None]) -> list[TensorId | None]:
    """The tensors that values are versions of."""
    return [None if value is None else recording.values[value].tensor for value in values]
