"""Optimizers that call the program back are run again with the evaluations that were recorded."""

import pytest

from engine.protocol.proof import Check, Verdict
from engine.trace.facts import Phase
from tests.engine.runtime.proof.proving import alike, proven, recorded, steps_named, with_bytes_of

LBFGS = """
net = nn.Linear(3, 1)
x, y = torch.randn(10, 3), torch.randn(10, 1)
opt = torch.optim.LBFGS(net.parameters(), lr=0.5, max_iter=4, line_search_fn={search})
def closure():
    opt.zero_grad()
    loss = F.mse_loss(net(x), y)
    loss.backward()
    return loss
for _ in range(3):
    opt.step(closure)
"""


@pytest.mark.parametrize("search", ["None", "'strong_wolfe'"])
def test_every_evaluation_and_update_is_proven(search: str) -> None:
    recording = recorded(LBFGS.format(search=search))
    report = proven(recording)
    assert report.failures == []
    updates = {step.index for step in steps_named(recording, "LBFGS.step")}
    assert {finding.step for finding in report.of(Verdict.PROVEN, Check.UPDATE)} == updates
    assert len(updates) == 3
    assert len(recording.backward_calls) > len(updates)


@pytest.mark.parametrize("place", ["parameter that was tried", "gradient", "parameter afterwards"])
def test_a_wrong_number_in_a_later_step_is_found(place: str) -> None:
    recording = recorded(LBFGS.format(search="None"))
    first, second, _ = steps_named(recording, "LBFGS.step")
    inside = recording.steps[first.index + 1 : second.index]
    if place == "gradient":
        wrong = next(step.outputs[0] for step in inside if step.name == "AccumulateGrad")
    elif place == "parameter afterwards":
        wrong = second.outputs[0]
    else:
        wrong = [step.inputs[1] for step in inside if step.phase is Phase.FORWARD and step.name == "linear"][1]
    assert wrong is not None
    others = alike(recording, wrong, [value.id for value in recording.values])
    report = proven(with_bytes_of(recording, wrong, others[0]))
    assert Check.UPDATE in report.failed_checks()


def test_a_closure_of_several_backward_passes_says_so() -> None:
    text = LBFGS.format(search="None").replace("loss.backward()", "loss.backward(retain_graph=True); loss.backward()")
    report = proven(recorded(text))
    assert report.failures == []
    told = {finding.text for finding in report.of(Verdict.NOT_CHECKED, Check.UPDATE)}
    assert "the program that it calls back runs no backward pass, or several at once" in told
