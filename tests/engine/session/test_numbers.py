"""When the numbers of large values come: with the drain, when the program has ended, when somebody looks, or never."""

import time

import pytest

from engine.protocol.request import RunRequest, ValuePolicy
from engine.session import run_to_recording
from engine.trace.facts import Absence
from engine.trace.invariants import check_recording
from engine.trace.outcome import OutcomeKind
from tests.engine.session.runs import PATIENCE_S, printed

pytestmark = pytest.mark.worker

LARGE = "import torch\nx = torch.full((1000, 100), 3.0) * 2\n"


def value(recording, name):
    return next(value.id for value in reversed(recording.values) if name in recording.names(value.id))


def settled(runs, program, **request):
    while runs.settled.acquire(blocking=False):
        pass
    recording = runs.run(program, **request)
    runs.settle()
    return recording


def test_numbers_come_after_the_end(runs):
    recording = settled(runs, LARGE)
    assert recording.outcome.kind is OutcomeKind.FINISHED
    assert recording.array(value(recording, "x")).min() == 6
    assert recording.statistics(value(recording, "x")).mean == 6
    assert recording.histogram(value(recording, "x")).counts == (7693,)
    assert runs.held == 0
    check_recording(recording)


def test_beyond_the_budget_a_look_brings_the_numbers(runs):
    recording = settled(runs, LARGE, budget_bytes=1000, lingers=True)
    wanted = value(recording, "x")
    assert runs.held
    assert recording.absence(wanted) is Absence.NOT_YET
    assert recording.statistics(wanted).maximum == 6
    assert recording.array(wanted) is None
    runs.session.look(recording.take_wanted())
    wait_until(lambda: recording.absence(wanted) is None)
    assert recording.array(wanted).max() == 6


def test_without_anybody_to_look_the_rest_is_given_up(runs):
    recording = settled(runs, LARGE, budget_bytes=1000)
    assert runs.held == 0
    assert recording.absence(value(recording, "x")) is Absence.SUMMARY_ONLY
    assert recording.statistics(value(recording, "x")).maximum == 6


def test_a_program_that_is_held_for_looks_ends_as_always(runs, tmp_path):
    rest = (
        f"import atexit, pathlib\natexit.register(lambda: pathlib.Path(r'{tmp_path}/left').write_text('left'))\n"
        f"file = open(r'{tmp_path}/open', 'w')\nfile.write('written')\n"
    )
    settled(runs, LARGE + rest, budget_bytes=1000, lingers=True)
    wait_until((tmp_path / "left").exists)
    wait_until(lambda: (tmp_path / "open").read_text() == "written")
    assert runs.held


def test_a_look_while_the_program_runs(runs):
    while runs.settled.acquire(blocking=False):
        pass
    runs.begin(LARGE + "y = x + 1\nimport time\nwhile True:\n    time.sleep(0.01)\n    z = torch.ones(1) + 1\n")
    assert runs.began.wait(PATIENCE_S)
    recording = runs.recordings[-1]
    wait_until(lambda: any("y" in recording.names(fact.id) for fact in list(recording.values)))
    wanted = value(recording, "x")
    runs.session.look((wanted,))
    wait_until(lambda: recording.absence(wanted) is None)
    runs.session.stop()
    runs.wait()
    assert recording.outcome.kind is OutcomeKind.STOPPED
    runs.settle()
    assert recording.array(value(recording, "y")).max() == 7


@pytest.mark.parametrize(
    "end",
    ["import os\nos._exit(3)", "import sys\nsys.exit(3)", "raise ValueError", "import os\nos.kill(os.getpid(), 9)"],
)
def test_programs_that_end_otherwise_keep_their_numbers(runs, end):
    recording = settled(runs, LARGE + end)
    assert recording.array(value(recording, "x")).max() == 6


def test_what_a_crash_took_is_lost_and_small_values_are_kept(runs):
    small = "import ctypes\ns = torch.ones(3) * 2\nt = s + 1\n" + "u = t + 1\n" * 3
    recording = settled(runs, LARGE + small + "import time\ntime.sleep(0.3)\nv = u + 1\nctypes.string_at(0)")
    assert recording.outcome.kind is OutcomeKind.CRASHED
    assert recording.absence(value(recording, "x")) is Absence.LOST
    assert recording.array(value(recording, "s")).tolist() == [2, 2, 2]


def test_leftover_threads_do_not_spoil_numbers(runs):
    rest = "import threading, time\ndef f():\n    time.sleep(3)\n    x.add_(1)\nthreading.Thread(target=f).start()\n"
    recording = settled(runs, LARGE + rest)
    assert recording.array(value(recording, "x")).max() == 6


def test_the_next_run_ends_the_rest(runs):
    settled(runs, LARGE, budget_bytes=1000, lingers=True)
    assert runs.held
    recording = settled(runs, LARGE)
    assert recording.array(value(recording, "x")).max() == 6


def test_a_long_training_stays_within_its_memory(runs):
    rest = """
torch.set_num_threads(1)  # threads of torch that share a busy core wait for each other
net = torch.nn.Sequential(*[torch.nn.Linear(300, 300) for _ in range(4)])
opt = torch.optim.SGD(net.parameters(), 0.01)
data = torch.randn(500, 300)
def used():
    return int(open('/proc/self/statm').read().split()[1]) * 4096
for k in range(300):
    opt.zero_grad()
    net(data).pow(2).mean().backward()
    opt.step()
    if k == 20:
        early = used()
print(max(0, used() - early))
"""
    recording = settled(runs, LARGE + rest, budget_bytes=100_000_000, held_bytes=50_000_000)
    assert recording.outcome.kind is OutcomeKind.FINISHED
    made_bytes = 280 * 500 * 300 * 4 * 10  # activations and their gradients
    assert int(printed(recording)) < made_bytes // 3
    kept = sum(data.nbytes for data in map(recording.data, range(len(recording.values))) if data.absence is None)
    assert kept <= 100_000_000
    assert Absence.NOT_YET not in {recording.absence(fact.id) for fact in recording.values}


def test_summaries(runs):
    recording = settled(runs, LARGE + "s = torch.ones(3) * 2\n", values=ValuePolicy.SUMMARIES)
    assert recording.absence(value(recording, "x")) is Absence.SUMMARY_ONLY
    assert recording.histogram(value(recording, "x")).low == 6
    assert recording.array(value(recording, "s")).tolist() == [2, 2, 2]


def test_one_run_to_a_recording_has_all_numbers():
    recording = run_to_recording(RunRequest(program=LARGE))
    assert recording.array(value(recording, "x")).max() == 6


def wait_until(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)
