"""Optimizer steps and the numbers that charts show."""

import math

import pytest
import torch

from engine.trace.facts import Phase
from tests.engine.runtime.recorder.programs import HEAD, program
from tests.support.recorded import record_text

LOOP = """
layer = nn.Linear(3, 2)
optimizer = {optimizer}
data = torch.randn(5, 3)
history, norms, losses = [], [], []
for epoch in range(3):
    optimizer.zero_grad()
    loss = (layer(data) ** 2).mean()
    loss.backward()
    losses.append(loss.item())
    norms.append(torch.cat([p.grad.flatten() for p in layer.parameters()]).norm().item())
    history.append([p.detach().clone() for p in layer.parameters()])
    optimizer.step()
history.append([p.detach().clone() for p in layer.parameters()])
"""

OPTIMIZERS = [
    "torch.optim.SGD(layer.parameters(), lr=0.1)",
    "torch.optim.SGD(layer.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1)",
    "torch.optim.Adam(layer.parameters(), lr=0.1)",
    "torch.optim.Adam(layer.parameters(), lr=0.1, foreach=True)",
    "torch.optim.AdamW([{'params': [layer.weight], 'lr': 0.2}, {'params': [layer.bias]}], lr=0.1)",
    "torch.optim.RMSprop(layer.parameters(), lr=torch.tensor(0.1))",
]


@pytest.mark.parametrize("drains", [False, True])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_one_step_a_call_with_all_versions(optimizer: str, drains: bool) -> None:
    run = record_text(HEAD + LOOP.format(optimizer=optimizer), drains=drains)
    assert run.error is None
    recording = run.recording
    steps = run.steps(Phase.OPTIMIZER)
    assert len(steps) == 3
    kind = optimizer.split("(", maxsplit=1)[0].rsplit(".", maxsplit=1)[-1]
    history = run.variables["history"]
    for step, before, after in zip(steps, history[:-1], history[1:], strict=True):
        assert step.name == f"{kind}.step"
        assert run.source(step) == "optimizer.step()"
        for index in range(2):
            assert recording.array(step.inputs[2 * index]).tolist() == before[index].tolist()
            assert recording.array(step.outputs[index]).tolist() == after[index].tolist()
            assert recording.names(step.outputs[index])[0] in ("layer.weight", "layer.bias")
            assert recording.values[step.outputs[index]].producer == step.index
    changes = recording.grad_changes(recording.values[steps[0].inputs[0]].tensor)
    assert [change.value is None for change in changes] == [False, True] * 2 + [False]


def test_metrics_are_those_of_the_program() -> None:
    run = record_text(HEAD + LOOP.format(optimizer=OPTIMIZERS[2]))
    metrics: dict[str, list[float]] = {}
    for metric in run.recording.metrics:
        metrics.setdefault(metric.name, []).append(metric.number)
        assert run.recording.steps[metric.step].phase is Phase.OPTIMIZER
    assert metrics["loss"] == run.variables["losses"]
    assert metrics["lr"] == [0.1] * 3
    assert all(
        math.isclose(a, b, rel_tol=1e-6) for a, b in zip(metrics["grad_norm"], run.variables["norms"], strict=True)
    )


def test_hyper_parameters_are_arguments() -> None:
    run = record_text(HEAD + LOOP.format(optimizer=OPTIMIZERS[1]))
    arguments = {argument.name: argument.text for argument in run.steps(Phase.OPTIMIZER)[0].arguments}
    assert (arguments["lr"], arguments["momentum"], arguments["nesterov"]) == ("0.1", "0.9", "True")


def test_an_optimizer_that_calls_back_shows_what_it_calls() -> None:
    run = record_text(program("lbfgs"))
    names = run.step_names()
    assert names[-1] == "LBFGS.step"
    assert names.count("sub") == names.count("SubBackward0") == 3
    last = run.steps()[-1]
    assert run.recording.array(last.outputs[0]).tolist() == run.variables["w"].tolist()
    assert None not in last.inputs


def test_a_persons_own_optimizer_is_one_step_too() -> None:
    run = record_text(program("own optimizer"))
    assert run.step_names() == ["mul", "sum", "SumBackward0", "MulBackward0", "AccumulateGrad", "Plain.step", "mul"]


def test_a_step_that_fails_leaves_the_recorder_working() -> None:
    run = record_text(
        HEAD
        + """
class Broken(torch.optim.SGD):
    def step(self, closure=None):
        raise ValueError('broken')
w = torch.ones(1, requires_grad=True)
(w * 2).backward()
try:
    Broken([w], lr=1.).step()
except ValueError:
    pass
after = w + 1
"""
    )
    assert run.step_names()[-1] == "add"
    assert Phase.OPTIMIZER not in {step.phase for step in run.steps()}


def test_numbers_of_the_person() -> None:
    import engine

    with engine.record() as run:
        x = torch.ones(2)
        (x * 2).sum()
        engine.log("accuracy", 0.5)
        engine.log("norm", x.norm())
    assert [(metric.name, metric.step) for metric in run.recording.metrics] == [("accuracy", 1), ("norm", 2)]
    assert all(metric.is_logged for metric in run.recording.metrics)
    assert run.recording.metrics[1].number == pytest.approx(2**0.5)
    engine.log("nobody listens", 1.0)
