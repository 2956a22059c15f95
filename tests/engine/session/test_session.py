"""A session from outside: order of what it tells, replacing, stopping, closing, and what is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.protocol.request import RunRequest, ValuePolicy
from engine.session import Session, SessionState, run_to_recording
from engine.session.launch import SpawnLauncher
from engine.session.nursery import NurseryLauncher
from engine.trace.facts import Absence
from engine.trace.outcome import OutcomeKind
from tests.engine.session.runs import Runs, numbers, printed

pytestmark = pytest.mark.worker

ENDLESS = "import torch\nx = torch.ones(2) + 1\nwhile True: pass\n"
SHORT = "import torch\ny = torch.ones(2) * 3\nprint('short')\n"


def test_devices_are_told_with_reasons(runs):
    runs.run(SHORT)
    cpu, *others = runs.devices
    assert (cpu.key, cpu.available, cpu.reason) == ("cpu", True, "")
    assert {device.key.split(":")[0] for device in others} == {"cuda", "mps"}
    assert all(device.available or device.reason.endswith(".") for device in others)


def test_a_missing_device_is_refused_with_its_reason(runs):
    missing = next((device for device in runs.devices if not device.available), None)
    if missing is None:
        pytest.skip("every device is there")
    outcome = runs.run(SHORT, device=missing.key).outcome
    assert outcome.kind is OutcomeKind.FAILED
    assert outcome.message == f"The device {missing.key} cannot be used: {missing.reason}"
    assert runs.run(SHORT, device="toaster").outcome.message.startswith("There is no device toaster here")
    assert runs.run(SHORT, device="auto").outcome.kind is OutcomeKind.FINISHED


def test_states_come_in_order(runs):
    runs.run(SHORT)
    wait_until(lambda: runs.session.state is SessionState.READY)
    del runs.states[:]
    runs.run(ENDLESS, stop_after_s=0.05)
    wait_until(lambda: runs.session.state is SessionState.READY)
    ours = [state for state in runs.states if state is not SessionState.LOADING]
    assert ours == [SessionState.RUNNING, SessionState.STOPPING, SessionState.READY]


def test_a_new_run_replaces_the_old_one(runs):
    count = len(runs.recordings)
    runs.begin(ENDLESS)
    assert runs.began.wait(30)
    wait_until(lambda: runs.recordings[-1].steps)
    runs.begin(SHORT)
    runs.wait()
    runs.wait()
    old, new = runs.recordings[count:]
    assert old.outcome.kind is OutcomeKind.STOPPED
    assert numbers(old, "x") == [2, 2]
    assert new.outcome.kind is OutcomeKind.FINISHED
    assert printed(new) == "short\n"


def test_of_several_waiting_runs_the_last_one_runs(runs):
    count = len(runs.recordings)
    runs.begin(ENDLESS)
    assert runs.began.wait(30)
    for number in range(5):
        runs.begin(f"print({number})")
    runs.wait()
    assert printed(runs.wait()) == "4\n"
    assert len(runs.recordings) == count + 2


def test_many_short_runs(runs):
    for number in range(15):
        assert printed(runs.run(f"print({number})")) == f"{number}\n"


def test_recordings_of_earlier_runs_stay_readable(runs):
    first = runs.run(SHORT)
    runs.run("import torch\ny = torch.zeros(2) * 3\n")
    assert numbers(first, "y") == [3, 3]


def test_value_policy_and_budget(runs):
    none = runs.run(SHORT, values=ValuePolicy.NONE)
    assert {none.absence(value.id) for value in none.values} == {Absence.NOT_ASKED_FOR}
    small = runs.run("import torch\na = torch.ones(1000) * 2\nb = a + 1\n", budget_bytes=5000)
    assert Absence.OVER_BUDGET in {small.absence(value.id) for value in small.values}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_nothing_is_left_open(runs):
    runs.run(SHORT)
    wait_until(lambda: runs.session.state is SessionState.READY)
    time.sleep(0.3)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        runs.run(SHORT)
    wait_until(lambda: runs.session.state is SessionState.READY)
    wait_until(lambda: len(list(Path("/proc/self/fd").iterdir())) <= before + 5)  # the mapped value files


@pytest.mark.skipif(sys.platform != "linux", reason="nurseries are for Linux")
def test_a_dead_nursery_is_replaced():
    runs = Runs(NurseryLauncher())
    try:
        runs.run(SHORT)
        os.kill(int(printed(runs.run("import os; print(os.getppid())"))), signal.SIGKILL)
        time.sleep(0.2)
        for _ in range(3):  # the spare of the dead nursery, then workers of a new one
            assert printed(runs.run(SHORT)) == "short\n"
    finally:
        runs.session.close()


def test_workers_without_a_nursery():
    runs = Runs(SpawnLauncher())
    try:
        runs.session.prepare()
        recording = runs.run(SHORT + "import os\nos.system('echo from C')\nprint('end')\nraise ValueError('bad')")
        assert numbers(recording, "y") == [3, 3]
        assert printed(recording) == "short\nfrom C\nend\n"
        assert recording.outcome.message == "Line 7: ValueError: bad."
        crash = runs.run("import ctypes, torch\ny = torch.ones(2) * 3\nctypes.string_at(0)")
        assert crash.outcome.message == "The program crashed with a segmentation fault (line 3 was running)."
        assert numbers(crash, "y") == [3, 3]
    finally:
        runs.session.close()


def test_a_worker_that_cannot_start_is_said(monkeypatch):
    monkeypatch.setattr("engine.session.nursery.WORKER_MODULE", "engine.no_such_module")
    runs = Runs(NurseryLauncher())
    try:
        outcome = runs.run(SHORT).outcome
        assert outcome.kind is OutcomeKind.CRASHED
        assert outcome.message.startswith("The program could not be run, because no worker could be started: ")
        assert "no_such_module" in outcome.message
    finally:
        runs.session.close()


def test_stop_before_the_worker_is_ready():
    runs = Runs(NurseryLauncher())
    try:
        runs.begin(SHORT)
        runs.session.stop()
        assert runs.wait().outcome.message == "The run was stopped before it began."
    finally:
        runs.session.close()


def test_close_ends_everything_at_once():
    runs = Runs(NurseryLauncher())
    runs.begin("import os\nprint(os.getpid(), flush=True)\nwhile True: pass")
    assert runs.began.wait(60)
    wait_until(lambda: printed(runs.recordings[-1]))
    worker = int(printed(runs.recordings[-1]))
    began = time.monotonic()
    runs.session.close()
    assert time.monotonic() - began < 30
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    runs.session.run(RunRequest(program=SHORT))
    runs.session.prepare()
    runs.session.stop()
    runs.session.close()


def test_a_host_that_dies_takes_its_workers_along():
    host = (
        "import threading, os, sys\n"
        "from tests.engine.session.runs import Runs, printed\n"
        "runs = Runs()\n"
        "runs.begin('import os\\nprint(os.getpid(), os.getppid())\\nwhile True: pass')\n"
        "runs.began.wait()\n"
        "while not printed(runs.recordings[-1]): threading.Event().wait(0.05)\n"
        "print(printed(runs.recordings[-1]), flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", host], capture_output=True, text=True, cwd=root, timeout=60, check=False
    )
    processes = [int(word) for word in done.stdout.split()]
    assert len(processes) == 2, done.stderr
    wait_until(lambda: not any(map(is_alive, processes)))


def test_run_to_recording():
    texts = []
    recording = run_to_recording(
        RunRequest(program=SHORT + "1 / 0"), on_output=lambda output: texts.append(output.text)
    )
    assert "".join(texts) == "short\n"
    assert numbers(recording, "y") == [3, 3]
    assert recording.outcome.message == "Line 4: ZeroDivisionError: division by zero."
    assert recording.info.program.startswith("import torch")


def test_closing_from_a_callback_does_not_hang():
    class Closing(Runs):
        def on_ended(self, outcome):
            super().on_ended(outcome)
            self.session.close()

    runs = Closing()
    assert runs.run(SHORT).outcome.kind is OutcomeKind.FINISHED
    assert isinstance(runs.session, Session)


def is_alive(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process_id}/stat")
    return not (status.exists() and ") Z " in status.read_text())


def wait_until(condition, timeout_s=20):
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
