"""The border to ``torch.compile``: compiled code runs as if nobody watched, and is a step that can be opened.

While the compiler traces, a function mode or a patched module would break its graphs, and what it compiled is guarded
by the modes that were on: so everything is taken away where compiled code begins and put back where it ends. Which
graphs ran in between, with which tensors, is learned from the graphs themselves. A call of a compiled function is one
step; where it leaves compiled code for something that is recorded (a function under ``torch.compiler.disable``, a
backward pass), the graphs before and after that are steps of their own, in the same region.
"""

import inspect
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from time import perf_counter_ns
from types import CodeType, FrameType
from typing import Any

import torch
from torch import Tensor, nn

from engine.runtime.compat import plain, sequence_number
from engine.runtime.compat_compiler import (
    CompilerOff,
    inside,
    is_wrapper,
    leave_alone,
    modes_lifted,
    wrapped_call,
    wrapped_result,
)
from engine.runtime.recorder.log import FAILED, REGION_BEGIN, REGION_END
from engine.runtime.recorder.nested import tensors_in
from engine.runtime.recorder.patches import PatchSet
from engine.runtime.recorder.watch.captured import (
    CapturedGraph,
    CompiledInfo,
    CompiledRegion,
    Contents,
    GraphRun,
)
from engine.runtime.recorder.watch.frames import Marks, call_site
from engine.runtime.recorder.watch.kinds import Kind
from engine.runtime.recorder.watch.mode import RecorderMode
from engine.runtime.recorder.watch.scopes import COMPILED, Scope, ScopeKind

AnyFunction = Callable[..., Any]

_OWN_FOLDER = f"{Path(__file__).parents[3].as_posix()}/"

_RECORDED = (Marks.PERSON, Marks.OPTIMIZER)
"""Whose functions are recorded where compiled code calls them uncompiled."""


@dataclass(slots=True, eq=False)
class _Open:
    """A compiled call that is running; ``mode`` is None where nothing of it is recorded."""

    frame: FrameType
    mode: RecorderMode | None
    outer: Scope | None
    lifted: ExitStack
    info: CompiledInfo
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    site: tuple[CodeType | None, int, int]
    before: int = 0
    started_ns: int = 0
    eager: FrameType | None = None
    is_split: bool = False


class _Running(threading.local):
    """The compiled calls of this thread, the innermost last.

    ``has_begun`` tells that the next switch of the compiler belongs to a beginning, ``is_in_graph`` that a graph runs.
    """

    def __init__(self) -> None:
        self.calls: list[_Open] = []
        self.has_begun = False
        self.is_in_graph = False


_IS_WATCHED = "chainrule.is_watched"


class GraphWatch(threading.local):
    """Who is told of the graphs that run in this thread."""

    tell: Callable[[CapturedGraph, AnyFunction, tuple[Any, ...]], Any] | None = None


GRAPHS = GraphWatch()
"""Compiled graphs outlive a recording, so they ask here instead of holding a recorder."""


def watched_graph_call(graph: CapturedGraph, original: AnyFunction) -> AnyFunction:
    """Return a compiled graph that tells of its runs."""

    @wraps(original)
    def run(*args: Any) -> Any:  # noqa: ANN401 - whatever the graph takes and returns
        tell = GRAPHS.tell
        return original(*args) if tell is None else tell(graph, original, args)

    vars(run)[_IS_WATCHED] = True
    return run


def is_watched(disabled: AnyFunction) -> bool:
    """Whether a compiled graph tells of its runs by now."""
    return hasattr(inside(disabled), _IS_WATCHED)


