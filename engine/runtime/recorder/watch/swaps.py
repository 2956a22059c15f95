"""Watches what gives tensors other memory unseen by function modes: ``swap_tensors`` and ``Tensor.set_``.

``torch.utils.swap_tensors`` gives each of two tensors what the other one was, numbers, class and all.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

from torch import Tensor

from engine.runtime.compat_checkpoint import is_asked, is_mode_on
from engine.runtime.compat_swap import references_hidden
from engine.runtime.recorder.watch.frames import Marks
from engine.runtime.recorder.watch.kinds import FunctionInfo, Kind
from engine.runtime.recorder.watch.mode import RecorderMode
from engine.runtime.recorder.watch.scopes import ScopeKind

_OWN = __name__.split(".watch.")[0]
"""The package whose weak references are our own."""


class SwapWitness(Protocol):
    """Knows the tensors that are about to be swapped."""

    def before_swap(self, tensors: tuple[Tensor, Tensor]) -> None:
        """Take in what both are, and keep their numbers."""
        ...

    def after_swap(self, tensors: tuple[Tensor, Tensor]) -> None:
        """Take in that each is now what the other was."""
        ...


def watched_swap(
    original: Callable[..., None], mode_of_thread: Callable[[], RecorderMode | None], witness: SwapWitness
) -> Callable[..., None]:
    """Return ``swap_tensors`` that logs each call as one step that writes both tensors."""
    info = FunctionInfo(Kind.CUSTOM, "swap_tensors", "torch.utils.swap_tensors", ("t1", "t2"))

    @wraps(original)
    def swap_tensors(t1: Tensor, t2: Tensor) -> None:
        mode = mode_of_thread()
        if mode is None:
            original(t1, t2)
            return
        both = (t1, t2)
        witness.before_swap(both)

        def swap() -> tuple[Tensor, Tensor]:
            with mode.scoped(ScopeKind.PASS), references_hidden(_is_own):
                original(*both)
            witness.after_swap(both)
            return both

        scope = mode.current_scope()
        if scope is ScopeKind.CREATE:
            mode.record(info, swap, both, {}, Marks.INIT)
        elif scope is None and is_mode_on(mode):
            mode.record(info, swap, both, {})
        else:
            swap()

    return swap_tensors


def watched_set(
    original: Callable[..., Tensor], mode_of_thread: Callable[[], RecorderMode | None]
) -> Callable[..., Tensor]:
    """Return ``Tensor.set_`` that is logged like any other call: torch asks no function mode about it."""

    @wraps(original)
    def set_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:  # noqa: ANN401 - a source, offset and strides
        mode = mode_of_thread()
        if mode is None or not is_asked(mode):
            return original(self, *args, **kwargs)
        result: Tensor = mode.__torch_function__(original, (type(self),), (self, *args), kwargs)
        return result

    return set_


def _is_own(reference: Any) -> bool:  # noqa: ANN401 - a weak reference of any class
    makers = (type(reference), reference.__callback__)
    return any((getattr(maker, "__module__", None) or "").startswith(_OWN) for maker in makers)
