"""Everything that a program can do to its worker, through real workers.

Every program first computes ``x = torch.ones(3) * 2``; whatever it does then, that step and its numbers must be in the
recording, the run must end with the right sentence, and the next run must work.
"""

import math
import os
import time

import pytest

from engine.trace.facts import Span, Stream
from engine.trace.outcome import OutcomeKind
from tests.engine.session.runs import numbers, printed

pytestmark = pytest.mark.worker

START = "import atexit, builtins, ctypes, os, signal, sys, threading, time, torch\nx = torch.ones(3) * 2\n"


def run_faulty(runs, rest, **how):
    recording = runs.run(START + rest, **how)
    assert recording.steps[0].name == "mul"
    assert numbers(recording, "x") == [2, 2, 2]
    return recording


@pytest.fixture(autouse=True)
def _next_run_works(runs):
    yield
    recording = runs.run("import torch\nz = torch.ones(2) + 1\nprint('fine')\n")
    assert recording.outcome.kind is OutcomeKind.FINISHED
    assert printed(recording) == "fine\n"
    assert numbers(recording, "z") == [2, 2]


@pytest.mark.parametrize(
    ("rest", "kind", "message"),
    [
        ("raise ValueError('bad')", OutcomeKind.FAILED, "Line 3: ValueError: bad."),
        (
            "y = torch.ones(2, 3) @ torch.ones(4, 5)",
            OutcomeKind.FAILED,
            "Line 3: RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5).",
        ),
        (
            "def f(): f()\nf()",
            OutcomeKind.FAILED,
            "Line 3: RecursionError: maximum recursion depth exceeded.",
        ),
        ("sys.exit(4)", OutcomeKind.EXITED, "The program called sys.exit(4)."),
        ("sys.exit()", OutcomeKind.EXITED, "The program called sys.exit()."),
        ("sys.exit('so long')", OutcomeKind.EXITED, "The program called sys.exit('so long')."),
        ("os._exit(3)", OutcomeKind.EXITED, "The program called os._exit(3)."),
        ("raise KeyboardInterrupt", OutcomeKind.FAILED, "Line 3: KeyboardInterrupt."),
        (
            "torch.empty(10**14)",
            OutcomeKind.FAILED,
            "Line 3: RuntimeError: the program asked for 400 TB of memory at once, more than there is.",
        ),
        (
            "def f():\n    ctypes.string_at(0)\nf()",
            OutcomeKind.CRASHED,
            "The program crashed with a segmentation fault (line 4 was running).",
        ),
        (
            "def f():\n    y = x + 1\n    os.kill(os.getpid(), signal.SIGKILL)\nf()",
            OutcomeKind.CRASHED,
            "The program was killed by SIGKILL (line 5 was running).",
        ),
        ("os.abort()", OutcomeKind.CRASHED, "The program was aborted by code outside Python (line 3 was running)."),
        ("class Odd(Exception):\n    def __str__(self): raise ValueError\nraise Odd", OutcomeKind.FAILED,
         "Line 5: Odd: its message cannot be shown."),
        ("raise BaseException('base')", OutcomeKind.FAILED, "Line 3: BaseException: base."),
    ],
    ids=[
        "exception", "shape", "recursion", "exit 4", "exit", "exit text", "_exit", "keyboard", "huge", "segfault",
        "sigkill", "abort", "odd exception", "base exception",
    ],
)  # fmt: skip
def test_endings(runs, rest, kind, message):
    outcome = run_faulty(runs, rest).outcome
    assert (outcome.kind, outcome.message) == (kind, message)


def test_syntax_error(runs):
    outcome = runs.run("x = 1\ny = (2,\n").outcome
    assert outcome.kind is OutcomeKind.FAILED
    assert outcome.message == "Line 2: SyntaxError: '(' was never closed."
    assert outcome.span == Span(0, 2, 4, 2, 5)


