"""What is checked before a window opens."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from engine.commands.errors import CommandError
from engine.commands.options import PROGRAM_SUFFIX, RECORDING_SUFFIX
from engine.commands.sources import open_recording, read_program

DISPLAY_VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def check_window(path: Path | None) -> None:
    """Check that a window can open and that it can show the file.

    Raises:
        CommandError: If not.
    """
    if path is not None:
        check_file(path)
    if not has_display(sys.platform, os.environ):
        raise CommandError(
            "There is no display to open a window on; `chainrule render FILE -o picture.png` draws without one."
        )


def check_file(path: Path) -> None:
    """Check that a file can be opened in the window.

    Raises:
        CommandError: If it is neither a program nor a recording, or cannot be read.
    """
    match path.suffix.lower():
        case ".py":
            read_program(path)
        case ".chainrule":
            open_recording(path)
        case _ if path.is_dir():
            raise CommandError(f"{path} is a folder.")
        case _ if not path.exists():
            raise CommandError(f"There is no file {path}.")
        case _:
            raise CommandError(
                f"{path.name} is neither a program ({PROGRAM_SUFFIX}) nor a recording ({RECORDING_SUFFIX})."
            )


def has_display(platform: str, environment: Mapping[str, str]) -> bool:
    """Whether a window can open; only Linux and its kin run without a display."""
    return platform in {"win32", "darwin"} or any(environment.get(name) for name in DISPLAY_VARIABLES)
