"""One element through a step of an optimizer, against what torch did."""

import pytest

from engine.explain.element_update import element_update
from engine.explain.explanation import Verdict
from engine.trace.facts import Phase
from tests.engine.explain.recorded import record_text

PROGRAM = """
import torch
torch.manual_seed(0)
w = torch.randn(3, requires_grad=True)
b = torch.randn(2, 2, requires_grad=True)
optimizer = {maker}
for _ in range(6):
    optimizer.zero_grad()
    ((w ** 3).sum() + (b ** 2).sum() * w[0]).backward()
    optimizer.step()
"""

MAKERS = [
    "SGD([w, b], lr=0.05)",
    "SGD([w, b], lr=0.05, momentum=0.9)",
    "SGD([w, b], lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.1)",
    "SGD([w, b], lr=0.05, momentum=0.8, dampening=0.3, maximize=True)",
    "Adam([w, b], lr=0.05)",
    "Adam([w, b], lr=0.05, weight_decay=0.2, betas=(0.8, 0.95))",
    "Adam([w, b], lr=0.05, amsgrad=True)",
    "AdamW([w, b], lr=0.05, weight_decay=0.3)",
    "RMSprop([w, b], lr=0.02)",
    "Adagrad([w, b], lr=0.1, lr_decay=0.05)",
]


def _last_step(recording):
    return [step for step in recording.steps if step.phase is Phase.OPTIMIZER][-1]


@pytest.mark.parametrize("maker", MAKERS)
def test_the_rule_gives_what_torch_did(maker):
    recording = record_text(PROGRAM.format(maker=f"torch.optim.{maker}"))
    step = _last_step(recording)
    for position, size in ((0, 3), (1, 4)):
        for element in range(size):
            found = element_update(recording, step, position, element)
            assert found is not None
            assert found.check.verdict is Verdict.MATCHES, found
            names = [quantity.name for quantity in found.quantities]
            assert names[:2] == ["before", "gradient"]
            assert names[-3:] == ["step", "change", "after"]
    assert found.place == (1, 1)


def test_a_group_with_other_settings_claims_nothing():
    maker = "torch.optim.SGD([{'params': [w], 'lr': 0.5}, {'params': [b], 'lr': 0.001}])"
    recording = record_text(PROGRAM.format(maker=maker).replace("range(6)", "range(1)"))
    step = _last_step(recording)
    assert element_update(recording, step, 0, 0).check.verdict is Verdict.MATCHES
    other = element_update(recording, step, 1, 0)
    assert other.check.verdict is Verdict.DIFFERS
    assert [quantity.name for quantity in other.quantities] == ["before", "gradient", "change", "after"]


def test_an_optimizer_without_a_known_rule_shows_only_what_was_recorded():
    recording = record_text(PROGRAM.format(maker="torch.optim.Adamax([w, b])"))
    found = element_update(recording, _last_step(recording), 0, 2)
    assert found.check.verdict is Verdict.SYMBOLIC_ONLY
    assert [quantity.name for quantity in found.quantities] == ["before", "gradient", "change", "after"]
