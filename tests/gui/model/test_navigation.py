from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import ModuleCall, Phase, Step
from engine.trace.ids import ModuleCallId, StepIndex
from engine.trace.recording import Recording
from gui.model.navigation import backward_start, step_back_over, step_into, step_out, step_over
from gui.model.playhead import BEFORE_FIRST
from tests.support.recordings import starter_recording

NET, FC1, FC2 = 0, 1, 2
MODULES = (None, FC1, FC1, NET, FC2, FC2, None, None)
"""Steps: one outside, net(fc1(2 ops), own op, fc2(2 ops)), two outside."""


def _recording():
    recording = Recording(RunInfo(program=""), MemoryBytes())
    calls = tuple(
        ModuleCall(ModuleCallId(i), path, "M", None if parent is None else ModuleCallId(parent), 0, None)
        for i, (path, parent) in enumerate((("net", None), ("net.fc1", NET), ("net.fc2", NET)))
    )
    steps = tuple(
        Step(StepIndex(i), Phase.FORWARD, "op", "op", None, (), (), (), module, None, None, 0, 1, "<module>", 0)
        for i, module in enumerate(MODULES)
    )
    recording.append(Batch(steps=steps, module_calls=calls))
    return recording


def test_over_goes_to_the_end_of_the_module():
    assert step_over(_recording(), StepIndex(0)) == 5


def test_over_inside_a_module_goes_over_the_next_inner_one():
    assert step_over(_recording(), StepIndex(3)) == 5


def test_over_outside_of_modules_is_one_step():
    assert step_over(_recording(), BEFORE_FIRST) == 0
    assert step_over(_recording(), StepIndex(7)) == 7


def test_back_over_goes_to_before_the_module():
    assert step_back_over(_recording(), StepIndex(5)) == 0
    assert step_back_over(_recording(), StepIndex(0)) == BEFORE_FIRST


def test_into_is_the_very_next_step():
    assert step_into(_recording(), StepIndex(0)) == 1


def test_out_leaves_the_innermost_module():
    recording = _recording()
    assert step_out(recording, StepIndex(1)) == 3
    assert step_out(recording, StepIndex(3)) == 6
    assert step_out(recording, StepIndex(0)) == 7


def test_backward_start_is_where_everything_forward_has_happened():
    assert backward_start(starter_recording(), BEFORE_FIRST) == 3


def test_no_backward_no_start():
    assert backward_start(_recording(), BEFORE_FIRST) is None
