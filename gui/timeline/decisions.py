"""Marks of decisions on the timeline's ruler."""

from bisect import bisect_left

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from engine.trace.control import Decision
from engine.trace.recording import Recording
from engine.trace.whereabouts import decision_place, decision_text
from gui.theme.tokens import Tokens
from gui.timeline.scale import Scale

RADIUS_PX = 4.0
MOST_TOLD = 8
_REACH_PX = 6.0
_LEAST_GAP_PX = 3.0
"""Marks closer than this to the one before are not painted: they would be one smear."""


def paint_decisions(painter: QPainter, recording: Recording, scale: Scale, y_px: float, tokens: Tokens) -> None:
    """Paint a diamond where each decision was made: filled where the condition held, else hollow."""
    painter.setPen(QPen(QColor(tokens.accent), 1.2))
    last_px = -_LEAST_GAP_PX
    for decision in _between(recording, scale.first, scale.last):
        x = scale.x_of(decision.step)
        if x - last_px < _LEAST_GAP_PX:
            continue
        last_px = x
        painter.setBrush(QColor(tokens.accent) if decision.outcome else Qt.BrushStyle.NoBrush)
        painter.drawPolygon(_diamond(x, y_px))


def decision_at(recording: Recording, scale: Scale, x_px: float) -> Decision | None:
    """Return the decision whose mark is nearest to a pixel, None when none is near."""
    reach = _REACH_PX / scale.step_px
    boundary = scale.boundary_at(x_px)
    near = _between(recording, boundary - reach, boundary + reach)
    return min(near, key=lambda decision: abs(decision.step - boundary), default=None)


def told_at(recording: Recording, step: int) -> str:
    """Return what the tooltip says of the decisions that were made when ``step`` steps had been recorded."""
    found = _between(recording, step, step)
    lines = [f"{decision_place(recording, one)}: {decision_text(one)}".removeprefix(": ") for one in found[:MOST_TOLD]]
    if len(found) > MOST_TOLD:
        lines.append(f"and {len(found) - MOST_TOLD} more")
    return "\n".join(lines)


def _between(recording: Recording, first: float, last: float) -> list[Decision]:
    """Return the decisions between two step boundaries; they are in the order of their steps."""
    decisions = recording.decisions
    start = bisect_left(decisions, first, key=lambda decision: decision.step)
    end = bisect_left(decisions, last + 1e-9, key=lambda decision: decision.step)
    return decisions[start:end]


def _diamond(x_px: float, y_px: float) -> QPolygonF:
    corners = ((0.0, -RADIUS_PX), (RADIUS_PX, 0.0), (0.0, RADIUS_PX), (-RADIUS_PX, 0.0))
    return QPolygonF([QPointF(x_px + dx, y_px + dy) for dx, dy in corners])
