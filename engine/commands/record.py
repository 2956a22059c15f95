"""``chainrule record``: run a program and keep its recording."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from engine.commands.compare import tell_comparison
from engine.commands.errors import CommandError
from engine.commands.options import RecordOptions
from engine.commands.running import room_for_numbers, run_program, tell_outcome
from engine.commands.sources import check_output, read_program
from engine.commands.streamed import StreamedFile
from engine.interchange.summary_text import one_line
from engine.protocol.request import RunRequest
from engine.trace.file import RecordingFileError
from engine.trace.file.ranks import rank_path
from engine.trace.recording import Recording


def record(options: RecordOptions, out: TextIO, err: TextIO) -> int:
    """Run a program, pass on its output, write its recording as it grows, and say on ``err`` what came of it.

    With a second device the program runs there too, with the same random numbers, and the comparison goes to ``out``.

    Returns:
        0, or 1 when the program failed (the recording up to the fault is written all the same), or when the recordings
        of two devices differ.

    Raises:
        CommandError: If the program cannot be read or the recording cannot be written.
    """
    text = read_program(options.program)
    options = replace(options, output=_own_output(options.output))
    check_output(options.output, options.program)
    if options.compared_with is None:
        _recording, code = _run(options, text, out, err)
        return code
    second = replace(options, device=options.compared_with, output=_second_output(options))
    check_output(second.output, options.program)
    a, code_a = _run(options, text, out, err)
    b, code_b = _run(second, text, out, err)
    return max(code_a, code_b, tell_comparison(a, b, out))


def _run(options: RecordOptions, text: str, out: TextIO, err: TextIO) -> tuple[Recording, int]:
    try:
        with StreamedFile(options.output) as file:
            recording = run_program(_request(options, text), out, err, file)
            file.finish(recording)
    except RecordingFileError as error:
        raise CommandError(str(error)) from error
    code = tell_outcome(recording, err)
    err.write(f"Recorded {one_line(recording)} to {options.output}.\n")
    return recording, code


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
        kernels=options.kernels,
        draws_on_host=options.compared_with is not None,
    )


def _second_output(options: RecordOptions) -> Path:
    """Return where the run on the second device is written: ``run.cuda-0.chainrule`` for ``run.chainrule``."""
    device = str(options.compared_with).replace(":", "-")
    return options.output.with_name(f"{options.output.stem}.{device}{options.output.suffix}")


def _own_output(output: Path) -> Path:
    """Return where this process writes: under ``torchrun`` every rank beyond the first has a file of its own."""
    rank = os.environ.get("RANK", "")
    is_one_of_many = rank.isdecimal() and os.environ.get("WORLD_SIZE", "1") != "1"
    return rank_path(output, int(rank)) if is_one_of_many and int(rank) > 0 else output
