"""The theme in force, as a model that views listen to."""

from gui.model.observable import Event
from gui.theme.tokens import ThemeName, Tokens, tokens_of


class Theme:
    """Holds the tokens in force.

    Attributes:
        changed: Emitted with the new tokens.
    """

    def __init__(self, name: ThemeName = ThemeName.LIGHT) -> None:
        self.changed: Event[Tokens] = Event()
        self._tokens = tokens_of(name)

    @property
    def tokens(self) -> Tokens:
        """The tokens in force."""
        return self._tokens

    def switch(self, name: ThemeName) -> None:
        """Put another theme in force."""
        if name is self._tokens.name:
            return
        self._tokens = tokens_of(name)
        self.changed.emit(self._tokens)
