"""What a person asks of a training run while it runs: a closed union."""

from typing import TypeAlias

import msgspec


class Command(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Base of all commands: immutable, tagged with its class name on the wire."""


class Pause(Command, frozen=True):
    """Wait after the present iteration."""


class Play(Command, frozen=True):
    """Go on, until one of these holds where one is given.

    Attributes:
        iterations: So many further iterations; 1 is one batch.
        epochs: So many further epochs.
        loss_below: The loss of a batch is below this.
        on_nan: A loss or a gradient is NaN or infinite (the optimizer has not applied it yet).
    """

    iterations: int | None = None
    epochs: int | None = None
    loss_below: float | None = None
    on_nan: bool = True


class SetHyper(Command, frozen=True):
    """Change a hyper-parameter of every group of the optimizer from the next iteration on.

    ``name`` is a key of its ``param_groups`` (``lr``, ``momentum``, ``betas``, ``weight_decay``) or ``clip norm``;
    several numbers where it is a tuple, an empty tuple switches clipping off.
    """

    name: str
    numbers: tuple[float, ...]


class TakeSample(Command, frozen=True):
    """Keep the whole recording of the next iteration."""


class SaveCheckpoint(Command, frozen=True):
    """Write weights, optimizer state and random states to a file (safetensors), so that a run can go on from it."""

    path: str


TrainCommand: TypeAlias = Pause | Play | SetHyper | TakeSample | SaveCheckpoint
