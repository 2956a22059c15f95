"""The hint that floats above the graph."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from gui.commands.keys import key_text
from gui.model.coach import Cue
from gui.theme.icons import Icon, tinted_icon
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens


class CuePill(QWidget):
    """One short sentence with a button that ends all hints.

    Signals:
        dismissed: The person wants no more hints.
    """

    dismissed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("cue")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._label = QLabel(self)
        self._close = QToolButton(self)
        self._close.setProperty("look", "quiet")
        self._close.setIconSize(QSize(14, 14))
        self._close.setFixedSize(22, 22)
        self._close.setToolTip("No more hints")
        self._close.setAccessibleName("No more hints")
        self._close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._close.clicked.connect(self.dismissed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 3, 5, 3)
        layout.setSpacing(4)
        layout.addWidget(self._label)
        layout.addWidget(self._close)
        theme.changed.connect(self._on_theme)
        self._on_theme(theme.tokens)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._label.text()

    def show_cue(self, cue: Cue) -> None:
        """Say what can be done now, or go."""
        text = cue_text(cue)
        self._label.setText(text)
        self.setVisible(bool(text))

    def _on_theme(self, tokens: Tokens) -> None:
        self._close.setIcon(tinted_icon(Icon.CLOSE, tokens.muted, tokens.faint))


def cue_text(cue: Cue) -> str:
    """Return the sentence of a cue; empty when there is nothing to say."""
    match cue:
        case Cue.NOTHING:
            return ""
        case Cue.STEP:
            return f"Press {key_text('Right')}  to step through it"
        case Cue.STEP_BACK:
            return f"Press {key_text('Alt+Left')}  to step back through it, also while typing"
        case Cue.BACKWARD:
            return f"Press {key_text('Ctrl+B')}  to see the backward pass begin"
        case Cue.GRADIENT:
            return "Point at a purple box to read its gradient"
