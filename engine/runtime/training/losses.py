"""Finds the loss: the root of the last backward pass."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from engine.runtime.compat import ENGINE_ENTRY, RunEngine, engine_modules
from engine.runtime.recorder.patches import PatchSet


class LossFinder:
    """Stands in for the entry of the backward engine and remembers where the last pass began.

    Only passes that fill ``.grad`` count. What a gradient scaler has multiplied is given as it was before.
    """

    def __init__(self) -> None:
        self._roots: Sequence[Any] = ()
        self._scaled: tuple[Any, Any] = (None, None)
        self.is_stepping = False
        """Whether an optimizer steps; where it computes gradients itself, the first pass is that of the batch."""
        self.peek: Callable[[Sequence[Any]], None] | None = None
        """Sees the roots of a backward pass before it begins."""
        self.kind = ""
        """Name of the autograd node that the first loss came from."""

    def plan(self, patches: PatchSet) -> None:
        """Plan what has to be replaced."""
        for module in engine_modules():
            patches.add(module, ENGINE_ENTRY, self._watched)
        patches.add(torch.amp.GradScaler, "scale", self._watched_scale)

    @property
    def has_new(self) -> bool:
        """Whether ``take`` has something to return."""
        return bool(self._roots)

    def take(self) -> float | None:
        """Return the loss of the last backward pass since the last call; None when there was none of one number.

        Called inside of ``quiet``.
        """
        roots, self._roots = self._roots, ()
        if len(roots) == 1:
            root = roots[0]
            scaled, plain = self._scaled
            root = plain if root is scaled and scaled is not None else root
            if not self.kind and isinstance(root, Tensor) and root.grad_fn is not None:
                self.kind = root.grad_fn.name()
            return _number(root)
        numbers = [_number(root) for root in roots]
        known = [number for number in numbers if number is not None]
        return sum(known) if known and len(known) == len(numbers) else None

    def _watched(self, original: RunEngine) -> RunEngine:
        def run_backward(t_outputs: Sequence[Any], *args: object, **kwargs: object) -> tuple[Tensor | None, ...]:
            if self.peek is not None:
                self.peek(t_outputs)
            gradients = original(t_outputs, *args, **kwargs)
            if kwargs.get("accumulate_grad") and not (self.is_stepping and self._roots):
                self._roots = t_outputs
            return gradients

        return run_backward

    def _watched_scale(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def scale(scaler: Any, outputs: Any) -> Any:  # noqa: ANN401 - as torch has it
            scaled = original(scaler, outputs)
            self._scaled = (scaled, outputs)
            return scaled

        return scale


def _number(root: Any) -> float | None:  # noqa: ANN401 - a tensor, or an edge of the graph
    if not isinstance(root, Tensor) or root.numel() != 1:
        return None
    number = root.item()
    return None if isinstance(number, complex) else float(number)
