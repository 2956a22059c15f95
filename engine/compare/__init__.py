"""Two recordings side by side: which step is which, how far their numbers are apart, which took longer."""

from engine.compare.compare import TOLERANCES, compare, compare_parts
from engine.compare.comparison import ChangeKind, Comparison, DecisionChange, Difference, StepChange
from engine.compare.walk import Side, Stand, Walk

__all__ = [
    "TOLERANCES",
    "ChangeKind",
    "Comparison",
    "DecisionChange",
    "Difference",
    "Side",
    "Stand",
    "StepChange",
    "Walk",
    "compare",
    "compare_parts",
]
