"""Every gradient as a slope: finite differences of the call in double precision, which know nothing of autograd.

With the recorded gradients ``g`` that came in, ``phi(x) = sum g * f(x)`` is a number. Along a random direction ``d``
its slope ``(phi(x + h d) - phi(x - h d)) / 2h`` must be ``sum s * d`` with the gradients ``s`` that were sent on.
``h`` is 1e-6, so that the error of the difference itself is some 1e-9 of the terms; what the recorded gradients lost by
rounding in their own type decides the tolerance, as a part of the sum of all terms without their signs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine.protocol.proof import Check, Finding, Verdict
from engine.runtime.proof.backward import Differentiator, Linear, NotProvableError
from engine.runtime.proof.calls import Caller, RefusedError
from engine.runtime.proof.compare import widest
from engine.runtime.proof.groups import Group, Pass
from engine.runtime.proof.literals import NotRebuildableError
from engine.runtime.proof.settings import Setting
from engine.runtime.proof.values import Values
from engine.trace.ids import ValueId

DIRECTIONS = 2
STEP = 1e-6
LARGEST = 20_000_000
"""Elements of all operands together beyond which differences are not taken."""

_TOLERANCES = {"float64": 1e-6, "complex128": 1e-6, "float32": 2e-3, "complex64": 2e-3}
_ENDLESS = 1e30
_NARROW_TOLERANCE = 0.1
"""For types of 16 bits or fewer."""
_SAME_RESULT = 0.02
_SYMMETRIC = frozenset(
    {"cholesky", "cholesky_ex", "eigh", "eigvalsh", "cholesky_inverse", "ldl_factor", "ldl_factor_ex"}
)
"""Functions that look at one half of a symmetric matrix: their gradient is that of a symmetric one."""
_CONDITIONS = {"ctc_loss": "for probabilities that sum to 1", "pinv": "where the rank stays the same"}
_CONDITIONS |= dict.fromkeys(
    ("fake_quantize_per_tensor_affine", "fake_quantize_per_channel_affine", "fused_moving_avg_obs_fake_quant"),
    "as if nothing had been rounded",
)
_SCALED = frozenset({"embedding", "embedding_bag"})
"""Functions that may write their weight first (``max_norm``)."""
_OVERLAPS = frozenset(
    {*("max_unpool1d", "max_unpool2d", "max_unpool3d", "scatter", "scatter_", "put", "put_", "index_copy")}
    | {*("index_copy_", "index_put", "index_put_", "setitem", "masked_scatter", "as_strided_scatter")}
)
"""Functions of which only the last write into a place counts, while each of them gets a gradient."""


@dataclass(frozen=True, slots=True)
class _Slope:
    """Slopes of ``phi`` to the right, to the left and across, and the size of its terms."""

    right: float
    left: float
    across: float
    terms: float


class SlopeChecker:
    """Compares recorded gradients with finite differences."""

    def __init__(self, values: Values, caller: Caller, differentiator: Differentiator) -> None:
        self._values = values
        self._caller = caller
        self._differentiator = differentiator

    def check(self, group: Group, run: Pass) -> Iterator[Finding]:
        """Yield a finding for each backward step of a group."""
        verdict, text = Verdict.PROVEN, ""
        try:
            text = self._slopes(group, run)
            verdict = Verdict.FAILED if text else Verdict.PROVEN
        except (NotProvableError, NotRebuildableError, RefusedError) as error:
            verdict, text = Verdict.NOT_CHECKED, str(error)[:500]
        for member in group.members:
            yield Finding(Check.SLOPE, verdict, member.index, text)

    def _slopes(self, group: Group, run: Pass) -> str:
        linear = self._differentiator.linear(group, run)
        gradients = self._wanted(group, linear)
        if not gradients:
            raise NotProvableError("it sends no gradient on")
        try:
            base = self._results(linear, {})
        except RefusedError as error:
            raise NotProvableError("torch has no such function in double precision") from error
        self._check_same(linear, base)
        generator = torch.Generator().manual_seed(0)
        for _ in range(DIRECTIONS):
            directions = {value: _direction(base.operands[value], generator) for value in gradients}
            if linear.forward.name in _SYMMETRIC:
                directions = {value: _symmetric(one) for value, one in directions.items()}
            text = self._along(linear, base, directions, gradients, self._tolerance(group, linear))
            if text:
                return text
        return ""

    def _wanted(self, group: Group, linear: Linear) -> dict[ValueId, Tensor]:
        found = {}
        for place, value in linear.wanted.items():
            gradient = self._differentiator.recorded(group, place, is_wide=True)
            if gradient is not None:
                found[value] = gradient
        return found

    def _along(
        self,
        linear: Linear,
        base: "_Results",
        directions: Mapping[ValueId, Tensor],
        gradients: Mapping[ValueId, Tensor],
        tolerance: float,
    ) -> str:
        """Return how the slope in one direction differs, nothing where it does not."""
        parts = [_inner(gradients[value], direction) for value, direction in directions.items()]
        wanted = float(sum(part.sum() for part in parts))
        slope = self._slope(linear, base, directions)
        allowed = tolerance * (slope.terms + float(sum(part.abs().sum() for part in parts))) + 1e-12
        if not all(map(_is_finite, (slope.right, slope.left, wanted))):
            raise NotProvableError("the slope is not finite here")
        if abs(slope.across - wanted) <= allowed:
            return ""
        nearer = self._slope(linear, base, directions, STEP / 8)
        if max(abs(slope.right - slope.left), abs(slope.across - nearer.across)) > allowed / 4:
            raise NotProvableError("the function has a kink or a jump here")
        if linear.forward.name in _CONDITIONS:
            raise NotProvableError(f"torch's gradient of it holds {_CONDITIONS[linear.forward.name]} only")
        if linear.forward.name in _SCALED and len(linear.forward.outputs) > 1:
            raise NotProvableError("torch's gradient of it takes the rows that it makes shorter as they are then")
        if linear.forward.name in _OVERLAPS:
            raise NotProvableError("it may write one place twice, where torch's gradient is not the slope")
        return f"the slope is {slope.across:.6g} where the gradients sent on say {wanted:.6g}"

    def _slope(
        self, linear: Linear, base: "_Results", directions: Mapping[ValueId, Tensor], step: float = STEP
    ) -> _Slope:
        right = self._results(linear, {value: step * direction for value, direction in directions.items()})
        left = self._results(linear, {value: -step * direction for value, direction in directions.items()})
        totals = [0.0, 0.0, 0.0]
        for gradient, here, there, back in zip(base.gradients, base.outputs, right.outputs, left.outputs, strict=True):
            across = _inner(gradient, there - back) / (2 * step)
            totals[0] += float(_inner(gradient, there - here).sum()) / step
            totals[1] += float(_inner(gradient, here - back).sum()) / step
            totals[2] += float(across.abs().sum())
        return _Slope(totals[0], totals[1], (totals[0] + totals[1]) / 2, totals[2])

    def _results(self, linear: Linear, shifts: Mapping[ValueId, Tensor]) -> "_Results":
        def shifted(value: ValueId, tensor: Tensor) -> Tensor:
            return tensor + shifts[value] if value in shifts else tensor

        ran = self._caller.run(linear.forward, _wide(linear.setting), shifted, linear.base)
        if sum(tensor.numel() for tensor in ran.operands.values()) > LARGEST:
            raise NotProvableError("its tensors are too large for finite differences")
        outputs, gradients = [], []
        for position, parts in linear.arrived:
            output = ran.outputs[position]
            if output is None or output.dtype not in (torch.float64, torch.complex128):
                raise NotProvableError("it gives a narrower type, whose rounding hides its slope")
            outputs.append(output.clone())
            gradients.append(self._values.total(parts, is_wide=True))
        return _Results(outputs, gradients, {value: tensor.clone() for value, tensor in ran.operands.items()})

    def _check_same(self, linear: Linear, base: "_Results") -> None:
        for (position, _), output in zip(linear.arrived, base.outputs, strict=True):
            value = linear.results[position]
            assert value is not None
            recorded = widest(self._values.tensor(value))
            if recorded.shape != output.shape:
                raise NotProvableError("in double precision it gives another shape")
            finite = recorded.isfinite() & output.isfinite()
            scale = max([_largest(recorded[finite]), *(1e-4 * _largest(part) for part in base.operands.values())])
            if _largest((recorded - output)[finite]) > _SAME_RESULT * scale:
                raise NotProvableError("in double precision it computes something else")

    def _tolerance(self, group: Group, linear: Linear) -> float:
        arrived = (value for _, parts in linear.arrived for value in parts)
        facts = [self._values.fact(value) for value in (*linear.wanted.values(), *arrived)]
        outputs = (linear.results[position] for position, _ in linear.arrived)
        facts += [self._values.fact(value) for value in outputs if value is not None]
        if linear.setting.autocast is not None:
            return _NARROW_TOLERANCE
        return max(_TOLERANCES.get(fact.dtype, _NARROW_TOLERANCE) for fact in facts)


@dataclass(frozen=True, slots=True)
class _Results:
    """Results of a call and the gradients that arrived for them, all in double precision."""

    outputs: list[Tensor]
    gradients: list[Tensor]
    operands: dict[ValueId, Tensor]


def _wide(setting: Setting) -> Setting:
    return replace(setting, grad=False, autocast=None, is_wide=True)


def _largest(tensor: Tensor) -> float:
    return float(widest(tensor).abs().nan_to_num(nan=0, posinf=0).max()) if tensor.numel() else 0.0


def _direction(operand: Tensor, generator: torch.Generator) -> Tensor:
    """Return a random direction whose parts are about as large as the numbers of the operand.

    Numbers at the end of what a type can hold stand for infinity, e.g. in attention masks: nothing moves them.
    """
    is_usual = operand.abs() < _ENDLESS
    usual = operand[is_usual].abs()
    size = (usual.mean().item() if usual.numel() else 0.0) or 1.0
    direction = (size * torch.randn(operand.shape, dtype=torch.float64, generator=generator)).to(operand)
    return torch.where(is_usual, direction, torch.zeros_like(direction))


def _symmetric(direction: Tensor) -> Tensor:
    is_square = direction.ndim > 1 and direction.shape[-1] == direction.shape[-2]
    return (direction + direction.mH) / 2 if is_square else direction


def _inner(one: Tensor, other: Tensor) -> Tensor:
    """Return the products of an inner product of real numbers, complex ones taken as pairs."""
    if one.is_complex() or other.is_complex():
        return (one.conj() * other).real
    return one * other


def _is_finite(number: float) -> bool:
    return number - number == 0
