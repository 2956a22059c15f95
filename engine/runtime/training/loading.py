"""Watches data loaders: which batch of which epoch it is, and where one iteration has wholly ended."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakKeyDictionary, ref

import torch
from torch.utils.data import DataLoader

from engine.runtime.compat_loading import batch_iterator
from engine.runtime.recorder.patches import PatchSet
from engine.runtime.training.randomness import RandomNumbers, random_numbers


@dataclass(slots=True, eq=False)
class LoaderPass:
    """One way through a loader.

    Attributes:
        batches: How many there are, None where that is not known.
        at_start: The random states before the pass was begun.
        delivered: How many batches were handed out.
        has_learned: Whether an optimizer step followed a batch of it.
    """

    batches: int | None
    at_start: RandomNumbers
    delivered: int = 0
    has_learned: bool = False
    is_over: bool = False


class LoaderEvents(Protocol):
    """Hears of loaders, on the program's thread."""

    def loader_seen(self, loader: object) -> None:
        """A pass through a loader begins, with or without gradients."""
        ...

    def pass_begins(self) -> int:
        """A pass begins outside of ``no_grad``; return how many of its batches are to be passed over."""
        ...

    def passed_over(self) -> None:
        """The batches that were to be passed over have been."""
        ...

    def batch_wanted(self) -> None:
        """Everything that belongs to the batch before has been done."""
        ...

    def batch_there(self, batch: object) -> None:
        """A batch was handed out."""
        ...

    def epoch_ended(self) -> None:
        """A pass that was learned from is over."""
        ...


class LoaderWatch:
    """Stands in for the iterators of data loaders; what is read without gradients is not looked at."""

    def __init__(self, events: LoaderEvents) -> None:
        self._events = events
        self._passes: WeakKeyDictionary[Any, LoaderPass] = WeakKeyDictionary()
        self._last: Callable[[], Any] = _no_iterator
        self.current: LoaderPass | None = None
        """The pass that the last batch came from."""
        self.epochs = 0
        """How many passes that were learned from have begun."""

    def plan(self, patches: PatchSet) -> None:
        """Plan what has to be replaced."""
        if batch_iterator is None:
            return
        patches.add(DataLoader, "__iter__", self._watched_iter)
        patches.add(batch_iterator, "__next__", self._watched_next)

    def learned(self) -> None:
        """Take in that the optimizer stepped."""
        current = self.current
        if current is not None and not current.has_learned:
            current.has_learned = True
            self.epochs += 1

    def _watched_iter(self, original: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def iterate(loader: Any) -> Any:  # noqa: ANN401 - a loader, its iterator
            self._events.loader_seen(loader)
            if not torch.is_grad_enabled():
                return original(loader)
            skipped = self._events.pass_begins()
            begun = LoaderPass(_length(loader), random_numbers())
            iterator = original(loader)
            self._passes[iterator] = begun
            for _ in range(skipped):
                next(iterator)
            begun.has_learned = skipped > 0
            self._events.passed_over()
            return iterator

        return iterate

    def _watched_next(self, original: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def next_(iterator: Any) -> Any:  # noqa: ANN401 - a loader's iterator, a batch
            pass_ = self.current if self._last() is iterator else self._passes.get(iterator)
            if pass_ is None:
                return original(iterator)
            if pass_ is self.current and pass_.has_learned:
                self._events.batch_wanted()
            try:
                batch = original(iterator)
            except StopIteration:
                if pass_.has_learned and not pass_.is_over:
                    pass_.is_over = True
                    self._events.epoch_ended()
                raise
            pass_.delivered += 1
            if pass_ is not self.current:
                self.current, self._last = pass_, ref(iterator)
            self._events.batch_there(batch)
            return batch

        return next_


def _no_iterator() -> None:
    """Stand in for a reference before there is an iterator."""


def _length(loader: Any) -> int | None:  # noqa: ANN401 - a loader
    try:
        return len(loader)
    except TypeError:
        return None
