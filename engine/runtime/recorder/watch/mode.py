"""The hot path: sees every public call of torch and appends it to the log."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter_ns
from types import CodeType, FrameType
from typing import Any, TypeAlias

from torch import Tensor
from torch._ops import OpOverload
from torch.overrides import TorchFunctionMode, redispatch_function
from torch.utils._pytree import tree_map_only

from engine.runtime.compat import Node, functorch_level, plain, quiet, sequence_number
from engine.runtime.compat_checkpoint import StopRecomputation
from engine.runtime.compat_functional import is_functional, is_functionalizing
from engine.runtime.recorder.contents.snapshots import Snapshots
from engine.runtime.recorder.contents.special_content import is_special, memory_of
from engine.runtime.recorder.log import ASKED, CALL, DREW, FAILED, SET_GRAD, Log
from engine.runtime.recorder.watch.backward_run import NodeHook
from engine.runtime.recorder.watch.frames import FileMarks, Marks, call_site, is_dispatching, is_running
from engine.runtime.recorder.watch.functional import FunctionalTensors
from engine.runtime.recorder.watch.kinds import FunctionInfo, Kind, TorchFunction, learn
from engine.runtime.recorder.watch.randomness import draw_begins
from engine.runtime.recorder.watch.scopes import IN_ENGINE, Scope, ScopeKind

Types: TypeAlias = Any
Arguments: TypeAlias = tuple[Any, ...]
Keywords: TypeAlias = dict[str, Any]

_frame = sys._getframe  # noqa: SLF001 - the only way to the calling frame that costs a tenth of a microsecond
_NEVER_NS = 2**63


class RecorderMode(TorchFunctionMode):
    """Appends each call of torch in one thread to that thread's log.

    Attributes:
        log: See ``log``.
        scope: The stretch of no steps that is running, if any.
        on_move: Called before a tensor gets other memory; or after, with another tensor that still shows the old one.
        catch_up: Resolves what the log has, so that it is known as it is now; says whether a step has used what lies in
            the memory of a tensor.
        functional: What tensors inside of ``functionalize`` stand for.
        is_away: Whether the backward engine is about to run while torch has taken this mode off for its call.
        due_ns: When ``on_due`` is called next, by ``perf_counter_ns``.
    """

    def __init__(
        self,
        marks: FileMarks,
        infos: dict[TorchFunction, FunctionInfo],
        snapshots: Snapshots,
        log: Log,
        on_move: Callable[[Tensor, Tensor | None], None],
        catch_up: Callable[[Tensor], bool],
    ) -> None:
        super().__init__()
        self.log = log
        self._append = log.extend
        self.scope: Scope | None = None
        self.due_ns = _NEVER_NS
        self.on_due: Callable[[], None] = _do_nothing
        self.on_move = on_move
        self.catch_up = catch_up
        self.is_away = False
        self.marks = marks
        self.snapshots = snapshots
        self.functional = FunctionalTensors()
        self._infos = infos

    def __torch_function__(
        self, func: TorchFunction, types: Types, args: Arguments = (), kwargs: Keywords | None = None
    ) -> Any:  # noqa: ANN401 - whatever torch returns
        """Run ``func`` and append what happened."""
        info = self._infos.get(func)
        if info is None:
            info = self._learn(func)
        if kwargs or self.scope is not None or not info.is_plain:
            return self._special(func, types, info, args, kwargs or {})
        before = sequence_number()
        started_ns = perf_counter_ns()
        try:
            result = func(*args)
        except Exception as error:
            self._failed(info, args, {}, error)
            raise
        ended_ns = perf_counter_ns()
        kept = result
        if functorch_level() is not None:
            if is_functionalizing():
                self.functional.ordinary(args, result, self)
            args, kept = unwrapped(args), unwrapped(result)
        if args and type(args[0]) is list:
            args = (tuple(args[0]), *args[1:])
        # The walk of ``call_site``, written out: a call costs as much as the walk.
        frame: FrameType | None = _frame(1)
        marks = self.marks
        passed = 0
        while frame is not None:
            code = frame.f_code
            mark = marks[code.co_filename]
            if not mark:
                break
            passed |= mark
            frame = frame.f_back
        self._append(
            (
                CALL,
                info,
                args,
                None,
                tuple(kept) if type(kept) is list else kept,
                None if frame is None else code,
                -1 if frame is None else frame.f_lasti,
                passed,
                before,
                sequence_number(),
                started_ns,
                ended_ns,
            )
        )
        if ended_ns > self.due_ns and functorch_level() is None:
            self.on_due()
        return result

    def record(
        self, info: FunctionInfo, call: Callable[[], Any], args: Arguments, kwargs: Keywords, extra_marks: int = 0
    ) -> Any:  # noqa: ANN401 - whatever torch returns
        """Run ``call`` and append it as a call of ``info``, the slow and general way."""
        draw = draw_begins(args, kwargs) if info.draws else None
        before = sequence_number()
        started_ns = perf_counter_ns()
        try:
            result = call()
        except Exception as error:
            self._failed(info, args, kwargs, error)
            raise
        ended_ns = perf_counter_ns()
        code, instruction, passed = call_site(_frame(1), self.marks)
        site = (code, instruction, passed | extra_marks)
        if draw is not None:
            draw.end()
            self.log.extend((DREW, draw))
        self.logged(info, args, kwargs, result, site, (before, started_ns, ended_ns))
        return result

    def logged(
        self,
        info: FunctionInfo,
        args: Arguments,
        kwargs: Keywords,
        result: Any,  # noqa: ANN401 - whatever torch returned
        site: tuple[CodeType | None, int, int],
        began: tuple[int, int, int],
    ) -> None:
        """Append a call that has just ended.

        Args:
            info: What was called.
            args: Its positional arguments.
            kwargs: Its keyword arguments.
            result: What it returned.
            site: What ``call_site`` returned for it.
            began: The sequence number before it, and when it began and ended.
        """
        before, started_ns, ended_ns = began
        kept = result
        if functorch_level() is not None:
            args, kwargs, kept = unwrapped(args), unwrapped(kwargs), unwrapped(result)
        self._append(
            (
                CALL,
                info,
                _frozen(args),
                {key: _frozen(value) for key, value in kwargs.items()} or None,
                tuple(kept) if type(kept) is list else kept,
                *site,
                before,
                sequence_number(),
                started_ns,
                ended_ns,
            )
        )
        is_open = self.scope is None or self.scope is IN_ENGINE
        if ended_ns > self.due_ns and is_open and functorch_level() is None:
            self.on_due()

    @contextmanager
    def scoped(self, kind: ScopeKind) -> Iterator[None]:
        """Make everything inside of the ``with`` block belong to a scope."""
        outer = self.scope
        self.scope = Scope(kind)
        try:
            yield
        finally:
            self.scope = outer

    def current_scope(self) -> ScopeKind | None:
        """Return the kind of the running scope; a scope whose call has ended is dropped."""
        scope = self.scope
        if scope is None or scope is IN_ENGINE:
            return None
        if scope.frame is not None and not is_running(scope.frame, _frame(1)):
            self.scope = None
            return None
        return scope.kind

    def halt(self) -> None:
        """Append nothing more, from the next call on."""
        self.__class__ = HaltedMode

    def before_write(self, tensors: Iterator[Tensor] | list[Tensor]) -> None:
        """Copy what is about to be overwritten."""
        for tensor in map(plain, tensors):
            if is_special(tensor):
                self.on_move(tensor, None)
                for part in memory_of(tensor):
                    self.snapshots.before_write(part, self.log)
            self.snapshots.before_write(tensor, self.log)

    def begin_observing(self, args: Any) -> None:  # noqa: ANN401 - arguments of any call
        """An optimizer step begins, with these parameters; see ``ObservedMode``."""

    def end_observing(self) -> None:
        """An optimizer step has ended."""

    def hooks_observed(self, pairs: Iterable[tuple[Node, NodeHook]]) -> Iterable[tuple[Node, NodeHook]]:
        """Return the hooks to put on the nodes of a backward pass: those that are given."""
        return pairs

    def _special(self, func: TorchFunction, types: Types, info: FunctionInfo, args: Arguments, kwargs: Keywords) -> Any:  # noqa: ANN401, C901, PLR0911, PLR0912 - a table of cases
        kind = info.kind
        scope = self.current_scope()
        if kind is Kind.SILENT or scope is ScopeKind.PASS:
            return self._asked(func, info, args, kwargs) if info.question and scope is None else func(*args, **kwargs)
        if self.scope is IN_ENGINE and type(func) is OpOverload and is_dispatching(_frame(2)):
            return func(*args, **kwargs)
        if kind is Kind.ENGINE:
            return self._run_engine(func, info, args, kwargs)
        if kind is Kind.OPENED and scope is None:
            with self:
                return redispatch_function(func, types, args, kwargs)  # type: ignore[no-untyped-call] # torch's own
        if kind is Kind.WANTS:
            return self._wanting(func, args, kwargs)
        if kind is Kind.GRAD:
            func(*args, **kwargs)
            self.log.extend((SET_GRAD, args[0], args[1] if len(args) > 1 else None))
            return None
        written = written_tensors(info, args, kwargs)
        if is_functionalizing() and scope is None and kind is not Kind.MOVES and all(map(is_functional, written)):
            return self.functional.write(info, lambda: func(*args, **kwargs), args, kwargs, written, self)
        if kind is Kind.MOVES:
            for tensor in written:
                self.on_move(plain(tensor), None)
        if scope is ScopeKind.CREATE:
            is_loaded = kind is not Kind.MOVES and self.scope is not None and self.scope.frame is None
            if is_loaded:  # and not made: it may have been used
                self.before_write([tensor for tensor in written if self.catch_up(plain(tensor))])
            return self.record(info, lambda: func(*args, **kwargs), args, kwargs, Marks.INIT)
        if kind is not Kind.MOVES:
            self.before_write(written)
        if scope is ScopeKind.QUIET:
            return func(*args, **kwargs)
        if kwargs.get("out") is not None:
            return self.record(info, lambda: self._into(written, func, args, kwargs), args, kwargs)
        return self.record(info, lambda: func(*args, **kwargs), args, kwargs)

    def _wanting(self, func: TorchFunction, args: Arguments, kwargs: Keywords) -> Any:  # noqa: ANN401 - whatever torch returns
        """Say whether gradients are wanted; what was used before they were no more is known as it was."""
        is_wanted = args[1] if len(args) > 1 else kwargs.get("requires_grad", True)
        if not is_wanted:
            self.catch_up(plain(args[0]))
        return func(*args, **kwargs)

    def _into(self, written: list[Tensor], func: TorchFunction, args: Arguments, kwargs: Keywords) -> Any:  # noqa: ANN401 - whatever torch returns
        """Run a call with ``out=``, which may give those tensors another shape: then their old ones keep it."""
        with quiet():
            forms = [(tensor, tensor.detach()) for tensor in map(plain, written) if not is_special(tensor)]
        result = func(*args, **kwargs)
        for tensor, form in forms:
            if tensor.shape != form.shape or tensor.stride() != form.stride():
                self.on_move(tensor, form)
        return result

    def _asked(self, func: TorchFunction, info: FunctionInfo, args: Arguments, kwargs: Keywords) -> Any:  # noqa: ANN401 - whatever torch returns
        """Run a question, and append it if it comes right from the person's code: it may decide something."""
        result = func(*args, **kwargs)
        code, instruction, passed = call_site(_frame(2), self.marks)
        if code is not None and not passed & ~Marks.THROUGH and args and isinstance(args[0], Tensor):
            now_ns = perf_counter_ns()
            answer = result if type(result) is bool else None
            self.log.extend((ASKED, plain(args[0]), info.question, answer, code, instruction, now_ns))
            if now_ns > self.due_ns and functorch_level() is None:
                self.on_due()
        return result

    def _run_engine(self, func: TorchFunction, info: FunctionInfo, args: Arguments, kwargs: Keywords) -> Any:  # noqa: ANN401 - whatever torch returns
        try:
            self.is_away = True
            result = func(*args, **kwargs)
        except Exception as error:
            self._failed(info, args, kwargs, error)
            raise
        finally:
            self.is_away = False
        if perf_counter_ns() > self.due_ns:
            self.on_due()
        return result

    def _failed(self, info: FunctionInfo, args: Arguments, kwargs: Keywords, error: Exception) -> None:
        if isinstance(error, StopRecomputation):
            return
        if functorch_level() is not None:
            args, kwargs = unwrapped(args), unwrapped(kwargs)
        code, instruction, passed = call_site(_frame(2), self.marks)
        message = str(error).split("\nException raised from", 1)[0]
        self.log.extend((FAILED, info, _frozen(args), kwargs, code, instruction, passed, type(error).__name__, message))

    def _learn(self, func: TorchFunction) -> FunctionInfo:
        info = self._infos[func] = learn(func)
        return info


