"""What a person asks of a training run while it runs: a closed union."""

from typing import TypeAlias

import msgspec


class Command(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Base of all commands: immutable, tagged with its class name on the wire."""


class Pause(Command, frozen=True):
    """Wait after the present iteration."""


class Play(Command, frozen=True):
    """Go on, until the first of these holds; then the run waits again. It replaces the ``Play`` before.

    Attributes:
        iterations: So many further iterations; 1 is one batch.
        epochs: So many further ends of passes through the DataLoader that is learned from; without one it never holds.
        loss_below: The loss of a batch is below this.
        on_nan: A loss or a gradient is NaN or infinite; the run waits before the optimizer applies it.
        kept: Whether the whole recording of every iteration up to then is kept: what "one batch" wants to show.
    """

    iterations: int | None = None
    epochs: int | None = None
    loss_below: float | None = None
    on_nan: bool = True
    kept: bool = False


class SetHyper(Command, frozen=True):
    """Change a hyper-parameter of every group of the optimizer; the next optimizer step uses it.

    ``name`` is a key of its ``param_groups`` (``lr``, ``momentum``, ``betas``, ``weight_decay``) or ``clip norm``;
    several numbers where it is a tuple, an empty tuple switches clipping off. A schedule goes on from the new rate.
    """

    name: str
    numbers: tuple[float, ...]


class TakeSample(Command, frozen=True):
    """Keep the whole recording of the next iteration."""


class SaveCheckpoint(Command, frozen=True):
    """Write weights, optimizer state and random states to a file (safetensors), so that a run can go on from it."""

    path: str


class LookAt(Command, frozen=True):
    """Tell one number of a parameter or buffer again and again, as an ``Element``; an empty name ends it."""

    tensor: str
    index: tuple[int, ...] = ()


class SetElement(Command, frozen=True):
    """Change one number of a parameter or buffer between two iterations; the next pass forward uses it.

    ``tensor`` is one of the names that ``Tensors`` told, ``index`` has a place for each of its dimensions.
    ``is_history`` says that it takes a change back, or makes it again.
    """

    tensor: str
    index: tuple[int, ...]
    number: float
    is_history: bool = False


TrainCommand: TypeAlias = Pause | Play | SetHyper | TakeSample | SaveCheckpoint | LookAt | SetElement
