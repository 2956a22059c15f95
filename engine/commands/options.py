"""What a person asked for on the command line, checked."""

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from engine.interchange.picture_format import PictureFormat
from engine.protocol.proof import Depth
from engine.protocol.request import ValuePolicy
from engine.trace.costs import CostKind

RECORDING_SUFFIX = ".chainrule"
PROGRAM_SUFFIX = ".py"
TENSORS_SUFFIX = ".safetensors"
STEP_LIMIT = 1_000_000
"""A recording of so many steps takes some 2.5 GB of memory while it is made or read."""


class Take(StrEnum):
    """Which values ``inspect --tensors`` writes; otherwise it is the id of one value."""

    NAMED = "named"
    PARAMETERS = "parameters"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOptions:
    """``chainrule record``; ``budget_bytes`` None is nearly all of the free disk space."""

    program: Path
    output: Path
    device: str = "cpu"
    values: ValuePolicy = ValuePolicy.ALL
    time_limit_s: float | None = None
    memory_limit_mb: int | None = None
    step_limit: int = STEP_LIMIT
    budget_bytes: int | None = None
    kernels: bool = False
    compared_with: str | None = None
    """A second device to run on; the recordings are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectOptions:
    """``chainrule inspect``.

    ``tensors`` is the file that the values at ``step`` go to (None: when the program has ended); ``take`` says which.
    ``costs`` asks for a table of the most expensive steps, ranked by it.
    """

    recording: Path
    as_json: bool = False
    tensors: Path | None = None
    step: int | None = None
    take: Take | int = Take.NAMED
    costs: CostKind | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle: left, top, width and height, in units of the drawing or in shares of the whole (0 to 1)."""

    numbers: tuple[float, float, float, float]
    is_share: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """``chainrule render``; ``theme`` is ``light``, ``dark``, ``print`` or ``mono``.

    ``skin`` is ``chainrule`` or the tool whose colours are used: ``torchviz``, ``draw_dot``, ``torchview``.

    Attributes:
        step: None is the last one.
        steps: First and last step of an animation, of pages, or of numbered pictures; -1 is before everything.
        frame_ms: How long each step of an animation stays.
        selection: Names of modules, titles or keys of nodes; only these are drawn. Empty: everything.
        region: The part of the picture to draw. None: all of it.
        transparent: Whether the background is clear.
        embed_fonts: Whether an SVG carries its fonts.
    """

    source: Path
    output: Path
    picture: PictureFormat
    step: int | None = None
    theme: str = "light"
    scale: float = 2.0
    skin: str = "chainrule"
    steps: tuple[int, int] | None = None
    frame_ms: int = 600
    selection: tuple[str, ...] = ()
    region: "Region | None" = None
    transparent: bool = False
    embed_fonts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyOptions:
    """``chainrule verify``; ``sample`` None verifies every step."""

    recording: Path
    as_json: bool = False
    depth: Depth = Depth.FULL
    sample: int | None = None
    time_limit_s: float | None = None
    memory_limit_mb: int | None = None


def device_option(text: str) -> str:
    """Return a device as a run request takes it.

    Raises:
        ValueError: If it is none; the text is part of a sentence.
    """
    if re.fullmatch(r"cpu|cuda(:\d{1,4})?|mps|auto", text) is None:
        raise ValueError(f"the device must be cpu, cuda, cuda:N, mps or auto, not {text!r}")
    return text


def seconds_option(text: str) -> float:
    """Return a time limit.

    Raises:
        ValueError: If it is no positive number of seconds; the text is part of a sentence.
    """
    return _positive(text, "the time limit must be a positive number of seconds")


def scale_option(text: str) -> float:
    """Return a scale.

    Raises:
        ValueError: If it is no positive number; the text is part of a sentence.
    """
    return _positive(text, "the scale must be a positive number")


def tolerance_option(text: str) -> float:
    """Return a relative difference that counts as none.

    Raises:
        ValueError: If it is no number from 0 on; the text is part of a sentence.
    """
    return 0.0 if re.fullmatch(r"0+(\.0*)?", text) else _positive(text, "the tolerance must be a number from 0 on")


def megabytes_option(text: str) -> int:
    """Return a memory limit.

    Raises:
        ValueError: If it is no positive whole number; the text is part of a sentence.
    """
    return _whole(text, 1, "the memory limit must be a positive whole number of megabytes")


def step_limit_option(text: str) -> int:
    """Return a limit of steps.

    Raises:
        ValueError: If it is no positive whole number; the text is part of a sentence.
    """
    return _whole(text, 1, "the step limit must be a positive whole number of steps")


def size_option(text: str) -> int:
    """Return a number of bytes, e.g. of ``500MB`` or ``20GB``.

    Raises:
        ValueError: If it is none; the text is part of a sentence.
    """
    found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?)\s*(k|M|G|T)?B", text)
    if found is None:
        raise ValueError(f"the budget must be a size such as 500MB or 20GB, not {text!r}")
    return int(float(found[1]) * {None: 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}[found[2]])


