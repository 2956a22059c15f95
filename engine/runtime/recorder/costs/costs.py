"""What each step cost, worked out by drains from what the log and the values say anyway.

Operations (see ``families``, ``products``, ``update_rules``) and bytes (see ``traffic``) come from shapes alone. How
much memory was allocated only an accelerator tells. Main memory keeps no such count, and the recorder itself holds
tensors longer than the program would, so no count of living tensors would be the program's: ``allocated_bytes`` and
``peak_bytes`` are None there.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from torch import Tensor

from engine.runtime.recorder.costs.backward_products import BACKWARD_PRODUCTS
from engine.runtime.recorder.costs.families import FAMILIES, VIEWS, Family
from engine.runtime.recorder.costs.products import PRODUCTS
from engine.runtime.recorder.costs.traffic import Sizes, spanned_bytes
from engine.runtime.recorder.costs.update_rules import operations_each
from engine.runtime.recorder.resolve.pending import Pending, PendingStep
from engine.runtime.recorder.watch.backward_run import BackwardRun
from engine.runtime.recorder.watch.device_clock import Measured
from engine.runtime.recorder.watch.kinds import FunctionInfo, Kind
from engine.runtime.recorder.watch.optimizers import OptimizerRun
from engine.runtime.recorder.watch.saved import SavedTensors
from engine.trace.execution import Clock, StepCost
from engine.trace.ids import StepIndex

_CPU = "cpu"
_OWN_CODE = (Kind.CUSTOM, Kind.COMPILED)


class CostMaker:
    """Makes the cost of each step right after the step itself.

    Attributes:
        waiting: Costs of steps whose device has not told its time yet.
    """

    def __init__(self, saved: SavedTensors) -> None:
        self._sizes = Sizes()
        self._saved = saved
        self.waiting: dict[StepIndex, StepCost] = {}

    def learn(self, pending: Pending) -> None:
        """Learn of all values of a drain before it ends."""
        self._sizes.take_in(pending)

    def forward(self, pending: Pending, step: PendingStep, record: Sequence[Any], measured: Measured | None) -> None:
        """Add the cost of a step that was one call; ``record`` is its CALL record."""
        _, info, args, kwargs, result = record[:5]
        self._sizes.take_in(pending)
        out = _first(result)
        if out is None:
            out = _first((args, *(kwargs or {}).values()))
        if out is None:
            return
        read, written = self._sizes.moved(step.name, step.inputs, step.outputs)
        flops = 0 if not read and not written else _forward_flops(info, args, kwargs or {}, out)
        device = _CPU if out.is_cpu else str(out.device)
        self._add(pending, step, device, flops, read, written, measured)

    def node(self, pending: Pending, step: PendingStep, record: Sequence[Any], measured: Measured | None) -> None:
        """Add the cost of a backward step; ``record`` is its NODE record."""
        _, run, position, sent, came = record[:5]
        self._sizes.take_in(pending)
        saved = self._saved.of(run, position)
        lost = self._saved.leaves(run, position)
        made = self._sizes.made(step.outputs, step.inputs)
        is_view = _node_words(type(run.nodes[position]).__name__)[1] in VIEWS
        written = self._sizes.total(made) + (0 if is_view else sum(map(spanned_bytes, lost)))
        read = 0
        if written:
            read = self._sizes.total(step.inputs) + sum(map(spanned_bytes, _distinct(saved.values(), came)))
        first = _first(came)
        like = first if first is not None else _first(sent)
        device = _CPU if like is None or like.is_cpu else str(like.device)
        self._add(pending, step, device, _node_flops(run, position, sent, came, saved, lost), read, written, measured)

    def leaf(self, pending: Pending, step: PendingStep, record: Sequence[Any], measured: Measured | None) -> None:
        """Add the cost of a step that adds to a leaf's ``.grad``; the first gradient just becomes it."""
        _, run, position, grad, came = record[:5]
        self._sizes.take_in(pending)
        if grad is None:
            return
        size = spanned_bytes(grad)
        is_added = position in run.had_grad and came is not None
        flops, read, written = (grad.numel(), 2 * size, size) if is_added else (0, 0, 0)
        self._add(pending, step, _CPU if grad.is_cpu else str(grad.device), flops, read, written, measured)

    def optimizer(self, pending: Pending, step: PendingStep, run: OptimizerRun, measured: Measured | None) -> None:
        """Add the cost of an optimizer step; what it keeps of its own (moments) is not among its operands."""
        self._sizes.take_in(pending)
        first = _first(run.parameters)
        device = _CPU if first is None or first.is_cpu else str(first.device)
        flops = None if run.has_closure else _update_flops(run)
        read, written = self._sizes.total(step.inputs), self._sizes.total(step.outputs)
        self._add(pending, step, device, flops, read, written, measured)

    def _add(
        self,
        pending: Pending,
        step: PendingStep,
        device: str,
        flops: int | None,
        read: int,
        written: int,
        measured: Measured | None,
    ) -> None:
        if measured is None:
            clock = Clock.HOST if device == _CPU else Clock.LAUNCH
            cost = StepCost(step.index, device, 0, clock, step.duration_ns, flops, read, written, None, None)
        else:
            cost = StepCost(
                step.index,
                measured.device,
                measured.stream,
                measured.clock,
                step.duration_ns if measured.duration_ns is None else measured.duration_ns,
                flops,
                read,
                written,
                measured.allocated_bytes,
                measured.peak_bytes,
            )
            if measured.clock is Clock.LAUNCH:
                self.waiting[step.index] = cost
        pending.costs.append(cost)


