"""A view graph with geometry: what the canvas paints and the exporters write."""

from engine.drawing.arrange import arrange
from engine.drawing.drawing import Direction, Drawing

__all__ = ["Direction", "Drawing", "arrange"]
