"""Writes and reads the whole state of a training run, so that it goes on with the same losses bit for bit on a CPU.

A checkpoint is taken where one iteration has wholly ended: where the program asks its loader for the next batch. It
holds weights, buffers, the optimizer, schedules, gradient scalers, metrics amid an epoch, all random states,
those at the beginning of the epoch too (from them the loader draws the same order again), what the person clips by, and
the program's module-level numbers.
"""

from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from engine.runtime.compat import quiet
from engine.runtime.training.metric_states import metric_states, restore_metrics
from engine.runtime.training.plain_state import PlainWriter, read_plain
from engine.runtime.training.randomness import RandomNumbers, random_numbers
from engine.runtime.training.subject import Subject
from engine.training.checkpoint import START_EPOCH, CheckpointError, CheckpointHead, head_of, read_head

_NOT_KEPT = frozenset({START_EPOCH, "epochs"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run is: iterations done, the program's epoch, batches of it, the random states that it began with."""

    iteration: int
    epoch: int
    batch: int
    at_start: RandomNumbers
    loop_line: int = 0
    """Where the loop stands that counts the epochs; 0: they are counted from ``start_epoch``."""
    boundary: int = 0
    """Which of the places where it may wait the program is run again up to; 0: it is not run again."""
    is_edited: bool = False
    """Whether a person changed something while it ran."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A checkpoint in memory."""

    place: Place
    name: str
    plain: dict[str, Any]

    @property
    def clip_norm(self) -> float | None:
        """The norm that the person clipped to where the program does not; older checkpoints know of none."""
        found = self.plain.get("clip norm")
        return found if isinstance(found, float) else None

    def is_same_again(self, subject: Subject) -> tuple[bool, bool]:
        """Return whether random numbers, and what was learned, are the same as when the checkpoint was written."""
        kept = self.plain["parameters"]
        with quiet():
            pairs = zip(subject.parameters, kept, strict=False)
            is_learned = len(kept) == len(subject.parameters) and all(_is_same(one, other) for one, other in pairs)
        return random_numbers().is_like(_random(self.plain["random"])), is_learned

    def restore(self, optimizer: Optimizer, subject: Subject, namespace: MutableMapping[str, Any]) -> None:
        """Put everything back into the objects of a program that was begun anew.

        Raises:
            CheckpointError: If it does not fit them.
        """
        try:
            self._restore(optimizer, subject, namespace)
        except (KeyError, ValueError, RuntimeError, IndexError, TypeError) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise CheckpointError(f"The checkpoint {self.name} does not fit this program: {reason}") from error

    def _restore(self, optimizer: Optimizer, subject: Subject, namespace: MutableMapping[str, Any]) -> None:
        plain = self.plain
        with quiet():
            for old, new in zip(subject.parameters, plain["parameters"], strict=True):
                _copy(old, new)
            for name, tensor in _module_tensors(subject):
                _copy(tensor, plain["module"][name])
        optimizer.load_state_dict(plain["optimizer"])
        for kind in (LRScheduler, torch.amp.GradScaler):
            for name, found in _named(namespace, kind):
                state = plain["helpers"].get(name)
                if state is not None:
                    found.load_state_dict({**found.state_dict(), **state})
        restore_metrics(namespace, plain.get("metrics", {}))
        for name, value in plain["variables"].items():
            if isinstance(namespace.get(name, 0), (int, float, list)):
                namespace[name] = value
        if self.place.batch:  # else the loader is about to draw the order of the epoch
            _random(plain["random"]).restore()


def save_checkpoint(
    path: str,
    program: str,
    place: Place,
    optimizer: Optimizer,
    subject: Subject,
    namespace: Mapping[str, object],
    clip_norm: float | None = None,
) -> None:
    """Write a checkpoint; a file that was there stays whole until the new one is.

    Raises:
        OSError: If that is not possible.
        NotPlainError: If the optimizer's state is not made of numbers and tensors.
    """
    writer = PlainWriter()
    kept = {name: value for name, value in namespace.items() if _is_kept(name, value)}
    trees = {
        "parameters": writer.write(list(subject.parameters), "parameter"),
        "module": writer.write(dict(_module_tensors(subject)), "module"),
        "optimizer": writer.write(optimizer.state_dict(), "optimizer"),
        "helpers": {
            "dict": [
                [name, writer.write_known(found.state_dict(), f"helper/{name}")]
                for kind in (LRScheduler, torch.amp.GradScaler)
                for name, found in _named(namespace, kind)
            ]
        },
        "metrics": writer.write(metric_states(namespace), "metric"),
        "clip norm": clip_norm,
        "variables": writer.write(kept, "variable"),
        "random": _random_tree(writer, random_numbers(), "random"),
        "at start": _random_tree(writer, place.at_start, "at start"),
    }
    head = CheckpointHead(
        program=program,
        iteration=place.iteration,
        epoch=place.epoch,
        batch=place.batch,
        torch=str(torch.__version__),
        loop_line=place.loop_line,
        boundary=place.boundary,
        is_edited=place.is_edited,
        plain={name: msgspec.Raw(msgspec.json.encode(tree)) for name, tree in trees.items()},
    )
    part = f"{path}.part"
    try:
        save_file(writer.tensors, part, metadata={"chainrule": msgspec.json.encode(head).decode()})
        Path(part).replace(path)
    except SafetensorError as error:
        raise OSError(str(error)) from error
    finally:
        with suppress(OSError):
            Path(part).unlink()


def load_checkpoint(path: str) -> Loaded:
    """Return what a checkpoint holds.

    Raises:
        CheckpointError: If the file cannot be read or is no checkpoint.
    """
    name = Path(path).name
    read_head(path)  # says clearly what is wrong with a file that is none
    try:
        with safe_open(path, framework="pt") as file:
            head = head_of((file.metadata() or {})["chainrule"], path)
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - it is no dict
        plain = {key: read_plain(msgspec.json.decode(raw), tensors) for key, raw in head.plain.items()}
        at_start = _random(plain["at start"])
        place = Place(head.iteration, head.epoch, head.batch, at_start, head.loop_line, head.boundary, head.is_edited)
    except (SafetensorError, OSError, KeyError, ValueError, TypeError, RecursionError) as error:
        raise CheckpointError(f"{name} is damaged: {error}") from error
    return Loaded(place, name, plain)


def _is_kept(name: str, value: object) -> bool:
    is_number = isinstance(value, (int, float))
    is_row = isinstance(value, list) and all(isinstance(one, (int, float)) for one in value)
    return (is_number or is_row) and not name.startswith("_") and name not in _NOT_KEPT


def _named(namespace: Mapping[str, object], kind: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - a class
    return sorted((name, value) for name, value in namespace.items() if isinstance(value, kind))


def _module_tensors(subject: Subject) -> list[tuple[str, Tensor]]:
    """Return the tensors of the module that the optimizer does not have: buffers, and parameters that do not learn."""
    if subject.model is None:
        return []
    learned = {id(parameter) for parameter in subject.parameters}
    found = [*subject.model.named_parameters(), *subject.model.named_buffers()]
    return [(name, tensor) for name, tensor in found if id(tensor) not in learned]


def _is_same(one: Tensor, other: Tensor) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    one = one.detach().cpu()
    return bool(((one == other) | (one.isnan() & other.isnan())).all())


def _copy(old: Tensor, new: Tensor) -> None:
    if old.shape != new.shape:
        raise ValueError(f"a tensor of shape {tuple(new.shape)} is to go into one of shape {tuple(old.shape)}.")
    old.detach().copy_(new)


def _random_tree(writer: PlainWriter, numbers: RandomNumbers, name: str) -> Any:  # noqa: ANN401 - JSON
    numpy = numbers.numpy
    if numpy is not None:
        inner = {**numpy["state"], "key": numpy["state"]["key"].tolist(), "pos": int(numpy["state"]["pos"])}
        numpy = {**numpy, "state": inner}
    tree = {
        "torch": numbers.torch_cpu,
        "devices": numbers.devices,
        "python": numbers.python,
        "numpy": numpy,
    }
    return writer.write(tree, name)


def _random(tree: dict[str, Any]) -> RandomNumbers:
    return RandomNumbers(tree["torch"], tree["devices"], tree["python"], tree["numpy"])
