"""What is asked of a training run when it begins."""

import msgspec

from engine.training.commands import Play


class Plane(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the plane of two inputs that pictures show: bounds, and how many points lie across and down."""

    left: float
    right: float
    bottom: float
    top: float
    columns: int = 48
    rows: int = 48


class TrainingOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a training run is watched; the run itself is the program's text alone.

    Attributes:
        play: How far it runs at first; None: it waits when the first optimizer was made, before anything is learned.
        sample_every: The whole recording of every so many-th iteration is kept, the first one excepted; None: of none.
        sample_share: The share of the time that these periodic recordings may take: where one takes longer, some are
            left out; None: none is left out.
        sample_on_alert: Whether an iteration with NaN or Inf, and the one after an exploding norm, is kept.
        sample_bytes: Most bytes of numbers of one kept iteration; what finds no room is marked as absent.
        norms_every: Norms of gradients and updates are taken every so many iterations; None: as often as ``cost_share``
            allows, but at every fiftieth at least.
        cost_share: The share of the time that norms and pictures together may take; half as much again where a
            recurrent layer is looked at place by place.
        pictures_every_s: At the most so often are pictures taken; None: never.
        plane: Where the decision boundary and the units' responses are asked for; None: not at all.
        resume: Path of a checkpoint to go on from; empty: from the beginning.
        keep_at_end: Path that a checkpoint is written to when the run ends by itself, or is stopped while it waits;
            empty: none. Stopped in the middle of an iteration nothing is written, as that could not be resumed exactly:
            pause first.
    """

    play: Play | None = Play()
    sample_every: int | None = None
    sample_share: float | None = 0.005
    sample_on_alert: bool = True
    sample_bytes: int = 64_000_000
    norms_every: int | None = None
    cost_share: float = 0.012
    pictures_every_s: float | None = 0.2
    plane: Plane | None = None
    resume: str = ""
    keep_at_end: str = ""
