"""Painting of single values: rounded cells with a number that stays readable on its colour."""

import math

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter

from engine.trace.numbers import number_text
from gui.theme.colors import contrast, value_color
from gui.theme.tokens import Tokens

_FULL_COLOUR = 1.4
"""The largest element stays below the full colour, as on the canvas, so that its number is easy to read."""

_AIR_PX = 4
"""Beside a number in its cell."""


def readable_on(background: QColor, tokens: Tokens) -> QColor:
    """Return the text or panel colour, whichever stands out more."""
    choices = (QColor(tokens.text), QColor(tokens.panel))
    return max(choices, key=lambda color: contrast(color, background))


def soft_value_color(tokens: Tokens, number: float, scale: float) -> QColor:
    """Return the colour of a cell that carries a number: a little lighter than the full scale."""
    return value_color(tokens, number, scale * _FULL_COLOUR if math.isfinite(number) else scale)


def fitting_text(number: complex, font: QFont, width_px: float) -> str:
    """Return a number with as many digits, at most four, as fit into a width; empty where none does."""
    metrics = QFontMetricsF(font)
    for digits in (4, 3, 2, 1):
        text = number_text(number, digits)
        if metrics.horizontalAdvance(text) <= width_px - _AIR_PX:
            return text
    if not isinstance(number, (int, float)) or not math.isfinite(number):
        return ""
    shortest = f"{number:.0e}".replace("e-0", "e-").replace("e+0", "e")
    return shortest if metrics.horizontalAdvance(shortest) <= width_px else ""


def paint_cell(  # a painter's arguments
    painter: QPainter, rect: QRectF, number: float, scale: float, text: str, font: QFont, tokens: Tokens
) -> None:
    """Paint one value: its colour, a hatch if it is not finite, and its number if ``text`` is given."""
    color = soft_value_color(tokens, number, scale)
    radius = min(5.0, rect.height() / 5, rect.width() / 5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(rect, radius, radius)
    if not math.isfinite(number):
        painter.setBrush(QBrush(QColor(tokens.panel), Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(rect, radius, radius)
    if text:
        painter.setFont(font)
        painter.setPen(readable_on(color, tokens))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
