"""``chainrule inspect --follow``: tell what is recorded while it is recorded."""

import time
from pathlib import Path
from typing import TextIO

from engine.commands.errors import CommandError
from engine.interchange.summary_text import one_line, step_line
from engine.trace.batch import Batch
from engine.trace.facts import Output
from engine.trace.file import Progress, RecordingFileError, RecordingFollower
from engine.trace.recording import Recording

LOOK_S = 0.1
"""How often the file is looked at."""


def follow(path: Path, out: TextIO) -> int:
    """Write a line for each step, and what the program printed, as they arrive; return when nothing more will come.

    Returns:
        0, or 1 when the writer died before the end.

    Raises:
        CommandError: If there is no such recording, or it is damaged.
    """
    try:
        follower = RecordingFollower(path, lambda recording, batch: _tell(recording, batch, out))
        while (progress := follower.read_on()) is Progress.GROWING:
            out.flush()
            time.sleep(LOOK_S)
        recording = follower.end()
    except RecordingFileError as error:
        raise CommandError(str(error)) from error
    out.write(f"{recording.outcome.message}\nThe recording has {one_line(recording)}.\n")
    return 0 if progress is Progress.ENDED else 1


def _tell(recording: Recording, batch: Batch, out: TextIO) -> None:
    recording.append(batch)
    printed = list(batch.outputs)
    for step in batch.steps:
        while printed and printed[0].step <= step.index:
            _tell_printed(printed.pop(0), out)
        out.write(step_line(recording, step) + "\n")
    for output in printed:
        _tell_printed(output, out)


def _tell_printed(output: Output, out: TextIO) -> None:
    for line in output.text.splitlines():
        out.write(f"        > {line}\n")
