"""Tensors inside of nested arguments and results."""

from collections.abc import Iterable, Iterator
from typing import Any

from torch import Tensor


def tensors_in(things: Iterable[Any]) -> Iterator[Tensor]:
    """Yield every tensor inside of nested tuples, lists and dicts, in order, with repeats."""
    for thing in things:
        if isinstance(thing, Tensor):
            yield thing
        elif isinstance(thing, tuple | list):
            yield from tensors_in(thing)
        elif isinstance(thing, dict):
            yield from tensors_in(thing.values())
