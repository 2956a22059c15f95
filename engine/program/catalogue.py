"""The example programs that are shipped, in the order in which they are shown."""

import tomllib
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import msgspec

from assets.paths import EXAMPLES

Numbers: TypeAlias = float | list[float | list[float]]
"""What an expression gives: a number, a vector or a matrix."""


class Level(StrEnum):
    """How much a reader should know already."""

    START = "start here"
    BASICS = "basics"
    FURTHER = "further"


class Topic(StrEnum):
    """What an example is about; the gallery groups by it."""

    AUTOGRAD = "autograd"
    TENSORS = "tensors"
    TRAINING = "training"
    ARCHITECTURES = "architectures"
    FAILURES = "when it fails"


class Example(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One example program and what is known about it.

    Attributes:
        key: Stem of its file; names it for ever.
        title: Its name in the gallery.
        summary: One sentence on what it shows.
        level: How much a reader should know already.
        topic: What it is about.
        numbers: Expressions to evaluate after the run, and what each gives.
        tolerance: How far a number may be off, relative to one plus its size.
        steps: The names of all steps of its recording; empty when there are too many to list.
        error: Class name of the exception that it ends with; empty when it finishes.
        error_line: The line, from 1, at which it fails; None when it finishes.
    """

    key: str
    title: str
    summary: str
    level: Level
    topic: Topic
    numbers: dict[str, Numbers]
    tolerance: float = 1e-6
    steps: tuple[str, ...] = ()
    error: str = ""
    error_line: int | None = None

    @property
    def path(self) -> Path:
        """Where the program lies."""
        return EXAMPLES / f"{self.key}.py"

    @property
    def text(self) -> str:
        """The program itself."""
        return self.path.read_text(encoding="utf-8")

    @property
    def recording_path(self) -> Path:
        """Where its recording lies when one is shipped; only the starter program has one."""
        return EXAMPLES / f"{self.key}.chainrule"

    def thumbnail_path(self, theme: str) -> Path:
        """Return where the picture of its graph lies; ``theme`` is ``light`` or ``dark``."""
        return EXAMPLES / "thumbnails" / f"{self.key}_{theme}.png"


class _Catalogue(msgspec.Struct, frozen=True):
    example: tuple[Example, ...]


@lru_cache(maxsize=1)
def examples() -> tuple[Example, ...]:
    """Return all examples in the order in which they are shown; the first is the starter program.

    Raises:
        msgspec.ValidationError: If the catalogue is not what ``Example`` says.
    """
    with (EXAMPLES / "catalogue.toml").open("rb") as file:
        return msgspec.convert(tomllib.load(file), _Catalogue).example


def starter() -> Example:
    """Return the program that the window opens with."""
    return examples()[0]
