"""What bounds a recording: the limit of steps, threads that nobody waits for, faults of the recorder itself."""

import time

import pytest

from engine.trace.facts import RecordingStop, Stream
from engine.trace.file import read_recording, write_recording
from engine.trace.invariants import check_recording
from engine.trace.outcome import OutcomeKind
from tests.engine.session.runs import PATIENCE_S, numbers, printed

pytestmark = pytest.mark.worker

START = "import engine, threading, time, torch\nx = torch.ones(3) * 2\n"
LOOP = "while True:\n    y = x * 1.0\n"


def stop_after(steps):
    return f"Recording stopped after {steps:,} steps; the program went on."


def test_recording_stops_at_the_limit_and_the_program_goes_on(runs, tmp_path):
    rest = (
        "for i in range(3000):\n    x = x + 1\nprint('half')\n"
        "w = torch.ones(2, requires_grad=True)\n(w * w).sum().backward()\ntorch.optim.SGD([w], 1.0).step()\n"
        "engine.log('late', 1)\nprint(int(x[0]), w.tolist())\n"
    )
    recording = runs.run(START + rest, step_limit=1000)
    assert recording.outcome.kind is OutcomeKind.FINISHED
    assert [step.name for step in recording.steps] == ["mul"] + ["add"] * 999
    assert recording.array(recording.steps[-1].outputs[0]).tolist() == [1001] * 3
    assert recording.stops == [RecordingStop(1000, stop_after(1000))]
    assert recording.outcome.detail == stop_after(1000)
    assert printed(recording) == "half\n3002 [-1.0, -1.0]\n"
    assert printed(recording, Stream.ERR) == f"[{stop_after(1000)}]\n"
    assert {output.step for output in recording.outputs} == {1000}
    assert recording.metrics == []
    check_recording(recording)
    write_recording(tmp_path / "a.chainrule", recording)
    assert read_recording(tmp_path / "a.chainrule").stops == recording.stops


def test_a_program_of_exactly_so_many_steps_is_recorded_whole(runs):
    recording = runs.run(START + "y = x + 1", step_limit=2)
    assert len(recording) == 2
    assert recording.stops == []
    assert recording.outcome.detail == ""


@pytest.mark.parametrize(
    "rest", [LOOP, f"def f():\n    {LOOP.replace('    ', '        ')}f()"], ids=["module", "function"]
)
def test_stop_works_after_the_limit(runs, rest):
    recording = runs.run(START + rest, stop_after_s=0.7, step_limit=500)
    assert recording.outcome.kind is OutcomeKind.STOPPED
    assert len(recording) == 500


def test_output_flows_after_the_limit(runs):
    rest = "for i in range(2000): y = x + i\nfor i in range(3):\n    print(i)\n    time.sleep(0.1)\nprint(len(y))\n"
    recording = runs.run(START + rest, step_limit=100)
    assert printed(recording) == "0\n1\n2\n3\n"
    assert recording.stops[0].step == 100


def test_an_endless_loop_is_recorded_evenly(runs):
    """What waits for a drain stays short: the drains keep up, and Stop has nothing large to wait for."""
    runs.begin(START + LOOP, step_limit=10**9)
    assert runs.began.wait(PATIENCE_S)
    recording = runs.recordings[-1]
    limit = time.monotonic() + PATIENCE_S
    while len(recording) < 30_000:
        assert time.monotonic() < limit, "the drains do not keep up"
        time.sleep(0.01)
    runs.session.stop()
    runs.wait()
    assert recording.outcome.kind is OutcomeKind.STOPPED
    assert numbers(recording, "y") == [2, 2, 2]


def test_threads_that_fill_the_log_while_the_main_thread_waits(runs):
    rest = (
        "def work():\n    while not over.is_set(): x * 1.0\n"
        "over = threading.Event()\nthread = threading.Thread(target=work)\nthread.start()\n"
        "import gc\nrecorder = next(one for one in gc.get_objects() if type(one).__name__ == 'Recorder')\n"
        "time.sleep(3)\nhalted = recorder.is_halted\nover.set()\nthread.join()\nprint(halted)\n"
    )
    recording = runs.run(START + rest, step_limit=1000)
    assert printed(recording) == "True\n"
    assert len(recording) == 1000
    assert [stop.message for stop in recording.stops] == [stop_after(1000)]


def test_a_fault_of_the_recorder_is_said_and_ends_the_recording_only(runs):
    rest = (
        "from engine.runtime.recorder.resolve.resolver import Resolver\n"
        "def broken(*_): raise TypeError('odd')\nResolver.resolve = broken\n"
        "for i in range(1000): y = x + i\nprint(int(y[0]))\n"
    )
    recording = runs.run(START + rest)
    reason = "Recording stopped after 1 step, because of a fault in it (TypeError: odd); the program went on."
    assert recording.outcome.kind is OutcomeKind.FINISHED
    assert [stop.message for stop in recording.stops] == [reason]
    assert recording.outcome.detail == reason
    assert printed(recording) == "1001\n"
    assert printed(recording, Stream.ERR) == f"[{reason}]\n"
    assert [step.name for step in recording.steps] == ["mul"]


def test_facts_that_cannot_be_sent_end_the_recording_only(runs):
    rest = "engine.runtime.recorder.recorder.Recorder.log_number(recorder, 5, object())\nprint('fine')\n"
    find = "import gc\nrecorder = next(o for o in gc.get_objects() if type(o).__name__ == 'Recorder')\n"
    recording = runs.run(START + find + rest)
    assert recording.outcome.kind is OutcomeKind.FINISHED
    assert printed(recording) == "fine\n"
    assert "because of a fault in it" in recording.stops[0].message
    assert [step.name for step in recording.steps] == ["mul"]


def test_threads_of_torch_do_not_spin_while_they_wait(runs):
    recording = runs.run("import os\nprint(os.environ['OMP_WAIT_POLICY'])")
    assert printed(recording) == "PASSIVE\n"
