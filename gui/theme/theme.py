"""The theme in force, as a model that views listen to."""

from gui.model.observable import Event
from gui.theme.skins import Skin, dressed
from gui.theme.tokens import ThemeName, Tokens


class Theme:
    """Holds the tokens in force.

    Attributes:
        changed: Emitted with the new tokens.
    """

    def __init__(self, name: ThemeName = ThemeName.LIGHT, skin: Skin = Skin.CHAINRULE) -> None:
        self.changed: Event[Tokens] = Event()
        self._skin = skin
        self._tokens = dressed(name, skin)

    @property
    def tokens(self) -> Tokens:
        """The tokens in force."""
        return self._tokens

    @property
    def skin(self) -> Skin:
        """The skin in force."""
        return self._skin

    def switch(self, name: ThemeName) -> None:
        """Put another theme in force."""
        self._put(name, self._skin)

    def wear(self, skin: Skin) -> None:
        """Put another skin in force."""
        self._put(self._tokens.name, skin)

    def _put(self, name: ThemeName, skin: Skin) -> None:
        if (name, skin) == (self._tokens.name, self._skin):
            return
        self._skin, self._tokens = skin, dressed(name, skin)
        self.changed.emit(self._tokens)
