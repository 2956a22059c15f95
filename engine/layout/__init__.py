"""Geometry only: ranks, order, positions and routes, in plain Python and numpy."""

from engine.layout.engine import lay_out, places
from engine.layout.length import least_length
from engine.layout.problem import (
    Area,
    EdgeRole,
    LayoutEdge,
    LayoutNode,
    LayoutProblem,
    LayoutResult,
    Spacing,
)
from engine.layout.routes import MOST_APART

__all__ = [
    "MOST_APART",
    "Area",
    "EdgeRole",
    "LayoutEdge",
    "LayoutNode",
    "LayoutProblem",
    "LayoutResult",
    "Spacing",
    "lay_out",
    "least_length",
    "places",
]
