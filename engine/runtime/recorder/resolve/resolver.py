"""Reads the log and makes facts of it."""

import sys
from collections.abc import Iterator, Mapping
from heapq import merge
from operator import itemgetter
from time import perf_counter_ns
from typing import Any

from torch import Tensor

from engine.program.source import SourceMap
from engine.runtime.recorder.contents.snapshots import Snapshots
from engine.runtime.recorder.log import (
    ASKED,
    BACKWARD,
    BACKWARD_END,
    BEFORE_WRITE,
    CALL,
    DECIDED,
    ENTER,
    FAILED,
    LEAF,
    LEAVE,
    MARKED,
    METRIC,
    NODE,
    OPTIMIZER,
    RECOMPUTE_BEGIN,
    RECOMPUTE_END,
    REGION_BEGIN,
    REGION_END,
    SET_GRAD,
    TANGENT,
    TIMES,
    WIDTHS,
    Log,
)
from engine.runtime.recorder.options import RecorderOptions
from engine.runtime.recorder.resolve.beside import BESIDE, Beside
from engine.runtime.recorder.resolve.calls import ModuleResolver, ModuleStack
from engine.runtime.recorder.resolve.content import ContentWriter
from engine.runtime.recorder.resolve.control import ControlResolver
from engine.runtime.recorder.resolve.decisions import DecisionResolver
from engine.runtime.recorder.resolve.forward import ForwardResolver
from engine.runtime.recorder.resolve.gradients import GradientResolver
from engine.runtime.recorder.resolve.links import NodeLinks, node_number
from engine.runtime.recorder.resolve.naming import Namer
from engine.runtime.recorder.resolve.opened import CompiledResolver
from engine.runtime.recorder.resolve.pending import Pending, PendingStep
from engine.runtime.recorder.resolve.regions import RegionBook
from engine.runtime.recorder.resolve.steps import StepMaker
from engine.runtime.recorder.resolve.tensors import NodeKey, TensorBook
from engine.runtime.recorder.resolve.updates import UpdateResolver
from engine.runtime.recorder.resolve.values import ValueMaker
from engine.runtime.recorder.watch.kinds import Kind
from engine.trace.batch import Batch
from engine.trace.bytestore import ByteSink
from engine.trace.facts import Metric
from engine.trace.ids import StepIndex

_BEGINNINGS = (CALL, BACKWARD, OPTIMIZER)
"""Records that begin something: before any of them the recording may end."""