class HaltedMode(RecorderMode):
    """What a ``RecorderMode`` becomes when its recorder halts.

    The list of modes of torch cannot be changed from inside of a call, so the mode stays and lets everything through.
    """

    def __torch_function__(
        self, func: TorchFunction, _types: Types, args: Arguments = (), kwargs: Keywords | None = None
    ) -> Any:  # noqa: ANN401 - whatever torch returns
        """Run ``func``."""
        return func(*args, **kwargs) if kwargs else func(*args)


def unwrapped(things: Any) -> Any:  # noqa: ANN401 - arguments or results of any call
    """Return ``things`` with the real tensors behind the wrappers of ``torch.func``: those die with the transform."""
    return tree_map_only(Tensor, plain, things)


def written_tensors(info: FunctionInfo, args: Arguments, kwargs: Keywords) -> list[Tensor]:
    """Return the tensors that a call is going to overwrite."""
    written: Any = None
    match info.kind:
        case Kind.WRITES | Kind.MOVES | Kind.INIT:
            written = args[0] if args else next(iter(kwargs.values()), None)
        case Kind.FLAGGED if _flag(info, args, kwargs, "inplace"):
            written = args[0] if args else kwargs.get("input")
        case Kind.RENORMS if (args[info.flag] if info.flag < len(args) else kwargs.get("max_norm")) is not None:
            written = args[1] if len(args) > 1 else kwargs.get("weight")
        case Kind.STATISTICS if _flag(info, args, kwargs, "training") or kwargs.get("use_input_stats"):
            written = [*args[1:3], kwargs.get("running_mean"), kwargs.get("running_var")]
            if info.parameters == ():
                written = args[3:5]
            written = [*written, *_flat(kwargs.get("out"))]
        case Kind.SCHEMA:
            given = [args[place] if place < len(args) else kwargs.get(name) for place, name in info.writes]
            written = [tensor for argument in given for tensor in _flat(argument)]
        case _:
            written = kwargs.get("out")
    return _flat(written)


def _flat(written: Any) -> list[Tensor]:  # noqa: ANN401 - any argument
    if isinstance(written, Tensor):
        return [written]
    if isinstance(written, list | tuple):
        return [tensor for tensor in written if isinstance(tensor, Tensor)]
    return []


def _flag(info: FunctionInfo, args: Arguments, kwargs: Keywords, name: str) -> bool:
    if name in kwargs:
        return bool(kwargs[name])
    return bool(args[info.flag]) if 0 <= info.flag < len(args) else False


def _frozen(value: Any) -> Any:  # noqa: ANN401 - any argument
    """Return ``value`` with copies of the lists inside of it: the program may change a list later.

    They stay lists: ``x[[0, 1]]`` is not ``x[0, 1]``.
    """
    if type(value) is list:
        return [_frozen(part) for part in value]
    if type(value) is tuple and any(type(part) is list or type(part) is tuple for part in value):
        return tuple([_frozen(part) for part in value])
    return value


def _do_nothing() -> None:
    """Stand in for a missing callback."""
