"""``chainrule verify``: prove that a recording is what torch computes."""

import contextlib
import threading
from collections.abc import Callable
from typing import TextIO

import msgspec

from engine.commands.errors import CommandError
from engine.commands.options import VerifyOptions
from engine.commands.sources import open_recording
from engine.interchange.proof_text import ProofReport, failure_text, proof_json, summary_lines
from engine.protocol.proof import Finding, ProofRequest, Verdict
from engine.session.proof import MEMORY_LIMIT_MB, Proof

_TELL_EVERY_S = 0.2


def verify(options: VerifyOptions, out: TextIO, err: TextIO, *, shows_progress: bool) -> int:
    """Verify a recording: faults as they are found on ``out``, a line each, then the summary.

    Returns:
        0 when nothing failed, 1 when something did.

    Raises:
        CommandError: If the file cannot be read or the verification does not come to its end.
    """
    recording = open_recording(options.recording)
    report = ProofReport(recording)

    def tell(finding: Finding) -> None:
        if not options.as_json:
            out.write(failure_text(recording, finding) + "\n")
            out.flush()

    listener = _Listener(report, tell, err if shows_progress else None)
    request = ProofRequest(
        path=str(options.recording.resolve()),
        depth=options.depth,
        sample=options.sample,
        memory_limit_mb=options.memory_limit_mb or MEMORY_LIMIT_MB,
    )
    proof = Proof(request, listener, options.time_limit_s)
    proof.start()
    try:
        while not proof.wait(_TELL_EVERY_S):
            listener.tell_progress()
    except KeyboardInterrupt:
        proof.cancel()
        proof.wait()
        raise
    finally:
        listener.clear_progress()
    if options.as_json:
        out.write(msgspec.json.encode(proof_json(report, listener.trouble)).decode() + "\n")
    else:
        out.write("\n".join(summary_lines(report, is_whole=not listener.trouble)) + "\n")
    if listener.trouble:
        raise CommandError(listener.trouble)
    return 1 if report.failures else 0


class _Listener:
    """Collects what a proof says; the waiting thread shows how far it is."""

    def __init__(self, report: ProofReport, tell: Callable[[Finding], None], progress: TextIO | None) -> None:
        self._report = report
        self._tell = tell
        self._progress = progress
        self._lock = threading.Lock()
        self._text = ""
        self.trouble = ""

    def on_found(self, findings: tuple[Finding, ...], done: int, total: int) -> None:
        """Take findings in, and tell of faults at once."""
        with self._lock:
            self._report.add(findings)
            for finding in findings:
                if finding.verdict is Verdict.FAILED:
                    self._erase()
                    self._tell(finding)
            self._report.done, self._report.total = done, total

    def on_over(self, trouble: str) -> None:
        """Keep what went wrong."""
        self.trouble = trouble

    def tell_progress(self) -> None:
        """Show how far it is."""
        with self._lock:
            if self._progress is None or not self._report.total:
                return
            self._erase()
            self._text = f"{self._report.done * 100 // self._report.total} % verified"
            with contextlib.suppress(OSError):
                self._progress.write(self._text)
                self._progress.flush()

    def clear_progress(self) -> None:
        """Take the progress away."""
        with self._lock:
            self._erase()

    def _erase(self) -> None:
        if self._text and self._progress is not None:
            with contextlib.suppress(OSError):
                self._progress.write("\r" + " " * len(self._text) + "\r")
                self._progress.flush()
        self._text = ""
