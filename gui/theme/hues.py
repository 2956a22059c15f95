"""Colours of classes and lines, which are told apart by colour alone, so that everybody can (Okabe and Ito)."""

from gui.theme.tokens import ThemeName, Tokens

_ON_LIGHT = ("#009E73", "#B8508F", "#56B4E9", "#D55E00", "#B59A00", "#1D2733")
_ON_DARK = ("#2EBE96", "#E08FC0", "#8CCBF2", "#F0803C", "#F0E442", "#E6EBF2")


def further_hues(tokens: Tokens) -> tuple[str, ...]:
    """Return colours that go beside the blue and orange of values."""
    return _ON_DARK if tokens.name is ThemeName.DARK else _ON_LIGHT
