"""Which way the program went because of a tensor, from the log to decisions."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from torch import Tensor

from engine.program.conditions import Condition
from engine.program.places import Place
from engine.program.sites import ConditionSite
from engine.program.source import SourceMap
from engine.runtime.compat import storage_key
from engine.runtime.recorder.contents.snapshots import Snapshots
from engine.runtime.recorder.resolve.steps import StepMaker
from engine.runtime.recorder.resolve.tensors import TensorBook
from engine.trace.control import Decision, DecisionKind
from engine.trace.facts import Span
from engine.trace.ids import ValueId
from engine.trace.numbers import number_text

_Kind: TypeAlias = tuple[DecisionKind, Span]
TRUTHS = frozenset({"__bool__", "is_nonzero"})
"""What a tensor is asked for when its truth decides something; other questions get numbers out of it."""
_COMPARISONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}


class DecisionResolver:
    """Makes a decision of each condition that depended on a tensor.

    Either the tensor itself was asked for its truth, or a number that had come out of one was: then the program says so
    by a mark, which counts if one of the calls that the number may have come from was seen to ask a tensor.
    """

    def __init__(self, book: TensorBook, steps: StepMaker, source: SourceMap, snapshots: Snapshots) -> None:
        self._book = book
        self._steps = steps
        self._source = source
        self._snapshots = snapshots
        self._made: list[Decision] = []
        self._asked: dict[tuple[int, Place], tuple[int, ValueId | None]] = {}
        self._compared: dict[int, Sequence[Any]] = {}

    def take(self) -> tuple[Decision, ...]:
        """Return the decisions since the last call."""
        made = tuple(self._made)
        self._made = []
        self._compared.clear()
        return made

    def compared(self, record: Sequence[Any], thread: int) -> None:
        """Keep a comparison for the question that may follow."""
        if record[1].name in _COMPARISONS:
            self._compared[thread] = record

    def asked(self, record: Sequence[Any], thread: int) -> None:
        """Resolve one ASKED record."""
        _, tensor, what, answer, code, instruction, time_ns = record
        known = self._book.find(tensor)
        value = known.value if known is not None and not known.is_stale else None
        span = self._source.span(code, instruction)
        if span is None:
            return
        key = (span.file, (span.line, span.column, span.end_line, span.end_column))
        self._asked[key] = (len(self._asked) + self._steps.next, value)
        if what not in TRUTHS:
            return
        condition = self._source.condition(code, instruction)
        if condition is None:
            if self._source.is_told(span):
                return
            numbers = (self._number(tensor, time_ns),)
            text = f"{self._source.written(span)} = {numbers[0]}" if numbers[0] else self._source.written(span)
            self._add((DecisionKind.OTHER, span), value, outcome=bool(answer), text=text, thread=thread)
        else:
            text = condition.told(self._numbers(condition, tensor, time_ns, thread))
            outcome = bool(answer) is not condition.is_negated
            where = (condition.kind, Span(span.file, *condition.place))
            self._add(where, value, outcome=outcome, text=text, thread=thread)

    def decided(self, record: Sequence[Any], thread: int) -> None:
        """Resolve one DECIDED record."""
        _, site, outcome, told = record
        file = self._source.index_of(site.file)
        keys = [(file, place) for place in site.sources]
        found = [self._asked[key] for key in keys if key in self._asked]
        if not found:
            return
        condition: Condition = site.condition
        value = max(found, key=lambda one: one[0])[1]
        text = condition.told(_told(site, told))
        is_held = outcome is not condition.is_negated
        where = (condition.kind, Span(file, *condition.place))
        self._add(where, value, outcome=is_held, text=text, thread=thread)

    def _add(self, condition: _Kind, value: ValueId | None, *, outcome: bool, text: str, thread: int) -> None:
        region = self._steps.regions.stack(thread).current
        kind, span = condition
        self._made.append(Decision(self._steps.next, kind, span, value, outcome, region, text))

    def _numbers(self, condition: Condition, tensor: Tensor, time_ns: int, thread: int) -> tuple[str, ...]:
        """Return the numbers of the operands of a condition that asked ``tensor``."""
        if len(condition.operands) == 1:
            return (self._number(tensor, time_ns),)
        record = self._compared.get(thread)
        if record is None or record[4] is not tensor or len(record[2]) != 2:
            return ("", "")
        _, info, args, *_ = record
        left, right = (self._number(side, record[10]) for side in args)
        is_reflected = _COMPARISONS[info.name] != condition.comparison or (
            condition.operands[0].is_written and isinstance(args[0], Tensor)
        )
        return (right, left) if is_reflected else (left, right)

    def _number(self, value: object, time_ns: int) -> str:
        """Return the single number that a tensor held at a time, or a plain number; empty for anything else."""
        if isinstance(value, Tensor):
            if value.numel() != 1:
                return ""
            held = self._snapshots.content(value, storage_key(value), time_ns)
            try:
                return "" if held is None else _shown(held.item())
            except (RuntimeError, ValueError, TypeError, NotImplementedError):
                return ""  # a tensor without numbers: meta, or of a class of the program
        return _shown(value)


def _told(site: ConditionSite, told: Sequence[object]) -> tuple[str, ...]:
    if not site.told:
        return (_shown(told[0]) if told else "",)
    numbers = iter(told)
    return tuple(_shown(next(numbers, None)) if is_told else "" for is_told in site.told)


def _shown(value: object) -> str:
    match value:
        case bool() | int():
            return repr(value)
        case float() | complex():
            return number_text(value)
        case _:
            return ""
