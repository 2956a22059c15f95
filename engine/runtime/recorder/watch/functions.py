"""Watches custom autograd functions, checkpoints, ``as_subclass`` and a helper of ``gradcheck``.

No function mode sees them.

A custom function is one step; where the person wrote it, the calls inside of its ``forward`` are steps of their own
before it, and those inside of its ``backward`` are steps of the backward pass. What a library's function does inside is
its own affair. Checkpointing is the exception: it is a library's, and runs the person's code.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from sys import _getframe as frame_of_depth
from types import CodeType
from typing import Any

import torch
import torch.autograd.graph
from torch import Tensor
from torch.autograd import Function
from torch.utils.checkpoint import CheckpointFunction

from engine.runtime.compat import functorch_level
from engine.runtime.compat_checkpoint import EDGE_FINDERS, FRAME_CLASS, checkpointed_function, is_mode_on
from engine.runtime.compat_functional import WRITE_BACK, WRITE_BACK_MODULE
from engine.runtime.compat_nodes import NODE_MODULE, UNDEFINED_GRAD
from engine.runtime.recorder.log import RECOMPUTE_BEGIN, RECOMPUTE_END
from engine.runtime.recorder.patches import PatchSet
from engine.runtime.recorder.watch.frames import Marks, call_site
from engine.runtime.recorder.watch.kinds import FunctionInfo, Kind, learn_custom
from engine.runtime.recorder.watch.mode import RecorderMode
from engine.runtime.recorder.watch.scopes import ScopeKind

ModeOfThread = Callable[[], RecorderMode | None]
AnyFunction = Callable[..., Any]


@dataclass(frozen=True, slots=True, eq=False)
class Recomputation:
    """One time that a checkpointed function is run again; ``code`` is where the program wrote the checkpoint."""

    name: str
    code: CodeType | None
    instruction: int
    call: int


class Checkpointed:
    """What is run again in place of keeping what it computed: its second run and all later ones are recomputations."""

    def __init__(
        self,
        function: AnyFunction,
        mode_of_thread: ModeOfThread,
        name: str,
        site: tuple[CodeType | None, int],
        *,
        runs: int,
    ) -> None:
        self._function = function
        self._name = name
        self._mode_of_thread = mode_of_thread
        self._site = site
        self._runs = runs

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the function returns
        """Run the function; say in the log that what follows is a recomputation."""
        number = self._runs
        self._runs += 1
        mode = self._mode_of_thread()
        if mode is None or number < 0:
            return self._function(*args, **kwargs)
        recomputation = Recomputation(self._name, *self._site, number)
        mode.log.extend((RECOMPUTE_BEGIN, recomputation))
        try:
            return self._function(*args, **kwargs)
        finally:
            mode.log.extend((RECOMPUTE_END, recomputation))


def plan_functions(patches: PatchSet, mode_of_thread: ModeOfThread) -> None:
    """Plan all replacements of this module."""
    patches.add(Function, "apply", lambda original: watched_apply(original, mode_of_thread))
    patches.add(Tensor, "as_subclass", lambda original: watched_subclass(original, mode_of_thread))
    if NODE_MODULE is not None:
        patches.add(NODE_MODULE, UNDEFINED_GRAD, lambda original: watched_node(original, mode_of_thread))
    if WRITE_BACK_MODULE is not None:
        patches.add(WRITE_BACK_MODULE, WRITE_BACK, lambda original: watched_write_back(original, mode_of_thread))
    for name in EDGE_FINDERS:
        patches.add(torch.autograd.graph, name, lambda original: unwatched(original, mode_of_thread))
    if FRAME_CLASS is not None:
        patches.add(FRAME_CLASS, "__init__", lambda original: watched_checkpoint(original, mode_of_thread))


def watched_checkpoint(original: AnyFunction, mode_of_thread: ModeOfThread) -> AnyFunction:
    """Return the constructor of a checkpoint that is not reentrant; its first argument is what it will run again."""

    @wraps(original)
    def init(checkpoint: Any, recompute: AnyFunction, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - torch's own
        mode = mode_of_thread()
        if mode is not None:
            code, instruction, _ = call_site(frame_of_depth(1), mode.marks)
            name = _name(checkpointed_function(recompute))
            recompute = Checkpointed(recompute, mode_of_thread, name, (code, instruction), runs=0)
        original(checkpoint, recompute, *args, **kwargs)

    return init


def watched_apply(original: AnyFunction, mode_of_thread: ModeOfThread) -> Any:  # noqa: ANN401 - a class method
    """Return ``autograd.Function.apply`` that logs each call as one step."""
    infos: dict[type, FunctionInfo] = {}
    function = original.__func__  # type: ignore[attr-defined] # a bound class method

    @wraps(function)
    def apply(cls: type[Function], *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the function returns
        mode = mode_of_thread()
        if mode is None or mode.current_scope() is not None or not is_mode_on(mode):
            return function(cls, *args, **kwargs)
        info = infos.get(cls)
        if info is None:
            info = infos[cls] = learn_custom(cls)
        given = args
        if cls is CheckpointFunction and args:
            code, instruction, _ = call_site(frame_of_depth(1), mode.marks)
            again = Checkpointed(args[0], mode_of_thread, _name(args[0]), (code, instruction), runs=-1)
            given = (again, *args[1:])

        def call() -> Any:  # noqa: ANN401 - whatever the function returns
            if given is not args or _is_open(cls, mode):
                return function(cls, *given, **kwargs)
            with mode.scoped(ScopeKind.QUIET):
                return function(cls, *given, **kwargs)

        return mode.record(info, call, args, kwargs)

    return classmethod(apply)


def watched_subclass(original: AnyFunction, mode_of_thread: ModeOfThread) -> AnyFunction:
    """Return ``Tensor.as_subclass`` that logs each call: it makes a view with an autograd node of its own."""
    info = FunctionInfo(Kind.ORDINARY, "as_subclass", "torch.Tensor.as_subclass")

    @wraps(original)
    def as_subclass(tensor: Tensor, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - a tensor of any class
        mode = mode_of_thread()
        if mode is None or mode.current_scope() is not None or not is_mode_on(mode):
            return original(tensor, *args, **kwargs)
        return mode.record(info, lambda: original(tensor, *args, **kwargs), (tensor, *args), kwargs)

    return as_subclass


def watched_node(original: AnyFunction, mode_of_thread: ModeOfThread) -> AnyFunction:
    """Return a class of autograd nodes that Python code makes and calls itself; each call is logged."""
    info = FunctionInfo(Kind.ORDINARY, original.__name__, f"torch._C._functions.{original.__name__}")

    @wraps(original, updated=())
    def made(*options: Any) -> AnyFunction:  # noqa: ANN401 - whatever such a node is made of
        node: AnyFunction = original(*options)

        def call(*tensors: Any) -> Any:  # noqa: ANN401 - whatever the node takes and returns
            mode = mode_of_thread()
            if mode is None or mode.current_scope() is not None or not is_mode_on(mode):
                return node(*tensors)
            return mode.record(info, lambda: node(*tensors), tensors, {})

        return call

    return made


def watched_write_back(original: Callable[[Tensor, Tensor], None], mode_of_thread: ModeOfThread) -> AnyFunction:
    """Return what ``functionalize`` calls at its end for each argument, which may have to be written."""

    @wraps(original)
    def write_back(unwrapped: Tensor, wrapped: Tensor) -> None:
        mode = mode_of_thread()
        if mode is None or mode.current_scope() is not None or not is_mode_on(mode):
            original(unwrapped, wrapped)
        else:
            mode.functional.written_back(unwrapped, wrapped, original, mode)

    return write_back


def unwatched(original: AnyFunction, mode_of_thread: ModeOfThread) -> AnyFunction:
    """Return a function of torch that asks by computing something (``get_gradient_edge``): no step."""

    @wraps(original)
    def ask(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the function returns
        mode = mode_of_thread()
        if mode is None:
            return original(*args, **kwargs)
        with mode.scoped(ScopeKind.PASS):
            return original(*args, **kwargs)

    return ask


def _is_open(cls: type[Function], mode: RecorderMode) -> bool:
    """Whether the person wrote a function; transforms of ``torch.func`` put others in its place."""
    code = getattr(cls.forward, "__code__", None)
    return code is not None and mode.marks[code.co_filename] == Marks.PERSON and functorch_level() is None


def _name(function: Any) -> str:  # noqa: ANN401 - a module or anything else that can be called
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    return str(name).rpartition(".")[2]