class Resolver:
    """Keeps ids and links from one drain to the next.

    Attributes:
        is_full: Whether there were more steps than the limit allows. A backward pass is never cut in two.
        is_over: Whether the program has ended, so that there is time to wait for devices.
    """

    def __init__(
        self,
        source: SourceMap,
        snapshots: Snapshots,
        content: ContentWriter,
        origin_ns: int,
        options: RecorderOptions,
        sink: ByteSink,
        book: TensorBook,
    ) -> None:
        self._step_limit = sys.maxsize if options.step_limit is None else options.step_limit
        self._source = source
        self._snapshots = snapshots
        self._content = content
        links = NodeLinks()
        self._book = book
        self._values = ValueMaker(book, snapshots, links)
        self._regions = RegionBook()
        self._steps = StepMaker(self._values, links, self._regions)
        self._control = ControlResolver(self._regions, source)
        self._decisions = DecisionResolver(self._values.book, self._steps, source, snapshots)
        self._namer = Namer(self._values)
        self._modules = ModuleResolver(self._values, self._namer, source)
        self._forward = ForwardResolver(self._values, self._steps, self._namer, source)
        self._gradients = GradientResolver(self._values, self._steps, source)
        self._opener = CompiledResolver(self._values, self._steps, self._forward, source)
        self._updates = UpdateResolver(self._values, self._steps, self._gradients, source)
        self._beside = Beside(options, sink, self._values, origin_ns)
        self._stacks: dict[int, ModuleStack] = {}
        self._time_ns = origin_ns
        self.is_full = False
        self.is_over = False
        for part in (self._forward, self._gradients, self._updates, self._opener):
            part.origin_ns = origin_ns

    @property
    def step_count(self) -> StepIndex:
        """How many steps there are by now."""
        return self._steps.next

    def resolve(self, logs: Mapping[int, Log], namespace: Mapping[str, object] | None) -> Batch:
        """Return the facts of all records in ``logs`` (by thread)."""
        self._read(logs)
        if namespace is not None:
            self._namer.name_all(namespace)
        return self._finish()

    def before_move(self, logs: Mapping[int, Log], tensor: Tensor, form: Tensor | None) -> None:
        """Keep what is known of a tensor that is about to get other memory, shape or type.

        ``form`` is another tensor that shows the same, where the tensor itself shows it no longer.
        """
        self._read(logs)
        self._values.before_move(tensor, perf_counter_ns(), form)

    def is_used(self, logs: Mapping[int, Log], tensor: Tensor) -> bool:
        """Return whether there is a value of what lies in the memory of a tensor."""
        self._read(logs)
        return self._book.is_used(tensor)

    def before_swap(self, logs: Mapping[int, Log], tensors: tuple[Tensor, Tensor]) -> None:
        """Keep what is known of two tensors that are about to be swapped."""
        self._read(logs)
        for tensor in tensors:
            self._values.current(tensor, perf_counter_ns())
            self._values.before_move(tensor, perf_counter_ns())
            self._content.fasten(tensor)

    def after_swap(self, tensors: tuple[Tensor, Tensor]) -> None:
        """Give each of two tensors the gradient and the place in the graph that the other had."""
        self._values.swapped(*tensors)

    def _read(self, logs: Mapping[int, Log]) -> None:
        for thread, record in _in_order(logs):
            if self._steps.next >= self._step_limit and record[0] in _BEGINNINGS:
                self.is_full = True
                return
            if thread:
                self._steps.links.is_threaded = True
            self._one(record, thread, self._stacks.setdefault(thread, ModuleStack()))

    def _one(self, record: list[Any], thread: int, stack: ModuleStack) -> None:  # noqa: C901, PLR0912, PLR0915 - one case a tag
        match record[0]:
            case tag if tag == CALL:
                before = self._steps.next
                self._control.at_call(record[5], record[6], thread)
                self._decisions.compared(record, thread)
                if record[1].kind is Kind.COMPILED:
                    self._opener.call(record, thread, stack)
                else:
                    self._forward.call(record, thread, stack)
                self._beside.call(record, self._made_since(before), thread)
                self._time_ns = record[TIMES[CALL]]
            case tag if tag == NODE:
                self._gradients.node(record, thread)
                self._opener.node(record)
                self._beside.node(record, self._values.pending.steps[-1], thread, is_leaf=False)
                self._time_ns = record[TIMES[NODE]]
            case tag if tag == LEAF:
                self._gradients.leaf(record, thread)
                self._beside.node(record, self._values.pending.steps[-1], thread, is_leaf=True)
                self._time_ns = record[TIMES[NODE]]
            case tag if tag == BEFORE_WRITE:
                _, time_ns, tensor, sequence, slot, requires_grad = record
                number = None if sequence is None else node_number(sequence, thread)
                self._values.before_write(tensor, time_ns, NodeKey(number, slot, requires_grad))
            case tag if tag == ENTER:
                self._modules.enter(record, stack)
            case tag if tag == LEAVE:
                self._modules.leave(record, stack)
            case tag if tag == BACKWARD:
                self._beside.begin(record[1], thread)
                self._gradients.begin(record[1], thread)
            case tag if tag == BACKWARD_END:
                self._gradients.end(record, thread)
                self._beside.end(record[1], thread)
            case tag if tag == TANGENT:
                self._values.add_part(record[1], ".tangent", record[2], self._time_ns)
            case tag if tag == RECOMPUTE_BEGIN:
                span, _ = self._forward.place(record[1].code, record[1].instruction)
                self._steps.passes(thread).begin_again(record[1], span)
            case tag if tag == RECOMPUTE_END:
                self._steps.passes(thread).end_again(record[1])
            case tag if tag == OPTIMIZER:
                before = self._steps.next
                self._updates.resolve(record[1], thread, stack)
                self._beside.optimizer(record[1], self._made_since(before), thread)
            case tag if tag == SET_GRAD:
                self._gradients.set_grad(record[1], record[2], self._time_ns)
            case tag if tag == FAILED:
                self._forward.failed(record, thread, stack, self._time_ns)
            case tag if tag == REGION_BEGIN:
                self._opener.begin(record[1], thread)
            case tag if tag == REGION_END:
                self._opener.end(record[1], thread)
            case tag if tag == ASKED:
                self._control.at_call(record[4], record[5], thread)
                self._decisions.asked(record, thread)
            case tag if tag == DECIDED:
                self._decisions.decided(record, thread)
            case tag if tag in BESIDE:
                self._beside.take(record, thread)
            case tag if tag in MARKED:
                self._control.mark(record, thread)
            case tag if tag == METRIC:
                self._values.pending.metrics.append(Metric(self._steps.last, record[1], record[2], is_logged=True))

    def _made_since(self, before: StepIndex) -> PendingStep | None:
        """Return the newest step if it is not one of the first ``before`` ones."""
        return self._values.pending.steps[-1] if self._steps.next > before else None

    def _finish(self) -> Batch:
        pending = self._values.pending
        links = self._steps.links
        self._gradients.forget_waiting(self._time_ns)
        contents = self._content.write(pending.values)
        self._beside.finish(waits=self.is_over)
        batch = Batch(
            steps=tuple([step.fact(links) for step in pending.steps]),
            values=tuple([value.fact(links) for value in pending.values]),
            names=tuple(pending.names),
            data=contents.data,
            statistics=contents.statistics,
            histograms=contents.histograms,
            grad_changes=tuple(pending.grad_changes),
            returned_gradients=tuple(pending.returned_gradients),
            grad_nodes=pending.finished_nodes(links, self._steps.is_backward),
            grad_edges=tuple(pending.edges),
            backward_calls=tuple(pending.backward_calls),
            module_calls=tuple(pending.module_calls),
            metrics=tuple(pending.metrics),
            failures=tuple(pending.failures),
            files=self._source.new_files(),
            grad_links=tuple(pending.grad_links),
            decisions=self._decisions.take(),
            regions=self._regions.take(),
            kernels=tuple(pending.kernels),
            costs=tuple(pending.costs),
            random_states=tuple(pending.random_states),
        )
        self._values.pending = Pending(self._values.count)
        self._snapshots.clear()
        self._book.end_drain()
        return batch


def _in_order(logs: Mapping[int, Log]) -> Iterator[tuple[int, list[Any]]]:
    """Yield the records of all threads by time, each thread's own in their order."""
    busy = {thread: log for thread, log in logs.items() if log}
    if len(busy) == 1:
        for thread, log in busy.items():
            yield from ((thread, record) for record in _records(log))
        return
    timed = (_timed(thread, log) for thread, log in busy.items())
    for _, thread, record in merge(*timed, key=itemgetter(0)):
        yield thread, record


def _records(log: Log) -> Iterator[list[Any]]:
    position, end = 0, len(log)
    while position < end:
        width = WIDTHS[log[position]]
        yield log[position : position + width]
        position += width


def _timed(thread: int, log: Log) -> Iterator[tuple[int, int, list[Any]]]:
    """Yield records with their times; one that has none belongs to the one before it."""
    time_ns = 0
    for record in _records(log):
        place = TIMES.get(record[0])
        if record[0] == BACKWARD:
            time_ns = max(time_ns, record[1].started_ns)  # what other threads did before it comes before it
        elif place is not None:
            time_ns = record[place]
        yield time_ns, thread, record
