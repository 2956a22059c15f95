"""What is inspected, on a recording with modules."""

import pytest

from engine.graph.view import NodeKey
from gui.inspector.blocks import Code, Heading, Row, Summary
from gui.inspector.pages import Tab, page
from gui.inspector.subject import ModuleSubject, OptimizerSubject, StretchSubject, ValueSubject, subject_of
from gui.inspector.titles import titles
from gui.model.selection import NOTHING, Selected
from tests.engine.explain.recorded import record_text

_PROGRAM = """import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(2, 3)
        self.out = nn.Linear(3, 1)
    def forward(self, x):
        return self.out(torch.relu(self.hidden(x)))
net = Net()
opt = torch.optim.Adam(net.parameters(), lr=0.1)
loss = net(torch.ones(4, 2)).mean()
loss.backward()
opt.step()
"""


@pytest.fixture(scope="module")
def recording():
    return record_text(_PROGRAM)


def test_a_folded_module_has_its_own_page(recording):
    path = next(call.path for call in recording.module_calls if call.class_name == "Net")
    selected = Selected(node=NodeKey(f"group:{path}#0"), step=0)
    subject = subject_of(recording, selected, -1)
    assert isinstance(subject, ModuleSubject)
    assert titles(recording, subject)[1].startswith("Net · call 1")
    blocks = page(recording, subject, Tab.VALUE, len(recording) - 1)
    assert next(block for block in blocks if isinstance(block, Summary)).text.startswith("3 ops · 13 parameters")
    labels = [block.label for block in blocks if isinstance(block, Row)]
    assert {"Takes", "Gives", "Time", "Ops"} <= set(labels)
    assert (
        next(block.note for block in blocks if isinstance(block, Heading) and block.text == "Parameters") == "13 in 4"
    )
    formulas = [block.text[0].text for block in page(recording, subject, Tab.FORMULA, 0) if isinstance(block, Row)]
    assert formulas[1] == "relu(a)"


def test_a_stretch_of_a_loop_has_its_own_page(recording):
    subject = subject_of(recording, Selected(node=NodeKey("group:net#0/round-1"), step=0, last_step=2), -1)
    assert subject == StretchSubject(0, 2)
    assert titles(recording, subject)[0] == "steps 1 to 3"
    for tab in Tab:
        assert page(recording, subject, tab, len(recording) - 1), tab
    value = page(recording, subject, Tab.VALUE, 0)
    assert next(block for block in value if isinstance(block, Summary)).text.startswith("3 steps")


def test_every_page_of_every_step_of_a_network(recording):
    for index in range(len(recording)):
        subject = subject_of(recording, NOTHING, index)
        for tab in Tab:
            assert page(recording, subject, tab, index), (index, tab)
    assert isinstance(subject, OptimizerSubject)


def test_source_loses_the_shared_indentation(recording):
    relu = next(step for step in recording.steps if step.name == "relu")
    blocks = page(recording, ValueSubject(relu.outputs[0], relu.index), Tab.SOURCE, 0)
    code = next(block for block in blocks if isinstance(block, Code))
    line = code.lines[code.mark.line - code.first_line]
    assert line[code.mark.column : code.mark.end_column] == "torch.relu(self.hidden(x))"


def test_a_stale_selection_shows_nothing(recording):
    assert subject_of(recording, Selected(node=NodeKey("op:9:x"), step=99999), 3) is None
    assert subject_of(None, NOTHING, 3) is None
