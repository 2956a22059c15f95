"""The sequential scale of the lenses: lightness and hue rise together, as in cividis, so that everybody can read it."""

from PySide6.QtGui import QColor

from gui.theme.colors import mix
from gui.theme.tokens import ThemeName, Tokens

_ON_LIGHT = ("#F4F1DF", "#DCCF8B", "#A9A077", "#757779", "#45597C", "#0E2F5A")
_ON_DARK = ("#20324F", "#394A6A", "#5B6472", "#857F72", "#B3A36B", "#E3CD6B")
_GREYS = ("#F2F2F2", "#D2D2D2", "#ACACAC", "#7C7C7C", "#555555", "#2C2C2C")


def ramp_of(tokens: Tokens) -> tuple[str, ...]:
    """Return the stops of the scale, evenly spaced, from the least to the most, which stands out from the canvas."""
    if tokens.name is ThemeName.DARK:
        return _ON_DARK
    return _ON_LIGHT if tokens.name in (ThemeName.LIGHT, ThemeName.PRINT) else _GREYS


def ramp_color(tokens: Tokens, share: float) -> QColor:
    """Return the colour at a share of the scale, 0 to 1; others are clipped."""
    stops = ramp_of(tokens)
    place = min(1.0, max(0.0, share)) * (len(stops) - 1)
    low = min(int(place), len(stops) - 2)
    return mix(stops[low], stops[low + 1], place - low)
