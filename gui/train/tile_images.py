"""The pictures of what single units answer, made anew only where they would look different."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from gui.theme.tokens import Tokens
from gui.train.hues import value_image
from gui.train.network_scene import Unit

_SEEN = 0.01
"""Share of the strongest answer that a difference must have to be seen."""


@dataclass(frozen=True, slots=True)
class _Held:
    tokens: Tokens
    numbers: npt.NDArray[np.float64]
    scale: float
    image: QImage


class TileImages:
    """Holds the last picture of each unit."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, int], _Held] = {}

    def image(self, tokens: Tokens, unit: Unit) -> QImage:
        """Return the picture of a unit of which answers are known."""
        assert unit.answers is not None, "asked for those only"
        held = self._held.get((unit.layer, unit.index))
        if held is not None and held.tokens == tokens and _looks_like(unit.answers, held):
            return held.image
        numbers = unit.answers.astype(np.float64)
        scale = scale_of(numbers)
        made = _Held(tokens, numbers, scale, value_image(tokens, numbers, scale))
        self._held[unit.layer, unit.index] = made
        return made.image

    def forget(self) -> None:
        """Let go of all pictures: another network is shown."""
        self._held.clear()


def scale_of(numbers: npt.NDArray[np.floating]) -> float:
    """Return the strongest of the finite numbers, 0 where there are none."""
    finite = np.abs(numbers[np.isfinite(numbers)])
    return float(finite.max()) if finite.size else 0.0


def look_alike(new: npt.NDArray[np.floating], old: npt.NDArray[np.floating], old_scale: float) -> bool:
    """Return whether numbers painted on a scale of their own look as others do; those that are not finite never do."""
    if new.shape != old.shape or not np.isfinite(new).all() or not np.isfinite(old).all():
        return False
    most = old_scale * _SEEN
    return abs(scale_of(new) - old_scale) <= most and bool((np.abs(new - old) <= most).all())


def _looks_like(answers: npt.NDArray[np.float32], held: _Held) -> bool:
    return look_alike(answers, held.numbers, held.scale)
