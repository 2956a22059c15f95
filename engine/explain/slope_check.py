"""Finite differences at one op: nudge one element of one input and see how much upstream · f changes."""

import ast
from dataclasses import dataclass

import numpy as np

from engine.explain.explanation import SentOn
from engine.explain.forward_functions import FUNCTIONS, Operand
from engine.explain.numerals import array_of
from engine.explain.rules.run import Floats
from engine.trace.facts import Argument, Step
from engine.trace.ids import ValueId
from engine.trace.recording import Recording

_LARGEST = 20_000
"""Ops on more elements are not computed again: a person waits for this."""
_NUDGE = 1e-4
_RELATIVE, _ABSOLUTE = 2e-3, 1e-6
_SAME_OUTPUT = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class SlopeCheck:
    """The sum of upstream · f, with the element nudged up and down by ``nudge``, and the slope between the two."""

    place: tuple[int, ...]
    nudge: float
    up: float
    down: float
    gradient: float

    @property
    def slope(self) -> float:
        """Change of the sum for a change of the element."""
        return (self.up - self.down) / (2 * self.nudge)

    @property
    def agrees(self) -> bool:
        """Whether the slope is the gradient that torch sent, as far as single precision can tell."""
        return abs(self.slope - self.gradient) <= _RELATIVE * abs(self.gradient) + _ABSOLUTE


class _Op:
    """A forward op that can be computed again; ``weights`` is the gradient that came into its autograd node."""

    def __init__(self, forward: Step, operands: list[Operand], weights: Floats) -> None:
        self._forward = forward
        self._operands = operands
        self._weights = weights

    def output(self, operands: list[Operand]) -> Floats:
        """Compute the op in double precision."""
        plain = [one for one, argument in zip(operands, self._forward.arguments, strict=True) if not argument.name]
        named = {
            argument.name: one for one, argument in zip(operands, self._forward.arguments, strict=True) if argument.name
        }
        with np.errstate(all="ignore"):
            return np.asarray(FUNCTIONS[self._forward.name](*plain, **named), dtype=np.float64)

    def total(self, position: int, nudged: Floats) -> float:
        """Return upstream · f with another array at one position."""
        operands = [nudged if at == position else one for at, one in enumerate(self._operands)]
        return float(np.sum(self._weights * self.output(operands)))

    def operand(self, position: int) -> Floats:
        """The array at a position."""
        found = self._operands[position]
        assert isinstance(found, np.ndarray)
        return found


def can_check(recording: Recording, step: Step, sent: SentOn) -> bool:
    """Whether the op behind a backward step can be computed again here, and gives what torch gave."""
    return _prepared(recording, step, sent) is not None


def slope_check(recording: Recording, step: Step, sent: SentOn, element: int) -> SlopeCheck | None:
    """Compare slope and gradient of one element, counted in reading order, of what one input got.

    Only this op is computed again, with the recorded upstream gradient as weights: it checks the op's own derivative,
    not the whole backward pass. Returns None where ``can_check`` is False.
    """
    prepared = _prepared(recording, step, sent)
    gradient = sent.terms[-1].array
    if prepared is None or gradient is None or element >= gradient.size:
        return None
    op, position = prepared
    array = op.operand(position)
    nudge = _NUDGE * max(1.0, abs(float(array.reshape(-1)[element])))
    totals = []
    for sign in (1.0, -1.0):
        moved = array.copy()
        moved.reshape(-1)[element] += sign * nudge
        totals.append(op.total(position, moved))
    place = tuple(int(at) for at in np.unravel_index(element, array.shape)) if array.shape else ()
    return SlopeCheck(
        place=place, nudge=nudge, up=totals[0], down=totals[1], gradient=float(gradient.reshape(-1)[element])
    )


def _prepared(recording: Recording, step: Step, sent: SentOn) -> tuple[_Op, int] | None:
    node = None if step.grad_node is None else recording.grad_nodes[step.grad_node]
    if node is None or node.step is None or sent.value is None:
        return None
    forward = recording.steps[node.step]
    position = _position(recording, forward, sent)
    outputs = [value for value in forward.outputs if value is not None]
    if forward.name not in FUNCTIONS or forward.grad_node != node.id or position is None or len(outputs) != 1:
        return None
    weights = _floats(recording, next((value for value in step.inputs if value is not None), None))
    operands = [_operand(recording, argument) for argument in forward.arguments]
    recorded = _floats(recording, outputs[0])
    if weights is None or recorded is None or any(operand is _MISSING for operand in operands):
        return None
    op = _Op(forward, operands, weights)
    return (op, position) if _gives(op, operands, recorded, weights) else None


def _gives(op: _Op, operands: list[Operand], recorded: Floats, weights: Floats) -> bool:
    try:
        computed = op.output(operands)
    except (TypeError, ValueError, IndexError, np.exceptions.AxisError):
        return False  # called in a way that the function here does not know
    if computed.shape != recorded.shape or weights.shape != recorded.shape:
        return False
    return bool(np.allclose(computed, recorded, rtol=_SAME_OUTPUT, atol=_SAME_OUTPUT * 1e-2))


def _position(recording: Recording, forward: Step, sent: SentOn) -> int | None:
    """Return which argument of the call an input of the autograd node is; of twice the same tensor, the slot says."""
    found = [at for at, argument in enumerate(forward.arguments) if argument.value == sent.value]
    if not found:
        return None
    return found[0] if len(found) == 1 else found[min(sent.slot, len(found) - 1)]


_MISSING = object()


def _operand(recording: Recording, argument: Argument) -> Operand:
    if argument.value is not None:
        array = _floats(recording, argument.value)
        return _MISSING if array is None else array
    try:
        found: object = ast.literal_eval(argument.text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return _MISSING
    return found


def _floats(recording: Recording, value: ValueId | None) -> Floats | None:
    array = array_of(recording, value)
    if array is None or np.iscomplexobj(array) or array.size > _LARGEST:
        return None
    return array.astype(np.float64)
