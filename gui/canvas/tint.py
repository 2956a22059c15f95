"""The colours of the lenses."""

from PySide6.QtGui import QColor

from gui.canvas.lens import Lens
from gui.theme.colors import mix
from gui.theme.ramps import ramp_color
from gui.theme.tokens import Tokens

_FLOOR, _RANGE = 0.10, 0.75


def tint_of(lens: Lens, tokens: Tokens, share: float) -> QColor:
    """Return the colour of a box at a share of a lens' scale, 0 to 1.

    Gradients are violet wherever they are seen; everything else has the sequential scale.
    """
    if lens is Lens.GRADIENTS:
        return mix(tokens.node, tokens.backward, _FLOOR + _RANGE * share)
    return ramp_color(tokens, share)