@pytest.mark.parametrize("program", ["return 1", "x = 1\0", "\ud800", "(" * 1000])
def test_texts_that_are_no_program(runs, program):
    outcome = runs.run(program.encode("utf-8", "replace").decode()).outcome
    assert outcome.kind is OutcomeKind.FAILED
    assert outcome.message.endswith(".")


def test_failing_expression_and_traceback(runs):
    text = "def f(a):\n    return 'ä', (a @ a) + 1\n\nf(torch.ones(2, 3))\n"
    outcome = run_faulty(runs, text).outcome
    assert outcome.line == 4
    assert outcome.span == Span(0, 4, 17, 4, 22)
    assert outcome.error_type == "RuntimeError"
    assert 'File "program.py", line 6, in <module>' in outcome.detail
    assert "runner.py" not in outcome.detail
    assert "engine/" not in outcome.detail


def test_facts_right_before_a_kill_inside_a_function_are_kept(runs):
    rest = "def f():\n    for i in range(5):\n        y = x + i\n    os._exit(3)\nf()"
    recording = run_faulty(runs, rest)
    assert [step.name for step in recording.steps] == ["mul"] + ["add"] * 5
    assert numbers(recording, "y") == [6, 6, 6]
    assert recording.outcome.exit_code == 3


def test_input_is_answered_with_a_sentence(runs):
    recording = run_faulty(runs, "name = input('Your name? ')")
    assert recording.outcome.message.startswith("Line 3: EOFError: input() cannot be answered here")
    assert printed(recording) == "Your name? "


def test_exit_text_goes_to_the_console(runs):
    recording = run_faulty(runs, "sys.exit('so long')")
    assert printed(recording, Stream.ERR) == "so long\n"
    assert recording.outcome.exit_code == 1


@pytest.mark.parametrize(
    "rest", ["while True: pass", "time.sleep(100)", "threading.Lock().acquire() and threading.Event().wait()"]
)
def test_time_limit(runs, rest):
    began = time.monotonic()
    recording = run_faulty(runs, rest, time_limit_s=1.5)
    assert recording.outcome.kind is OutcomeKind.TIMED_OUT
    assert recording.outcome.message == "The run was stopped after 1.5 s (time limit)."
    assert recording.outcome.line == 3
    assert time.monotonic() - began < 60


def test_swallowing_every_exception_does_not_help(runs):
    rest = "y = x + 1\nwhile True:\n    try:\n        time.sleep(100)\n    except BaseException:\n        z = y + 1"
    recording = run_faulty(runs, rest, time_limit_s=1.5)
    assert recording.outcome.kind is OutcomeKind.TIMED_OUT
    assert [step.name for step in recording.steps] == ["mul", "add", "add"]


def test_ignoring_all_signals_does_not_help(runs):
    rest = (
        "for number in (signal.SIGINT, signal.SIGTERM):\n    signal.signal(number, signal.SIG_IGN)\n"
        "while True:\n    time.sleep(1)"
    )
    began = time.monotonic()
    recording = run_faulty(runs, rest, stop_after_s=0.1)
    assert recording.outcome.kind is OutcomeKind.STOPPED
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "rest",
    [
        "while True: x * 1.0",
        "a = torch.randn(700, 700)\nwhile True: a = torch.tanh(a @ a)",
        "w = torch.ones(3, requires_grad=True)\nwhile True:\n    (w * x).sum().backward()\n    w.grad = None",
        "while True: print('again')",
        "def f():\n    while True:\n        try:\n            x + 1\n        except Exception:\n            pass\nf()",
    ],
    ids=["ops", "matmul", "training", "printing", "except Exception"],
)
def test_stop(runs, rest):
    recording = runs.run(START + rest, stop_after_s=0.3)
    stopped = time.monotonic()
    assert recording.outcome.kind is OutcomeKind.STOPPED
    assert recording.outcome.message.startswith("The run was stopped after ")
    assert numbers(recording, "x") == [2, 2, 2]
    assert [step.index for step in recording.steps] == list(range(len(recording.steps)))
    assert time.monotonic() - stopped < 2


