"""Calls of modules, from the log to facts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from engine.program.names import Site
from engine.program.source import SourceMap
from engine.runtime.compat_compiler import uncompiled
from engine.runtime.recorder.resolve.naming import Namer
from engine.runtime.recorder.resolve.values import ValueMaker
from engine.runtime.recorder.watch.frames import Marks
from engine.trace.facts import ModuleCall
from engine.trace.ids import ModuleCallId


@dataclass(frozen=True, slots=True)
class _Entered:
    call: ModuleCallId
    path: str
    site: Site | None


@dataclass(slots=True)
class ModuleStack:
    """The modules that one thread is in."""

    entered: list[_Entered] = field(default_factory=list)

    @property
    def current(self) -> ModuleCallId | None:
        """The innermost module call."""
        return self.entered[-1].call if self.entered else None


class ModuleResolver:
    """Turns entering and leaving of modules into module calls, and names what goes in and comes out."""

    def __init__(self, values: ValueMaker, namer: Namer, source: SourceMap) -> None:
        self._values = values
        self._namer = namer
        self._source = source
        self._count = 0
        self._calls_of: dict[str, int] = {}

    def enter(self, record: Sequence[Any], stack: ModuleStack) -> None:
        """Resolve one ENTER record."""
        _, module, args, kwargs, code, instruction, passed, owner = record
        span = self._source.span(code, instruction) if code is not None else None
        is_direct = not passed & Marks.LIBRARY
        site = self._source.site(span) if span is not None and is_direct else None
        self._namer.module_arguments(site, args, kwargs or {})
        parent = stack.entered[-1] if stack.entered else None
        path = self._namer.path(module, site, parent.path if parent is not None else None, owner)
        number = self._calls_of.get(path, 0)
        self._calls_of[path] = number + 1
        call = ModuleCallId(self._count)
        self._count += 1
        class_name = type(uncompiled(module)).__name__
        self._values.pending.module_calls.append(
            ModuleCall(call, path, class_name, parent.call if parent is not None else None, number, span)
        )
        stack.entered.append(_Entered(call, path, site))

    def leave(self, record: Sequence[Any], stack: ModuleStack) -> None:
        """Resolve one LEAVE record."""
        result = record[1]
        if not stack.entered:
            return
        site = stack.entered.pop().site
        if isinstance(result, Tensor):
            self._namer.bind(site, (result,))
        elif isinstance(result, tuple) and all(isinstance(part, Tensor) for part in result):
            self._namer.bind(site, result)
