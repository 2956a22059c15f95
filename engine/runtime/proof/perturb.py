"""Whether each declared input of a step matters: another number there must give another result."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from engine.protocol.proof import Check, Finding, Verdict
from engine.runtime.proof.calls import Caller, Ran, RefusedError
from engine.runtime.proof.compare import same_bits
from engine.runtime.proof.literals import NotRebuildableError
from engine.runtime.proof.settings import Setting
from engine.runtime.recorder.watch.kinds import Kind
from engine.trace.facts import Step
from engine.trace.ids import ValueId

Alteration = Callable[[Tensor], Tensor]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FORM_ONLY = _words("expand_as view_as reshape_as type_as to resize_as_ sum_to_size broadcast_to result_type")
"""Functions of which some operand only says a shape or a type."""
_CHOOSES = _words(
    """
    where masked_fill masked_fill_ masked_scatter masked_scatter_ masked_select scatter scatter_ scatter_add
    scatter_reduce index_put index_put_ index_copy index_copy_ index_fill index_fill_ index_add index_reduce
    select_scatter slice_scatter diagonal_scatter as_strided_scatter put take setitem getitem gather index_select
    clamp clamp_ clip clip_ fmax fmin maximum minimum heaviside copysign put_ index_add_ index_reduce_ nll_loss
    multi_margin_loss grid_sampler grid_sampler_2d grid_sampler_3d grid_sample
    histc histogramdd histogram bucketize searchsorted
    cross_entropy embedding embedding_bag ctc_loss multilabel_margin_loss lerp scatter_reduce_ scatter_add_
    """
)
"""Functions that take some elements and leave others: nothing of an operand may be taken."""


class Perturber:
    """Runs steps with one operand altered."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def check(self, step: Step, setting: Setting) -> Iterator[Finding]:
        """Yield a finding for each tensor that a proven step takes."""
        values = [value for value in dict.fromkeys(step.inputs) if value is not None]
        try:
            bare = self._caller.run(step, setting, lambda _, tensor: tensor)
        except (NotRebuildableError, RefusedError) as error:
            yield _finding(step, Verdict.NOT_CHECKED, f"it cannot be run on altered inputs: {error}")
            return
        for number, value in enumerate(values):
            yield self._one(step, setting, bare, value, number)

    def _one(self, step: Step, setting: Setting, bare: Ran, value: ValueId, number: int) -> Finding:
        tensor = bare.operands.get(value)
        if tensor is None or not tensor.numel():
            return _finding(step, Verdict.NOT_CHECKED, "an input is empty: there is nothing to change")
        for alteration in _alterations(tensor):
            if self._matters(step, setting, bare, value, alteration):
                return _finding(step, Verdict.PROVEN)
        reason = self._reason(step, value, bare)
        if reason:
            return _finding(step, Verdict.NOT_CHECKED, reason)
        return _finding(step, Verdict.FAILED, f"input {number + 1} does not matter: no other number changes the result")

    def _matters(self, step: Step, setting: Setting, bare: Ran, value: ValueId, alteration: Alteration) -> bool:
        def change(operand: ValueId, tensor: Tensor) -> Tensor:
            return alteration(tensor) if operand == value else tensor

        try:
            ran = self._caller.run(step, setting, change)
        except (RefusedError, NotRebuildableError):
            return True  # torch refuses other numbers: they matter
        return len(ran.outputs) != len(bare.outputs) or not all(map(same_bits, ran.outputs, bare.outputs))

    def _reason(self, step: Step, value: ValueId, bare: Ran) -> str:  # noqa: PLR0911 - a table of cases
        info = self._caller.known(step).info
        outputs = [output for output in bare.outputs if output is not None]
        if step.name in _FORM_ONLY:
            return "of an input only the shape or the type matters"
        written = next((argument.value for argument in step.arguments if argument.value is not None), None)
        if info.kind is Kind.WRITES and value == written:
            return "an input is overwritten: its old numbers do not matter"
        if any(argument.name == "out" and argument.value == value for argument in step.arguments):
            return "an input is overwritten: its old numbers do not matter"
        if outputs and not any(bool(output.isfinite().any()) for output in outputs):
            return "the result is not finite, whatever the input is"
        if "polynomial" in step.name or step.name == "matrix_power":
            return "of order 0 it is constant"
        if step.name in _CHOOSES:
            return "none of the numbers of an input is chosen here"
        if not any(output.is_floating_point() or output.is_complex() for output in outputs):
            return "the result is one of few, and none of the altered numbers leads to another"
        if all(not output.numel() for output in outputs):
            return "the result is empty"
        return ""


def _alterations(tensor: Tensor) -> Iterator[Alteration]:
    """Yield ways to alter a tensor, the slight ones first."""
    if tensor.dtype is torch.bool:
        yield torch.logical_not
        yield torch.ones_like
        yield torch.zeros_like
        return
    if not (tensor.is_floating_point() or tensor.is_complex()):
        yield lambda old: old.flatten().flip(0).reshape(old.shape)
        yield lambda old: old + 1
        yield lambda old: old - 1
        return
    yield _slightly
    yield _strongly
    yield lambda old: torch.full_like(old, torch.nan)
    yield torch.zeros_like


def _slightly(old: Tensor) -> Tensor:
    size = old.abs().nan_to_num(nan=0, posinf=0).mean()
    return old + (old.abs() + size + 1e-3) * (0.01 * _signs(old))


def _strongly(old: Tensor) -> Tensor:
    return old * -3 + 10 * _signs(old)


def _signs(like: Tensor) -> Tensor:
    """Return 1.0, -1.5, 1.0, ...: unlike neighbours, so that sums and differences change too."""
    steps = torch.arange(like.numel(), device=like.device) % 2
    return (1.0 - 2.5 * steps).to(like.dtype).reshape(like.shape)


def _finding(step: Step, verdict: Verdict, text: str = "") -> Finding:
    return Finding(Check.DEPENDENCE, verdict, step.index, text)
