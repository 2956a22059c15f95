# ruff: noqa: SLF001 - like compat, this file may touch what torch keeps private
"""Every private function of ``torch.compile`` that the recorder needs. See ``compat`` for those of autograd.

| private name | used for | without it |
| --- | --- | --- |
| ``_callback_from_stance``, ``_maybe_set_eval_frame`` | where compiled code begins and ends | it is traced with us |
| ``_call_user_compiler``, ``install_global_unsafe`` | the graphs that were captured | calls cannot be opened |
| ``trace_rules.SKIP_DIRS`` | having it not compile our own functions | it compiles them |
| ``_lazy_backward_info`` | the compiled backward graph | its step cannot be opened |
| ``_pop_torch_function_stack``, ``_push_on_...`` | taking a mode out of the middle of the stack | - |

What was found out about torch 2.13:

* ``compile_wrapper`` in ``eval_frame`` is the one function through which every compiled function is called: decorated,
  module, ``module.compile()``. It calls ``_callback_from_stance`` as the last thing before the compiled code, and
  ``_maybe_set_eval_frame`` right afterwards and at its end.
* Between these two, every Python frame that begins is looked at by the compiler, and guards see the stack of function
  modes: nothing of ours may run there, except under ``torch._dynamo.disable``.
* Each graph is called through a global ``__compiled_fn_N`` of the person's module, which is such a disabled function.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import FrameType, ModuleType
from typing import Any, TypeAlias

import torch
from torch.fx import Graph, GraphModule, Node
from torch.overrides import TorchFunctionMode

ENTERS = "_callback_from_stance"
LEAVES = "_maybe_set_eval_frame"
CALLS_BACKEND = "_call_user_compiler"
INSTALLS = "install_global_unsafe"
GRAPH_PREFIX = "__compiled_fn"
_WRAPPER = "compile_wrapper"

AnyFunction = Callable[..., Any]

Expression: TypeAlias = Any
"""A size that was left open when code was compiled, over symbols: an expression of sympy."""


@dataclass(frozen=True, slots=True)
class Size:
    """A size that differs from call to call; ``hint`` is what it was when the graph was compiled."""

    expression: Expression
    hint: int


def load_compiler() -> None:
    """Load the compiler, as the first call of ``torch.compile`` does."""
    import_module("torch._dynamo")


def compiler_frames() -> ModuleType | None:
    """Return the module that runs compiled functions, None while it is not loaded or where it is another one."""
    module = sys.modules.get("torch._dynamo.eval_frame")
    return module if module is not None and hasattr(module, ENTERS) and hasattr(module, LEAVES) else None


def graph_class() -> type | None:
    """Return the class that collects a graph while a function is traced, None while it is not loaded."""
    found = getattr(sys.modules.get("torch._dynamo.output_graph"), "OutputGraph", None)
    return found if hasattr(found, CALLS_BACKEND) and hasattr(found, INSTALLS) else None


def is_wrapper(frame: FrameType) -> bool:
    """Whether a frame is that of a compiled function, around the code that was compiled."""
    return frame.f_code.co_name == _WRAPPER


def wrapped_call(frame: FrameType) -> tuple[AnyFunction, tuple[Any, ...], dict[str, Any]]:
    """Return what a compiled function was made of, and what it was called with."""
    names = frame.f_locals
    function = names["fn"]
    # A function of torch itself is called through a helper, as is a module of torch.
    return getattr(function, "__wrapped__", function), names["args"], names["kwargs"]


def wrapped_result(frame: FrameType) -> Any:  # noqa: ANN401 - whatever the compiled function returns
    """Return what the compiled code returned, None when it raised."""
    return frame.f_locals.get("result")


def inside(disabled: AnyFunction) -> AnyFunction | None:
    """Return the function inside of a disabled one."""
    found: AnyFunction | None = getattr(disabled, "_torchdynamo_orig_callable", None)
    return found


def watched_graph(disabled: AnyFunction, watch: Callable[[AnyFunction], AnyFunction]) -> AnyFunction:
    """Return a disabled function with ``watch(original)`` inside of it."""
    inner = inside(disabled)
    if inner is None:
        return disabled
    made: AnyFunction = sys.modules["torch._dynamo"].disable(watch(inner), reason="compiled graph")
    return made


def graph_module(disabled: AnyFunction) -> GraphModule | None:
    """Return the graph that a disabled function runs as it was captured; None where the backend made code of it."""
    owner = getattr(inside(disabled), "__self__", None)
    return owner if isinstance(owner, GraphModule) else None


def known_graphs() -> Iterator[tuple[dict[str, Any], str, AnyFunction]]:
    """Yield each compiled graph that there is by now, with the globals in which compiled code finds it by a name.

    To look takes some 20 ms, so it is only done where the compiler has counted graphs.
    """
    counters = getattr(sys.modules.get("torch._dynamo.utils"), "counters", {})
    if not counters.get("stats", {}).get("unique_graphs"):
        return
    for module in tuple(sys.modules.values()):
        names = getattr(module, "__dict__", {})
        for name in tuple(names):
            if name.startswith(GRAPH_PREFIX) and callable(names[name]):
                yield names, name, names[name]


def size_of(size: Any) -> int | Size:  # noqa: ANN401 - an int or what stands for one
    """Return a size without asking for it, which would tie the compiled code to it."""
    if isinstance(size, torch.SymInt):
        expression = size.node.expr
        return int(expression) if expression.is_Integer else Size(expression, int(size.node.hint or 0))
    return size if isinstance(size, int) else 0


def source_name(node: Node) -> str:
    """Return where Dynamo found an input, e.g. ``L['self']._parameters['weight']``; empty where it does not say."""
    source = getattr(node, "_dynamo_source", None) or getattr(node.meta.get("grapharg"), "source", None)
    name = getattr(source, "name", "")
    return str(name() if callable(name) else name)


def backward_graph(node: object) -> Graph | None:
    """Return the graph that AOTAutograd made for the backward pass of a ``CompiledFunction``; None for other nodes."""
    info = getattr(getattr(type(node), "_forward_cls", None), "_lazy_backward_info", None)
    module = getattr(info, "bw_module", None)
    return module.graph if isinstance(module, GraphModule) else None


@contextmanager
def modes_lifted(is_lifted: Callable[[object], bool]) -> Iterator[None]:
    """Take function modes out of the stack of this thread for the ``with`` block, wherever they are in it."""
    stack: list[TorchFunctionMode] = torch.overrides._get_current_function_mode_stack()  # type: ignore[no-untyped-call] # torch leaves it so
    _replace_modes([mode for mode in stack if not is_lifted(mode)])
    try:
        yield
    finally:
        _replace_modes(stack)


def put_mode(mode: TorchFunctionMode) -> None:
    """Put a mode on top of the stack of this thread; ``remove_modes`` takes it away wherever it is then."""
    torch._C._push_on_torch_function_stack(mode)


def remove_modes(is_removed: Callable[[object], bool]) -> None:
    """Take function modes out of the stack of this thread for good."""
    stack: list[TorchFunctionMode] = torch.overrides._get_current_function_mode_stack()  # type: ignore[no-untyped-call] # torch leaves it so
    if any(map(is_removed, stack)):
        _replace_modes([mode for mode in stack if not is_removed(mode)])


def _replace_modes(stack: list[TorchFunctionMode]) -> None:
    for _ in range(torch._C._len_torch_function_stack()):
        torch._C._pop_torch_function_stack()
    for mode in stack:
        torch._C._push_on_torch_function_stack(mode)


class CompilerOff:
    """Keeps the compiler from looking at frames in the ``with`` block.

    A class: what ``contextlib`` does before a block begins would be compiled.
    """

    def __init__(self) -> None:
        self._switch: AnyFunction = getattr(compiler_frames(), "set_eval_frame", _no_switch)
        self._before = self._switch(None)

    def __enter__(self) -> "CompilerOff":
        return self

    def __exit__(self, *raised: object) -> None:
        self._switch(self._before)

    def as_before(self, original: AnyFunction) -> AnyFunction:
        """Return a function for which the compiler looks as it did before the block."""

        def run(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever it takes and returns
            self._switch(self._before)
            try:
                return original(*args, **kwargs)
            finally:
                self._switch(None)

        return run


def _no_switch(_callback: object) -> None:
    """Stand in for the compiler's switch where there is none."""


def uncompiled(module: torch.nn.Module) -> torch.nn.Module:
    """Return the module that ``torch.compile`` was given, or ``module`` itself."""
    if type(module).__module__ != "torch._dynamo.eval_frame":
        return module
    original = vars(module)["_modules"].get("_orig_mod")
    return original if isinstance(original, torch.nn.Module) else module


def leave_out(functions: Iterable[AnyFunction]) -> None:
    """Have compiled code drop the calls of these functions, as if they were not written; the compiler must be loaded.

    ``torch._dynamo.config.ignore_logging_functions`` does that for functions that are found by name: among the globals
    or the builtins of what is compiled. Their calls become None.
    """
    config = sys.modules["torch._dynamo"].config
    config.ignore_logging_functions = {*config.ignore_logging_functions, *functions}


def leave_alone(folder: str) -> None:
    """Tell the compiler, which must be loaded, not to look at the frames of files in a folder; takes 4 ms once."""
    rules = sys.modules["torch._dynamo.trace_rules"]
    if folder not in rules.SKIP_DIRS:
        rules.SKIP_DIRS.append(folder)
        rules._recompile_re()
