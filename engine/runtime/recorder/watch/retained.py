"""Gradients of tensors in the middle of a graph that the program asked to be kept (``retain_grad``).

The engine puts a copy of what arrives into ``.grad`` of the tensor, in no node and no call that could be seen.
"""

from collections.abc import Callable
from functools import wraps
from weakref import ref

from torch import Tensor

from engine.runtime.compat import plain, unseen
from engine.runtime.compat_checkpoint import is_asked
from engine.runtime.recorder.watch.mode import RecorderMode


class RetainedGradients:
    """The tensors whose gradients are kept, as long as they live."""

    def __init__(self) -> None:
        self._tensors: list[ref[Tensor]] = []

    def empty(self) -> list[Tensor]:
        """Return those that have no gradient so far: a pass begins."""
        if not self._tensors:
            return []
        alive = [(reference, tensor) for reference in self._tensors if (tensor := reference()) is not None]
        self._tensors = [reference for reference, _ in alive]
        return [tensor for _, tensor in alive if tensor.grad is None]

    def watched(
        self, original: Callable[[Tensor], None], mode_of_thread: Callable[[], RecorderMode | None]
    ) -> Callable[[Tensor], None]:
        """Return ``Tensor.retain_grad`` that notes each tensor."""

        @wraps(original)
        def retain_grad(self_: Tensor) -> None:
            original(self_)
            mode = mode_of_thread()
            if mode is not None and not is_asked(mode):  # else torch has asked it, and called this again
                self._tensors.append(ref(plain(self_)))

        return retain_grad


def arrived(tensors: list[Tensor]) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Return those of ``tensors`` that have a gradient now, and the gradients."""
    with unseen():
        pairs = [(tensor, gradient) for tensor in tensors if (gradient := tensor.grad) is not None]
    return tuple(tensor for tensor, _ in pairs), tuple(gradient for _, gradient in pairs)
