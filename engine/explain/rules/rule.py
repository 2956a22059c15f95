"""The form of a rule, and the three ways in which a gradient is sent on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from engine.explain.rules.run import Floats, NodeRun


@dataclass(frozen=True, slots=True)
class Times:
    """Sent on = upstream × local, element by element, summed back over broadcast dimensions.

    ``upstream`` is the incoming gradient where it had to be spread first (reductions), else None.
    """

    local: Floats
    upstream: Floats | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """Sent on = ``factor`` @ upstream."""

    factor: Floats


@dataclass(frozen=True, slots=True)
class After:
    """Sent on = upstream @ ``factor``."""

    factor: Floats


@dataclass(frozen=True, slots=True)
class Whole:
    """Sent on = ``sent``, computed in one go: the local derivative is no single factor that could be shown."""

    sent: Floats


Local: TypeAlias = Times | Before | After | Whole
Compute: TypeAlias = Callable[[NodeRun], Local]


@dataclass(frozen=True, slots=True)
class SlotRule:
    """What is sent to one input.

    Both texts are templates: ``{g}`` is the gradient of the output, ``{out}`` the output, any other name an operand
    or something saved. ``formula`` is the right-hand side, ``local`` the factor alone (empty when there is none).
    ``compute`` gives the numbers, or is None when only the formula can be shown.
    """

    formula: str
    local: str = ""
    compute: Compute | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """The derivative of one autograd node.

    ``nodes`` are its names in autograd, with or without the number at the end; ``title`` is what a person calls it;
    ``operands`` name its differentiable inputs by slot; ``ops`` are the names of forward ops whose arguments come in
    the order of ``operands``.
    """

    nodes: tuple[str, ...]
    title: str
    operands: tuple[str, ...]
    slots: tuple[SlotRule, ...]
    ops: tuple[str, ...] = ()
    variadic: bool = False
    """The last slot rule holds for every further slot too (``cat``, ``stack``)."""

    def slot(self, index: int) -> SlotRule | None:
        """The rule of one input."""
        if index < len(self.slots):
            return self.slots[index]
        return self.slots[-1] if self.variadic and self.slots else None


LocalFunction: TypeAlias = Callable[[NodeRun], Floats | float]


def times(local: str, function: LocalFunction) -> SlotRule:
    """Return the rule of an elementwise op: upstream × local."""

    def compute(run: NodeRun) -> Local:
        return Times(_full(function(run), run.gradient))

    return SlotRule("{g}" if local == "1" else f"{{g}} · {local}", local, compute)


def _full(local: Floats | float, gradient: Floats) -> Floats:
    shape = np.broadcast_shapes(np.shape(local), gradient.shape)
    return np.broadcast_to(np.asarray(local, dtype=np.float64), shape)


def maps(formula: str, function: Callable[[NodeRun], Floats]) -> SlotRule:
    """Return the rule of an op that moves or mixes elements: the sent gradient is computed as a whole."""
    return SlotRule(formula, "", lambda run: Whole(function(run)))


def symbolic(formula: str) -> SlotRule:
    """Return a rule that can only be written down."""
    return SlotRule(formula)


def unary(nodes: str, title: str, local: str, function: LocalFunction, ops: tuple[str, ...] = ()) -> Rule:
    """Return the rule of an elementwise op with one input."""
    return Rule(tuple(nodes.split()), title, ("self",), (times(local, function),), ops or (title,))
