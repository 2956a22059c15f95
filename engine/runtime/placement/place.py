"""Puts a placement in force for one process."""

import os
import threading
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import torch
import torch.utils.data
from torch import Tensor
from torch.utils._pytree import tree_map_only
from torch.utils.data import RandomSampler, SubsetRandomSampler, WeightedRandomSampler

from engine.runtime.compat_placement import batch_owner, unseen
from engine.runtime.placement.mode import Placement

_SHARING = ("from_numpy", "frombuffer", "from_dlpack")
"""Functions whose result shares memory with an object on the CPU, and which ask no mode."""


def place_program(device: str, *, draws_on_host: bool = False) -> Placement:
    """Let everything that this process makes from now on lie on ``device``, unless the program's text says otherwise.

    For the process of one run: nothing takes it back.
    """
    placement = Placement(device, draws_on_host=draws_on_host)
    placement.__enter__()  # type: ignore[no-untyped-call] # torch leaves it so
    os.register_at_fork(after_in_child=lambda: _leave(placement))
    _place_threads(placement)
    if placement.device.type != "cpu":
        _place_shared(placement)
        _place_loaded(placement)
        _place_batches(placement)
        _draw_orders_on_host()
    return placement


def _leave(placement: Placement) -> None:
    """Stop placing: a forked process cannot use a device that its parent uses."""
    placement.switch.is_off = True


def _place_threads(placement: Placement) -> None:
    """A default device is that of one thread: begin each thread of the program with it."""
    original = threading.Thread.run

    @wraps(original)
    def run(thread: threading.Thread) -> None:
        with _again(placement):
            original(thread)

    threading.Thread.run = run  # type: ignore[method-assign, assignment] # of this process only


def _again(placement: Placement) -> Placement:
    """Return the same placement for another thread: what torch notes of one is about one thread."""
    return Placement(placement.device, draws_on_host=placement.draws_on_host, switch=placement.switch)


def _place_shared(placement: Placement) -> None:
    for name in _SHARING:
        original = getattr(torch, name)
        setattr(torch, name, _moving(original, placement))


def _moving(original: Callable[..., Any], placement: Placement) -> Callable[..., Any]:
    @wraps(original)
    def moved(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - torch's own
        return _to_device(original(*args, **kwargs), placement)

    return moved


def _place_loaded(placement: Placement) -> None:
    """Tensors in files come back on the device; an explicit ``map_location`` counts."""
    original = torch.load

    @wraps(original)
    def load(f: Any, map_location: Any = None, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - torch's own
        if map_location is None and not placement.switch.is_off:
            map_location = placement.device
        return original(f, map_location, *args, **kwargs)

    torch.load = load


def _place_batches(placement: Placement) -> None:
    """What a ``DataLoader`` gives lies on the device, also where its worker processes made it."""
    batch_owner.__next__ = _moving(batch_owner.__next__, placement)


def _draw_orders_on_host() -> None:
    """Samplers draw where they would without a device: the order of a shuffled data set is the same on all of them."""
    for sampler in (RandomSampler, SubsetRandomSampler, WeightedRandomSampler):
        sampler.__iter__ = _hosted_steps(sampler.__iter__)  # type: ignore[method-assign] # of this process only
    batch_owner.__init__ = _hosted(batch_owner.__init__)  # it draws the seed of the workers
    split = _hosted(torch.utils.data.random_split)
    torch.utils.data.random_split = torch.utils.data.dataset.random_split = split


def _hosted(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def hosted(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - torch's own
        with torch.device("cpu"):
            return original(*args, **kwargs)

    return hosted


def _hosted_steps(original: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    @wraps(original)
    def hosted(*args: Any, **kwargs: Any) -> Iterator[Any]:  # noqa: ANN401 - torch's own
        steps = original(*args, **kwargs)
        while True:
            with torch.device("cpu"):  # not around the yield: what the program does in between is its own
                try:
                    step = next(steps)
                except StopIteration:
                    return
            yield step

    return hosted


def _to_device(made: Any, placement: Placement) -> Any:  # noqa: ANN401 - a tensor, or a batch of any shape
    """Move the tensors in ``made``; a move is no step of the program."""
    if placement.switch.is_off:
        return made
    with unseen():
        return tree_map_only(Tensor, lambda tensor: _moved(tensor, placement.device), made)


def _moved(tensor: Tensor, device: torch.device) -> Tensor:
    return tensor.to(device) if tensor.device.type == "cpu" and device.type != "cpu" else tensor
