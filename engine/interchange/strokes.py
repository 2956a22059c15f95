"""How lines are drawn in pictures that the canvas does not paint, and the colour of a lane's name."""

from dataclasses import dataclass

from engine.drawing.drawing import LaneLabel
from engine.graph.view import EdgeKind
from engine.interchange.marks import Mark
from engine.interchange.palette import Palette

_WIDTH_PX, _GRADIENT_WIDTH_PX, _SAVED_WIDTH_PX = 1.4, 2.0, 1.8
_FUTURE, _VIEW, _SAVED, _MARKED = (4, 4), (1, 4), (2, 4), (5, 4)
"""Lengths of dashes and of the gaps between, in pixels."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line and its arrowhead; without ``dash`` it is drawn through."""

    color: str
    width_px: float
    dash: tuple[int, ...] = ()
    is_future: bool = False


def stroke_of(kind: EdgeKind, palette: Palette, *, is_future: bool) -> Stroke:
    """Return how an edge is drawn that has flowed, or that will."""
    match kind:
        case EdgeKind.SAVED:
            return Stroke(palette.saved, _SAVED_WIDTH_PX, _SAVED)
        case EdgeKind.GRADIENT:
            color, width = palette.backward, _GRADIENT_WIDTH_PX
        case EdgeKind.UPDATE:
            color, width = palette.optimizer, _WIDTH_PX
        case EdgeKind.VIEW:
            color, width = palette.faint, _WIDTH_PX
        case _:
            color, width = palette.edge, _WIDTH_PX
    dash = _FUTURE if is_future else _VIEW if kind is EdgeKind.VIEW else ()
    return Stroke(color, width, dash, is_future)


def marked_stroke(mark: Mark) -> Stroke:
    """Return how an edge is drawn that looks otherwise than the rest."""
    return Stroke(mark.color, _WIDTH_PX, _MARKED if mark.is_dashed else ())


def lane_color(lane: LaneLabel, palette: Palette) -> str:
    """Return the colour of a lane's name: forward, backward, or optimizer."""
    return {"F": palette.muted, "B": palette.backward}.get(lane.text[:1], palette.optimizer)
