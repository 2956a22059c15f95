"""Colours of classes, runs and layers: told apart by everybody, in the order of their use."""

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage

from gui.theme.colors import channels_of, mix, value_pixels
from gui.theme.hues import further_hues
from gui.theme.tokens import Tokens

Floats = npt.NDArray[np.float64]
_OPAQUE = np.uint32(0xFF000000)
_CHANNELS = 3
_SOFT = 0.62
"""Share of a class's colour in the plane behind the points, which are in full colour."""


def class_hues(tokens: Tokens) -> tuple[str, ...]:
    """Return the colours of classes 0, 1, 2 ...; two classes are the blue and orange of values."""
    return (tokens.positive, tokens.negative, *further_hues(tokens))


def run_hue(tokens: Tokens, place: int) -> str:
    """Return the colour of a run."""
    hues = (tokens.accent, tokens.negative, tokens.optimizer, tokens.backward, tokens.nonfinite, tokens.muted)
    return hues[place % len(hues)]


def line_hue(tokens: Tokens, place: int) -> str:
    """Return the colour of one of several lines of a chart."""
    hues = (tokens.positive, tokens.negative, tokens.backward, tokens.optimizer, *further_hues(tokens)[1:])
    return hues[place % len(hues)]


def class_color(tokens: Tokens, number: float) -> QColor:
    """Return the colour of a class."""
    hues = class_hues(tokens)
    return QColor(hues[int(number) % len(hues)]) if np.isfinite(number) else QColor(tokens.nonfinite)


def value_image(tokens: Tokens, numbers: Floats, scale: float) -> QImage:
    """Return a matrix [rows, columns] as a picture of one pixel an element; row 0 is at the bottom."""
    return _image(value_pixels(tokens, numbers[::-1], scale) | _OPAQUE)


def plane_image(tokens: Tokens, answers: Floats) -> QImage:
    """Return what a network answers over the plane as a picture, [rows, columns, classes]; row 0 is at the bottom.

    One class is a number to be told and takes the colours of values; of several, each place takes the colour of the
    class that is answered there, the paler the less certain it is.
    """
    if answers.shape[2] == 1:
        numbers = answers[:, :, 0].astype(np.float64)
        finite = np.abs(numbers[np.isfinite(numbers)])
        return value_image(tokens, numbers, float(finite.max()) if finite.size else 0.0)
    shares = np.nan_to_num(answers[::-1].astype(np.float64), nan=0.0, posinf=1.0, neginf=0.0)
    count = shares.shape[2]
    hues = class_hues(tokens)
    ends = np.array([channels_of(mix(tokens.panel, hues[place % len(hues)], _SOFT)) for place in range(count)])
    certainty = np.clip((shares.max(axis=2) * count - 1) / (count - 1), 0.0, 1.0)[..., None]
    channels = channels_of(tokens.panel) * (1 - certainty) + ends[shares.argmax(axis=2)] * certainty
    channels[~np.isfinite(answers[::-1]).all(axis=2)] = channels_of(tokens.nonfinite)
    whole = np.rint(channels).astype(np.uint32)
    return _image(_OPAQUE | whole[..., 0] << np.uint32(16) | whole[..., 1] << np.uint32(8) | whole[..., 2])


def picture_image(tokens: Tokens, numbers: npt.NDArray[np.float32]) -> QImage:
    """Return a picture [channels, rows, columns] in its own colours, or in those of values; row 0 is at the top."""
    finite = np.nan_to_num(numbers.astype(np.float64), nan=0.0, posinf=1.0, neginf=0.0)
    if len(finite) != _CHANNELS:
        mean = finite.mean(axis=0)
        return value_image(tokens, mean[::-1], float(np.abs(mean).max(initial=0.0)))
    low, high = min(0.0, float(finite.min(initial=0.0))), max(1.0, float(finite.max(initial=1.0)))
    whole = np.rint(255 * (finite - low) / (high - low)).astype(np.uint32)
    return _image(_OPAQUE | whole[0] << np.uint32(16) | whole[1] << np.uint32(8) | whole[2])


def blended_image(ground: Floats, ends: Floats, shares: Floats) -> QImage:
    """Return the colours between a ground and other colours, ``shares`` of the way, as a picture; row 0 is at the top.

    Args:
        ground: A colour as ``channels_of`` gives it.
        ends: Colours of the elements, to be spread over [rows, columns, 3].
        shares: 0 to 1, [rows, columns, 1].
    """
    whole = np.rint(ground * (1 - shares) + ends * shares).astype(np.uint32)
    return _image(_OPAQUE | whole[..., 0] << np.uint32(16) | whole[..., 1] << np.uint32(8) | whole[..., 2])


def _image(pixels: npt.NDArray[np.uint32]) -> QImage:
    tidy = np.ascontiguousarray(pixels)
    height, width = tidy.shape
    return QImage(tidy.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()
