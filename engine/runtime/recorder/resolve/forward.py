"""Calls of torch, from the log to steps and values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import CodeType
from typing import Any

from torch import Tensor

from engine.program.names import Site
from engine.program.source import SourceMap
from engine.runtime.compat import made_by, mark_thread
from engine.runtime.recorder.nested import tensors_in
from engine.runtime.recorder.resolve.calls import ModuleStack
from engine.runtime.recorder.resolve.links import node_number
from engine.runtime.recorder.resolve.naming import Namer
from engine.runtime.recorder.resolve.pending import PendingStep
from engine.runtime.recorder.resolve.steps import StepMaker
from engine.runtime.recorder.resolve.tensors import NodeKey
from engine.runtime.recorder.resolve.values import ValueMaker
from engine.runtime.recorder.texts import texts_of
from engine.runtime.recorder.watch.captured import CompiledInfo
from engine.runtime.recorder.watch.frames import Marks
from engine.runtime.recorder.watch.kinds import FunctionInfo, Kind
from engine.runtime.recorder.watch.mode import written_tensors
from engine.trace.facts import Argument, FailedCall, Phase, Role, Span
from engine.trace.ids import ValueId

_WRITTEN = object()
"""Stands for no default value: whatever was passed was written by the person."""
_HIDDEN = int(Marks.INIT | Marks.OPTIMIZER | Marks.DATA)
_LIBRARY = int(Marks.LIBRARY)


class ForwardResolver:
    """Turns logged calls into forward steps.

    A call is a step when it makes a new tensor or overwrites one. Tensors that a factory makes are values without a
    step; those that a library makes become values when something uses them.
    """

    def __init__(self, values: ValueMaker, steps: StepMaker, namer: Namer, source: SourceMap) -> None:
        self._values = values
        self._steps = steps
        self._namer = namer
        self._source = source
        self.origin_ns = 0

    def call(self, record: Sequence[Any], thread: int, stack: ModuleStack) -> None:
        """Resolve one CALL record."""
        _, info, args, kwargs, result, code, instruction, passed, before, after, started_ns, ended_ns = record
        kwargs = kwargs or {}
        span, site = self.place(code, instruction)
        outputs = [result] if isinstance(result, Tensor) else list(tensors_in((result,)))
        inputs = list(tensors_in(args))
        if kwargs:
            inputs.extend(tensors_in(kwargs.values()))
        known = {id(tensor) for tensor in inputs}
        written = [] if info.is_plain and not kwargs else written_tensors(info, args, kwargs)
        if info.kind is Kind.CUSTOM:
            written = [tensor for tensor in outputs if id(tensor) in known]  # what ``ctx.mark_dirty`` named
        elif isinstance(info, CompiledInfo):
            written = info.written()
        passes = self._steps.passes(thread)
        if passed & _HIDDEN or info.kind is Kind.INIT or passes.is_library(code, instruction):
            self._created(outputs, span, None)
            self._filled(written, span, ended_ns)
            return
        if thread and after > before:
            mark_nodes((*outputs, *written), before, after, thread)
        direct = not passed & _LIBRARY
        if info.kind is Kind.FACTORY or not inputs:
            self._made(outputs, span, site if direct else None, ended_ns, is_direct=direct)
            return
        if not written and all(id(tensor) in known for tensor in outputs):
            return
        names_site = site if direct else None
        arguments = tuple(self._arguments(info, args, kwargs, started_ns))
        step = PendingStep(
            index=self._steps.next,
            phase=Phase.FORWARD,
            name=info.name,
            target=info.target,
            span=span,
            inputs=[argument.value for argument in arguments if argument.value is not None],
            outputs=[],
            started_ns=started_ns - self.origin_ns,
            duration_ns=ended_ns - started_ns,
            function=code.co_qualname if code is not None else "",
            thread=thread,
            arguments=arguments,
            module=stack.current,
            backward_call=passes.current,
        )
        self._outputs(step, info, outputs, written, known, ended_ns)
        self._link(step, before, after, thread)
        self._steps.add(step)
        self._namer.operands(names_site, info, args, kwargs)
        self._namer.bind(names_site, outputs or written, args)

    def failed(self, record: Sequence[Any], thread: int, stack: ModuleStack, time_ns: int) -> None:
        """Resolve one FAILED record."""
        _, info, args, kwargs, code, instruction, _, error_type, message = record
        if info.kind is not Kind.ENGINE and self._steps.passes(thread).is_library(code, instruction):
            return
        span, site = self.place(code, instruction)
        arguments = tuple(self._arguments(info, args, kwargs or {}, time_ns))
        self._namer.operands(site, info, args, kwargs or {})
        inputs = tuple(argument.value for argument in arguments if argument.value is not None)
        self._values.pending.failures.append(
            FailedCall(
                self._steps.next, info.name, info.target, span, inputs, arguments, stack.current, error_type, message
            )
        )

    def place(self, code: CodeType | None, instruction: int) -> tuple[Span | None, Site | None]:
        """Return the sub-expression that made a call, and what the text says about names there."""
        if code is None:
            return None, None
        span = self._source.span(code, instruction)
        return span, None if span is None else self._source.site(span)

    def _outputs(
        self,
        step: PendingStep,
        info: FunctionInfo,
        outputs: list[Tensor],
        written: list[Tensor],
        known: set[int],
        time_ns: int,
    ) -> None:
        values = self._values
        fresh: dict[int, ValueId | None] = {}
        results = {id(tensor) for tensor in outputs}
        for tensor in written:
            if info.kind is Kind.STATISTICS and id(tensor) not in results:
                self._statistics(tensor, step, time_ns)
            elif id(tensor) not in fresh:
                fresh[id(tensor)] = values.rewritten(tensor, time_ns, step.index)
        for tensor in outputs:
            key = id(tensor)
            if key in fresh:
                step.outputs.append(fresh.pop(key))
            elif key in known:
                step.outputs.append(values.current(tensor, time_ns))
            elif info.kind is Kind.CUSTOM:
                step.outputs.append(values.adopted(tensor, time_ns, step.index))
            else:
                step.outputs.append(self._result(tensor, step, time_ns))
        step.outputs.extend(fresh.values())

    def _result(self, tensor: Tensor, step: PendingStep, time_ns: int) -> ValueId:
        values = self._values
        record = values.book.record(tensor)
        if record.value is not None and not record.is_stale:
            return record.value
        return values.make(tensor, record, time_ns, step.index, Role.INTERMEDIATE)

    def _statistics(self, tensor: Tensor, step: PendingStep, time_ns: int) -> None:
        """Running statistics change beside the result: their next value comes when something uses them."""
        record = self._values.book.record(tensor)
        self._values.current(tensor, time_ns)
        record.is_stale, record.writer = True, step.index

    def _link(self, step: PendingStep, before: int, after: int, thread: int) -> None:
        self._steps.links.made(thread, before, after, step.index)
        if after <= before:
            self._link_lone(step)
            return
        before, after = node_number(before, thread), node_number(after, thread)
        step.made = (before, after)
        found = [self._values.pending.value(output) for output in step.outputs]
        step.first = found[0] if found else None
        for value in found:
            if value is not None and value.producer == step.index and not value.node.is_known:
                # Its memory was written before this drain: the last node that the step made is the best guess.
                value.node = NodeKey(after - 1, 0, requires_grad=True)

    def _link_lone(self, step: PendingStep) -> None:
        """Link the node of a result whose derivative torch lacks: it has no sequence number."""
        value = self._values.pending.value(step.outputs[0]) if step.outputs else None
        number = None if value is None else value.node.sequence
        if value is not None and number is not None and number < 0 and value.producer == step.index:
            self._steps.links.made_lone(number, step.index)
            step.first = value

    def _created(self, outputs: Iterable[Tensor], span: Span | None, role: Role | None) -> None:
        for tensor in outputs:
            record = self._values.book.record(tensor)
            if record.value is None:
                record.span = span
                record.role = record.role or role

    def _filled(self, written: Iterable[Tensor], span: Span | None, time_ns: int) -> None:
        for tensor in written:
            record = self._values.book.record(tensor)
            record.span = record.span or span
            self._values.rewritten(tensor, time_ns, None)

    def _made(
        self, outputs: list[Tensor], span: Span | None, site: Site | None, time_ns: int, *, is_direct: bool
    ) -> None:
        has_name = site is not None and bool(site.targets)
        self._created(outputs, span, Role.CONSTANT if is_direct and not has_name else None)
        self._namer.bind(site, outputs)
        if not is_direct:
            return
        for tensor in outputs:
            record = self._values.book.record(tensor)
            if tensor.requires_grad and record.role is Role.CONSTANT:
                record.role = None
            self._values.current(tensor, time_ns)

    def _arguments(
        self, info: FunctionInfo, args: Sequence[Any], kwargs: Mapping[str, Any], time_ns: int
    ) -> Iterator[Argument]:
        names = info.parameters
        for position, argument in enumerate(args):
            yield from self._argument(names[position] if position < len(names) else "", argument, time_ns)
        for name, argument in kwargs.items():
            if argument is info.defaults.get(name, None if name == "out" else _WRITTEN):
                continue  # filled in by torch, not written by the person
            yield from self._argument(name, argument, time_ns, (), is_keyword=True)

    def _argument(
        self,
        name: str,
        argument: Any,  # noqa: ANN401 - any argument
        time_ns: int,
        place: tuple[int, ...] = (),
        *,
        is_keyword: bool = False,
    ) -> Iterator[Argument]:
        if isinstance(argument, Tensor):
            yield Argument(name, self._values.current(argument, time_ns), "", place, "", is_keyword)
        elif isinstance(argument, tuple | list) and _holds_tensor(argument):
            for index, part in enumerate(argument):
                yield from self._argument(name, part, time_ns, (*place, index), is_keyword=is_keyword)
        elif isinstance(argument, dict) and _holds_tensor(argument.values()):
            for key, part in argument.items():
                yield from self._argument(f"{name}[{key!r}]", part, time_ns, place, is_keyword=is_keyword)
        else:
            text, exact = texts_of(argument)
            yield Argument(name, None, text, place, exact, is_keyword)


def mark_nodes(tensors: Iterable[Any], start: int, end: int, thread: int) -> None:
    """Mark the nodes that ``thread`` made for these tensors as its own; None and plain numbers among them are fine."""
    for tensor in tensors:
        if isinstance(tensor, Tensor) and tensor.requires_grad:
            mark_thread(made_by(tensor), start, end, thread)


def _holds_tensor(things: Iterable[Any]) -> bool:
    return next(tensors_in(things), None) is not None