def sample_option(text: str) -> int:
    """Return how many steps to verify.

    Raises:
        ValueError: If it is no positive whole number; the text is part of a sentence.
    """
    return _whole(text, 1, "the sample must be a positive whole number of steps")


def step_option(text: str) -> int:
    """Return the number of a step.

    Raises:
        ValueError: If it is no whole number from 0 on; the text is part of a sentence.
    """
    return _whole(text, 0, "the step must be a whole number from 0 on")


def steps_option(text: str) -> tuple[int, int]:
    """Return the first and the last step of a range such as ``0:8``; without a first one it begins before everything.

    Raises:
        ValueError: If it is none; the text is part of a sentence.
    """
    found = re.fullmatch(r"(\d{0,15}):(\d{1,15})", text)
    if found is None:
        raise ValueError(f"the steps must be a range such as 0:8, not {text!r}")
    first, last = int(found[1] or -1), int(found[2])
    if last < first:
        raise ValueError(f"the steps must end where they begin or later, unlike {text!r}")
    return first, last


def region_option(text: str) -> Region:
    """Return a rectangle such as ``0,0,640,480`` (units of the drawing) or ``0%,50%,100%,50%``.

    Raises:
        ValueError: If it is none, or has no area; the text is part of a sentence.
    """
    words = [word.strip() for word in text.split(",")]
    is_share = all(word.endswith("%") for word in words)
    try:
        found = [float(word.removesuffix("%") if is_share else word) / (100 if is_share else 1) for word in words]
    except ValueError:
        found = []
    if len(found) != 4 or not all(math.isfinite(number) for number in found) or min(found[2:]) <= 0:
        raise ValueError(f"the region must be LEFT,TOP,WIDTH,HEIGHT in units or all in %, not {text!r}")
    return Region((found[0], found[1], found[2], found[3]), is_share)


def frame_option(text: str) -> int:
    """Return how long a frame stays, in milliseconds.

    Raises:
        ValueError: If it is no whole number from 20 to 60000; the text is part of a sentence.
    """
    rule = "the time of a frame must be a whole number of milliseconds from 20 to 60000"
    if _whole(text, 20, rule) > 60_000:
        raise ValueError(f"{rule}, not {text!r}")
    return int(text)


def take_option(text: str) -> Take | int:
    """Return which values are asked for.

    Raises:
        ValueError: If it is neither a known word nor the id of a value; the text is part of a sentence.
    """
    if text in {known.value for known in Take}:
        return Take(text)
    return _whole(text, 0, "the values to take must be named, parameters, all or the id of one value")


def tensors_output(path: Path) -> Path:
    """Return ``path`` if tensors may be written under this name.

    Raises:
        ValueError: If it has another ending; the text is part of a sentence.
    """
    if path.suffix.lower() != TENSORS_SUFFIX:
        raise ValueError(f"the name of a file of tensors must end in {TENSORS_SUFFIX}, unlike {path.name!r}")
    return path


def picture_format(path: Path) -> PictureFormat:
    """Return the format that the ending of ``path`` asks for.

    Raises:
        ValueError: If it is unknown; the text is part of a sentence.
    """
    ending = path.suffix.lower().removeprefix(".")
    if ending not in {known.value for known in PictureFormat}:
        known = ", ".join(f".{picture.value}" for picture in PictureFormat)
        raise ValueError(f"the name of a picture must end in one of {known}, unlike {path.name!r}")
    return PictureFormat(ending)


def recording_output(path: Path) -> Path:
    """Return ``path`` if a recording may be written under this name.

    Raises:
        ValueError: If it has another ending; the text is part of a sentence.
    """
    if path.suffix.lower() != RECORDING_SUFFIX:
        raise ValueError(f"the name of a recording must end in {RECORDING_SUFFIX}, unlike {path.name!r}")
    return path


def _positive(text: str, rule: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise ValueError(f"{rule}, not {text!r}")
    return number


def _whole(text: str, least: int, rule: str) -> int:
    if re.fullmatch(r"\d{1,15}", text) is None or int(text) < least:
        raise ValueError(f"{rule}, not {text!r}")
    return int(text)


def shape_option(text: str) -> tuple[int, ...]:
    """Return the shape in ``text``, e.g. ``32,1,28,28``.

    Raises:
        ValueError: If it is none; the text is a sentence for a person.
    """
    sizes = re.fullmatch(r"\d{1,9}(?:[,x×]\d{1,9}){0,15}", text.strip().replace(" ", ""), re.ASCII)
    if sizes is None:
        raise ValueError(f"“{text}” is no shape: write sizes with commas, e.g. 32,2.")
    return tuple(int(size) for size in re.findall(r"\d+", sizes[0]))
