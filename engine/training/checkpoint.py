"""A checkpoint as a file: tensors by safetensors, everything else as JSON in its head. Nothing is unpickled."""

import json
import struct
from pathlib import Path
from typing import Annotated

import msgspec

from engine.training.epoch_loops import begin_at

START_EPOCH = "start_epoch"
"""The module-level variable from which a program that can be resumed counts its epochs, if it has one."""
FORMAT = "chainrule checkpoint 1"
HEAD_LIMIT_BYTES = 100_000_000
_LENGTH = struct.Struct("<Q")


class CheckpointError(ValueError):
    """A file is no checkpoint, or does not fit; the text is one sentence."""


class CheckpointHead(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a checkpoint beside its tensors.

    Attributes:
        program: The text that was run.
        iteration: How many iterations were done.
        epoch: The epoch that the run goes on in, counted from 0.
        batch: How many batches of it are done.
        loop_line: Where the loop stands that counts the epochs; 0: the program counts from ``start_epoch``.
        boundary: Which of the places where it may wait the program was at, from 1: it is run again up to there; 0: it
            can be set to its epoch and batch.
        is_edited: Whether a person changed something while it ran, which running it again alone would not give.
        plain: Optimizer, schedules, random states and variables; tensors stand there by their names in the file.
    """

    format: str = FORMAT
    program: str
    iteration: Annotated[int, msgspec.Meta(ge=0)]
    epoch: Annotated[int, msgspec.Meta(ge=0)]
    batch: Annotated[int, msgspec.Meta(ge=0)]
    torch: str = ""
    loop_line: Annotated[int, msgspec.Meta(ge=0)] = 0
    boundary: Annotated[int, msgspec.Meta(ge=0)] = 0
    is_edited: bool = False
    plain: dict[str, msgspec.Raw] = {}


def read_head(path: str | Path) -> CheckpointHead:
    """Return what a checkpoint says of itself, without its tensors.

    Raises:
        CheckpointError: If the file cannot be read or is no checkpoint.
    """
    try:
        with Path(path).open("rb") as file:
            (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
            head = json.loads(file.read(min(length, HEAD_LIMIT_BYTES)))
        return head_of(head["__metadata__"]["chainrule"], str(path))
    except OSError as error:
        raise CheckpointError(f"{Path(path).name} cannot be read: {error.strerror or error}.") from error
    except CheckpointError:
        raise
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{Path(path).name} is no checkpoint.") from error


def program_from(path: str, program: str) -> str:
    """Return a program as it is to run to go on from a checkpoint: its loop over epochs begins there.

    Raises:
        CheckpointError: If the checkpoint cannot be read, or the program counts its epochs in another way.
    """
    head = read_head(path)
    if head.boundary:
        return program
    if head.loop_line:
        text = begin_at(program, head.loop_line, head.epoch)
        if text is None:
            name = Path(path).name
            raise CheckpointError(f"{name} does not fit this program: line {head.loop_line} has no loop over epochs.")
        return text
    if START_EPOCH not in program:
        raise CheckpointError(f"This program cannot go on from a checkpoint: it has no variable {START_EPOCH}.")
    return program


def head_of(text: str, path: str) -> CheckpointHead:
    """Return the head from its JSON.

    Raises:
        CheckpointError: If it is none.
    """
    try:
        head = msgspec.json.decode(text, type=CheckpointHead)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise CheckpointError(f"{Path(path).name} is no checkpoint.") from error
    if head.format != FORMAT:
        raise CheckpointError(f"{Path(path).name} is a checkpoint of another version of Chainrule.")
    return head