class CompileBorder:
    """Takes the recorder away while compiled code runs, and writes down what ran."""

    def __init__(self, patches: PatchSet, mode_of_thread: Callable[[], RecorderMode | None]) -> None:
        self._patches = patches
        self._mode_of_thread = mode_of_thread
        self._running = _Running()

    def watched_entry(self, original: AnyFunction) -> AnyFunction:
        """Return what the compiler asks right before compiled code, or code that must not be compiled, begins."""

        def callback_from_stance(callback: Any) -> Any:  # noqa: ANN401 - the compiler's own
            made = original(callback)
            frame = sys._getframe(1)  # noqa: SLF001 - the compiler's frame says what is called
            running = self._running
            if made is not None and is_wrapper(frame):
                if not running.calls or running.calls[-1].eager is not None:
                    self._enter(frame)
            elif running.calls and made is None and self._leaves_compiled_code(frame):
                self._pause(running.calls[-1], frame)
            return made

        return callback_from_stance

    def watched_switch(self, original: AnyFunction) -> AnyFunction:
        """Return what the compiler calls right after ``watched_entry`` and again at the end.

        After the original has run, the compiler may look at every frame: nothing of ours may begin there.
        """

        def set_eval_frame(callback: Any) -> Any:  # noqa: ANN401 - the compiler's own
            running = self._running
            if not running.calls:
                return original(callback)
            if running.has_begun:
                running.has_begun = False
                return original(callback)
            frame, last = sys._getframe(1), running.calls[-1]  # noqa: SLF001 - as above
            if last.eager is frame:
                self._resume(last)
            elif last.frame is frame:
                self._leave(running.calls.pop())
            return original(callback)

        return set_eval_frame

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Let the ``with`` block run as if nobody watched: torch traces something there."""
        mode = self._mode_of_thread()
        with modes_lifted(lambda mode: isinstance(mode, RecorderMode)), self._patches.lifted():
            if mode is None:
                yield
                return
            with mode.scoped(ScopeKind.PASS):
                yield

    def traced(self, original: AnyFunction) -> AnyFunction:
        """Return a function of torch that traces a program (``torch.jit.trace``), unwatched."""

        @wraps(original)
        def trace(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever it takes and returns
            with self.outside():
                return original(*args, **kwargs)

        return trace

    def run_eagerly(self, run: Callable[[AnyFunction], Any], original: AnyFunction) -> Any:  # noqa: ANN401 - whatever it returns
        """Return ``run(original)``, recorded as usual though compiled code called it.

        The compiler looks at what ``original`` runs, as it would without us, and at nothing else.
        """
        last = self._running.calls[-1]
        if last.mode is None or torch.compiler.is_compiling():
            return run(original)
        with CompilerOff() as compiler:
            self._flush(last)
            last.eager, last.mode.scope = sys._getframe(), last.outer  # noqa: SLF001 - any frame that is no compiler's
            GRAPHS.tell = None
            try:
                return run(compiler.as_before(original))
            finally:
                last.eager, last.mode.scope = None, COMPILED
                GRAPHS.tell = self._run_graph
                self._begin_stretch(last)

    def _enter(self, frame: FrameType) -> None:
        leave_alone(_OWN_FOLDER)
        function, args, kwargs = wrapped_call(frame)
        mode = self._mode_of_thread()
        if mode is not None and mode.current_scope() is not None:
            mode = None
        info = _info(function)
        site = (None, -1, 0) if mode is None else call_site(_outside(frame), mode.marks)
        outer = None if mode is None else mode.scope
        last = _Open(frame, mode, outer, ExitStack(), info, args, dict(kwargs), site)
        self._running.calls.append(last)
        self._running.has_begun = True
        self._begin_stretch(last)
        self._lift(last)

    def _leave(self, last: _Open) -> None:
        last.lifted.close()
        GRAPHS.tell = None
        mode = last.mode
        if mode is None:
            return
        mode.scope = last.outer
        error = sys.exc_info()[1]
        if error is None:
            result = wrapped_result(last.frame)
            if last.is_split:
                self._flush(last, result)
            else:
                self._write(
                    last, last.args, {**_own_inputs(last.info.runs, (last.args, last.kwargs)), **last.kwargs}, result
                )
        elif isinstance(error, Exception):
            text = str(error).split("\nException raised from", 1)[0]
            failed = (FAILED, last.info, last.args, last.kwargs or None, *last.site, type(error).__name__, text)
            mode.log.extend(failed)
        if last.is_split:
            mode.log.extend((REGION_END, last.info.region))

    def _lift(self, last: _Open) -> None:
        last.lifted = ExitStack()
        last.lifted.enter_context(modes_lifted(lambda mode: isinstance(mode, RecorderMode)))
        last.lifted.enter_context(self._patches.lifted())
        if last.mode is not None:
            last.mode.scope = COMPILED
            GRAPHS.tell = self._run_graph

    def _pause(self, last: _Open, frame: FrameType) -> None:
        """Record as usual: a function that must not be compiled begins."""
        if last.eager is not None or last.mode is None:
            return
        last.eager = frame
        self._running.has_begun = True
        self._flush(last)
        last.lifted.close()
        GRAPHS.tell = None
        last.mode.scope = last.outer

    def _resume(self, last: _Open) -> None:
        last.eager = None
        self._begin_stretch(last)
        self._lift(last)

    def _begin_stretch(self, last: _Open) -> None:
        last.before, last.started_ns = sequence_number(), perf_counter_ns()

    def _flush(self, last: _Open, result: Any = None) -> None:  # noqa: ANN401 - whatever the function returned
        """Write down what ran until now as a step, and begin the next stretch."""
        if last.mode is None:
            return
        if not last.is_split:
            last.is_split = True
            last.mode.log.extend((REGION_BEGIN, last.info.region))
        info, runs = last.info, last.info.runs
        if runs:
            made = tuple(thing for run in runs for thing in run.outputs if isinstance(thing, Tensor))
            given = result if any(result is tensor for tensor in made) else made
            self._write(last, (), _own_inputs(runs, (), keeps_all=True), given)
        last.info = CompiledInfo(info.kind, info.name, info.target, info.parameters, region=info.region)

    def _write(self, last: _Open, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:  # noqa: ANN401 - as above
        if last.mode is not None:
            began = (last.before, last.started_ns, perf_counter_ns())
            last.mode.logged(last.info, args, kwargs, result, last.site, began)

    def _run_graph(self, graph: CapturedGraph, original: AnyFunction, args: tuple[Any, ...]) -> Any:  # noqa: ANN401 - whatever the graph returns
        last = self._running.calls[-1]
        mode = last.mode
        if mode is None or last.eager is not None:
            return original(*args)
        taken = graph.taken(args)
        graph = graph.as_called(taken)
        given = zip(graph.inputs, taken, strict=False)
        targets = [thing for entry, thing in given if entry.is_written and isinstance(thing, Tensor)]
        mode.before_write(targets)
        before = Contents(taken, targets if graph.is_known else [])
        self._running.is_in_graph = True
        started_ns = perf_counter_ns()
        try:
            result = original(*args)
        finally:
            self._running.is_in_graph = False
        ended_ns = perf_counter_ns()
        outputs = tuple(result) if isinstance(result, tuple | list) else (result,)
        ran = graph.as_called(taken, outputs)
        last.info.runs.append(GraphRun(ran, taken, outputs, started_ns, ended_ns, before.changed()))
        return result

    def _leaves_compiled_code(self, frame: FrameType) -> bool:
        """Whether a frame of the compiler is about to run a function of the person's, or of an optimizer, as it is."""
        if self._running.is_in_graph or torch.compiler.is_compiling():
            return False
        code = getattr(frame.f_locals.get("fn"), "__code__", None)
        mode = self._running.calls[-1].mode
        return code is not None and mode is not None and mode.marks[code.co_filename] in _RECORDED


