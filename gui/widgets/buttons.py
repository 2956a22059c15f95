"""Buttons of the window: flat tool buttons over QActions, and chips that open a menu."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QMenu, QToolButton, QWidget

from gui.theme.icons import SIZE_PX, Icon, tinted_icon
from gui.theme.tokens import Tokens


def action_button(action: QAction, look: str, parent: QWidget, *, with_text: bool = False) -> QToolButton:
    """Return a button for an action; ``look`` is a property that the style sheet knows."""
    button = QToolButton(parent)
    button.setDefaultAction(action)
    button.setProperty("look", look)
    button.setIconSize(QSize(SIZE_PX, SIZE_PX))
    style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if with_text else Qt.ToolButtonStyle.ToolButtonIconOnly
    button.setToolButtonStyle(style)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(action.text())
    return button


class Chip(QToolButton):
    """A button that shows a choice and opens its menu."""

    def __init__(self, name: str, menu: QMenu, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = name
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands behind the text
        self.setIconSize(QSize(12, 12))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("look", "chip")
        self.show_choice("")

    def show_choice(self, text: str) -> None:
        """Say what is chosen."""
        self.setText(text)
        self.setAccessibleName(f"{self._name}: {text}")

    def tint(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self.setIcon(tinted_icon(Icon.CHEVRON_DOWN, tokens.muted, tokens.faint))


def rule(parent: QWidget) -> QFrame:
    """Return a horizontal hairline."""
    line = QFrame(parent)
    line.setProperty("look", "rule")
    line.setFixedHeight(1)
    return line
