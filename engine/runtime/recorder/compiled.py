"""The border to ``torch.compile`` and ``torch.jit``: compiled code runs as if nobody watched, and is one step.

While the compiler traces, a function mode or a patched module would break its graphs, so everything is taken away.
Scripted functions run in C++, where no mode sees what they call.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

from torch import nn

from engine.runtime.compat import pop_mode, script_name
from engine.runtime.recorder.kinds import FunctionInfo, Kind
from engine.runtime.recorder.mode import RecorderMode
from engine.runtime.recorder.patches import PatchSet
from engine.runtime.recorder.scopes import ScopeKind

AnyFunction = Callable[..., Any]


class CompileBorder:
    """Takes the recorder away while compiled code runs."""

    def __init__(self, patches: PatchSet, mode_of_thread: Callable[[], RecorderMode | None]) -> None:
        self._patches = patches
        self._mode_of_thread = mode_of_thread

    @contextmanager
    def outside(self, mode: RecorderMode) -> Iterator[None]:
        """Run the ``with`` block as if nothing were recorded."""
        with mode.scoped(ScopeKind.PASS), pop_mode(), self._patches.lifted():
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

    def run_module(
        self, mode: RecorderMode, original: AnyFunction, module: nn.Module, args: Sequence[Any], kwargs: dict[str, Any]
    ) -> Any:  # noqa: ANN401 - whatever the module returns
        """Call a compiled module as one step."""
        name = type(getattr(module, "_orig_mod", module)).__name__

        def run() -> Any:  # noqa: ANN401 - whatever the module returns
            with self.outside(mode):
                return original(module, *args, **kwargs)

        return mode.record(FunctionInfo(Kind.ORDINARY, name, f"torch.compile.{name}"), run, tuple(args), kwargs)

    def watched_script(self, original: AnyFunction) -> AnyFunction:
        """Return ``ScriptFunction.__call__`` or ``ScriptMethod.__call__`` that logs each call as one step."""

        def call(script: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the script returns
            mode = self._mode_of_thread()
            if mode is None or mode.current_scope() is not None:
                return original(script, *args, **kwargs)
            name = script_name(script)
            info = FunctionInfo(Kind.ORDINARY, name, f"torch.jit.{name}")
            return mode.record(info, lambda: original(script, *args, **kwargs), args, kwargs)

        return call

    def _as_step(self, function: AnyFunction) -> AnyFunction:
        name = getattr(function, "__name__", "compiled")
        info = FunctionInfo(Kind.ORDINARY, name, f"{getattr(function, '__module__', 'torch.compile')}.{name}")

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the function returns
            mode = self._mode_of_thread()
            if mode is None or mode.current_scope() is not None:
                return function(*args, **kwargs)

            def run() -> Any:  # noqa: ANN401 - whatever the function returns
                with self.outside(mode):
                    return function(*args, **kwargs)

            return mode.record(info, run, args, kwargs)

        return call
