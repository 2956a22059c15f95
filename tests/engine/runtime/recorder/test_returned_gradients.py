"""What torch.autograd.grad returned is a gradient of what was asked for, also where the engine added it up."""

from typing import Any

import pytest
import torch

from engine.trace.facts import Role
from engine.trace.recording import Recording
from tests.engine.runtime.proof.proving import proven
from tests.support.recorded import record_soundly

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
    return record_soundly(HEAD + text, drains=drains).recording


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


RETAINED = """
h = x * w
h.retain_grad()
(h + h.sin()).sum().backward()
found = h.grad * 2
"""


@pytest.mark.parametrize("drains", [False, True], ids=["drained once", "drained often"])
def test_what_is_computed_with_a_retained_gradient_is_linked_to_what_arrived(drains: bool) -> None:
    recording = recorded(RETAINED, drains=drains)
    (fact,) = recording.returned_gradients
    assert recording.names(fact.of) == ["h"]
    assert recording.steps[-1].inputs == (fact.value,)
    arrived = next(step.inputs[0] for step in recording.steps if step.name == "MulBackward0")
    kept, came = recording.array(fact.value), recording.array(arrived or 0)
    assert kept is not None
    assert came is not None
    assert kept.tobytes() == came.tobytes()
    assert recording.values[fact.value].role is Role.GRADIENT
    assert proven(recording).failures == []


def test_a_retained_gradient_that_was_there_before_is_not_what_arrived() -> None:
    text = "h = x * w\nh.retain_grad()\ny = h.sum()\ny.backward(retain_graph=True)\ny.backward()\n"
    recording = recorded(text)
    assert [fact.call for fact in recording.returned_gradients] == [0]
    assert proven(recorded(text + "z = h.grad * 2\n")).failures == []


def test_each_tensor_of_a_loop_has_its_own_retained_gradient() -> None:
    text = "for _ in range(3):\n    h = x * w\n    h.retain_grad()\n    h.exp().sum().backward()\n    z = h.grad + 1\n"
    recording = recorded(text, drains=True)
    added = [step.inputs[0] for step in recording.steps if step.name == "add"]
    assert [fact.value for fact in recording.returned_gradients] == added
    assert len(set(added)) == 3


def test_with_the_gradients_of_a_leaf_asked_for_both_are_told() -> None:
    text = "h = x * w\nh.retain_grad()\n(g,) = torch.autograd.grad(h.sin().sum(), x)\n"
    recording = recorded(text)
    assert [recording.names(fact.of)[0] for fact in recording.returned_gradients] == ["h", "x"]


def test_a_call_that_fails_returns_nothing() -> None:
    recording = recorded(
        "y = (x * w).sum()\ny.backward()\n"
        "try:\n    torch.autograd.grad(y, x)\nexcept RuntimeError:\n    pass\nz = x * 2\n"
    )
    assert recording.returned_gradients == []
    assert recording.steps[-1].name == "mul"


def _names(bare: dict[str, Any]) -> list[str]:
    return [next(name for name in ("x", "w", "h") if bare.get(name) is one) for one in bare["asked"]]
