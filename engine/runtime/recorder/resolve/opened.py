"""Compiled code, from the log to regions, steps, and the kernels that they were compiled to."""

from collections.abc import Sequence
from types import CodeType
from typing import Any

from torch import Tensor

from engine.program.source import SourceMap
from engine.runtime.compat_compiler import backward_graph
from engine.runtime.recorder.nested import tensors_in
from engine.runtime.recorder.resolve.calls import ModuleStack
from engine.runtime.recorder.resolve.forward import ForwardResolver
from engine.runtime.recorder.resolve.pending import PendingStep
from engine.runtime.recorder.resolve.regions import OpenRegion
from engine.runtime.recorder.resolve.steps import StepMaker
from engine.runtime.recorder.resolve.values import ValueMaker
from engine.runtime.recorder.watch.captured import CapturedGraph, CompiledInfo, CompiledRegion, GraphRun, KernelMaker
from engine.runtime.recorder.watch.frames import FileMarks, Marks
from engine.runtime.recorder.watch.fx_graphs import read_graph
from engine.trace.control import RegionKind
from engine.trace.facts import Span
from engine.trace.ids import ValueId

COMPILED_NODE = "CompiledFunctionBackward"
_HEADS = ("def ", "async def ", "class ")


class CompiledResolver:
    """Turns calls of compiled code into regions with steps that can be opened."""

    def __init__(self, values: ValueMaker, steps: StepMaker, forward: ForwardResolver, source: SourceMap) -> None:
        self._values = values
        self._steps = steps
        self._forward = forward
        self._source = source
        self._marks: FileMarks | None = None
        self._open: dict[CompiledRegion, OpenRegion] = {}
        self._calls: dict[tuple[str, CodeType | None], int] = {}
        self._backward: dict[type, CapturedGraph | None] = {}
        self.origin_ns = 0

    def call(self, record: Sequence[Any], thread: int, stack: ModuleStack) -> None:
        """Resolve the CALL record of a stretch of compiled code."""
        info: CompiledInfo = record[1]
        is_alone = info.region not in self._open
        if is_alone:
            self.begin(info.region, thread)
        before = self._steps.next
        self._forward.call(record, thread, stack)
        if self._steps.next > before:
            step = self._values.pending.steps[-1]
            known = _known(step, record[2:5])
            self._values.pending.kernels.extend(KernelMaker(step.index, known, self.origin_ns).kernels(info.runs))
        if is_alone:
            self.end(info.region, thread)

    def begin(self, region: CompiledRegion, thread: int) -> None:
        """Begin a region: everything until its end belongs to it."""
        key = (region.name, region.code)
        number = self._calls.get(key, 0)
        self._calls[key] = number + 1
        stack = self._steps.regions.stack(thread)
        self._open[region] = stack.enter(RegionKind.COMPILED, region.name, self._head(region.code), number)

    def end(self, region: CompiledRegion, thread: int) -> None:
        """End a region."""
        opened = self._open.pop(region, None)
        if opened is not None:
            self._steps.regions.stack(thread).leave(opened)

    def node(self, record: Sequence[Any]) -> None:
        """Give the backward step that was just resolved its kernels, if what ran was compiled."""
        _, run, position, sent, came, ended_ns, _ = record
        node = run.nodes[position]
        if type(node).__name__ != COMPILED_NODE:
            return
        graph = self._backward_graph(node)
        if graph is None:
            return
        step = self._values.pending.steps[-1]
        inputs = _incoming(graph, came)
        outputs = tuple(sent) if len(sent) == len(graph.outputs) else ()
        pairs = [*zip(sent, step.outputs, strict=False), *zip(came, step.inputs, strict=False)]
        known = {id(tensor): value for tensor, value in pairs if isinstance(tensor, Tensor) and value is not None}
        began_ns = step.started_ns + self.origin_ns
        ran = GraphRun(graph, inputs, outputs, began_ns, ended_ns)
        self._values.pending.kernels.extend(KernelMaker(step.index, known, self.origin_ns).kernels([ran]))

    def _backward_graph(self, node: object) -> CapturedGraph | None:
        kind = type(node)
        if kind not in self._backward:
            graph = backward_graph(node)
            self._backward[kind] = None if graph is None else read_graph(graph)
        return self._backward[kind]

    def _head(self, code: CodeType | None) -> Span | None:
        """Return the line of the person's text at which the compiled function is defined."""
        if code is None:
            return None
        if self._marks is None:
            self._marks = FileMarks()  # takes a tenth of a millisecond
        if self._marks[code.co_filename] != Marks.PERSON:
            return None
        index = self._source.index_of(code.co_filename)
        lines = self._source.text(index).splitlines()
        for number, line in enumerate(lines[code.co_firstlineno - 1 :], code.co_firstlineno):
            text = line.strip()
            if text.startswith(_HEADS) or (code.co_name == "<lambda>" and "lambda" in text):
                return Span(index, number, len(line) - len(line.lstrip()), number, len(line.rstrip()))
        return None


def _known(step: PendingStep, call: Sequence[Any]) -> dict[int, ValueId]:
    """Return the values of the tensors that went into a step and came out of it, by the tensors' addresses."""
    args, kwargs, result = call
    taken = [*tensors_in(args), *tensors_in((kwargs or {}).values())]
    pairs = [*zip(tensors_in((result,)), step.outputs, strict=False)]
    if len(taken) == len(step.inputs):
        pairs += zip(taken, step.inputs, strict=True)  # what was overwritten went in as it was before
    return {id(tensor): value for tensor, value in pairs if value is not None}


def _incoming(graph: CapturedGraph, came: Sequence[Any]) -> tuple[Any, ...]:
    """Return the gradients that came in, at the positions of the graph that takes them: its last tensors."""
    gradients = [gradient for gradient in came if isinstance(gradient, Tensor)]
    inputs: list[Any] = [None] * len(graph.inputs)
    places = [place for place, entry in enumerate(graph.inputs) if entry.name.startswith("tangents")]
    if len(places) == len(gradients):
        for place, gradient in zip(places, gradients, strict=True):
            inputs[place] = gradient
    return tuple(inputs)
