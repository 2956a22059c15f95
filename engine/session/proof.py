"""Verifies a recording in a process of its own: torch runs there, and what goes wrong costs that process alone."""

import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Protocol

import msgspec

from engine.protocol.proof import Finding, Found, ProofMessage, ProofRequest, Proved, Unreadable
from engine.session.worker_process import program_root
from engine.trace.file import RecordingFileError, write_recording
from engine.trace.recording import Recording

MODULE = "engine.runtime.proof"
"""Named, not imported: this room knows the other side by its messages only."""
MEMORY_LIMIT_MB = 16_000
_LONGEST_LINE = 64_000_000


class ProofListener(Protocol):
    """Hears from a proof, on the proof's own thread."""

    def on_found(self, findings: tuple[Finding, ...], done: int, total: int) -> None:
        """Some findings more; ``done`` of ``total`` pieces of work are done."""
        ...

    def on_over(self, trouble: str) -> None:
        """It is over; ``trouble`` is a sentence about what kept it from its end, empty when nothing did."""
        ...


class Proof:
    """One verification of one file; it can be ended at any moment."""

    def __init__(self, request: ProofRequest, listener: ProofListener, time_limit_s: float | None = None) -> None:
        self._request = request
        self._listener = listener
        self._time_limit_s = time_limit_s
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="proof", daemon=True)
        self._end_reason = ""
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the process and return at once."""
        self._thread.start()

    def cancel(self, reason: str = "The verification was stopped.") -> None:
        """End the process; the listener hears of it with ``reason``."""
        with self._lock:
            self._end_reason = self._end_reason or reason
            if self._process is not None:
                self._process.kill()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until it is over, and say whether it is."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        timer: threading.Timer | None = None
        if self._time_limit_s is not None:
            sentence = f"The verification took longer than {self._time_limit_s:g} s and was stopped."
            timer = threading.Timer(self._time_limit_s, lambda: self.cancel(sentence))
            timer.daemon = True
            timer.start()
        try:
            trouble = self._talk()
        except OSError as error:
            trouble = f"The verification could not be started: {error.strerror or error}."
        finally:
            if timer is not None:
                timer.cancel()
        self._listener.on_over(self._end_reason or trouble)

    def _talk(self) -> str:
        with tempfile.TemporaryFile() as errors:
            with self._lock:
                if self._end_reason:
                    return self._end_reason
                self._process = process = subprocess.Popen(  # noqa: S603 - our own module under our own interpreter
                    [sys.executable, "-m", MODULE],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    cwd=program_root(),
                )
            with process:
                ended = self._read(process)
                process.kill()
            if ended is not None:
                return ended
            errors.seek(0)
            last = errors.read()[-2000:].decode("utf-8", "replace").strip().rpartition("\n")[2]
        return f"The verification ended unexpectedly (exit status {process.returncode}). {last}".strip()

    def _read(self, process: "subprocess.Popen[bytes]") -> str | None:
        """Pass on what the process says; return the trouble it tells of, None when it broke off."""
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(msgspec.json.encode(self._request) + b"\n")
            process.stdin.close()
        except BrokenPipeError:
            return None
        decoder: msgspec.json.Decoder[ProofMessage] = msgspec.json.Decoder(ProofMessage)
        while line := process.stdout.readline(_LONGEST_LINE):
            try:
                message = decoder.decode(line)
            except msgspec.MsgspecError:
                return "The verification said something that is not understood."
            match message:
                case Found(findings=findings, done=done, total=total):
                    self._listener.on_found(findings, done, total)
                case Unreadable(text=text):
                    return text
                case Proved():
                    return ""
        return None


class RecordingProof:
    """A verification of a recording that is in memory: it is written to a file of its own for as long as it takes."""

    def __init__(self, recording: Recording, listener: ProofListener) -> None:
        self._recording = recording
        self._listener = listener
        self._proof: Proof | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def start(self) -> None:
        """Write the file and start.

        Raises:
            RecordingFileError: If there is no room for the file.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="chainrule-proof-", ignore_cleanup_errors=True)
        path = Path(self._folder.name) / "run.chainrule"
        try:
            write_recording(path, self._recording)
        except RecordingFileError:
            self.close()
            raise
        self._proof = Proof(ProofRequest(path=str(path), memory_limit_mb=MEMORY_LIMIT_MB), self._listener)
        self._proof.start()

    def cancel(self) -> None:
        """End it; the listener hears of it."""
        if self._proof is not None:
            self._proof.cancel()

    def close(self) -> None:
        """End it, wait for its end, and remove the file."""
        if self._proof is not None:
            self._proof.cancel()
            self._proof.wait()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
