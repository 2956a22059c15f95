"""The files that a command reads, and the place where it writes."""

import tokenize
from pathlib import Path

from engine.commands.errors import CommandError
from engine.trace.file import RecordingFileError, read_recording
from engine.trace.file.errors import reason_text
from engine.trace.file.replacing import check_target, final_target
from engine.trace.recording import Recording


def read_program(path: Path) -> str:
    """Return the text of a program, decoded as Python would.

    Raises:
        CommandError: If there is none.
    """
    if path.is_dir():
        raise CommandError(f"{path} is a folder.")
    try:
        with tokenize.open(path) as file:
            return file.read()
    except FileNotFoundError as error:
        raise CommandError(f"There is no file {path}.") from error
    except OSError as error:
        raise CommandError(f"{path} could not be read: {reason_text(error)}.") from error
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise CommandError(f"{path} is no Python text in UTF-8 or in the encoding that it declares.") from error


def open_recording(path: Path) -> Recording:
    """Return the recording in a file.

    Raises:
        CommandError: If it cannot be read.
    """
    try:
        return read_recording(path)
    except RecordingFileError as error:
        raise CommandError(str(error)) from error


def check_output(output: Path, source: Path) -> None:
    """Check, before anything runs, that ``output`` can be written and is not the source itself.

    Raises:
        CommandError: If not.
    """
    try:
        check_target(final_target(output))
    except RecordingFileError as error:
        raise CommandError(str(error)) from error
    if output.exists() and source.exists() and output.samefile(source):
        raise CommandError(f"The output would overwrite {source}.")