def test_memory_limit(runs):
    recording = run_faulty(runs, "keep = []\nwhile True:\n    keep.append(torch.ones(5_000_000))", memory_limit_mb=300)
    assert recording.outcome.kind is OutcomeKind.OUT_OF_MEMORY
    assert recording.outcome.message == "The program used more than the 300 MB of memory it was allowed (line 5)."


def test_memory_limit_in_plain_python(runs):
    recording = run_faulty(runs, "keep = []\nwhile True:\n    keep.append(bytearray(10**7))", memory_limit_mb=200)
    assert recording.outcome.kind is OutcomeKind.OUT_OF_MEMORY


def test_a_limit_that_is_not_reached_disturbs_nothing(runs):
    assert run_faulty(runs, "y = x + 1", memory_limit_mb=300, time_limit_s=60).outcome.kind is OutcomeKind.FINISHED


@pytest.mark.parametrize(
    "rest",
    ["for i in range(160_000): print('x' * 99)", "os.system('yes | head -c 16000000')"],
    ids=["python", "other process"],
)
def test_flood_of_output(runs, rest):
    recording = run_faulty(runs, f"{rest}\ny = x + 1", output_limit_bytes=100_000)
    assert recording.outcome.kind is OutcomeKind.FINISHED
    assert numbers(recording, "y") == [3, 3, 3]
    assert 99_000 < len(printed(recording)) <= 100_000
    assert "[The output was cut here: it is limited to 100 kB.]" in printed(recording, Stream.ERR)


def test_fork(runs):
    rest = "child = os.fork()\ny = x + 1\nif child == 0:\n    time.sleep(100)\nprint(os.getpid())"
    recording = run_faulty(runs, rest)
    assert recording.outcome.kind is OutcomeKind.FINISHED
    assert recording.outcome.message.endswith(" (a process that it left running was ended).")
    assert [step.name for step in recording.steps] == ["mul", "add"]
    assert_group_is_gone(int(printed(recording)))


def test_output_of_a_forked_process(runs):
    rest = (
        "child = os.fork()\nif child == 0:\n    print('from the child')\n    os._exit(0)\n"
        "os.waitpid(child, 0)\nprint('after')"
    )
    recording = run_faulty(runs, rest)
    assert printed(recording) == "from the child\nafter\n"
    assert recording.outcome.kind is OutcomeKind.FINISHED


def test_leftover_thread(runs):
    recording = run_faulty(runs, "threading.Thread(target=time.sleep, args=(100,)).start()\nprint(os.getpid())")
    assert recording.outcome.kind is OutcomeKind.FINISHED
    assert recording.outcome.message.endswith(" (a thread that it left running was ended).")
    assert_group_is_gone(int(printed(recording)))


def test_a_thread_that_ends_soon_is_waited_for(runs):
    rest = "def work():\n    time.sleep(0.1)\n    print('done')\nthreading.Thread(target=work).start()"
    recording = run_faulty(runs, rest)
    assert printed(recording) == "done\n"
    assert "thread" not in recording.outcome.message


def test_hanging_atexit(runs):
    recording = run_faulty(runs, "atexit.register(time.sleep, 100)\nprint(os.getpid())")
    assert recording.outcome.kind is OutcomeKind.FINISHED
    assert_group_is_gone(int(printed(recording)))


def test_closed_descriptors(runs):
    recording = run_faulty(runs, "os.closerange(0, 256)\ny = x + 1")
    assert recording.outcome.kind is OutcomeKind.CRASHED
    assert recording.outcome.message == (
        "The connection to the program was lost (it closed the connection), so how it ended is not known."
    )


def test_reopened_descriptors_stay_clean(runs, tmp_path):
    rest = (
        "os.closerange(3, 256)\n"
        f"files = [open(r'{tmp_path}/' + str(i), 'w+') for i in range(30)]\n"
        "y = x + 1\nprint('text')\nz = y + 1\n"
    )
    recording = run_faulty(runs, rest)
    assert recording.outcome.kind is OutcomeKind.CRASHED
    assert len(list(tmp_path.iterdir())) == 30
    assert all(file.stat().st_size == 0 for file in tmp_path.iterdir())


