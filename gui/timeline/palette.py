"""The timeline's colours, worked out once for each theme."""

from dataclasses import dataclass

from PySide6.QtGui import QColor

from gui.theme.colors import mix
from gui.theme.tokens import Tokens

FUTURE = 0.38
"""How much of its colour a step keeps that has not happened yet."""


@dataclass(frozen=True, slots=True)
class Shade:
    """Colours of one track's cells: what has happened, or what has not."""

    fill: QColor
    strip: QColor
    tick: QColor
    text: QColor


@dataclass(frozen=True, slots=True)
class TrackColors:
    """Colours of one track."""

    label: QColor
    past: Shade
    future: Shade


@dataclass(frozen=True, slots=True)
class Palette:
    """Everything that the timeline paints with; ``tracks`` are in the order of ``table.PHASES``."""

    tokens: Tokens
    tracks: tuple[TrackColors, ...]
    modules: QColor


def palette_of(tokens: Tokens) -> Palette:
    """Return the timeline's colours under a theme."""
    tracks = (
        _track(tokens, tokens.edge, tokens.muted, 0.14, 0.36),
        _track(tokens, tokens.backward, tokens.backward, 0.2, 0.56),
        _track(tokens, tokens.optimizer, tokens.optimizer, 0.2, 0.5),
    )
    return Palette(tokens, tracks, QColor(tokens.faint))


def _track(tokens: Tokens, accent: str, label: str, fill: float, tick: float) -> TrackColors:
    past = Shade(mix(tokens.panel, accent, fill), QColor(accent), mix(tokens.panel, accent, tick), QColor(tokens.text))
    future = Shade(
        mix(tokens.panel, accent, fill * FUTURE),
        mix(tokens.panel, accent, FUTURE),
        mix(tokens.panel, accent, tick * FUTURE),
        mix(tokens.panel, tokens.text, FUTURE),
    )
    return TrackColors(QColor(label), past, future)
