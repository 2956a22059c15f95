"""Watches modules: their calls and their construction."""

import weakref
from collections.abc import Callable
from functools import wraps
from sys import _getframe as frame_of_depth
from types import FrameType
from typing import Any

from torch import nn

from engine.runtime.compat import own_modes_lifted
from engine.runtime.recorder.log import ENTER, LEAVE
from engine.runtime.recorder.watch.frames import call_site
from engine.runtime.recorder.watch.mode import RecorderMode
from engine.runtime.recorder.watch.owners import find_owner
from engine.runtime.recorder.watch.scopes import Scope, ScopeKind

ModeOfThread = Callable[[], RecorderMode | None]
AnyFunction = Callable[..., Any]


def watched_call(original: AnyFunction, mode_of_thread: ModeOfThread) -> AnyFunction:
    """Return ``nn.Module.__call__`` that logs when a module is entered and left."""
    known: weakref.WeakSet[nn.Module] = weakref.WeakSet()

    def owner_of(module: nn.Module, frame: FrameType, mode: RecorderMode) -> tuple[nn.Module, str] | None:
        found = find_owner(module, frame, mode.marks)
        known.update((module,) if found is None else found[0].modules())
        return found

    @wraps(original)
    def call(module: nn.Module, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the module returns
        mode = mode_of_thread()
        if mode is None or (mode.scope is not None and mode.current_scope() is not None):
            return original(module, *args, **kwargs)
        frame = frame_of_depth(1)
        code, instruction, passed = call_site(frame, mode.marks)
        owner = None if module in known else owner_of(module, frame, mode)
        mode.log.extend((ENTER, module, args, kwargs or None, code, instruction, passed, owner))
        result = None
        try:
            result = original(module, *args, **kwargs)
        finally:
            mode.log.extend((LEAVE, result))
        return result

    return call


def watched_init(original: AnyFunction, mode_of_thread: ModeOfThread) -> AnyFunction:
    """Return ``nn.Module.__init__`` that makes the constructor around it a stretch of creation."""

    @wraps(original)
    def init(module: nn.Module, *args: object, **kwargs: object) -> None:
        mode = mode_of_thread()
        if mode is not None and mode.current_scope() is None:
            constructor = _constructor(module, frame_of_depth(1))
            if constructor is not None:
                mode.scope = Scope(ScopeKind.CREATE, constructor)
        original(module, *args, **kwargs)

    return init


def _constructor(module: nn.Module, frame: FrameType) -> FrameType | None:
    """Return the outermost ``__init__`` of ``module`` that leads to ``frame``, None when there is none."""
    outermost: FrameType | None = None
    inner: FrameType | None = frame
    while inner is not None and inner.f_code.co_name == "__init__":
        names = inner.f_code.co_varnames
        if not names or inner.f_locals.get(names[0]) is not module:
            break
        outermost = inner
        inner = inner.f_back
    return outermost


def creating(original: AnyFunction, mode_of_thread: ModeOfThread) -> AnyFunction:
    """Return a method of ``nn.Module`` that fills or moves parameters, as a stretch of creation."""

    @wraps(original)
    def method(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the method returns
        mode = mode_of_thread()
        if mode is None or mode.current_scope() is not None:
            return original(*args, **kwargs)
        with mode.scoped(ScopeKind.CREATE):
            return original(*args, **kwargs)

    return method


def watched_check(original: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Return ``has_torch_function`` that does not count recorders, for the layers that choose their code by it.

    Attention and transformer layers leave their fast path, and give other last bits, when anybody watches.
    """

    @wraps(original)
    def has_torch_function(args: Any) -> bool:  # noqa: ANN401 - whatever torch asks about
        if frame_of_depth(1).f_globals.get("__name__") not in _CHOOSERS:
            return original(args)
        with own_modes_lifted(lambda mode: isinstance(mode, RecorderMode)):
            return original(args)

    return has_torch_function


_CHOOSERS = ("torch.nn.modules.activation", "torch.nn.modules.transformer")
