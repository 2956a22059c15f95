"""What ordinary programs do, through real workers: it must work as it does under plain Python."""

import time

import pytest

from engine.protocol.request import RunRequest
from engine.session import run_to_recording
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


def test_processes_that_start_from_the_file(runs, tmp_path, monkeypatch):
    program = (
        "import multiprocessing as mp\ndef double(n):\n    return n * 2\nif __name__ == '__main__':\n"
        "    mp.set_start_method('spawn')\n    with mp.Pool(1) as pool:\n        print(pool.map(double, [1, 2]))\n"
    )
    (tmp_path / "spawning.py").write_text(program)
    monkeypatch.chdir(tmp_path)
    assert printed(finished(runs, program, filename="spawning.py", time_limit_s=20)) == "[2, 4]\n"


@pytest.mark.parametrize(
    ("helper", "message"),
    [
        ("import torch\ndef go(x):\n    return x.unsqueeze(0) @ torch.ones(5, 1)\n",
         "Line 3: RuntimeError: mat1 and mat2 shapes cannot be multiplied (1x2 and 5x1) (helper_of_test.py, line 3)."),
        ("def go(:\n", "Line 1: SyntaxError: invalid syntax (helper_of_test.py, line 1)."),
        ("import json\ndef go(x):\n    json.loads('?')\n",
         "Line 3: JSONDecodeError: Expecting value: line 1 column 1 (char 0) (helper_of_test.py, line 3)."),
        ("def go(x):\n    x()\n", "Line 3: RuntimeError: from the program itself."),
    ],
    ids=["tensors", "syntax", "library", "called back"],
)  # fmt: skip
def test_faults_in_a_module_beside_the_program(runs, tmp_path, helper, message):
    (tmp_path / "helper_of_test.py").write_text(helper)
    program = "from helper_of_test import go\nimport torch\ngo(torch.ones(2))\n"
    if "itself" in message:
        program = "from helper_of_test import go\ndef f():\n    raise RuntimeError('from the program itself')\ngo(f)\n"
    outcome = runs.run(program, filename=str(tmp_path / "program.py")).outcome
    assert outcome.message == message
    assert outcome.kind is OutcomeKind.FAILED


def test_files_that_are_left_open_are_flushed(runs, tmp_path):
    path = tmp_path / "left.txt"
    finished(runs, f"import torch\nx = torch.ones(2) * 2\nfile = open({str(path)!r}, 'w')\nfile.write('all of it')\n")
    finished(runs, "")  # the worker before has left when its run was told to be over and the next one came
    for _ in range(100):
        if path.read_text():
            break
        time.sleep(0.05)
    assert path.read_text() == "all of it"


def test_the_command_line_waits_for_files_to_be_flushed(tmp_path):
    path = tmp_path / "left.txt"
    run_to_recording(RunRequest(program=f"file = open({str(path)!r}, 'w')\nfile.write('all of it')\n"))
    assert path.read_text() == "all of it"


def test_the_traceback_of_a_stopped_run_is_the_programs_own(runs):
    program = "import torch\nx = torch.ones(2)\nwhile True:\n    x = x + 1\n"
    for _ in range(3):
        outcome = runs.run(program, time_limit_s=0.4).outcome
        assert outcome.kind is OutcomeKind.TIMED_OUT
        assert outcome.detail.count("File ") == 1, outcome.detail
        assert outcome.line in {3, 4}


def test_a_leftover_thread_does_not_hold_the_command_line_up():
    began = time.monotonic()
    program = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\n"
    outcome = run_to_recording(RunRequest(program=program)).outcome
    assert outcome.message.endswith("(a thread that it left running was ended).")
    assert time.monotonic() - began < 45