def test_garbage_on_every_descriptor(runs):
    rest = (
        "for number in range(3, 40):\n"
        "    try: os.write(number, b'\\x00\\x00\\x10\\x00garbage')\n"
        "    except OSError: pass\n"
        "y = x + 1\ntime.sleep(0.2)"
    )
    recording = run_faulty(runs, rest)
    assert recording.outcome.kind is OutcomeKind.CRASHED
    assert "what it sent was damaged" in recording.outcome.message


def test_half_a_frame_does_not_hold_stop_up(runs):
    rest = (
        "for number in range(3, 40):\n"
        "    try: os.write(number, b'\\x0f\\x00\\x00\\x00')\n"
        "    except OSError: pass\n"
        "time.sleep(100)"
    )
    assert run_faulty(runs, rest, stop_after_s=0.3).outcome.kind is OutcomeKind.STOPPED


def test_nan_and_inf(runs):
    recording = run_faulty(runs, "y = x / 0\nz = y - y")
    assert recording.outcome.kind is OutcomeKind.FINISHED
    assert numbers(recording, "y") == [float("inf")] * 3
    assert all(map(math.isnan, numbers(recording, "z")))
    last = recording.steps[-1].outputs[0]
    assert recording.statistics(last).nans == 3


def test_deleted_builtins(runs):
    names = "'len', 'isinstance', 'getattr', 'tuple', 'list', 'dict', 'Exception', 'SystemExit', 'KeyError', 'exec'"
    recording = run_faulty(runs, f"for name in ({names}): delattr(builtins, name)\ny = x + 1\nz = len(y)")
    assert recording.outcome.message == "Line 5: NameError: name 'len' is not defined."
    assert numbers(recording, "y") == [3, 3, 3]


def test_replaced_builtins_stay_replaced_for_the_program(runs):
    recording = run_faulty(runs, "builtins.len = lambda _: 42\ny = x + 1\nprint(len(y))\nbuiltins.print = None")
    assert recording.outcome.kind is OutcomeKind.FINISHED
    assert printed(recording) == "42\n"
    assert numbers(recording, "y") == [3, 3, 3]


def test_replaced_torch_functions(runs):
    rest = (
        "torch.relu = lambda t: t * 0 + 7\n"
        "for name in ('isfinite', 'isnan', 'stack', 'cat', 'tensor', 'no_grad', 'from_numpy'):\n"
        "    setattr(torch, name, None)\n"
        "torch.Tensor.detach = torch.Tensor.numpy = torch.Tensor.contiguous = None\n"
        "y = torch.relu(x)"
    )
    recording = run_faulty(runs, rest)
    assert recording.outcome.kind is OutcomeKind.FINISHED
    assert numbers(recording, "y") == [7, 7, 7]
    assert recording.stops == []


def test_global_switches_of_torch_do_not_reach_the_next_run(runs):
    rest = (
        "torch.set_grad_enabled(False)\ntorch.set_default_dtype(torch.float64)\n"
        "torch.set_default_device('meta')\ny = x + 1"
    )
    assert run_faulty(runs, rest).outcome.kind is OutcomeKind.FINISHED
    recording = runs.run("import torch\nw = torch.ones(2, requires_grad=True)\n(w * 2).sum().backward()\nprint(w.grad)")
    assert printed(recording) == "tensor([2., 2.])\n"


def test_exec_of_another_program(runs):
    recording = run_faulty(runs, "os.execv('/bin/true', ['true'])")
    assert recording.outcome.kind is OutcomeKind.CRASHED
    assert "connection to the program was lost" in recording.outcome.message


def assert_group_is_gone(process_id):
    """Wait until nothing is left of a worker's process group, zombies included."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            os.killpg(process_id, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError("processes of the worker are still there")
