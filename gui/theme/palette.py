"""Qt's palette made from the tokens: what the style sheet does not reach (tooltips, selections, native parts)."""

from PySide6.QtGui import QColor, QPalette

from gui.theme.tokens import Tokens

_Role = QPalette.ColorRole
_DISABLED = QPalette.ColorGroup.Disabled


def palette_of(tokens: Tokens) -> QPalette:
    """Return the palette of a theme."""
    palette = QPalette()
    colors = {
        _Role.Window: tokens.panel,
        _Role.WindowText: tokens.text,
        _Role.Base: tokens.panel,
        _Role.AlternateBase: tokens.window,
        _Role.Text: tokens.text,
        _Role.Button: tokens.panel,
        _Role.ButtonText: tokens.text,
        _Role.BrightText: tokens.on_accent,
        _Role.ToolTipBase: tokens.panel,
        _Role.ToolTipText: tokens.text,
        _Role.PlaceholderText: tokens.muted,
        _Role.Highlight: tokens.accent,
        _Role.HighlightedText: tokens.on_accent,
        _Role.Link: tokens.accent,
        _Role.LinkVisited: tokens.accent,
        _Role.Light: tokens.panel,
        _Role.Midlight: tokens.hover,
        _Role.Mid: tokens.hairline,
        _Role.Dark: tokens.node_border,
        _Role.Shadow: tokens.node_border,
        _Role.Accent: tokens.accent,
    }
    for role, color in colors.items():
        palette.setColor(role, QColor(color))
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText):
        palette.setColor(_DISABLED, role, QColor(tokens.faint))
    return palette
