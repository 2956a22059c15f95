"""Follows tensors inside of ``torch.func.functionalize``, where nothing is written in place.

What the program sees as one tensor is a new one after each call that writes into it. One that was written through
another is computed again when it is next read: that is a step ``sync`` of its own here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter_ns
from typing import Any, Protocol
from weakref import WeakValueDictionary

from torch import Tensor
from torch.utils._pytree import tree_map_only
from torch.utils.weak import WeakIdKeyDictionary

from engine.runtime.compat import plain, sequence_number
from engine.runtime.compat_functional import bring_up_to_date, is_functional, shared_block
from engine.runtime.recorder.nested import tensors_in
from engine.runtime.recorder.watch.frames import FileMarks, Marks, call_site, caller
from engine.runtime.recorder.watch.kinds import FunctionInfo, Kind

_SYNC = FunctionInfo(Kind.ORDINARY, "sync", "torch.func.functionalize.sync")
_COPY = FunctionInfo(Kind.WRITES, "copy_", "torch.Tensor.copy_")


class CallLog(Protocol):
    """Where calls are appended."""

    marks: FileMarks

    def before_write(self, tensors: list[Tensor]) -> None:
        """Copy what is about to be overwritten."""
        ...

    def record(self, info: FunctionInfo, call: Callable[[], Any], args: Any, kwargs: Any) -> Any:  # noqa: ANN401 - of any call
        """Run a call and append it."""
        ...

    def logged(self, info: FunctionInfo, args: Any, kwargs: Any, result: Any, site: Any, began: Any) -> None:  # noqa: ANN401 - of any call
        """Append a call that has just ended."""
        ...


class _Writes(list[Tensor]):
    """What calls have put in the place of a tensor and its views, in their order."""


@dataclass(slots=True, eq=False)
class _Known:
    """What a tensor stood for when it was last seen, and how many of the writes that takes in."""

    inner: Tensor
    writes: _Writes
    count: int


class FunctionalTensors:
    """What the tensors of the program stand for."""

    def __init__(self) -> None:
        self._known: Any = WeakIdKeyDictionary()
        self._writes: WeakValueDictionary[int, _Writes] = WeakValueDictionary()

    def ordinary(self, args: Any, result: Any, mode: CallLog) -> None:  # noqa: ANN401 - of any call
        """Take in a call that has ended and writes nothing."""
        self._taken(args, mode)
        self._made(result)

    def write(
        self,
        info: FunctionInfo,
        call: Callable[[], Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        written: list[Tensor],
        mode: CallLog,
    ) -> Any:  # noqa: ANN401 - whatever it returns
        """Record a call that the program means to write ``written``: it makes new tensors of the old ones."""
        self._taken((args, kwargs), mode)
        found: Any = None

        def run() -> Any:  # noqa: ANN401 - as above
            nonlocal found
            found = call()
            given = written if found is None else found
            self._made(given)
            return given

        named = replace(info, kind=Kind.ORDINARY, writes=())
        given = tree_map_only(Tensor, plain, (args, {name: part for name, part in kwargs.items() if name != "out"}))
        mode.record(named, run, *given)
        return found

    def written_back(self, unwrapped: Tensor, wrapped: Tensor, original: Callable[..., None], mode: CallLog) -> None:
        """Record that an argument of the program's gets what was written into the tensor that stood for it."""
        self._taken(wrapped, mode)
        inner = plain(wrapped)
        if inner is plain(unwrapped):
            original(unwrapped, wrapped)
            return
        mode.before_write([unwrapped])
        mode.record(_COPY, lambda: original(unwrapped, wrapped), (unwrapped, inner), {})

    def _taken(self, things: Any, mode: CallLog) -> None:  # noqa: ANN401 - arguments of any call
        """Bring what a call takes up to date; what was computed again is a step."""
        for tensor in _functional(things):
            known = self._known.get(tensor)
            inner = self._enter(tensor)
            if known is not None and known.inner is not inner:
                now_ns = perf_counter_ns()
                sources = (known.inner, *known.writes[known.count :])
                code, instruction, passed = call_site(caller(), mode.marks)
                site = code, instruction, passed | Marks.LIBRARY  # what the program assigns there is something else
                mode.logged(_SYNC, sources, {}, inner, site, (sequence_number(), now_ns, now_ns))

    def _made(self, things: Any) -> None:  # noqa: ANN401 - results of any call
        """Take in what a call has returned: a tensor known by now was written."""
        for tensor in _functional(things):
            known = self._known.get(tensor)
            inner = self._enter(tensor)
            if known is not None and known.inner is not inner:
                known.writes.append(inner)
                self._known[tensor].count += 1

    def _enter(self, tensor: Tensor) -> Tensor:
        bring_up_to_date(tensor)
        block, inner = shared_block(tensor), plain(tensor)
        writes = self._writes.get(block)
        if writes is None:
            writes = self._writes[block] = _Writes()
        self._known[tensor] = _Known(inner, writes, len(writes))
        return inner


def _functional(things: Any) -> list[Tensor]:  # noqa: ANN401 - arguments or results of any call
    return [tensor for tensor in tensors_in((things,)) if is_functional(tensor)]
