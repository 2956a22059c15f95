"""Where a recording is cut into iterations when no optimizer does it, from real runs."""

from engine.graph import iterations
from engine.trace.facts import Phase
from tests.support.recorded import record_text

BY_HAND = """
import torch
w = torch.zeros(1, requires_grad=True)
def update():
    with torch.no_grad():
        w.sub_(0.1 * w.grad)
for epoch in range(2):
    for k in range(3):
        loss = (w - k) ** 2
        loss.backward()
        update()
    total = (w * 2).detach()
last = w + 1
"""
WITHOUT_UPDATE = """
import torch
w = torch.ones(1, requires_grad=True)
for k in range(3):
    (w * k).backward()
"""
NEW_LEAF = """
import torch
w = torch.zeros(1, requires_grad=True)
for k in range(3):
    loss = (w - k) ** 2
    loss.backward()
    w = (w - 0.1 * w.grad).detach().requires_grad_()
"""


def cut(text):
    recording = record_text(text, marks=True).recording
    found = iterations(recording)
    assert [step for part in found for step in range(part.first_step, part.last_step + 1)] == list(
        range(len(recording))
    )
    return recording, found


def test_rounds_that_update_by_hand_are_iterations():
    recording, found = cut(BY_HAND)
    names = [[recording.steps[step].name for step in range(part.first_step, part.last_step + 1)] for part in found]
    assert len(found) == 7  # six rounds, and what came after the last
    assert all(part[-1] == "sub_" for part in names[:6])
    assert all(sum(name.startswith("Sub") for name in part) == 1 for part in names[:6])
    assert names[3][:2] == ["mul", "detach"]
    assert names[6][-1] == "add"


def test_rounds_that_update_nothing_stay_in_one_picture():
    _, found = cut(WITHOUT_UPDATE)
    assert len(found) == 1


def test_a_new_leaf_in_each_round_is_an_update_too():
    recording, found = cut(NEW_LEAF)
    assert len(found) == 3
    backward = [step.index for step in recording.steps if step.phase is Phase.BACKWARD]
    assert all(any(step in part for step in backward) for part in found)
