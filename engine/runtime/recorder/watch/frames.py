"""Whose code a frame runs: the person's, or that of a library in between."""

import sys
import sysconfig
from enum import IntFlag
from pathlib import Path
from types import CodeType, FrameType

import torch

import engine


class Marks(IntFlag):
    """What lies between a call of torch and the person's code; in the log as plain integers, which are faster."""

    PERSON = 0
    THROUGH = 1
    """torch's own plumbing of a single call (``torch/overrides.py``): still a direct call."""
    LIBRARY = 2
    """A library function or module: the person wrote another call, which led to this one."""
    INIT = 4
    """Making a parameter, copying it, or filling it with its first numbers: creation, no step."""
    OPTIMIZER = 8
    """Inside of an optimizer: a part of its one step."""
    DATA = 16
    """Inside of a data loader: the batch is an input, however it was put together."""


_CREATORS = ("init.py", "parameter.py", "modules/lazy.py")
_PLUMBING = (
    "overrides.py",
    "_tensor.py",
    "functional.py",
    "_jit_internal.py",
    "nn/functional.py",
    "_compile.py",
    "utils/_device.py",
)


class FileMarks(dict[str, int]):
    """Marks by file name, found out when a file is first asked for."""

    def __init__(self) -> None:
        super().__init__()
        torch_home = Path(torch.__file__).parent
        paths = sysconfig.get_paths()
        self._plumbing = {(torch_home / name).as_posix() for name in _PLUMBING}
        self._creators = {(torch_home / "nn" / name).as_posix() for name in _CREATORS}
        self._data = (torch_home / "utils" / "data").as_posix() + "/"
        self._optimizers = (torch_home / "optim").as_posix() + "/"
        self._recorder = Path(__file__).parents[1].as_posix() + "/"
        homes = [torch_home, Path(engine.__file__).parent, *(Path(paths[key]) for key in _LIBRARY_PATHS)]
        self._libraries = tuple({home.as_posix() + "/" for home in homes})

    def __missing__(self, filename: str) -> int:
        mark = self[filename] = int(self._find(filename.replace("\\", "/")))
        return mark

    def _find(self, filename: str) -> Marks:
        if filename in self._plumbing or filename.startswith(self._recorder):
            return Marks.THROUGH
        if filename in self._creators:
            return Marks.INIT
        if filename.startswith(self._optimizers):
            return Marks.OPTIMIZER
        if filename.startswith(self._data):
            return Marks.DATA
        if filename.startswith((*self._libraries, "<frozen")):
            return Marks.LIBRARY
        return Marks.PERSON


_LIBRARY_PATHS = ("stdlib", "platstdlib", "purelib", "platlib")


def caller() -> FrameType:
    """Return the frame that called the caller of this function."""
    return sys._getframe(2)  # noqa: SLF001 - the inspect module offers the same, a hundred times slower


def call_site(frame: FrameType | None, marks: FileMarks) -> tuple[CodeType | None, int, int]:
    """Walk from ``frame`` outwards to the person's code.

    Returns:
        The code that runs there, its instruction, and the marks of all frames in between; no code when the person's
        is not on the stack.
    """
    passed = 0
    while frame is not None:
        code = frame.f_code
        mark = marks[code.co_filename]
        if not mark:
            return code, frame.f_lasti, passed
        passed |= mark
        frame = frame.f_back
    return None, -1, passed


def is_dispatching(frame: FrameType | None) -> bool:
    """Whether a dispatch mode or a tensor's own class handles an operator for torch here."""
    while frame is not None:
        if frame.f_code.co_name == "__torch_dispatch__":
            return True
        frame = frame.f_back
    return False


def is_running(frame: FrameType, inside: FrameType | None) -> bool:
    """Whether ``frame`` is ``inside`` or one of its callers."""
    while inside is not None:
        if inside is frame:
            return True
        inside = inside.f_back
    return False
