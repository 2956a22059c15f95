"""What is asked about the data of a training plan, and what is found in it: its split, a batch, pictures."""

import msgspec

from engine.training.facts import Picture


class DataRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be looked at.

    Attributes:
        program: The part of a training script that makes the loaders.
        has_classes: Whether its targets are classes.
        path: The file or folder that it reads; empty: none.
        target: The column or array that is told; empty: the last one.
    """

    program: str
    has_classes: bool
    path: str = ""
    target: str = ""


class TensorFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A tensor of a batch: ``type`` is that of its numbers (``float32``)."""

    shape: tuple[int, ...]
    type: str


class DataAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the data, as far as it could be read.

    Attributes:
        train: Samples that are trained on.
        validation: Samples that are kept for validation.
        counts: Of each class, how many samples of both; empty where there are no classes of whole samples.
        inputs: Of one batch; None where none could be read.
        targets: Likewise.
        pictures: ``data/train`` and ``data/validation`` as a run tells them, ``batch/inputs`` and ``batch/targets`` of
            one batch, and ``data/pictures`` where samples are pictures ([pictures, channels, rows, columns]); large
            pictures come with every n-th pixel only.
        labels: What the classes of a file are called, in the order of their numbers.
        columns: What the numbers of a row of a file are called.
        trouble: Why not everything could be read, in one sentence; else empty.
    """

    train: int = 0
    validation: int = 0
    counts: tuple[tuple[int, int], ...] = ()
    inputs: TensorFacts | None = None
    targets: TensorFacts | None = None
    pictures: tuple[Picture, ...] = ()
    labels: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    trouble: str = ""
