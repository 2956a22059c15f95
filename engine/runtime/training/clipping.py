"""Gradients as they were before they were clipped, in iterations that are kept whole."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import torch
from torch import Tensor, nn

from engine.runtime.compat import quiet
from engine.runtime.recorder.patches import PatchSet
from engine.runtime.training.sampler import Sampler

_NAMES = ("clip_grad_norm_", "clip_grad_value_")


class ClipWatch:
    """Stands in for torch's own functions that clip; what a program clips by hand is not seen."""

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler
        self._unclipped: dict[int, Tensor] = {}

    def plan(self, patches: PatchSet) -> None:
        """Plan what has to be replaced."""
        for module in (nn.utils, nn.utils.clip_grad):
            for name in _NAMES:
                patches.add(module, name, self._watched)

    def note(self, parameters: Iterable[Tensor]) -> None:
        """Keep the gradients that are about to be clipped, if the iteration is kept."""
        if not self._sampler.is_on:
            return
        with quiet(), torch.no_grad():
            for parameter in parameters:
                gradient = parameter.grad
                if gradient is not None and gradient.layout is torch.strided:
                    self._unclipped.setdefault(id(parameter), gradient.clone())

    def take(self) -> dict[int, Tensor]:
        """Return the gradients before the first clipping since the last call, by the id of their parameters."""
        found, self._unclipped = self._unclipped, {}
        return found

    def _watched(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def clip(parameters: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as torch has it
            if self._sampler.is_on:
                if not isinstance(parameters, Tensor):
                    parameters = list(parameters)  # it may be walked only once
                self.note([parameters] if isinstance(parameters, Tensor) else parameters)
            return original(parameters, *args, **kwargs)

        return clip
