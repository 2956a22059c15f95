"""What a step cost and what it was executed as, in the inspector."""

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QLabel

from engine.runtime.recorder import RecorderOptions
from engine.trace.batch import Batch
from engine.trace.execution import Clock
from engine.trace.facts import Phase
from gui.inspector.blocks import Heading, Row
from gui.inspector.pages import Tab
from gui.inspector.panel import InspectorPanel
from tests.support.recorded import record_text

TEXT = """import torch
layer = torch.nn.Linear(64, 32)
data = torch.randn(16, 64)
loss = layer(data).relu().sum()
loss.backward()
"""


@pytest.fixture(scope="module")
def recording():
    return record_text(TEXT, RecorderOptions(kernels=True)).recording


@pytest.fixture
def panel(qtbot, models, recording):
    made = InspectorPanel(*models.args())
    qtbot.addWidget(made)
    made.resize(300, 900)
    made.show()
    models.document.show_recording(recording)
    models.playhead.resize(len(recording))
    return made


def rows(panel):
    found = {}
    for block in panel.blocks:
        if isinstance(block, Row):
            found.setdefault(block.label, "".join(piece.text for piece in block.text))
    return found


def test_the_page_of_a_step_says_what_it_cost(panel, models):
    models.playhead.seek(0)
    assert rows(panel)["Cost"].startswith("65.5 kFLOP, 14 kB moved · 4.")
    assert "FLOP a byte" in rows(panel)["Cost"]


def test_backward_steps_say_it_too(panel, models, recording):
    step = next(step for step in recording.steps if step.name == "AddmmBackward0")
    models.playhead.seek(step.index)
    assert "65.5 kFLOP" in rows(panel)["Cost"]


def test_a_view_costs_nothing_and_says_nothing(panel, models, recording):
    step = next(step for step in recording.steps if step.name == "TBackward0")
    models.playhead.seek(step.index)
    assert "Cost" not in rows(panel)


def test_the_source_page_lists_the_operators(panel, models):
    models.playhead.seek(0)
    panel.show_tab(Tab.SOURCE)
    heading = next(block for block in panel.blocks if isinstance(block, Heading) and block.text == "As executed")
    assert heading.note.startswith("2 operators · ")
    texts = ["".join(piece.text for piece in block.text) for block in panel.blocks if isinstance(block, Row)]
    turned, product = texts[-2:]
    assert turned.startswith("aten.t\n[32, 64] → [64, 32]")
    assert product.startswith("aten.addmm\n[32] [16, 64] [64, 32] → [16, 32]")
    assert product.endswith("s")


def test_operators_can_be_copied(panel, models):
    models.playhead.seek(0)
    panel.show_tab(Tab.SOURCE)
    label = next(label for label in panel.findChildren(QLabel) if "aten.addmm" in label.text())
    label.setSelection(0, 10)
    assert label.selectedText() == "aten.addmm"


def test_without_operators_there_is_no_list(panel, models):
    models.document.show_recording(record_text(TEXT).recording)
    models.playhead.seek(0)
    panel.show_tab(Tab.SOURCE)
    assert not any(isinstance(block, Heading) for block in panel.blocks)


def test_a_device_says_its_time_its_memory_and_its_stream(panel, models):
    recording = record_text(TEXT).recording
    cost = replace(
        recording.cost(0),
        device="cuda:0",
        stream=2,
        clock=Clock.DEVICE,
        duration_ns=2_000_000,
        allocated_bytes=5_000_000,
    )
    recording.append(Batch(costs=(cost,)))
    models.document.show_recording(recording)
    models.playhead.resize(len(recording))
    models.playhead.seek(0)
    found = rows(panel)
    assert found["Time"] == "2.0 ms on the device"
    assert found["Memory"] == "5.0 MB in use"
    assert found["Stream"] == "2 of cuda:0"
    assert recording.steps[0].phase is Phase.FORWARD
