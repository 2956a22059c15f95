"""Optimizers told apart."""

from engine.explain.optimizer_names import OptimizerNames
from engine.trace.facts import Phase
from tests.engine.explain.recorded import record_text

TEXT = """import torch
a, b = torch.nn.Linear(2, 2), torch.nn.Linear(2, 1)
{made}
for k in range(3):
    loss = b(a(torch.ones(2)){also}).sum()
    {stepped}
"""


def numbers_and_names(made, stepped, also=""):
    recording = record_text(TEXT.format(made=made, stepped=stepped, also=also))
    names = OptimizerNames()
    steps = [step.index for step in recording.steps if step.phase is Phase.OPTIMIZER]
    assert names.number_of(recording, -1) is None
    assert names.number_of(recording, 0) is None
    return [names.number_of(recording, step) for step in steps], [names.name(one) for one in range(len(names))]


def test_optimizers_go_by_the_names_of_the_program():
    numbers, names = numbers_and_names(
        "first = torch.optim.SGD(a.parameters(), 0.1); second = torch.optim.SGD(b.parameters(), 0.1)",
        "loss.backward(); second.step(); first.step()",
    )
    assert numbers == [0, 1] * 3
    assert names == ["second", "first"]


def test_one_name_for_two_tells_nothing():
    numbers, names = numbers_and_names(
        "both = [torch.optim.SGD(a.parameters(), 0.1), torch.optim.Adam(b.parameters(), 0.1)]",
        "loss.backward(); [one.step() for one in both]",
    )
    assert numbers == [0, 1] * 3
    assert names == ["one", "Adam 2"]


def test_parameters_may_go_without_a_gradient_now_and_then():
    numbers, names = numbers_and_names(
        "opt = torch.optim.SGD([*a.parameters(), *b.parameters()], 0.1)",
        "loss.backward(); opt.step(); opt.zero_grad()",
        also=".detach() if k == 0 else a(torch.ones(2))",
    )
    assert numbers == [0, 0, 0]
    assert names == ["opt"]
