"""Functions of torch written in Python that torch lets nobody see: put under watch, each call of one is one step.

Most functions of torch ask whether anybody watches before they run, and say which one was called. These do not: only
what they call would be recorded, and the name that the person wrote would be nowhere.
"""

from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

import torch
import torch.masked
import torch.nn.functional
import torch.signal.windows

from engine.runtime.recorder.watch.kinds import FunctionInfo, learn
from engine.runtime.recorder.watch.mode import RecorderMode
from engine.runtime.recorder.watch.scopes import ScopeKind

ModeOfThread = Callable[[], RecorderMode | None]
AnyFunction = Callable[..., Any]

_NAMES = (
    (torch, "svd_lowrank pca_lowrank"),
    (torch.nn.functional, "upsample upsample_bilinear upsample_nearest"),
    (
        torch.masked,
        """
        amax amin argmax argmin cumprod cumsum log_softmax logaddexp logsumexp mean median norm normalize prod softmax
        softmin std sum var
        """,
    ),
    (
        torch.signal.windows,
        "bartlett blackman cosine exponential gaussian general_cosine general_hamming hamming hann kaiser nuttall",
    ),
)


class Composites:
    """The functions as they are and under watch; a recorder swaps all of them at once, in a few microseconds."""

    def __init__(self) -> None:
        self._watchers: list[ModeOfThread] = []
        self._swaps = [self._swap(module, names.split()) for module, names in _NAMES]

    def register(self, mode_of_thread: ModeOfThread) -> "Watch":
        """Put the functions under watch until ``remove`` of what is returned is called."""
        if not self._watchers:
            for namespace, _, watched in self._swaps:
                namespace.update(watched)
        self._watchers.append(mode_of_thread)
        return Watch(self, mode_of_thread)

    def release(self, mode_of_thread: ModeOfThread) -> None:
        """End one watch; with the last one torch gets its functions back."""
        self._watchers.remove(mode_of_thread)
        if not self._watchers:
            for namespace, originals, _ in self._swaps:
                namespace.update(originals)

    def _swap(self, module: ModuleType, names: list[str]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        namespace = vars(module)
        originals = {name: namespace[name] for name in names if name in namespace}
        prefix = module.__name__
        return namespace, originals, {name: self._watched(f, f"{prefix}.{name}") for name, f in originals.items()}

    def _watched(self, original: AnyFunction, target: str) -> AnyFunction:
        known = learn(original)
        info = FunctionInfo(known.kind, known.name, target, known.parameters, known.flag, defaults=known.defaults)

        @wraps(original)
        def function(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever torch returns
            mode = self._watchers[-1]() if self._watchers else None
            if mode is None or mode.current_scope() is not None:
                return original(*args, **kwargs)

            def call() -> Any:  # noqa: ANN401 - whatever torch returns
                with mode.scoped(ScopeKind.QUIET):
                    return original(*args, **kwargs)

            return mode.record(info, call, args, kwargs)

        return function


class Watch:
    """A running watch."""

    def __init__(self, composites: Composites, mode_of_thread: ModeOfThread) -> None:
        self._composites = composites
        self._mode_of_thread = mode_of_thread

    def remove(self) -> None:
        """End it."""
        self._composites.release(self._mode_of_thread)


COMPOSITES = Composites()
"""Those of this process: a recorder replaces functions of torch, so it concerns the whole process."""
