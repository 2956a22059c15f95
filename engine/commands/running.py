"""Run a program for a command: in a worker of its own, its output passed on live."""

import contextlib
import shutil
import tempfile
from typing import TextIO

from engine.commands.errors import CommandError
from engine.protocol.request import RunRequest
from engine.session import run_to_recording
from engine.session.to_recording import Keeper
from engine.trace.facts import Output, Stream
from engine.trace.numbers import bytes_text
from engine.trace.outcome import OutcomeKind
from engine.trace.recording import Recording

MOST_BYTES = 64_000_000_000
"""More numbers than this are not kept; the file that holds them takes disk space only as it fills."""


def room_for_numbers(wanted_bytes: int | None = None) -> int:
    """Return how many bytes of numbers a run may keep: what is wanted, or nearly all of the free disk space.

    Raises:
        CommandError: If there is no room for what is wanted.
    """
    free = shutil.disk_usage(tempfile.gettempdir()).free * 9 // 10
    if wanted_bytes is not None and wanted_bytes > free:
        raise CommandError(
            f"There is room for {bytes_text(free)} of numbers in {tempfile.gettempdir()}, not for "
            f"{bytes_text(wanted_bytes)}; TMPDIR may name another folder."
        )
    return min(MOST_BYTES, free) if wanted_bytes is None else wanted_bytes


def run_program(request: RunRequest, out: TextIO, err: TextIO, keeper: Keeper | None = None) -> Recording:
    """Run a program to its end, passing on what it prints, and to ``keeper`` what is recorded.

    Raises:
        CommandError: If it could not even be started because its device is missing.
    """

    def pass_on(output: Output) -> None:
        stream = out if output.stream is Stream.OUT else err
        with contextlib.suppress(OSError):  # whoever read it is gone; the program runs on
            stream.write(output.text)
            stream.flush()

    recording = run_to_recording(request, pass_on, keeper)
    outcome = recording.outcome
    was_refused = outcome.kind is OutcomeKind.FAILED and outcome.error_type == "NoSuchDeviceError"
    if was_refused and outcome.line is None:
        raise CommandError(outcome.message)
    return recording


def tell_outcome(recording: Recording, err: TextIO) -> int:
    """Write how a run ended and return the exit code: 0, or 1 when the program failed."""
    outcome = recording.outcome
    if outcome.detail and not outcome.succeeded:
        err.write(outcome.detail.rstrip() + "\n")
    err.write(outcome.message + "\n")
    return 0 if outcome.succeeded else 1