def _info(function: AnyFunction) -> CompiledInfo:
    owner = getattr(function, "__self__", None)
    if isinstance(function, nn.Module):
        owner = function
    if isinstance(owner, nn.Module):
        name, code = type(owner).__name__, getattr(type(owner).forward, "__code__", None)
    else:
        name, code = getattr(function, "__name__", "compiled"), getattr(function, "__code__", None)
    name = str(name).strip("<>")
    target = f"torch.compile.{name}"
    return CompiledInfo(Kind.COMPILED, name, target, _parameters(function), region=CompiledRegion(name, code))


def _parameters(function: AnyFunction) -> tuple[str, ...]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    return tuple(p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD))


def _outside(frame: FrameType) -> FrameType | None:
    """Return the frame that called a compiled function: for a module, the one that called the module."""
    outer = frame.f_back
    while outer is not None and outer.f_code.co_name in ("__call__", "_call_impl", "_wrapped_call_impl"):
        if not outer.f_globals.get("__name__", "").startswith("torch."):
            break
        outer = outer.f_back
    return outer


def _own_inputs(runs: list[GraphRun], given: Any, *, keeps_all: bool = False) -> dict[str, Any]:  # noqa: ANN401 - arguments
    """Return the tensors that graphs took from the program beside the arguments ``given``: parameters, globals.

    With ``keeps_all`` those that a later stretch gets from an earlier one are among them.
    """
    seen = {id(plain(tensor)) for tensor in tensors_in((given,))}
    found: dict[str, Any] = {}
    for number, run in enumerate(runs):
        for entry, thing in zip(run.graph.inputs, run.inputs, strict=False):
            is_own = entry.is_own or number == 0 or keeps_all
            if is_own and isinstance(thing, Tensor) and id(thing) not in seen:
                seen.add(id(thing))
                name = entry.name or f"input{len(found)}"
                found[name if name not in found else f"{name} ({len(found)})"] = thing
        seen.update(id(thing) for thing in run.outputs if isinstance(thing, Tensor))
    return found
