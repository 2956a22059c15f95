"""What is trained, on what, and how: everything that the Train workspace lets a person choose."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from engine.network.network import Setting


@dataclass(frozen=True, slots=True)
class Choice:
    """A class of torch by its name (``CrossEntropyLoss``, ``AdamW``, ``CosineAnnealingLR``) and its arguments."""

    name: str
    settings: tuple[Setting, ...] = ()


class Shape(StrEnum):
    """Data that is generated from a seed."""

    CIRCLES = "circles"
    MOONS = "moons"
    XOR = "xor"
    TWO_SPIRALS = "two spirals"
    THREE_SPIRALS = "three spirals"
    GAUSSIANS = "gaussians"
    CURVE = "curve"
    """Regression, one input."""
    SURFACE = "surface"
    """Regression, two inputs."""
    DIGITS = "digits"
    """Hand-written digits, 8 by 8, which scikit-learn ships."""
    NAMES = "names"
    """Names, one character after the other."""
    COPY = "copy"
    SORT = "sort"
    PARITY = "parity"


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedData:
    """Data made by a short function that stands in the program; ``noise`` is a standard deviation."""

    shape: Shape
    count: int = 512
    noise: float = 0.1
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FileData:
    """Data from a CSV or NPZ file, or from a folder of pictures with one folder a class.

    ``target`` names the column or array to be told; empty: the last one.
    """

    path: str
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintedData:
    """Points that were painted with the mouse: (x, y, class)."""

    points: tuple[tuple[float, float, int], ...] = ()


Data: TypeAlias = GeneratedData | FileData | PaintedData


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlan:
    """One training run.

    Attributes:
        network: Source of an ``nn.Module``; its class is the last one that the text defines.
        train_share: Share of the data that is trained on; the rest is for validation.
        clip_norm: Norm to which gradients are clipped; None: they are not.
        precision: Type for mixed precision (``bfloat16``), empty for none.
        epochs: Where the script ends by itself.
        metrics: Metrics of torchmetrics by the names that they have there without ``Multiclass`` and ``Binary``
            (``F1Score``, ``AUROC``, ``R2Score``).
    """

    data: Data = field(default_factory=lambda: GeneratedData(shape=Shape.TWO_SPIRALS))
    network: str = ""
    loss: Choice = Choice("CrossEntropyLoss")
    optimizer: Choice = Choice("AdamW")
    schedule: Choice | None = None
    batch_size: int = 32
    shuffle: bool = True
    train_share: float = 0.8
    workers: int = 0
    seed: int = 0
    clip_norm: float | None = None
    precision: str = ""
    epochs: int = 100
    metrics: tuple[Choice, ...] = ()
