"""Fonts, colours and text fitting for the painters, made once for each theme."""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, Qt

from gui.theme.colors import contrast, mix
from gui.theme.fonts import mono_font, words_font
from gui.theme.tokens import Tokens

_OVERSIZE = 4
"""Fonts are made this much larger and painted smaller, so that 12.5 px is really 12.5 px."""
_HEADING_SCALE = 0.85
FUTURE_OPACITY = 0.38
DIMMED_OPACITY = 0.16


class Style(Enum):
    """The kinds of text on the canvas: size in pixels, weight, and whether it is code."""

    TITLE = (12.5, QFont.Weight.DemiBold, False)
    CODE_TITLE = (11.5, QFont.Weight.DemiBold, True)
    NAME = (20.0, QFont.Weight.DemiBold, False)
    NAME_CELL = (18.0, QFont.Weight.Normal, True)
    NAME_SMALL = (14.5, QFont.Weight.DemiBold, False)
    SHORT = (16.5, QFont.Weight.DemiBold, False)
    SHORT_TEXT = (13.5, QFont.Weight.Normal, True)
    SHORT_CELL = (14.5, QFont.Weight.Normal, True)
    SUBTITLE = (10.5, QFont.Weight.Normal, True)
    CELL = (10.0, QFont.Weight.Normal, True)
    FRAME_TITLE = (13.0, QFont.Weight.DemiBold, False)
    FRAME_TEXT = (12.5, QFont.Weight.Normal, False)
    LANE = (10.0, QFont.Weight.Bold, False)
    LABEL = (10.5, QFont.Weight.Normal, False)
    EMPTY = (14.0, QFont.Weight.Normal, False)


@dataclass(frozen=True, slots=True)
class _Face:
    font: QFont
    metrics: QFontMetricsF


@lru_cache(maxsize=len(Style))
def _face(style: Style) -> _Face:
    size, weight, is_mono = style.value
    font = mono_font(size * _OVERSIZE, weight) if is_mono else words_font(size * _OVERSIZE, weight)
    if style is Style.LANE:
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.9 * _OVERSIZE)
    return _Face(font, QFontMetricsF(font))


def fitted_text(text: str, style: Style, width: float) -> str:
    """Return ``text``, ended by an ellipsis if it is wider than ``width`` pixels."""
    return text if text_width(text, style) <= width else _elided(text, style, width)


@lru_cache(maxsize=20_000)
def _elided(text: str, style: Style, width: float) -> str:
    return _face(style).metrics.elidedText(text, Qt.TextElideMode.ElideRight, width * _OVERSIZE)


@lru_cache(maxsize=20_000)
def text_width(text: str, style: Style) -> float:
    """Return the width of a text in pixels at 100 %."""
    return _face(style).metrics.horizontalAdvance(text) / _OVERSIZE


def draw_text(painter: QPainter, x: float, baseline: float, text: str, style: Style) -> None:
    """Paint one line of text in the pen's colour, in the painter's own coordinates."""
    painter.save()
    painter.setFont(_face(style).font)
    painter.translate(x, baseline)
    painter.scale(1 / _OVERSIZE, 1 / _OVERSIZE)
    # Or a name in Hebrew or Arabic would turn round what stands beside it: ``.grad``, the number of ops.
    painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    painter.drawText(QPointF(0, 0), text)
    painter.restore()


def heading_growth(scale: float, largest: float) -> float:
    """Return how much larger a heading is painted at a scale, so that it can be read from afar as well."""
    return min(largest, max(1.0, _HEADING_SCALE / scale))


def readable_on(fill: QColor, tokens: Tokens) -> str:
    """Return the token, dark or light, that has the higher contrast on a fill."""
    return _most_contrast(fill.rgb(), (tokens.text, tokens.on_accent, tokens.canvas))


@lru_cache(maxsize=10_000)
def _most_contrast(fill: int, candidates: tuple[str, ...]) -> str:
    """The colour that stands out most from a fill, which is given as 0xAARRGGBB."""
    ground = QColor.fromRgb(fill)
    return max(candidates, key=lambda color: contrast(QColor(color), ground))


def tint(tokens: Tokens, base: str, end: str, share: float) -> QColor:
    """Return ``base`` coloured towards ``end`` by a lens; share 0 already shows a trace of colour."""
    del tokens
    return mix(base, end, 0.08 + 0.80 * share)


def faded(color: str, opacity: float) -> QColor:
    """Return a token's colour with an opacity between 0 and 1."""
    result = QColor(color)
    result.setAlphaF(opacity)
    return result
