"""Graphs that torch compiled, as plain facts, and how they ran in one call."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType
from typing import Any
from weakref import ref

import torch
from torch import Tensor

from engine.runtime.compat import quiet
from engine.runtime.compat_compiler import Expression, Size
from engine.runtime.recorder.watch.kinds import FunctionInfo
from engine.trace.execution import Kernel, KernelOperand
from engine.trace.ids import StepIndex, ValueId


@dataclass(frozen=True, slots=True)
class Slot:
    """A tensor inside of a graph, numbered from 0; ``dtype`` is empty and ``shape`` () where they are not known."""

    number: int
    shape: tuple[int | Size, ...] = ()
    dtype: str = ""


@dataclass(frozen=True, slots=True)
class GraphOp:
    """One operator of a graph; ``text`` are its plain arguments."""

    name: str
    text: str
    inputs: tuple[Slot, ...]
    outputs: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class GraphInput:
    """What a graph takes at one position.

    Attributes:
        slot: The tensor, None for a number.
        symbol: The symbol that a number stands for in sizes.
        name: What the program calls it, as far as the compiler knows.
        is_own: Whether it belongs to the program (argument, parameter, global) and was not made by an earlier graph.
        is_written: Whether the graph may overwrite it.
    """

    slot: Slot | None
    symbol: Expression | None
    name: str
    is_own: bool
    is_written: bool


@dataclass(frozen=True, slots=True, eq=False)
class CapturedGraph:
    """A whole graph.

    Attributes:
        inputs: What it takes, then what it has built in.
        outputs: The slot of each tensor that it returns, None for anything else.
        ops: Its operators in order.
        built_in: Tensors that the compiler has made a part of the graph, e.g. the parameters of an optimizer.
        is_known: Whether its operators are known.
    """

    inputs: tuple[GraphInput, ...]
    outputs: tuple[Slot | None, ...]
    ops: tuple[GraphOp, ...]
    built_in: tuple["ref[Tensor]", ...] = ()
    is_known: bool = True

    def taken(self, args: Sequence[Any]) -> tuple[Any, ...]:
        """Return what goes in when it is called with ``args``, in the order of ``inputs``."""
        return (*args, *(tensor() for tensor in self.built_in))

    def as_called(self, args: Sequence[Any], results: Sequence[Any] = ()) -> "CapturedGraph":
        """Return what is known of the graph in a call: of an unknown one only what goes in and comes out."""
        if self.is_known:
            return self
        slots = [Slot(number) if isinstance(thing, Tensor) else None for number, thing in enumerate((*args, *results))]
        taken = tuple(GraphInput(slot, None, "", is_own=True, is_written=True) for slot in slots[: len(args)])
        return CapturedGraph(taken, tuple(slots[len(args) :]), (), is_known=False)


UNKNOWN_GRAPH = CapturedGraph((), (), (), is_known=False)
"""A graph that a backend made code of before it could be read: whatever goes in may be overwritten."""
_NOT_KNOWN = "compiled before the recording began: its operators are not known"


@dataclass(slots=True, eq=False)
class GraphRun:
    """One run of a graph; times as of ``perf_counter_ns``.

    ``inputs`` and ``outputs`` are what really went in and came out, in the order of the graph's; ``written`` are the
    inputs whose version changed.
    """

    graph: CapturedGraph
    inputs: tuple[Any, ...]
    outputs: tuple[Any, ...]
    started_ns: int
    ended_ns: int
    written: list[Tensor] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class CompiledRegion:
    """One call of compiled code; ``code`` is what it was compiled from."""

    name: str
    code: CodeType | None


@dataclass(frozen=True, slots=True, eq=False)
class CompiledInfo(FunctionInfo):
    """A stretch of compiled code that is one step, with the graphs that ran in it."""

    region: CompiledRegion = field(default_factory=lambda: CompiledRegion("", None))
    runs: list[GraphRun] = field(default_factory=list)

    def written(self) -> list[Tensor]:
        """Return the tensors that were overwritten, each once."""
        return list({id(tensor): tensor for run in self.runs for tensor in run.written}.values())


class KernelMaker:
    """Makes the kernels of one step out of the graphs that ran in it, in order.

    Where several graphs ran, each is headed by a kernel called ``graph 1``, ``graph 2``, ... with the tensors that go
    in and out and the time it took; the single operators of compiled code have no times of their own. A graph whose
    operators are not known is that kernel alone, which says so.
    """

    def __init__(self, step: StepIndex, known: Mapping[int, ValueId], origin_ns: int) -> None:
        self._step = step
        self._known = known
        self._origin_ns = origin_ns
        self._locals: dict[int, int] = {}
        self._count = 0

    def kernels(self, runs: Sequence[GraphRun]) -> Iterator[Kernel]:
        """Yield the kernels of these runs."""
        for number, run in enumerate(runs, 1):
            operands = _Operands(self, run)
            started_ns = run.started_ns - self._origin_ns
            if len(runs) > 1 or not run.graph.is_known:
                duration_ns = run.ended_ns - run.started_ns
                inputs = tuple(operands.of(entry.slot) for entry in run.graph.inputs if entry.slot is not None)
                outputs = tuple(operands.of(slot) for slot in run.graph.outputs if slot is not None)
                text = "" if run.graph.is_known else _NOT_KNOWN
                yield Kernel(self._step, f"graph {number}", inputs, outputs, text, started_ns, duration_ns)
            for op in run.graph.ops:
                inputs = tuple(operands.of(slot) for slot in op.inputs)
                outputs = tuple(operands.of(slot) for slot in op.outputs)
                yield Kernel(self._step, op.name, inputs, outputs, op.text, started_ns, 0)

    def place(self, tensor: Tensor | None) -> tuple[ValueId | None, int]:
        """Return the value of a tensor, or else its number in the step: a new one at first sight."""
        value = None if tensor is None else self._known.get(id(tensor))
        if value is not None:
            return value, -1
        found = None if tensor is None else self._locals.get(id(tensor))
        if found is None:
            found = self._count
            self._count += 1
            if tensor is not None:
                self._locals[id(tensor)] = found
        return None, found


class _Operands:
    """The operands of one run of a graph: real tensors at its borders, numbered ones inside."""

    def __init__(self, maker: KernelMaker, run: GraphRun) -> None:
        self._maker = maker
        self._tensors: dict[int, Tensor] = {}
        self._places: dict[int, tuple[ValueId | None, int]] = {}
        self._sizes: list[tuple[Expression, int]] = []
        ends = zip((entry.slot for entry in run.graph.inputs), run.inputs, strict=False)
        results = zip(run.graph.outputs, run.outputs, strict=False)
        for slot, thing in (*results, *ends):  # a tensor that goes through is its input
            if slot is not None and isinstance(thing, Tensor):
                self._tensors[slot.number] = thing
        for entry, thing in zip(run.graph.inputs, run.inputs, strict=False):
            self._learn_sizes(entry, thing)

    def of(self, slot: Slot) -> KernelOperand:
        """Return a slot as it was in this run."""
        tensor = self._tensors.get(slot.number)
        place = self._places.get(slot.number)
        if place is None:
            place = self._places[slot.number] = self._maker.place(tensor)
        if tensor is not None and not tensor.is_nested:
            return KernelOperand(*place, tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))
        return KernelOperand(*place, tuple(map(self._size, slot.shape)), slot.dtype)

    def _learn_sizes(self, entry: GraphInput, thing: Any) -> None:  # noqa: ANN401 - a tensor or a number
        if entry.symbol is not None and isinstance(thing, int):
            self._sizes.append((entry.symbol, thing))
        if entry.slot is not None and isinstance(thing, Tensor) and not thing.is_nested:
            for size, real in zip(entry.slot.shape, thing.shape, strict=False):
                if isinstance(size, Size) and size.expression.is_Symbol:
                    self._sizes.append((size.expression, int(real)))

    def _size(self, size: int | Size) -> int:
        if isinstance(size, int):
            return size
        try:
            return int(size.expression.subs(self._sizes))
        except (TypeError, ValueError):
            return size.hint  # it depends on numbers inside of the graph


class Contents:
    """What tensors hold before a graph runs: their versions, and the numbers of those that it may write.

    Some operators write without counting a version up (running statistics of ``batch_norm``).
    """

    def __init__(self, things: Sequence[Any], targets: Sequence[Tensor]) -> None:
        self._counted = [(thing, thing._version) for thing in things if _counts(thing)]  # noqa: SLF001 - torch has no other name for it
        with quiet():
            self._copies = [(target, target.detach().clone()) for target in targets]

    def changed(self) -> list[Tensor]:
        """Return the tensors that were written since."""
        found = {id(tensor): tensor for tensor, version in self._counted if tensor._version != version}  # noqa: SLF001 - as above
        with quiet():
            for target, copy in self._copies:
                if id(target) not in found and not torch.equal(target.detach(), copy):
                    found[id(target)] = target
        return list(found.values())


def _counts(thing: Any) -> bool:  # noqa: ANN401 - a tensor or anything else
    return isinstance(thing, Tensor) and not thing.is_inference()
