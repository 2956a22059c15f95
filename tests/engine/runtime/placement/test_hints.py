"""Errors about devices say what in the text keeps tensors on the CPU."""

import pytest

from engine.protocol.messages import Ended, EndKind
from engine.runtime.placement import with_hint

MIXED = "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!\nmore"


def failed(text: str) -> Ended:
    return Ended(kind=EndKind.FAILED, error_type="RuntimeError", error_text=text)


@pytest.mark.parametrize(
    ("program", "hint"),
    [
        ("x = torch.Tensor([1.0])", "Tensor(...) makes tensors on the CPU, while the program runs on cuda:0: use "),
        ("x = torch.FloatTensor(3)", "FloatTensor(...) makes tensors on the CPU, while "),
        ("x = LongTensor([1])", "LongTensor(...) makes tensors on the CPU, while "),
        ("x = torch.ones(3, device='cpu')", "the text puts some tensors on the CPU, while the program runs on cuda:0."),
        ("x = y.to('cpu')", "the text puts some tensors on the CPU, while the program runs on cuda:0."),
    ],
)
def test_the_reason_is_part_of_the_sentence(program: str, hint: str) -> None:
    told = with_hint(failed(MIXED), program, "cuda:0").error_text.split("\n")[0]
    assert told.startswith("Expected all tensors to be on the same device")
    assert hint in told


@pytest.mark.parametrize(
    ("text", "program", "device"),
    [
        (MIXED, "x = torch.ones(3)", "cuda:0"),
        (MIXED, "x = torch.Tensor([1.0])", "cpu"),
        ("mat1 and mat2 shapes cannot be multiplied", "x = torch.Tensor([1.0])", "cuda:0"),
        (MIXED, "x = MyTensor([1.0])", "cuda:0"),
    ],
)
def test_nothing_is_said_that_is_not_known(text: str, program: str, device: str) -> None:
    assert with_hint(failed(text), program, device) == failed(text)


def test_other_ends_stay_as_they_are() -> None:
    finished = Ended(kind=EndKind.FINISHED)
    assert with_hint(finished, "torch.Tensor([1.0])", "cuda:0") == finished
