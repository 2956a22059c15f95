"""Colours computed from tokens: the diverging value scale and mixtures."""

import math

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor

from engine.graph.view import Category
from gui.theme.tokens import Tokens


def mix(first: str, second: str, share: float) -> QColor:
    """Return the colour ``share`` of the way from ``first`` (0) to ``second`` (1)."""
    a, b = QColor(first), QColor(second)
    keep = 1.0 - share
    return QColor.fromRgbF(
        a.redF() * keep + b.redF() * share,
        a.greenF() * keep + b.greenF() * share,
        a.blueF() * keep + b.blueF() * share,
    )


def value_color(tokens: Tokens, number: float, scale: float) -> QColor:
    """Return the colour of a number: blue above zero, orange below, grey at zero.

    Args:
        tokens: The theme in force.
        number: The number; NaN and infinities get the colour for non-finite values.
        scale: The magnitude that gets the full colour; larger ones are clipped.
    """
    if not math.isfinite(number):
        return QColor(tokens.nonfinite)
    if number == 0 or scale <= 0:
        return QColor(tokens.zero)
    strength = min(1.0, abs(number) / scale)
    end = tokens.positive if number > 0 else tokens.negative
    return mix(tokens.zero, end, 0.25 + 0.75 * strength)


def value_pixels(tokens: Tokens, numbers: npt.NDArray[np.float64], scale: float) -> npt.NDArray[np.uint32]:
    """Return ``value_color`` of each element of an array as 0xRRGGBB."""
    finite = np.isfinite(numbers)
    kept = np.where(finite, numbers, 0.0)
    strength = np.minimum(1.0, np.abs(kept) / scale) if scale > 0 else np.zeros(kept.shape)
    share = np.where((kept == 0) | (scale <= 0), 0.0, 0.25 + 0.75 * strength)
    zero, positive, negative, odd = map(_channels, (tokens.zero, tokens.positive, tokens.negative, tokens.nonfinite))
    ends = np.where((kept > 0)[..., None], positive, negative)
    mixed = zero * (1.0 - share[..., None]) + ends * share[..., None]
    channels = np.floor(np.where(finite[..., None], mixed, odd) * 65535.0 + 0.5).astype(np.uint32) >> np.uint32(8)
    pixels: npt.NDArray[np.uint32] = (
        channels[..., 0] << np.uint32(16) | channels[..., 1] << np.uint32(8) | channels[..., 2]
    )
    return pixels


def _channels(name: str) -> npt.NDArray[np.float64]:
    color = QColor(name)
    return np.array([color.redF(), color.greenF(), color.blueF()])


def channels_of(color: QColor | str) -> npt.NDArray[np.float64]:
    """Return red, green and blue of a colour, 0 to 255."""
    whole = QColor(color)
    return np.array([whole.red(), whole.green(), whole.blue()], dtype=np.float64)


def contrast(first: QColor, second: QColor) -> float:
    """Return how far two colours stand apart, 1 to 21, as WCAG 2 defines it."""
    bright, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(color: QColor) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = (color.redF(), color.greenF(), color.blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def strip_color(tokens: Tokens, category: Category) -> str:
    """Return the colour of the strip at a node's left edge."""
    colors = {
        Category.LAYER: tokens.strip_layer,
        Category.ACTIVATION: tokens.strip_activation,
        Category.POOL: tokens.strip_pool,
        Category.NORMALIZATION: tokens.strip_normalization,
        Category.DROPOUT: tokens.strip_dropout,
        Category.SHAPE: tokens.strip_shape,
        Category.ARITHMETIC: tokens.strip_arithmetic,
        Category.REDUCTION: tokens.strip_reduction,
        Category.LOSS: tokens.strip_loss,
        Category.ATTENTION: tokens.strip_attention,
        Category.TENSOR: tokens.strip_tensor,
        Category.OPTIMIZER: tokens.optimizer,
        Category.OTHER: tokens.faint,
    }
    return colors[category]
