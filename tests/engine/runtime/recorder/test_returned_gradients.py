"""What torch.autograd.grad returned is a gradient of what was asked for, also where the engine added it up."""

from typing import Any

import pytest
import torch

from engine.trace.facts import Role
from engine.trace.invariants import check_recording
from engine.trace.recording import Recording
from tests.support.recorded import record_text

HEAD = """import torch
torch.manual_seed(3)
x = torch.randn(4, requires_grad=True)
w = torch.randn(4, requires_grad=True)
"""
PROGRAMS = {
    "one way": "found = torch.autograd.grad((x * 2).sum(), x)\nasked = [x]\n",
    "two ways": "found = torch.autograd.grad((x + x.sin()).sum(), x)\nasked = [x]\n",
    "kept graph": "found = torch.autograd.grad((x * x + x.exp()).sum(), x, create_graph=True)\nasked = [x]\n",
    "in the middle": "h = x * w\nfound = torch.autograd.grad((h + h.sin()).sum(), [h, w])\nasked = [h, w]\n",
    "unused": "found = torch.autograd.grad((x + x.cos()).sum(), [x, w], allow_unused=True)\nasked = [x, w]\n",
}


def recorded(text: str, *, drains: bool = False) -> Recording:
    run = record_text(HEAD + text, drains=drains)
    if run.error is not None:
        raise run.error
    check_recording(run.recording)
    return run.recording


@pytest.mark.parametrize("drains", [False, True], ids=["drained once", "drained often"])
@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_what_was_returned(text: str, drains: bool) -> None:
    bare: dict[str, Any] = {}
    exec(HEAD + text, bare)
    recording = recorded(text, drains=drains)
    wanted = [(name, gradient) for name, gradient in zip(_names(bare), bare["found"], strict=True)]
    wanted = [(name, gradient) for name, gradient in wanted if gradient is not None]
    found = recording.returned_gradients
    assert [recording.names(fact.of)[0] for fact in found] == [name for name, _ in wanted]
    for fact, (_, gradient) in zip(found, wanted, strict=True):
        kept = recording.array(fact.value)
        assert kept is not None
        assert torch.equal(torch.from_numpy(kept.copy()), gradient.detach())
        assert recording.values[fact.value].role is Role.GRADIENT


def test_backward_returns_nothing() -> None:
    recording = recorded("(x + x.sin()).sum().backward()\n")
    assert recording.returned_gradients == []


def test_a_call_that_fails_returns_nothing() -> None:
    recording = recorded(
        "y = (x * w).sum()\ny.backward()\n"
        "try:\n    torch.autograd.grad(y, x)\nexcept RuntimeError:\n    pass\nz = x * 2\n"
    )
    assert recording.returned_gradients == []
    assert recording.steps[-1].name == "mul"


def _names(bare: dict[str, Any]) -> list[str]:
    return [next(name for name in ("x", "w", "h") if bare.get(name) is one) for one in bare["asked"]]
