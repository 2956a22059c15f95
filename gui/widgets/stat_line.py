"""A row of a property sheet: a muted label and a text with links."""

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from gui.theme.tokens import Tokens

LABEL_PX = 78


def link_html(text: str, target: str, tokens: Tokens) -> str:
    """Return a link in the theme's accent colour; ``target`` comes back by ``StatLine.link_activated``."""
    return f'<a href="{escape(target)}" style="color:{tokens.accent}; text-decoration:none">{escape(text)}</a>'


def rich_label(parent: QWidget) -> QLabel:
    """Return a label for rich text that wraps and whose links work with mouse and keyboard."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.LinksAccessibleByMouse
        | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        | Qt.TextInteractionFlag.TextSelectableByMouse
    )
    label.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label


class StatLine(QWidget):
    """One property.

    Signals:
        link_activated: The target of the link that was clicked.
    """

    link_activated = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = QLabel(self)
        self._label.setProperty("look", "muted")
        self._label.setFixedWidth(LABEL_PX)
        self._label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._text = rich_label(self)
        self._text.linkActivated.connect(self._on_link)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._label, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._text, 1, Qt.AlignmentFlag.AlignTop)

    @property
    def label(self) -> str:
        """What the property is called."""
        return self._label.text()

    @property
    def html(self) -> str:
        """The text shown, as rich text."""
        return self._text.text()

    def show_line(self, label: str, html: str) -> None:
        """Show a property."""
        self._label.setText(label)
        self._text.setText(html)

    def _on_link(self, target: str) -> None:
        self.link_activated.emit(target)