def _forward_flops(info: FunctionInfo, args: Sequence[Any], kwargs: Mapping[str, Any], out: Tensor) -> int | None:
    if info.kind in _OWN_CODE:
        return None
    name = info.name
    formula = PRODUCTS.get(name)
    if formula is not None:
        try:
            return formula(args, kwargs, out)
        except Exception:  # noqa: BLE001 - operands of a form that no formula knows: the count is unknown
            return None
    family = FAMILIES.get(name) or FAMILIES.get(name.removesuffix("_"))
    if family is Family.REDUCTION or (name in ("max", "min") and len(args) + len(kwargs) == 1):
        data = _first((args, *kwargs.values()))
        return None if data is None else _elements(data)
    return _counted(family, _elements(out))


def _update_flops(run: OptimizerRun) -> int | None:
    """Return the count of an optimizer step: each group of parameters has settings of its own."""
    optimizer = run.name.partition(".")[0]
    sizes = [parameter.numel() for parameter in run.parameters]
    first = len(sizes) - sum(group["params"] for group in run.others)
    total, position = 0, 0
    for settings, count in [(run.settings, first), *((group, group["params"]) for group in run.others)]:
        each = operations_each(optimizer, settings)
        if each is None:
            return None
        total += each * sum(sizes[position : position + count])
        position += count
    return total


def _node_flops(
    run: BackwardRun,
    position: int,
    sent: Sequence[Any],
    came: Sequence[Any],
    saved: Mapping[str, Any],
    lost: list[Tensor],
) -> int | None:
    stem, word = _node_words(type(run.nodes[position]).__name__)
    first = _first(came)
    formula = BACKWARD_PRODUCTS.get(stem)
    if formula is not None and first is not None:
        dropped = run.dropped.get(position, ())
        wanted = tuple(gradient is not None or slot in dropped for slot, gradient in enumerate(sent))
        try:
            return formula(run.nodes[position], saved, first, wanted)
        except Exception:  # noqa: BLE001 - what was saved could not be read: the count is unknown
            return None
    if word in _SPREAD or FAMILIES.get(word) is Family.MOVEMENT:
        # The gradient of a sum is spread out, that of spreading out is a sum.
        return sum(map(_elements, came_tensors(came))) if word in _SUMMED else 0
    count = sum(map(_elements, [*came_tensors(sent), *lost]))
    return _counted(FAMILIES.get(word), count)


_SPREAD = frozenset({"sum", "nansum"})
_SUMMED = frozenset({"expand", "repeat", "embedding", "index", "gather", "index_select"})


def _counted(family: Family | None, elements: int) -> int | None:
    match family:
        case Family.ELEMENTWISE | Family.REDUCTION:
            return elements
        case Family.FUSED:
            return 3 * elements
        case Family.MOVEMENT:
            return 0
        case None:
            return None


@cache
def _node_words(name: str) -> tuple[str, str]:
    """Return ``("LogSigmoid", "log_sigmoid")`` for ``LogSigmoidBackward0``."""
    stem = re.sub(r"Backward\w*$", "", name)
    return stem, re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", stem).lower()


def _first(things: Any) -> Tensor | None:  # noqa: ANN401 - arguments or results
    if isinstance(things, Tensor):
        return things
    if isinstance(things, tuple | list):
        for part in things:
            found = _first(part)
            if found is not None:
                return found
    return None


def came_tensors(gradients: Iterable[Any]) -> list[Tensor]:
    """Return the gradients that are there."""
    return [gradient for gradient in gradients if isinstance(gradient, Tensor)]


def _distinct(saved: Iterable[Any], came: Sequence[Any]) -> list[Tensor]:
    """Return the saved tensors, each once, without those that came in as gradients."""
    found: dict[int, Tensor] = {}
    for part in saved:
        for tensor in part if isinstance(part, tuple | list) else (part,):
            if isinstance(tensor, Tensor) and not any(tensor is gradient for gradient in came):
                found[id(tensor)] = tensor
    return list(found.values())


def _elements(tensor: Tensor) -> int:
    return 0 if tensor.is_nested else tensor.numel()
