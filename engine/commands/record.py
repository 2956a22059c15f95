"""``chainrule record``: run a program and keep its recording."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from engine.commands.errors import CommandError
from engine.commands.options import RecordOptions
from engine.commands.running import room_for_numbers, run_program, tell_outcome
from engine.commands.sources import check_output, read_program
from engine.commands.streamed import StreamedFile
from engine.interchange.summary_text import one_line
from engine.protocol.request import RunRequest
from engine.trace.file import RecordingFileError
from engine.trace.file.ranks import rank_path


def record(options: RecordOptions, out: TextIO, err: TextIO) -> int:
    """Run a program, pass on its output, write its recording as it grows, and say on ``err`` what came of it.

    Returns:
        0, or 1 when the program failed; the recording up to the fault is written all the same.

    Raises:
        CommandError: If the program cannot be read or the recording cannot be written.
    """
    text = read_program(options.program)
    options = replace(options, output=_own_output(options.output))
    check_output(options.output, options.program)
    try:
        with StreamedFile(options.output) as file:
            recording = run_program(_request(options, text), out, err, file)
            file.finish(recording)
    except RecordingFileError as error:
        raise CommandError(str(error)) from error
    code = tell_outcome(recording, err)
    err.write(f"Recorded {one_line(recording)} to {options.output}.\n")
    return code


def _request(options: RecordOptions, text: str) -> RunRequest:
    return RunRequest(
        program=text,
        filename=str(options.program),
        beside=str(options.output.absolute()),
        device=options.device,
        values=options.values,
        budget_bytes=room_for_numbers(options.budget_bytes),
        time_limit_s=options.time_limit_s,
        memory_limit_mb=options.memory_limit_mb,
        step_limit=options.step_limit,
    )


def _own_output(output: Path) -> Path:
    """Return where this process writes: under ``torchrun`` every rank beyond the first has a file of its own."""
    rank = os.environ.get("RANK", "")
    is_one_of_many = rank.isdecimal() and os.environ.get("WORLD_SIZE", "1") != "1"
    return rank_path(output, int(rank)) if is_one_of_many and int(rank) > 0 else output
