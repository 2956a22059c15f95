"""Operators from torch's own database: outputs and gradients are unchanged, and each call is a step."""

from typing import Any

import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.utils._pytree import tree_flatten, tree_map

from engine.program.source import SourceMap
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import Phase

EVERY = 8
SAMPLES = 2
UNSTABLE = frozenset({"empty", "empty_like", "empty_strided", "empty_permuted", "new_empty", "new_empty_strided"})


def chosen() -> list[Any]:
    fit = [op for op in op_db if torch.float32 in op.dtypes and op.name not in UNSTABLE]
    return fit[::EVERY]


def call(op: Any, sample: Any) -> tuple[list[Any], list[Any]]:
    """Run one sample from fresh leaves; return outputs and gradients."""

    def fresh(thing: Any) -> Any:
        if not isinstance(thing, torch.Tensor):
            return thing
        return thing.detach().clone().requires_grad_(thing.requires_grad)

    value, args, kwargs = (tree_map(fresh, part) for part in (sample.input, sample.args, sample.kwargs))
    torch.manual_seed(1)
    outputs = [part for part in tree_flatten(op.op(value, *args, **kwargs))[0] if isinstance(part, torch.Tensor)]
    roots = [part for part in outputs if part.requires_grad and (part.is_floating_point() or part.is_complex())]
    leaves = [part for part in tree_flatten((value, args, kwargs))[0] if isinstance(part, torch.Tensor)]
    leaves = [leaf for leaf in leaves if leaf.requires_grad]
    if roots and leaves and op.supports_autograd:
        torch.autograd.backward([root.abs().sum() if root.is_complex() else root.sum() for root in roots])
    return [part.detach() for part in outputs], [leaf.grad for leaf in leaves]


def _is_repeatable(one: list[Any], other: list[Any]) -> bool:
    try:
        assert_same_bits(one, other)
    except AssertionError:
        return False
    return True


def assert_same_bits(one: list[Any], other: list[Any]) -> None:
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            assert (a.shape, a.dtype, a.layout) == (b.shape, b.dtype, b.layout)
            if a.layout is torch.strided:
                assert a.stride() == b.stride()
            torch.testing.assert_close(a, b, rtol=0, atol=0, equal_nan=True)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("op", chosen(), ids=lambda op: f"{op.name}-{op.variant_test_name}")
def test_operator(op: Any) -> None:
    samples = list(op.sample_inputs("cpu", torch.float32, requires_grad=op.supports_autograd))
    for sample in samples[:SAMPLES]:
        try:
            bare = call(op, sample)
        except (RuntimeError, NotImplementedError, ImportError):
            pytest.skip("needs what this machine lacks")
        if not _is_repeatable(bare[0], call(op, sample)[0]):
            pytest.skip("gives other numbers each time")
        recorder = Recorder(RecorderOptions(), MemoryBytes(), SourceMap.of_file(__file__))
        with recorder:
            recorded = call(op, sample)
        batch = recorder.drain()
        assert_same_bits(bare[0], recorded[0])
        assert_same_bits(bare[1], recorded[1])
        assert batch.values
        assert all(step.outputs for step in batch.steps if step.phase is Phase.FORWARD)
