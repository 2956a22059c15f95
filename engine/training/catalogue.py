"""The losses, optimizers and schedules of torch, and the metrics of torchmetrics, with their arguments.

They lie in a file that is made from what is installed (``engine/runtime/training/catalogue.py``): this room does not
know torch.
"""

from enum import StrEnum
from functools import lru_cache

import msgspec

from assets.paths import NETWORK
from engine.network.catalogue import Parameter

CHOICES_FILE = NETWORK / "training.json"


class Targets(StrEnum):
    """What a loss compares outputs with."""

    CLASSES = "classes"
    """The number of a class, for outputs with one number a class."""
    SHARES = "shares"
    """0 or 1 for each output."""
    SIGNS = "signs"
    """-1 or 1 for each output."""
    NUMBERS = "numbers"
    """Any number for each output."""


class Rhythm(StrEnum):
    """When a schedule takes a step."""

    EPOCH = "epoch"
    BATCH = "batch"
    PLATEAU = "plateau"
    """After each epoch, with the validation loss."""


class ChoiceType(msgspec.Struct, frozen=True, kw_only=True):
    """A class that a plan may choose: its name and arguments; ``summary`` is its own first sentence."""

    name: str
    parameters: tuple[Parameter, ...]
    summary: str = ""


class LossType(ChoiceType, frozen=True, kw_only=True):
    """A loss of ``torch.nn`` that compares outputs with targets."""

    targets: Targets


class OptimizerType(ChoiceType, frozen=True, kw_only=True):
    """An optimizer of ``torch.optim``; with ``needs_closure`` it computes gradients itself, several times a step."""

    needs_closure: bool = False


class ScheduleType(ChoiceType, frozen=True, kw_only=True):
    """A schedule of ``torch.optim.lr_scheduler``."""

    rhythm: Rhythm = Rhythm.EPOCH


class MetricTask(StrEnum):
    """What is told that a metric judges."""

    CLASSES = "classes"
    NUMBERS = "numbers"


class MetricType(ChoiceType, frozen=True, kw_only=True):
    """A metric of torchmetrics.

    For classes it is two of them, ``Multiclass...``, of which the parameters are, and ``Binary...``, of which
    ``binary`` names those parameters that it has too; None: there is no such. ``is_matrix``: it gives a number for
    each pair of classes.
    """

    task: MetricTask
    binary: tuple[str, ...] | None = None
    is_matrix: bool = False


class ChoiceFile(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a plan may choose from."""

    torch: str
    losses: tuple[LossType, ...]
    optimizers: tuple[OptimizerType, ...]
    schedules: tuple[ScheduleType, ...]
    torchmetrics: str
    metrics: tuple[MetricType, ...]


@lru_cache(maxsize=1)
def losses() -> dict[str, LossType]:
    """Return every loss by its name."""
    return {one.name: one for one in _file().losses}


@lru_cache(maxsize=1)
def optimizers() -> dict[str, OptimizerType]:
    """Return every optimizer by its name."""
    return {one.name: one for one in _file().optimizers}


@lru_cache(maxsize=1)
def schedules() -> dict[str, ScheduleType]:
    """Return every schedule by its name."""
    return {one.name: one for one in _file().schedules}


@lru_cache(maxsize=1)
def metrics() -> dict[str, MetricType]:
    """Return every metric by its name."""
    return {one.name: one for one in _file().metrics}


@lru_cache(maxsize=1)
def _file() -> ChoiceFile:
    return msgspec.json.decode(CHOICES_FILE.read_bytes(), type=ChoiceFile)
