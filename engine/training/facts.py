"""What a training run tells while it runs: facts that are neither steps nor values.

An *iteration* is one step of the optimizer, counted from 0 over the whole run. Facts are immutable ``msgspec`` structs,
like those of a recording, so that decoding validates them.
"""

from enum import StrEnum

from engine.trace.facts import Fact


class Point(Fact, frozen=True):
    """One point of one curve.

    ``name`` is ``loss``, ``validation loss``, ``accuracy``, ``learning rate``, what ``engine.log`` was given, or of one
    parameter: ``gradient norm/0.weight``, ``update ratio/0.weight`` (of the norms of update and weight).
    """

    iteration: int
    name: str
    number: float


class MarkKind(StrEnum):
    """Why a mark stands on the curves."""

    EDIT = "edit"
    """A hyper-parameter was changed while the run went on."""
    ALERT = "alert"
    """A number left what is healthy: NaN, Inf, an exploding norm."""
    CHECKPOINT = "checkpoint"
    RESUMED = "resumed"


class Mark(Fact, frozen=True):
    """Something that happened at an iteration, told in a few words (``lr 1e-2 → 3e-3``)."""

    iteration: int
    kind: MarkKind
    text: str


class Picture(Fact, frozen=True):
    """Numbers to look at, not to keep: the newest of a name replaces the one before.

    ``name`` says of what: ``boundary`` (class probabilities over the plane, [rows, columns, classes]), ``unit/LAYER``
    (what each unit of a layer answers over the plane, [units, rows, columns]), ``histogram/PARAMETER`` ([bins + 2]:
    lowest, highest, counts), ``feature maps/LAYER``, ``kernels/LAYER``, ``hidden norms``, ``attention/LAYER``,
    ``mistakes``. Layers and parameters are named as in ``named_modules`` and ``named_parameters``. What the Train
    workspace draws beside them: ``plane`` ([4]: lowest and highest x, lowest and highest y of all pictures over the
    plane; row 0 lies at the lowest y), ``weight/PARAMETER`` (the numbers of a weight of at most 4,096 elements),
    ``data/train`` and ``data/validation`` (at most 2,000 samples, [samples, inputs + 1], the target last; sent once,
    before the first iteration). ``data`` are float32 numbers, little-endian, in C order.
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


class Progress(Fact, frozen=True):
    """How far a run is. ``cost_share`` is the share of the time that watching takes; None: not known."""

    state: TrainState
    iteration: int
    epoch: int | None
    batch: int | None
    batches: int | None
    """Batches of an epoch."""
    iterations_per_s: float
    cost_share: float
    seconds_left: float | None
    ring_bytes: int
    """Bytes of numbers that the kept iterations hold."""


class SampleReason(StrEnum):
    """Why the whole recording of an iteration is kept."""

    PERIODIC = "periodic"
    ALERT = "alert"
    ASKED = "asked for"


class Sample(Fact, frozen=True):
    """The recording of one whole iteration begins: the facts that follow belong to it, up to the next ``SampleEnd``."""

    iteration: int
    reason: SampleReason


class SampleEnd(Fact, frozen=True):
    """The recording of an iteration is complete."""

    iteration: int
