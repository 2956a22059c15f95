"""The line above the canvas: what the network is in numbers, and what one can do with it."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from gui.model.network import NetworkModel
from gui.model.network_talk import readable
from gui.widgets.buttons import action_button
from gui.widgets.elided_label import ElidedLabel

HEIGHT_PX = 44
ActionOf = Callable[[str], QAction]


class Header(QWidget):
    """Totals at the left, actions at the right."""

    def __init__(self, model: NetworkModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT_PX)
        self._model = model
        self._title = QLabel(self)
        self._title.setProperty("look", "heading")
        self.totals = ElidedLabel("", self)
        self.totals.setProperty("look", "muted")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 0, 12, 0)
        self._row.setSpacing(4)
        self._row.addWidget(self._title)
        self._row.addSpacing(8)
        self._row.addWidget(self.totals, 1)
        model.changed.connect(lambda _is_more: self._refresh())
        model.told.connect(lambda _none: self._refresh())
        self._refresh()

    def use_actions(
        self, action_of: ActionOf, quiet: Sequence[str], templates: QMenu, plain: Sequence[str], accent: str
    ) -> None:
        """Show a menu of templates, actions as icons and as words, and the one that all leads to."""
        menu_button = QToolButton(self)
        menu_button.setText("Templates")
        menu_button.setMenu(templates)
        menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu_button.setProperty("look", "quiet")
        menu_button.setToolTip("Networks to start from")
        self._row.addWidget(menu_button)
        for action_id in quiet:
            button = action_button(action_of(action_id), "quiet", self)
            button.setAutoRaise(True)
            self._row.addWidget(button)
        self._row.addSpacing(6)
        for action_id in plain:
            self._row.addWidget(action_button(action_of(action_id), "", self, with_text=True))
        self._row.addWidget(action_button(action_of(accent), "accent", self, with_text=True))

    def _refresh(self) -> None:
        model = self._model
        self._title.setText(readable(model.network.name))
        text = model.known.totals(model.network)
        if not text:
            text = "torch is asked …" if model.is_waiting else ""
        count = len(model.known.misfits)
        if count:
            told = f"{'1 node does' if count == 1 else f'{count} nodes do'} not fit"
            text = f"{told} · {text}" if text else told
        self.totals.show_text(text)
