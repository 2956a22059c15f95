"""Looks at single numbers of what is trained, and changes them between two iterations."""

from collections import deque
from time import monotonic_ns, perf_counter_ns

import torch
from torch import Tensor

from engine.runtime.compat import quiet
from engine.runtime.training.outbox import Outbox
from engine.runtime.training.pictures import PictureTaker
from engine.runtime.training.sampler import Sampler
from engine.runtime.training.subject import Subject
from engine.training.commands import LookAt, SetElement
from engine.training.facts import Edited, Element, Mark, MarkKind, Tensors

LOOK_EVERY_NS = 100_000_000
MOST_TENSORS = 2_000
_NS_PER_MS = 1_000_000


class ElementError(Exception):
    """A number cannot be looked at or changed; its text is one sentence."""


class ElementEditor:
    """Does what ``LookAt`` and ``SetElement`` ask.

    Changes wait for the end of an iteration: between a gradient and the step that applies it, the weights are those
    that the gradient is of. They are made in place and without gradients, so the optimizer's state stays as it is.
    """

    def __init__(self, outbox: Outbox, sampler: Sampler, pictures: PictureTaker) -> None:
        self._outbox = outbox
        self._sampler = sampler
        self._pictures = pictures
        self._waiting: deque[tuple[SetElement, int]] = deque()
        self._tensors: dict[str, Tensor] = {}
        self._shown: LookAt | None = None
        self._next_ns = 0

    @property
    def is_waiting(self) -> bool:
        """Whether a number is to be changed."""
        return bool(self._waiting)

    @property
    def is_looking(self) -> bool:
        """Whether a number is looked at."""
        return self._shown is not None

    def meet(self, subject: Subject) -> None:
        """Tell what there is to look at."""
        named = dict(zip(subject.names, subject.parameters, strict=True))
        if subject.model is not None:
            further = [*subject.model.named_parameters(), *subject.model.named_buffers()]
            named |= {name: tensor for name, tensor in further if name not in named}
        told = {name: tensor for name, tensor in list(named.items())[:MOST_TENSORS] if _is_plain(tensor)}
        self._tensors = told
        types = tuple(str(tensor.dtype).removeprefix("torch.") for tensor in told.values())
        self._outbox.add(Tensors(tuple(told), tuple(tuple(tensor.shape) for tensor in told.values()), types))

    def ask(self, command: LookAt | SetElement, sent_ns: int, iteration: int) -> None:
        """Take a command; what it names is looked at now, and changed where the iteration has ended."""
        if isinstance(command, SetElement):
            self._waiting.append((command, sent_ns))
            return
        self._shown = command if command.tensor else None
        self._next_ns = 0
        self.look(iteration)

    def look(self, iteration: int) -> None:
        """Tell the number that is looked at, if it is time; called after every iteration."""
        shown = self._shown
        if shown is None or perf_counter_ns() < self._next_ns:
            return
        try:
            with quiet():
                tensor = self._found(shown.tensor, shown.index)
                gradient = tensor.grad if tensor.is_leaf else None
                slope = None if gradient is None or gradient.is_sparse else float(gradient[shown.index])
                number = float(tensor[shown.index])
        except ElementError as error:
            self._shown = None
            self._outbox.add(Mark(iteration, MarkKind.TROUBLE, str(error)))
            return
        self._outbox.add(Element(iteration, shown.tensor, shown.index, number, slope))
        self._next_ns = perf_counter_ns() + LOOK_EVERY_NS

    def settle(self, iteration: int, subject: Subject, loss_kind: str) -> None:
        """Make the changes that wait, if there are any; to be called between two iterations."""
        if self._waiting:
            with self._sampler.interrupted():
                self._apply(iteration)
                self._pictures.forget()
                self._pictures.take(iteration, subject, loss_kind)

    def _apply(self, iteration: int) -> None:
        while self._waiting:
            command, sent_ns = self._waiting.popleft()
            try:
                before, after = self._changed(command)
            except ElementError as error:
                self._outbox.add(Mark(iteration, MarkKind.TROUBLE, str(error)))
                continue
            text = f"{place_text(command.tensor, command.index)} {before:.4g} → {after:.4g}"
            self._outbox.add(Edited(iteration, command.tensor, command.index, before, after, command.is_history))
            self._outbox.add(Mark(iteration, MarkKind.EDIT, text, (monotonic_ns() - sent_ns) / _NS_PER_MS))
        self._next_ns = 0
        self.look(iteration)

    def _changed(self, command: SetElement) -> tuple[float, float]:
        tensor, index = self._found(command.tensor, command.index), command.index
        number = _fitting(tensor, command)
        with quiet(), torch.no_grad():
            before = float(tensor[index])
            try:
                tensor[index] = number
            except RuntimeError as error:
                raise ElementError(f"{command.tensor} cannot hold {command.number:g}.") from error
            return before, float(tensor[index])

    def _found(self, name: str, index: tuple[int, ...]) -> Tensor:
        tensor = self._tensors.get(name)
        if tensor is None:
            raise ElementError(f"Nothing that is trained is called {name[:60]}.")
        shape = tuple(tensor.shape)
        if len(index) != len(shape) or not all(0 <= at < size for at, size in zip(index, shape, strict=False)):
            sizes = " × ".join(map(str, shape)) or "one number"
            raise ElementError(f"{place_text(name, index)} does not exist: {name} is {sizes}.")
        return tensor


def place_text(name: str, index: tuple[int, ...]) -> str:
    """Return how one number of a tensor is written: ``fc1.weight[3, 0]``."""
    return f"{name}[{', '.join(map(str, index))}]" if index else name


def _is_plain(tensor: Tensor) -> bool:
    is_other = tensor.is_complex() or tensor.is_quantized or tensor.is_meta
    return tensor.layout is torch.strided and not is_other


def _fitting(tensor: Tensor, command: SetElement) -> float | int | bool:
    if tensor.is_floating_point():
        return command.number
    if not command.number.is_integer():
        raise ElementError(f"{command.tensor} holds whole numbers.")
    return int(command.number)
