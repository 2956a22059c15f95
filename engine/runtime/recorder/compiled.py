"""The border to ``torch.compile``: compiled code runs as if nobody watched, and is one step.

While the compiler traces, a function mode or a patched module would break its graphs, so everything is taken away.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from torch import nn

from engine.runtime.compat import pop_mode
from engine.runtime.recorder.kinds import FunctionInfo, Kind
from engine.runtime.recorder.mode import RecorderMode
from engine.runtime.recorder.patches import PatchSet

AnyFunction = Callable[..., Any]


class CompileBorder:
    """Takes the recorder away while compiled code runs."""

    def __init__(self, patches: PatchSet, mode_of_thread: Callable[[], RecorderMode | None]) -> None:
        self._patches = patches
        self._mode_of_thread = mode_of_thread

    @contextmanager
    def outside(self, _mode: RecorderMode) -> Iterator[None]:
        """Run the ``with`` block as if nothing were recorded."""
        with pop_mode(), self._patches.lifted():
            yield

    def watched_compile(self, original: AnyFunction) -> AnyFunction:
        """Return ``torch.compile`` whose functions run as one step each."""

        @wraps(original)
        def compile_(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - a function, a module or a decorator
            made = original(*args, **kwargs)
            if isinstance(made, nn.Module):
                return made
            if not args and "model" not in kwargs:
                return lambda function: self._as_step(made(function))
            return self._as_step(made)

        return compile_

    def _as_step(self, function: AnyFunction) -> AnyFunction:
        name = getattr(function, "__name__", "compiled")
        info = FunctionInfo(Kind.ORDINARY, name, f"{getattr(function, '__module__', 'torch.compile')}.{name}")

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the function returns
            mode = self._mode_of_thread()
            if mode is None or mode.current_scope() is not None:
                return function(*args, **kwargs)

            def run() -> Any:  # noqa: ANN401
                with self.outside(mode):
                    return function(*args, **kwargs)

            return mode.record(info, run, args, kwargs)

        return call
