"""The row above a comparison: how it is shown, how the two differ, and ways to where they do."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from engine.compare import Comparison, DecisionChange
from engine.interchange.comparison_text import verdict
from gui.commands.book import ActionBook
from gui.compare.texts import decision_sentence
from gui.theme.stylesheet import CONTROL_PX
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens
from gui.widgets.buttons import Chip, action_button
from gui.widgets.elided_label import ElidedLabel

HEIGHT_PX = 38
_MOST_DECISIONS = 40
SHOWN_AS = (("view.overlay", "Overlay"), ("compare.beside", "Side by side"))


class CompareBar(QWidget):
    """Stands above the graph while something is compared; ``seek`` goes to a step of the recording shown.

    Attributes:
        sentence: How the two differ.
        decisions: The decisions that went the other way; hidden where there are none.
    """

    def __init__(self, book: ActionBook, theme: Theme, seek: Callable[[int], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("compareBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT_PX)
        self._seek = seek
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self.decisions = Chip("Decisions", self._menu, self)
        self.decisions.setToolTip("Decisions that went the other way, with both values")
        self.sentence = ElidedLabel("", self)
        self.sentence.setProperty("look", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(6)
        row.addWidget(self._segments(book))
        row.addWidget(_named(action_button(book.qaction("compare.in_step"), "quiet", self), "In step"))
        row.addSpacing(4)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.decisions)
        for name, text in (("compare.previous_difference", "‹"), ("compare.next_difference", "›")):
            row.addWidget(_named(action_button(book.qaction(name), "quiet", self), text))
        row.addWidget(_named(action_button(book.qaction("compare.table"), "quiet", self), "Table"))
        row.addWidget(action_button(book.qaction("compare.end"), "quiet", self))
        theme.changed.connect(self._on_theme)
        self._on_theme(theme.tokens)

    def show_comparison(self, comparison: Comparison, things: str) -> None:
        """Say how the two differ; ``things`` says what they are, e.g. ``recordings``."""
        self.sentence.show_text(verdict(comparison, first_number=1, things=things))
        self._offer(comparison.decisions)

    def _offer(self, changes: Sequence[DecisionChange]) -> None:
        self._menu.clear()
        for change in changes[:_MOST_DECISIONS]:
            entry = self._menu.addAction(decision_sentence(change).replace("&", "&&"))
            entry.triggered.connect(lambda _=False, step=change.a.step: self._seek(step - 1))
        if len(changes) > _MOST_DECISIONS:
            self._menu.addAction(f"{len(changes) - _MOST_DECISIONS:,} more are in the table").setEnabled(False)
        self.decisions.setVisible(bool(changes))
        self.decisions.show_choice("1 decision" if len(changes) == 1 else f"{len(changes):,} decisions")

    def _segments(self, book: ActionBook) -> QWidget:
        box = QWidget(self)
        box.setObjectName("segments")
        box.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box.setFixedHeight(CONTROL_PX)
        row = QHBoxLayout(box)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        for name, text in SHOWN_AS:
            row.addWidget(_named(action_button(book.qaction(name), "segment", box), text))
        return box

    def _on_theme(self, tokens: Tokens) -> None:
        self.decisions.tint(tokens)


def _named(button: QToolButton, text: str) -> QToolButton:
    """Give a button a shorter name than its action has in the menu, whatever happens to the action."""
    action = button.defaultAction()
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    button.setText(text)
    button.setAccessibleName(text)
    action.changed.connect(lambda: button.setText(text))
    return button
