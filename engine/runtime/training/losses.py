"""Finds the loss: the root of the last backward pass."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from engine.runtime.compat import ENGINE_ENTRY, RunEngine, engine_modules, quiet
from engine.runtime.recorder.patches import PatchSet


class LossFinder:
    """Stands in for the entry of the backward engine and remembers where the last pass began.

    Only passes that fill ``.grad`` count. What a gradient scaler has multiplied is given as it was before.
    """

    def __init__(self) -> None:
        self.roots: Sequence[Any] = ()
        """Where the last backward pass began that was not taken yet."""
        self._passes = 0
        self._scaled: tuple[Any, Any] | None = None
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

    def forget(self) -> None:
        """Have nothing to return from passes before."""
        self.roots, self._passes = (), 0

    @property
    def only_roots(self) -> Sequence[Any]:
        """Where the backward pass since the last ``take`` began; empty where there were several."""
        return self.roots if self._passes == 1 else ()

    def take(self) -> float | None:
        """Return the loss of the last backward pass since the last call; None when there was none of one number."""
        roots, self.roots, self._passes = self.roots, (), 0
        if len(roots) == 1:
            root = roots[0]
            if self._scaled is not None and root is self._scaled[0]:
                root = self._scaled[1]
            if not self.kind and isinstance(root, Tensor) and root.grad_fn is not None:
                self.kind = root.grad_fn.name()
            if type(root) is Tensor and root.numel() == 1 and type(number := root.item()) is float:
                return number
            return _number(root)
        numbers = [_number(root) for root in roots]
        known = [number for number in numbers if number is not None]
        return sum(known) if known and len(known) == len(numbers) else None

    def _watched(self, original: RunEngine) -> RunEngine:
        def run_backward(t_outputs: Sequence[Any], *args: object, **kwargs: object) -> tuple[Tensor | None, ...]:
            if self.peek is not None:
                self.peek(t_outputs)
            gradients = original(t_outputs, *args, **kwargs)
            if kwargs.get("accumulate_grad") and not (self.is_stepping and self.roots):
                self.roots = t_outputs
                self._passes += 1
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
    if type(root) is Tensor:
        number = root.item()
    else:
        with quiet():  # a class of its own would see it
            number = root.item()
    return None if isinstance(number, complex) else float(number)
