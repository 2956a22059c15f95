"""Two recordings side by side: which step is which, how far their numbers are apart, which took longer."""

from engine.compare.compare import TOLERANCES, compare
from engine.compare.comparison import ChangeKind, Comparison, DecisionChange, Difference, StepChange

__all__ = ["TOLERANCES", "ChangeKind", "Comparison", "DecisionChange", "Difference", "StepChange", "compare"]
