"""The hooks that all optimizers of torch call around their steps."""

from collections.abc import Callable
from typing import Any

from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook
from torch.utils.hooks import RemovableHandle

from engine.runtime.compat_optimizers import is_last_after_step, is_last_before_step

StepHook = Callable[[Optimizer, tuple[Any, ...], dict[str, Any]], None]


class StepHooks:
    """Puts one hook before and one after every step, and takes them away."""

    def __init__(self, before: StepHook, after: StepHook) -> None:
        self._before = before
        self._after = after
        self._handles: tuple[RemovableHandle, RemovableHandle] | None = None

    def put(self) -> None:
        """From now on the hooks are called."""
        self._handles = register_optimizer_step_pre_hook(self._before), register_optimizer_step_post_hook(self._after)

    def remove(self) -> None:
        """From now on they are not."""
        handles, self._handles = self._handles, None
        for handle in handles or ():
            handle.remove()

    def be_last(self) -> None:
        """Be the last of all hooks after the step: only the last may change which hooks there are."""
        if self._handles is not None and not is_last_after_step(self._handles[1]):
            self._handles[1].remove()
            self._handles = self._handles[0], register_optimizer_step_post_hook(self._after)

    @property
    def is_last_before(self) -> bool:
        """Whether the hook before the step is the last one there."""
        return self._handles is not None and is_last_before_step(self._handles[0])
