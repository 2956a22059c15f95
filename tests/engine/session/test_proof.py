"""A verification runs in a process of its own, which may be ended, break down or be refused its memory."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

import engine.session.proof
from engine.protocol.proof import Check, Depth, Finding, ProofRequest, Verdict
from engine.session.proof import Proof, RecordingProof
from engine.trace.file import write_recording
from engine.trace.recording import Recording
from tests.engine.runtime.proof.proving import recorded, steps_named, with_bytes_of

pytestmark = pytest.mark.worker
PATIENCE_S = 100.0


class Heard:
    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.progress: list[tuple[int, int]] = []
        self.trouble: str | None = None
        self.over = threading.Event()

    def on_found(self, findings: tuple[Finding, ...], done: int, total: int) -> None:
        self.findings.extend(findings)
        self.progress.append((done, total))

    def on_over(self, trouble: str) -> None:
        self.trouble = trouble
        self.over.set()


@pytest.fixture(scope="module")
def recording() -> Recording:
    return recorded("x = torch.ones(2, requires_grad=True)\nfor i in range(20):\n    y = (x * i).sum()\ny.backward()\n")


@pytest.fixture(scope="module")
def path(recording: Recording, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("proof") / "run.chainrule"
    write_recording(made, recording)
    return made


def test_findings_come_from_another_process(recording: Recording) -> None:
    heard = Heard()
    proof = RecordingProof(recording, heard)
    proof.start()
    assert heard.over.wait(PATIENCE_S)
    proof.close()
    assert heard.trouble == ""
    assert {f.verdict for f in heard.findings} == {Verdict.PROVEN}
    assert Check.SLOPE in {f.check for f in heard.findings}
    done, total = heard.progress[-1]
    assert done == total
    assert heard.progress == sorted(heard.progress)


def test_it_can_be_ended_at_once(path: Path) -> None:
    heard = Heard()
    proof = Proof(ProofRequest(path=str(path)), heard)
    proof.start()
    proof.cancel()
    assert proof.wait(PATIENCE_S)
    assert heard.trouble == "The verification was stopped."


def test_it_ends_at_its_time_limit(path: Path) -> None:
    heard = Heard()
    Proof(ProofRequest(path=str(path)), heard, time_limit_s=0.05).start()
    assert heard.over.wait(PATIENCE_S)
    assert heard.trouble == "The verification took longer than 0.05 s and was stopped."


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    bad = tmp_path / "bad.chainrule"
    bad.write_bytes(b"nothing of the kind")
    heard = Heard()
    Proof(ProofRequest(path=str(bad), depth=Depth.QUICK), heard).start()
    assert heard.over.wait(PATIENCE_S)
    assert heard.trouble == "bad.chainrule is not a Chainrule recording."
    assert heard.findings == []


def test_a_process_that_breaks_down_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.session.proof, "MODULE", "engine.no_such_module")
    heard = Heard()
    Proof(ProofRequest(path=str(path)), heard).start()
    assert heard.over.wait(PATIENCE_S)
    assert heard.trouble is not None
    assert heard.trouble.startswith("The verification ended unexpectedly (exit status 1).")


def chainrule(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "main.py", "verify", *words], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def test_the_command_says_what_failed_and_exits_with_1(path: Path, recording: Recording, tmp_path: Path) -> None:
    good = chainrule(str(path))
    assert good.returncode == 0, good.stderr
    assert good.stdout.splitlines()[-1].startswith("All ")
    mul = steps_named(recording, "mul")
    assert mul[3].outputs[0] is not None
    assert mul[4].outputs[0] is not None
    bad = tmp_path / "bad.chainrule"
    write_recording(bad, with_bytes_of(recording, mul[3].outputs[0], mul[4].outputs[0]))
    found = chainrule(str(bad), "--quick")
    assert found.returncode == 1
    first = found.stdout.splitlines()[0]
    assert first == f"FAILED  replay  step {mul[3].index}  mul  line 7: it gives 3 at [0] where 4 is recorded"


def test_the_command_refuses_a_missing_file(tmp_path: Path) -> None:
    found = chainrule(str(tmp_path / "none.chainrule"))
    assert found.returncode == 2
    assert "There is no file" in found.stderr
    assert chainrule(str(tmp_path), "--sample", "0").returncode == 2
