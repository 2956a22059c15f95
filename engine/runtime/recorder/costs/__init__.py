"""What steps cost: operations on numbers, bytes moved, memory, and time on accelerators."""

from engine.runtime.recorder.costs.costs import CostMaker

__all__ = ["CostMaker"]
