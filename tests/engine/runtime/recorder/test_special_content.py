"""Tensors that are more than a block of numbers: there are the numbers of their parts, or why there are none."""

import numpy as np
import pytest

from engine.trace.facts import Absence
from tests.engine.runtime.recorder.programs import HEAD
from tests.support.recorded import Recorded, record_soundly

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(params=[False, True], ids=["drained once", "drained often"])
def drains(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def recorded(text: str, *, drains: bool = False) -> Recorded:
    return record_soundly(HEAD + text, drains=drains)


def check(run: Recorded, whole: str, parts: tuple[str, ...]) -> None:
    """Each part of a variable has the numbers that the program gets by that very name."""
    value = run.named(whole)[-1]
    assert run.recording.absence(value.id) is Absence.IN_PARTS
    for part in parts:
        expected = eval(whole + part, run.variables)
        numbers = run.recording.array(run.named(whole + part)[-1].id)
        assert numbers is not None
        assert np.array_equal(numbers, expected.detach().numpy()), part


def test_quantized_tensors_have_both_kinds_of_numbers(drains: bool) -> None:
    text = "q = torch.quantize_per_tensor(torch.randn(5), 0.1, 3, torch.quint8)\nr = torch.relu(q)\n"
    text += "scales, zeros = torch.tensor([0.1, 0.2]), torch.tensor([0, 1])\n"
    text += "c = torch.quantize_per_channel(torch.randn(2, 3), scales, zeros, 0, torch.qint8)\n"
    run = recorded(text, drains=drains)
    for name in ("q", "r", "c"):
        check(run, name, (".dequantize()", ".int_repr()"))


def test_nested_tensors_have_values_and_offsets_or_their_tensors(drains: bool) -> None:
    text = "parts = [torch.randn(2, 3), torch.randn(4, 3)]\n"
    text += "jagged = torch.nested.nested_tensor(parts, layout=torch.jagged)\ntwice = jagged * 2\n"
    text += "strided = torch.nested.nested_tensor(parts) * 3\n"
    run = recorded(text, drains=drains)
    check(run, "jagged", (".values()", ".offsets()"))
    check(run, "twice", (".values()", ".offsets()"))
    check(run, "strided", ("[0]", "[1]"))


def test_masked_tensors_have_data_and_mask(drains: bool) -> None:
    text = "from torch.masked import masked_tensor\n"
    text += "m = masked_tensor(torch.arange(3.), torch.tensor([True, False, True]))\nn = m * 2\n"
    run = recorded(text, drains=drains)
    check(run, "m", (".get_data()", ".get_mask()"))
    check(run, "n", (".get_data()", ".get_mask()"))


def test_large_sparse_tensors_have_indices_and_values(drains: bool) -> None:
    text = "coo = (torch.eye(90) * 2).to_sparse().coalesce()\ncsr = torch.eye(90).to_sparse_csr() * 3\n"
    text += "csc = torch.eye(90).to_sparse_csc()\nbsr = torch.eye(90).to_sparse_bsr((2, 2))\n"
    run = recorded(text, drains=drains)
    check(run, "coo", (".indices()", ".values()"))
    check(run, "csr", (".crow_indices()", ".col_indices()", ".values()"))
    check(run, "csc", (".ccol_indices()", ".row_indices()", ".values()"))
    check(run, "bsr", (".crow_indices()", ".col_indices()", ".values()"))


def test_a_class_that_says_what_it_is_made_of_is_taken_apart(drains: bool) -> None:
    text = "from torch.testing._internal.two_tensor import TwoTensor\n"
    text += "t = TwoTensor(torch.ones(2), torch.zeros(2))\nu = t + 1\n"
    run = recorded(text, drains=drains)
    check(run, "t", (".a", ".b"))
    check(run, "u", (".a", ".b"))


def test_meta_and_fake_tensors_say_that_they_have_no_numbers(drains: bool) -> None:
    text = "meta = torch.ones(3, device='meta') * 2\nfrom torch._subclasses.fake_tensor import FakeTensorMode\n"
    text += "with FakeTensorMode():\n    fake = torch.ones(3) * 2\n"
    run = recorded(text, drains=drains)
    for name in ("meta", "fake"):
        value = run.named(name)[-1]
        assert value.shape == (3,)
        assert run.recording.absence(value.id) is Absence.NO_NUMBERS


@pytest.mark.parametrize(
    ("make", "write", "part"),
    [
        ("torch.eye(3).to_sparse()", "t.mul_(5)", ""),
        ("(torch.eye(90) * 2).to_sparse()", "t.mul_(5)", ".values()"),
        ("torch.nested.nested_tensor([torch.ones(2), torch.ones(3)], layout=torch.jagged)", "t.mul_(5)", ".values()"),
        ("torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])", "t.mul_(5)", "[1]"),
        ("torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8)", "t.fill_(3.)", ".int_repr()"),
        ("torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8)", "t.fill_(3.)", ".dequantize()"),
    ],
)
def test_a_write_leaves_the_numbers_before_it_as_they_were(make: str, write: str, part: str, drains: bool) -> None:
    shown = "t" + part if part else "t.to_dense()"
    text = f"t = {make}\nu = t.clone()\nbefore = {shown}.clone()\n{write}\nv = t.clone()\n"
    text = text.replace("t.values()", "t._values()") if "to_sparse" in make else text
    run = recorded(text, drains=drains)
    versions = run.named("t" + part)
    first, last = run.recording.array(versions[0].id), run.recording.array(versions[-1].id)
    assert first is not None
    assert last is not None
    assert np.array_equal(first, run.variables["before"].numpy())
    assert not np.array_equal(first, last)


def test_dual_tensors_have_their_tangents(drains: bool) -> None:
    text = "import torch.autograd.forward_ad as forward\np, t = torch.tensor([1., 2.]), torch.tensor([3., 4.])\n"
    text += "with forward.dual_level():\n    d = forward.make_dual(p, t)\n    s = (d * d).sum()\n"
    text += "    primal, tangent = forward.unpack_dual(s)\n"
    run = recorded(text, drains=drains)
    for name, numbers in (("d.tangent", [3.0, 4.0]), ("s.tangent", 22.0)):
        array = run.recording.array(run.named(name)[-1].id)
        assert array is not None
        assert array.tolist() == numbers


def test_adding_to_a_sparse_gradient_leaves_the_numbers_before_it_as_they_were(drains: bool) -> None:
    text = "layer = nn.Embedding(5, 2, sparse=True)\nlayer(torch.tensor([0, 1])).sum().backward()\n"
    text += "first = layer.weight.grad.to_dense()\nlayer(torch.tensor([1, 1])).sum().backward()\n"
    text += "second = layer.weight.grad.to_dense()\n"
    run = recorded(text, drains=drains)
    gradients = [run.recording.array(value.id) for value in run.named("layer.weight.grad")]
    assert len(gradients) == 2
    for numbers, name in zip(gradients, ("first", "second"), strict=True):
        assert numbers is not None
        assert np.array_equal(numbers, run.variables[name].numpy())
