"""What a training run tells while it runs: facts that are neither steps nor values.

An *iteration* is one step of the optimizer that stepped first, counted from 0 over the whole run (a resumed run counts
on). Facts are immutable ``msgspec`` structs, like those of a recording, so that decoding validates them.
"""

from collections.abc import Sequence
from enum import StrEnum
from struct import pack
from typing import TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from engine.trace.batch import Batch
from engine.training.options import Plane
from engine.training.update_record import OptimizerUpdate


class TrainFact(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """Base of all facts about training: immutable, encoded as arrays that begin with the name of their class."""


class Points(TrainFact, frozen=True):
    """Further points of one curve, in the order of their iterations; ``iterations_of`` and ``numbers_of`` unpack them.

    ``name`` is ``loss``, ``learning rate``, the name of a metric (``validation loss``, ``accuracy``, what
    ``engine.log`` was given), ``gradient norm`` (of all parameters together), or of one parameter ``gradient
    norm/0.weight``, ``weight norm/0.weight``, ``update ratio/0.weight`` (norm of the change by norm of the weight).
    Gradient norms are those that the optimizer gets: after the program's own clipping, before that of ``SetHyper``. Of
    layers, on the last batch, as often as pictures: ``dead units/act1`` (share of units of a ReLU or the like that give
    nothing above 0), ``saturation/act1`` (share of answers of a Tanh or Sigmoid within 3 % of its ends).
    """

    name: str
    iterations: bytes
    """Little-endian 64-bit integers."""
    numbers: bytes
    """As many little-endian 64-bit floats; NaN and Inf are among them where they were."""


class MarkKind(StrEnum):
    """Why a mark stands on the curves."""

    EDIT = "edit"
    """A hyper-parameter was changed while the run went on."""
    ALERT = "alert"
    """A number left what is healthy: NaN, Inf, an exploding norm."""
    CHECKPOINT = "checkpoint"
    RESUMED = "resumed"
    TROUBLE = "trouble"
    """What was asked could not be done; the text is one sentence."""


class Mark(TrainFact, frozen=True):
    """Something that happened at an iteration, told in a few words (``lr 0.01 → 0.003``).

    ``took_ms`` is the time from the command to its effect, None where there was no command.
    """

    iteration: int
    kind: MarkKind
    text: str
    took_ms: float | None = None


class Hyper(TrainFact, frozen=True):
    """The hyper-parameters of the optimizer's first group that are numbers, as ``SetHyper`` takes them.

    Told when the optimizer first steps and after each edit. ``clip norm`` is always among them (empty: no clipping).
    """

    optimizer: str
    names: tuple[str, ...]
    numbers: tuple[tuple[float, ...], ...]


class Picture(TrainFact, frozen=True):
    """Numbers to look at, not to keep: the newest of a name replaces the one before.

    ``name`` says of what: ``boundary`` (class probabilities over the plane, [rows, columns, classes]; two classes for
    a single number where the loss is a binary cross entropy, else one: the number itself), ``unit/LAYER``
    (what each unit of a layer answers over the plane, [units, rows, columns]), ``histogram/PARAMETER`` ([bins + 2]:
    lowest, highest, counts), ``kernels/LAYER`` ([kernels, rows, columns] of its first input channel),
    ``weight/PARAMETER`` (a matrix of at most 4,096 numbers), ``hidden norms/LAYER`` and ``gradient norms/LAYER`` (of
    the state of a recurrent layer at each place of the sequence, the mean over the samples, [places]; of the direction
    that goes backwards ``gradient norms/LAYER reverse``),
    ``feature maps/LAYER`` (of the first picture of the batch, [channels, rows, columns]), ``answers by place/LAYER``
    (of each unit along the first sequence of the batch, [units, 1, places]),
    ``attention/LAYER`` (how much each place looks at each other one in the first sample, [heads, places, places]),
    ``batch/inputs`` with ``batch/targets`` and ``batch/answers`` (the first samples of the last batch, at most 32),
    ``data/train`` and ``data/validation`` (told once, before anything is learned: at most 2,000 samples, [samples,
    inputs + 1], the target last). Row 0 is the bottom of
    the plane. ``data`` are float32 numbers, little-endian, in C order; ``array_of`` unpacks them.
    """

    iteration: int
    name: str
    shape: tuple[int, ...]
    data: bytes


class TrainState(StrEnum):
    """What a training run is doing."""

    RUNNING = "running"
    PAUSED = "paused"
    """It waits between two iterations for what the person wants next."""
    ENDED = "ended"


class Progress(TrainFact, frozen=True, kw_only=True):
    """How far a run is; told some ten times a second, and at every change of state.

    ``iteration`` is how many are done. ``epoch`` counts from 0, ``batch`` is how many batches of it are done; None: not
    known, like the rest. ``cost_share`` is the share of the time that watching took. ``reason`` says in a few words
    why the run waits (``loss below 0.1``), empty when it was asked to.
    """

    state: TrainState
    iteration: int
    epoch: int | None = None
    batch: int | None = None
    batches: int | None = None
    """Batches of an epoch."""
    epochs: int | None = None
    iterations_per_s: float = 0.0
    cost_share: float = 0.0
    seconds_left: float | None = None
    reason: str = ""


class SampleReason(StrEnum):
    """Why the whole recording of an iteration is kept."""

    PERIODIC = "periodic"
    ALERT = "alert"
    ASKED = "asked for"


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """The recording of one whole iteration: from the end of one optimizer step to the end of the next.

    ``batch`` are its facts, beginning with step 0; ``data`` are the bytes of its values, at the offsets that its
    ``Data`` facts name. ``note`` is one sentence where it is not just what ran, else empty. ``update`` is what the
    optimizer's step began with and came to, for ``xray``; None where it was not reached. See ``Ring``.
    """

    iteration: int
    reason: SampleReason
    batch: Batch
    data: bytes
    note: str = ""
    update: OptimizerUpdate | None = None


class Tensors(TrainFact, frozen=True):
    """What ``LookAt`` and ``SetElement`` may name: parameters and buffers with their shapes and types of numbers."""

    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    types: tuple[str, ...]


class Element(TrainFact, frozen=True):
    """One number of a tensor as it is when ``iteration`` iterations are done, and its gradient if it has one."""

    iteration: int
    tensor: str
    index: tuple[int, ...]
    number: float
    gradient: float | None = None


class Edited(TrainFact, frozen=True):
    """A person's change of one number was made before this iteration: ``after`` is what the tensor really holds."""

    iteration: int
    tensor: str
    index: tuple[int, ...]
    before: float
    after: float
    is_history: bool = False
    """Whether it took a change back, or made it again."""


class PlaneTold(TrainFact, frozen=True):
    """Where the points of a typed program's data lie, or in the middle of a sentence why there is no plane to show."""

    plane: Plane | None
    why: str = ""


class Note(TrainFact, frozen=True):
    """Why a picture is not told, as the end of a sentence; empty: it is told now."""

    about: str
    text: str


ToldFact: TypeAlias = Points | Mark | Hyper | Picture | Progress | Tensors | Element | Edited | PlaneTold | Note


def points(name: str, iterations: Sequence[int], numbers: Sequence[float]) -> Points:
    """Return points of one curve, packed."""
    return Points(name, pack(f"<{len(iterations)}q", *iterations), pack(f"<{len(numbers)}d", *numbers))


def iterations_of(told: Points) -> npt.NDArray[np.int64]:
    """Return at which iterations the points lie, read-only."""
    return np.frombuffer(told.iterations, dtype="<i8")


def numbers_of(told: Points) -> npt.NDArray[np.float64]:
    """Return the numbers of the points, read-only, as many as there are iterations."""
    return np.frombuffer(told.numbers, dtype="<f8")


def array_of(picture: Picture) -> npt.NDArray[np.float32]:
    """Return the numbers of a picture in their shape, read-only.

    Raises:
        ValueError: If there are not as many as its shape says.
    """
    return np.frombuffer(picture.data, dtype="<f4").reshape(picture.shape)
