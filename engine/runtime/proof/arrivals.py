"""Whether the gradient that arrived is the sum of those that were sent, and what a leaf accumulated."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from engine.protocol.proof import Check, Finding, Verdict
from engine.runtime.proof.compare import difference, same_bits, units, widest
from engine.runtime.proof.groups import Pass, contributions
from engine.runtime.proof.literals import NotRebuildableError
from engine.runtime.proof.values import Values
from engine.trace.facts import Phase, ReturnedGradient, Step
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording

_HOOKS = ("register_hook", "register_prehook", "register_full_backward", "register_post_accumulate_grad_hook")
_ROUNDING = 8.0
"""Units in the last place, for each gradient added, that their order may account for."""


class ArrivalChecker:
    """Checks the sums of gradients of one recording."""

    def __init__(self, recording: Recording, values: Values) -> None:
        self._recording = recording
        self._values = values

    def check(self, step: Step, run: Pass) -> Iterator[Finding]:
        """Yield findings about what came in at one backward step."""
        arrived = {value for value in (*step.inputs, *step.outputs) if value is not None}

        def texts() -> Iterator[str]:
            yield from self._sums(step, run)
            yield from self._accumulated(step)

        yield from self._found(texts, run, step.index, arrived)

    def returned(self, fact: ReturnedGradient, run: Pass) -> Iterator[Finding]:
        """Yield a finding about a gradient that ``torch.autograd.grad`` returned."""
        asked = self._recording.values[fact.of]
        if asked.grad_node is None or asked.grad_node in run.call.roots:
            return
        parts = [part for _, part in contributions(self._recording, run, (asked.grad_node, asked.grad_slot))]

        def texts() -> Iterator[str]:
            wrong = self._sum(fact.value, parts)
            yield wrong and f"what the program got: {wrong}"

        if parts:
            yield from self._found(texts, run, StepIndex(run.span[1]), {fact.value})

    def _found(
        self, texts: Callable[[], Iterator[str]], run: Pass, step: StepIndex, arrived: set[ValueId]
    ) -> Iterator[Finding]:
        """Yield a finding at ``step`` about what arrived; each text says what is wrong, an empty one nothing."""
        if run.is_nested:
            yield Finding(Check.ARRIVAL, Verdict.NOT_CHECKED, step, "one backward pass ran inside of another")
            return
        try:
            told = list(texts())
            wrong = next(filter(None, told), "")
            is_explained = bool(wrong) and self._has_hooks(run, step, arrived)
        except NotRebuildableError as error:
            yield Finding(Check.ARRIVAL, Verdict.NOT_CHECKED, step, str(error))
            return
        if is_explained:
            reason = "a hook of the program came between what was sent and what arrived"
            yield Finding(Check.ARRIVAL, Verdict.NOT_CHECKED, step, reason)
        elif told:
            yield Finding(Check.ARRIVAL, Verdict.FAILED if wrong else Verdict.PROVEN, step, wrong)

    def _has_hooks(self, run: Pass, step: StepIndex, arrived: set[ValueId]) -> bool:
        """Whether hooks may have changed what arrived: steps inside of the pass gave it, or the text asks for hooks."""
        if any(word in self._recording.info.program for word in _HOOKS):
            return True
        for index in range(run.span[0], step):
            inner = self._recording.steps[index]
            if inner.phase is Phase.FORWARD and any(self._is_one_of(value, arrived) for value in inner.outputs):
                return True
        return False

    def _is_one_of(self, value: ValueId | None, others: set[ValueId]) -> bool:
        if value is None:
            return False
        made = self._values.tensor(value, as_it_lay=False)
        return any(same_bits(made, self._values.tensor(other, as_it_lay=False)) for other in others)

    def _sums(self, step: Step, run: Pass) -> Iterator[str]:
        node = step.grad_node
        assert node is not None
        for slot, value in enumerate(step.inputs):
            parts = [part for _, part in contributions(self._recording, run, (node, slot))]
            if node in run.call.roots:
                continue  # the program gave the gradient that a pass begins with
            if value is None:
                if parts:
                    yield "" if self._are_zero(parts) else "a gradient was sent to it and none arrived"
            elif not parts:
                yield "a gradient arrived that nothing sent"
            else:
                yield self._sum(value, parts)

    def _sum(self, value: ValueId, parts: list[ValueId]) -> str:
        if parts == [value]:
            return ""
        arrived = self._values.tensor(value, as_it_lay=False)
        tensors = [self._values.tensor(part, as_it_lay=False) for part in parts]
        if any(part.shape != arrived.shape for part in tensors):
            return "the gradient that arrived has another shape than those that were sent"
        total = tensors[0]
        for part in tensors[1:]:
            total = total + part
        found = difference(total, arrived)
        if found is None or self._is_rounding(arrived, tensors):
            return ""
        return f"the gradient that arrived is not the sum of those that were sent: {found.text}"

    def _is_rounding(self, arrived: Tensor, parts: list[Tensor]) -> bool:
        """Whether a sum differs by no more than the order of its parts allows."""
        wide = [widest(part) for part in parts]
        total = torch.stack(wide).sum(0)
        size = torch.stack([part.abs() for part in wide]).sum(0)
        apart = (total - widest(arrived)).abs()
        allowed = _ROUNDING * len(parts) * units(arrived) * size
        is_plain = _finite(total)
        return torch.equal(is_plain, _finite(widest(arrived))) and bool((apart <= allowed)[is_plain].all())

    def _are_zero(self, parts: list[ValueId]) -> bool:
        return not any(bool(self._values.tensor(part).count_nonzero()) for part in parts)

    def _accumulated(self, step: Step) -> Iterator[str]:
        """Check that ``.grad`` of a leaf is what it was plus what arrived."""
        if step.name != "AccumulateGrad" or not step.outputs or step.outputs[0] is None or not step.inputs:
            return
        after, arrived = step.outputs[0], step.inputs[0]
        if arrived is None:
            return
        before = self._before(step, after)
        if after == arrived and before is None:
            yield ""
            return
        parts = [arrived] if before is None else [before, arrived]
        text = self._sum(after, parts)
        yield text and "the gradient of the leaf is not what it was plus what arrived"

    def _before(self, step: Step, after: ValueId) -> ValueId | None:
        node = None if step.grad_node is None else self._recording.grad_nodes[step.grad_node]
        if node is None or node.variable is None:
            return None
        changes = self._recording.grad_changes(self._recording.values[node.variable].tensor)
        earlier: ValueId | None = None
        for change in changes:
            if change.step == step.index and change.value == after:
                return earlier
            earlier = change.value
        return earlier


def _finite(tensor: Tensor) -> Tensor:
    return torch.view_as_real(tensor).isfinite().all(-1) if tensor.is_complex() else tensor.isfinite()
