"""``chainrule record`` writes while it runs: others follow it, and its death leaves what was recorded."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.trace.file import Progress, RecordingFollower, read_recording
from engine.trace.outcome import OutcomeKind
from tests.engine.trace.made import chain, facts_of, is_prefix
from tests.support.programs import ROOT

PATIENCE_S = 60.0

SLOW = """import torch

x = torch.ones(3, requires_grad=True)
for k in range(3):
    (x * 2).sum().backward()
print("begun", flush=True)
open(GATE).read()
y = x * 3
"""
"""Records 15 steps, then waits until somebody writes to the gate."""


def begin(tmp_path: Path) -> "subprocess.Popen[str]":
    """Start recording a program that waits until the fifo beside it is written to."""
    os.mkfifo(tmp_path / "gate")
    program = tmp_path / "slow.py"
    program.write_text(SLOW.replace("GATE", repr(str(tmp_path / "gate"))))
    command = [sys.executable, str(ROOT / "main.py"), "record", str(program), "-o", str(tmp_path / "slow.chainrule")]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def wait_for_steps(follower: RecordingFollower, count: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while follower.recording is None or len(follower.recording) < count:
        assert follower.read_on() is Progress.GROWING
        assert time.monotonic() < end, "the steps do not arrive"
        time.sleep(0.02)


@pytest.mark.worker
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fifo in a folder")
def test_a_running_recording_is_followed_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "slow.chainrule"
    with begin(tmp_path) as process:
        follower = RecordingFollower(path)
        wait_for_steps(follower, 15)
        assert not path.exists()
        command = [sys.executable, str(ROOT / "main.py"), "inspect", "--follow", str(path)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as watching:
            assert watching.stdout is not None
            assert watching.stdout.readline().split()[:3] == ["0", "forward", "mul"]
            (tmp_path / "gate").write_text("on")
            process.communicate(timeout=PATIENCE_S)
            told = watching.stdout.read()  # not communicate: it leaves out what readline has read ahead
            watching.wait(PATIENCE_S)
        assert watching.returncode == 0
        assert "        > begun\n" in told
        assert "    15  forward    mul" in told
        assert "\nFinished in " in told
    while (progress := follower.read_on()) is Progress.GROWING:
        pass
    assert progress is Progress.ENDED
    assert facts_of(follower.end()) == facts_of(read_recording(path))
    assert len(read_recording(path)) == 16
    assert not (tmp_path / "slow.part.chainrule").exists()


@pytest.mark.worker
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_recorder_that_is_killed_leaves_what_was_recorded(tmp_path: Path) -> None:
    path = tmp_path / "slow.chainrule"
    with begin(tmp_path) as process:
        wait_for_steps(RecordingFollower(path), 15)
        process.send_signal(signal.SIGKILL)
        process.wait()
    command = [sys.executable, str(ROOT / "main.py"), "inspect", str(path)]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert refused.stderr.endswith(
        "but slow.part.chainrule beside it is a recording that was cut off: open that one.\n"
    )
    left = read_recording(tmp_path / "slow.part.chainrule")
    assert (len(left), left.outcome.kind) == (15, OutcomeKind.RUNNING)
    assert left.outcome.message == "The recording ends early: its file was cut off after 15 steps."
    command[-1] = str(tmp_path / "slow.part.chainrule")
    watched = subprocess.run([*command, "--follow"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert watched.returncode == 1
    assert "cut off after 15 steps.\n" in watched.stdout


FILLING = """
import resource, sys
from pathlib import Path
from engine.commands.streamed import StreamedFile
from engine.trace.file import RecordingFileError
from engine.trace.split import batches
from tests.engine.trace.made import chain

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
whole = chain(300)
try:
    with StreamedFile(Path(sys.argv[1])) as file:
        file.begin(whole.info, whole.store)
        for batch in batches(whole, steps_per_batch=10):
            file.append(batch)
        file.finish(whole)
except RecordingFileError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit for the size of a file")
def test_a_disk_that_takes_no_more_keeps_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "run.chainrule"
    command = [sys.executable, "-c", FILLING, str(path), "30000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == (
        f"{path} could not be written: File too large. What was written before lies in run.part.chainrule.\n"
    )
    left = read_recording(tmp_path / "run.part.chainrule")
    assert is_prefix(left, chain(300))
    assert 0 < len(left) < 300
    assert not path.exists()
