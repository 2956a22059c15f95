"""Recording changes nothing that is computed."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from engine.protocol.request import ValuePolicy
from engine.runtime.recorder import RecorderOptions
from tests.engine.runtime.recorder.programs import PROGRAMS, program
from tests.support.recorded import record_text, run_bare


def assert_same(bare: Any, recorded: Any, path: str) -> None:
    """Compare two results bit by bit, gradients, strides and modules' states included."""
    pairs = [(path, bare, recorded)]
    while pairs:
        where, one, other = pairs.pop()
        if isinstance(one, torch.Tensor):
            _assert_same_tensor(one, other, where)
            if one.is_leaf:
                assert (one.grad is None) == (other.grad is None), where
                if one.grad is not None:
                    _assert_same_tensor(one.grad, other.grad, where + ".grad")
        elif isinstance(one, torch.nn.Module):
            states = zip(_state(one), _state(other), strict=True)
            pairs += [(f"{where}.{name}", a, b) for (name, a), (_, b) in states]
        elif isinstance(one, torch.optim.Optimizer):
            a, b = one.state_dict(), other.state_dict()
            pairs += [(f"{where}.state[{key}]", value, b["state"][key]) for key, value in a["state"].items()]
        elif isinstance(one, list | tuple):
            assert len(one) == len(other), where
            pairs += [(f"{where}[{i}]", a, b) for i, (a, b) in enumerate(zip(one, other, strict=True))]
        elif isinstance(one, dict):
            pairs += [(f"{where}[{key!r}]", value, other[key]) for key, value in one.items()]
        elif isinstance(one, float | int | bool | str):
            assert one == other, where


def _state(module: torch.nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    yield from module.named_parameters()
    yield from module.named_buffers()


def _assert_same_tensor(one: torch.Tensor, other: torch.Tensor, where: str) -> None:
    assert one.dtype == other.dtype, where
    assert one.shape == other.shape, where
    assert one.layout == other.layout, where
    if one.device.type == "meta" or one.is_quantized:
        return
    if one.layout is not torch.strided:
        one, other = one.to_dense(), other.to_dense()
    assert one.stride() == other.stride(), where
    assert (
        one.detach().resolve_conj().resolve_neg().contiguous().view(-1).numpy(force=True).tobytes()
        == (other.detach().resolve_conj().resolve_neg().contiguous().view(-1).numpy(force=True).tobytes())
        if one.dtype is not torch.bfloat16
        else torch.equal(one, other)
    ), where


@pytest.mark.filterwarnings("ignore")  # some programs use what torch warns of
@pytest.mark.parametrize("drains", [False, True], ids=["drained once", "marked and drained often"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_results_are_bit_identical(name: str, drains: bool) -> None:
    bare = run_bare(program(name))
    state = torch.get_rng_state()
    recorded = record_text(program(name), drains=drains, marks=drains)
    if recorded.error is not None:
        raise recorded.error
    assert torch.equal(torch.get_rng_state(), state), "the random numbers that follow are others"
    for key, value in bare.items():
        if not key.startswith("__"):
            assert_same(value, recorded.variables[key], key)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("policy", [ValuePolicy.SMALL, ValuePolicy.NONE])
@pytest.mark.parametrize("name", PROGRAMS)
def test_other_policies_record_the_same_steps(name: str, policy: ValuePolicy) -> None:
    whole = record_text(program(name))
    less = record_text(program(name), RecorderOptions(values=policy))
    assert less.step_names() == whole.step_names()
    assert [value.shape for value in less.recording.values] == [value.shape for value in whole.recording.values]
