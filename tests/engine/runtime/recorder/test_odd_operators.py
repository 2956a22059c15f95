"""Operators with something odd about them: each of these was once recorded wrongly, or disturbed by being recorded."""

import numpy as np
import pytest
import torch

from engine.trace.facts import Absence, Phase
from tests.engine.runtime.recorder.programs import HEAD
from tests.support.recorded import Recorded, record_soundly, record_text, run_bare


def recorded(text: str) -> Recorded:
    return record_soundly(HEAD + text)


@pytest.mark.parametrize(
    ("call", "name", "target"),
    [
        ("F.threshold(x, 0.1, 20)", "threshold", "torch.nn.functional.threshold"),
        ("F.logsigmoid(x)", "logsigmoid", "torch.nn.functional.logsigmoid"),
        ("torch.sparse.mm(x.to_sparse(), x)", "mm", "torch.sparse.mm"),
        ("torch.masked.mean(x, dim=1, mask=x > 0)", "mean", "torch.masked.mean"),
        ("torch.svd_lowrank(x, q=1)", "svd_lowrank", "torch.svd_lowrank"),
        (
            "F.upsample_nearest(x[None, None], scale_factor=2)",
            "upsample_nearest",
            "torch.nn.functional.upsample_nearest",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_step_has_the_name_that_the_person_called(call: str, name: str, target: str) -> None:
    run = recorded(f"x = torch.eye(2)\ny = {call}\n")
    step = run.steps(Phase.FORWARD)[-1]
    assert (step.name, step.target) == (name, target)
    assert run.source(step) == call


def test_a_window_is_a_value_and_torch_gets_its_functions_back() -> None:
    before = torch.signal.windows.gaussian, torch.masked.sum, torch.svd_lowrank
    run = recorded("w = torch.signal.windows.gaussian(5)\ny = w * 2\n")
    assert run.step_names() == ["mul"]
    (value,) = run.named("w")
    assert value.producer is None
    assert value.span is not None
    assert before == (torch.signal.windows.gaussian, torch.masked.sum, torch.svd_lowrank)


def test_a_composite_that_fails_is_a_failed_call() -> None:
    run = record_text(HEAD + "torch.masked.sum(torch.ones(2), 5)\n")
    assert run.error is not None
    assert [failure.name for failure in run.recording.failures][-1] == "sum"


def test_out_of_a_function_with_running_statistics() -> None:
    run = recorded(
        "outs = torch.empty(2, 3), torch.empty(3), torch.empty(3)\n"
        "result, mean, deviation = torch.native_batch_norm(\n"
        "    torch.randn(2, 3), None, None, None, None, True, 0.1, 1e-5, out=outs)\n"
    )
    step = run.steps()[-1]
    outputs = [run.recording.values[value] for value in step.outputs if value is not None]
    assert [value.producer for value in outputs] == 3 * [step.index]
    for value, name in zip(outputs, ("result", "mean", "deviation"), strict=True):
        assert np.array_equal(run.recording.array(value.id), run.variables[name].numpy())


@pytest.mark.filterwarnings("ignore")
def test_complex_numbers_of_half_precision() -> None:
    run = recorded("x = torch.tensor([1 + 2j, -3j]).chalf()\n")
    (value,) = run.named("x")
    data = run.recording.data(value.id)
    assert data is not None
    assert data.absence is not Absence.NO_STORAGE
    assert run.recording.array(value.id).tolist() == [1 + 2j, -3j]
    statistics = run.recording.statistics(value.id)
    assert statistics is not None
    assert statistics.maximum == 3.0


def test_a_gradient_that_nodes_pass_on_becomes_the_grad_itself() -> None:
    text = HEAD + (
        "base = torch.randn(2, 1, 3).transpose(1, 2)\n"
        "x = base.clone(memory_format=torch.preserve_format).requires_grad_()\n"
        "slope = torch.ones(2, 3, 1).as_strided((2, 3, 1), (3, 1, 1))\n"
        "(x + 1).add(1).backward(slope * 2)\n"
    )
    bare = run_bare(text)["x"].grad
    grad = record_text(text).variables["x"].grad
    assert torch.equal(grad, bare)
    assert grad.stride() == bare.stride()


def test_what_was_passed_on_keeps_its_numbers() -> None:
    run = recorded("x = torch.ones(2, requires_grad=True)\n(x + 1).add(1).mul(3).sum().backward()\nx.grad.mul_(5)\n")
    steps = {step.name: step for step in run.steps(Phase.BACKWARD)}
    (output,) = steps["MulBackward0"].outputs[:1]
    assert output is not None
    assert run.recording.array(output).tolist() == [3, 3]


def test_nodes_of_an_optimizer_that_autograd_follows_belong_to_its_step() -> None:
    run = recorded(
        "x = torch.ones(2, requires_grad=True)\n"
        "w = x * 1\n"
        "w.grad = x * 2\n"
        "torch.optim.SGD([w], lr=0.5, differentiable=True).step()\n"
        "w.sum().backward()\n"
    )
    (optimizer,) = run.steps(Phase.OPTIMIZER)
    nodes = [node for node in run.recording.grad_nodes if node.step == optimizer.index]
    assert [node.name for node in nodes] == ["AddBackward0"]
    assert all(node.step is not None or node.name == "AccumulateGrad" for node in run.recording.grad_nodes)


def test_a_view_without_gradients_of_a_base_that_was_written_with_them() -> None:
    run = recorded(
        "x = torch.randn(2, requires_grad=True) * 1\nwith torch.no_grad():\n    v = x[:1]\nx.mul_(2)\nkept = v\n"
    )
    assert run.step_names() == ["mul", "getitem", "mul_"]


def test_torch_says_in_its_own_words_that_a_view_has_no_gradient() -> None:
    text = HEAD + "x = torch.randn(2, 3, requires_grad=True)\nwith torch.no_grad():\n    v = x.t()\n"
    call = "v.backward(torch.ones_like(v))\n"
    with pytest.raises(RuntimeError) as bare:
        run_bare(text + call)
    error = record_text(text + call).error
    assert type(error) is RuntimeError
    assert str(error) == str(bare.value)


@pytest.mark.parametrize(
    "change", ["t_()", "transpose_(0, 1)", "unsqueeze_(0)", "swapaxes_(0, 1)", "as_strided_((4,), (1,))"]
)
def test_earlier_numbers_of_a_tensor_that_changes_its_shape(change: str) -> None:
    run = recorded(f"v = torch.arange(4.).reshape(2, 2) * 1\nk = v.clone()\nv.{change}\nlast = v.clone()\n")
    first, second = (step for step in run.steps() if step.name == "clone")
    assert first.inputs[0] is not None
    assert second.inputs[0] is not None
    assert run.recording.array(first.inputs[0]).tolist() == [[0, 1], [2, 3]]
    assert run.recording.array(second.inputs[0]).tolist() == run.variables["v"].tolist()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("shape", ["0, 2", "3", "9, 9"])
def test_earlier_numbers_of_a_tensor_that_out_reshapes(shape: str) -> None:
    run = recorded(
        f"v = torch.arange(4.).reshape(2, 2) * 1\nk = v.clone()\ntorch.ones({shape}).sin()\n"
        f"torch.sin(torch.ones({shape}), out=v)\nlast = v.clone()\n"
    )
    first, second = (step for step in run.steps() if step.name == "clone")
    assert first.inputs[0] is not None
    assert second.inputs[0] is not None
    assert run.recording.array(first.inputs[0]).tolist() == [[0, 1], [2, 3]]
    assert run.recording.array(second.inputs[0]).tolist() == run.variables["v"].tolist()


def test_an_empty_tensor_that_out_fills() -> None:
    run = recorded("v = torch.empty(0)\ntorch.sin(torch.ones(3), out=v)\n")
    assert [value.shape for value in run.named("v")] == [(0,), (3,)]


def test_a_node_that_stands_for_a_missing_derivative() -> None:
    run = recorded(
        "x = torch.ones(2, requires_grad=True)\ny = x // 2\n"
        "try:\n    y.sum().backward()\nexcept RuntimeError:\n    pass\n"
    )
    (node,) = (node for node in run.recording.grad_nodes if node.name == "NotImplemented")
    (step,) = (step for step in run.steps() if step.name == "floor_divide")
    assert node.step == step.index
    assert step.grad_node == node.id
    (value,) = run.named("y")
    assert (value.grad_node, value.is_leaf) == (node.id, False)
