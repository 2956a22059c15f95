"""Which value of one recording is which of the other, through the steps that take and make them."""

from engine.compare import ChangeKind, Comparison
from engine.compare.compare import TOLERANCES
from engine.compare.measuring import Measuring
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording

_Pairs = tuple[dict[ValueId, ValueId], dict[ValueId, ValueId]]


class Partners:
    """Pairs of values of two recordings whose steps are paired.

    They are found when one is asked for first, on whatever thread that is: of a long run it takes a while.
    """

    def __init__(self, a: Recording, b: Recording, comparison: Comparison) -> None:
        self._a = a
        self._b = b
        self._comparison = comparison
        self._found: _Pairs | None = None
        self._kinds: dict[ValueId, ChangeKind] = {}

    def in_a(self, value: ValueId) -> ValueId | None:
        """The value of A that a value of B is."""
        return self._pairs()[1].get(value)

    def in_b(self, value: ValueId) -> ValueId | None:
        """The value of B that a value of A is."""
        return self._pairs()[0].get(value)

    def _pairs(self) -> _Pairs:
        """For each value of A the one of B, and the other way round."""
        if self._found is not None:
            return self._found
        of_a: dict[ValueId, ValueId] = {}
        of_b: dict[ValueId, ValueId] = {}
        for step, partner in zip(self._a.steps, self._comparison.partners_of_a, strict=False):
            if partner is None:
                continue
            there = self._b.steps[partner]
            for mine, theirs in ((step.inputs, there.inputs), (step.outputs, there.outputs)):
                for x, y in zip(mine, theirs, strict=False):
                    if x is not None and y is not None:
                        of_a.setdefault(x, y)
                        of_b.setdefault(y, x)
        self._found = (of_a, of_b)
        return self._found

    def producer_of_a(self, value: ValueId) -> StepIndex | None:
        """The step that made a value of A, or that it came out of before what asks for its truth."""
        return self._a.values[value].producer

    def kind_of_leaf(self, value: ValueId | None) -> ChangeKind:
        """What became of a leaf of A."""
        if value is None:
            return ChangeKind.KEPT
        if value not in self._kinds:
            self._kinds[value] = self._measured(value)
        return self._kinds[value]

    def _measured(self, value: ValueId) -> ChangeKind:
        partner = self.in_b(value)
        if partner is None:
            return ChangeKind.REMOVED
        here, there = self._a.values[value], self._b.values[partner]
        if (here.shape, here.dtype) != (there.shape, there.dtype):
            return ChangeKind.RESHAPED
        measuring = Measuring(self._a, self._b)
        added = measuring.add(value, partner)
        measuring.finish()
        difference = measuring.difference(added)
        is_beyond = difference is not None and difference.absolute > 0
        is_beyond = is_beyond and difference is not None and difference.relative > TOLERANCES.get(here.dtype, 0.0)
        return ChangeKind.CHANGED if is_beyond else ChangeKind.KEPT
