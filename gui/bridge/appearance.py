"""Puts the theme in force that the person prefers, or that the system has."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication

from gui.model.preferences import Appearance, Choices, Preferences
from gui.theme.palette import palette_of
from gui.theme.skins import Skin
from gui.theme.stylesheet import style_sheet
from gui.theme.theme import Theme
from gui.theme.tokens import ThemeName, Tokens


class AppearanceKeeper(QObject):
    """Keeps the application's palette and style sheet, and the theme, at what is preferred."""

    def __init__(self, application: QApplication, preferences: Preferences, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._application = application
        self._preferences = preferences
        self._theme = theme
        application.styleHints().colorSchemeChanged.connect(self._on_system_changed)
        preferences.changed.connect(self._on_preferences)
        theme.changed.connect(self._apply)
        self._apply(theme.tokens)
        theme.switch(self._wanted())
        theme.wear(Skin(preferences.choices.skin))

    def _wanted(self) -> ThemeName:
        match self._preferences.choices.appearance:
            case Appearance.LIGHT:
                return ThemeName.LIGHT
            case Appearance.DARK:
                return ThemeName.DARK
            case Appearance.SYSTEM:
                is_dark = self._application.styleHints().colorScheme() is Qt.ColorScheme.Dark
                return ThemeName.DARK if is_dark else ThemeName.LIGHT

    def _on_preferences(self, choices: Choices) -> None:
        self._theme.switch(self._wanted())
        self._theme.wear(Skin(choices.skin))

    def _on_system_changed(self, _scheme: Qt.ColorScheme) -> None:
        self._theme.switch(self._wanted())

    def _apply(self, tokens: Tokens) -> None:
        sheet = style_sheet(tokens)
        if sheet == self._application.styleSheet():
            return  # setting it again would polish every widget again
        self._application.setPalette(palette_of(tokens))
        self._application.setStyleSheet(sheet)
