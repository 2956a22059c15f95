"""What ordinary programs do, through real workers: it must work as it does under plain Python."""

import pytest

from engine.trace.file import read_recording
from engine.trace.outcome import OutcomeKind
from tests.engine.session.runs import printed

pytestmark = pytest.mark.worker


def finished(runs, program, **how):
    recording = runs.run(program, **how)
    assert recording.outcome.kind is OutcomeKind.FINISHED, recording.outcome
    assert recording.outcome.detail == ""
    return recording


def test_numbers_that_the_program_logs(runs):
    program = (
        "import engine, threading, torch\nx = torch.ones(2)\nfor i in range(3):\n    x = x + 1\n"
        "    engine.log('accuracy', x.mean())\n"
        "thread = threading.Thread(target=engine.log, args=('late', 7))\nthread.start()\nthread.join()\n"
    )
    metrics = finished(runs, program).metrics
    assert [(metric.name, metric.number) for metric in metrics] == [
        ("accuracy", 2.0), ("accuracy", 3.0), ("accuracy", 4.0), ("late", 7.0)
    ]  # fmt: skip
    assert [metric.step for metric in metrics] == [1, 3, 5, 5]


def test_a_program_that_records_itself(runs, tmp_path):
    path = tmp_path / "own.chainrule"
    program = (
        "import engine, torch\nw = torch.ones(2, requires_grad=True)\n"
        f"with engine.record({str(path)!r}) as run:\n    (w * 3).sum().backward()\n"
        "print(len(run.recording), w.grad)\ny = w + 1\n"
    )
    recording = finished(runs, program)
    names = ["mul", "sum", "SumBackward0", "MulBackward0", "AccumulateGrad"]
    assert printed(recording) == "5 tensor([3., 3.])\n"
    assert [step.name for step in recording.steps] == [*names, "add"]
    assert [step.name for step in read_recording(path).steps] == names
