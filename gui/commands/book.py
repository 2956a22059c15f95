"""The registry as QActions: enabled, checked and explained as the state of the window says."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QWidget

from gui.commands.action import Action, Context, Desk, Menu
from gui.commands.keys import key_text
from gui.theme.icons import themed_icon
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens


class ActionBook(QObject):
    """One QAction for each action of the registry.

    Attributes:
        actions: The actions as data, in the order of the registry.
    """

    def __init__(self, actions: Sequence[Action], desk: Desk, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.actions = tuple(actions)
        self._desk = desk
        self._theme = theme
        self._qactions = {action.id: self._make(action) for action in self.actions}
        self._timer = QTimer(self, interval=0, singleShot=True)
        self._timer.timeout.connect(self.refresh)
        self._listen()
        self._on_theme(theme.tokens)
        self.refresh()

    def qaction(self, action_id: str) -> QAction:
        """The QAction of an action.

        Raises:
            KeyError: If there is no such action.
        """
        return self._qactions[action_id]

    def reason(self, action: Action) -> str:
        """Why an action cannot be used now; empty when it can."""
        return action.enabled_when(self._desk)

    def label(self, action: Action) -> str:
        """What the action is called now."""
        return action.title if action.label is None else action.label(self._desk)

    def trigger(self, action: Action) -> None:
        """Do it, if it can be done."""
        if self.reason(action) == "":
            action.handler(self._desk)

    def install(self, window: QWidget, views: Iterable[QWidget]) -> None:
        """Let the keys work: in the whole window, or only while one of ``views`` has the keyboard."""
        for action in self.actions:
            if action.context is Context.WINDOW:
                window.addAction(self._qactions[action.id])
        self._install_in(views, Context.VIEWS)

    def install_train(self, page: QWidget) -> None:
        """Let the keys of the Train workspace work while its page has the keyboard."""
        self._install_in((page,), Context.TRAIN)

    def install_in(self, view: QWidget, chosen: Callable[[Action], bool]) -> None:
        """Let the keys of some actions of the views work while this one has the keyboard."""
        for action in self.actions:
            if action.context is Context.VIEWS and chosen(action):
                view.addAction(self._qactions[action.id])

    def builder_actions(self) -> list[QAction]:
        """Return the actions whose keys work on the canvas of a network, for whoever shows one."""
        found = [self._qactions[action.id] for action in self.actions if action.context is Context.BUILDER]
        for qaction in found:
            qaction.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        return found

    def _install_in(self, places: Iterable[QWidget], context: Context) -> None:
        widgets = tuple(places)
        for action in self.actions:
            if action.context is context:
                qaction = self._qactions[action.id]
                qaction.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                for widget in widgets:
                    widget.addAction(qaction)

    def refresh_soon(self, _payload: object = None) -> None:
        """Look at the state again when control is back at the event loop."""
        if not self._timer.isActive():
            self._timer.start()

    def refresh(self) -> None:
        """Look at the state again now."""
        for action in self.actions:
            qaction = self._qactions[action.id]
            reason = action.enabled_when(self._desk)
            qaction.setEnabled(reason == "")
            qaction.setVisible(reason == "" or action.menu is not Menu.RECENT)
            qaction.setText(self.label(action).replace("&", "&&"))
            qaction.setIconText(qaction.text())  # Qt takes the dots away, which say that a question comes
            qaction.setToolTip(tool_tip(action, reason))
            qaction.setStatusTip(action.tip)
            if action.checked_when is not None:
                qaction.setChecked(action.checked_when(self._desk))

    def _make(self, action: Action) -> QAction:
        qaction = QAction(action.title, self)
        qaction.setObjectName(action.id)
        qaction.setShortcuts([QKeySequence(text) for text in action.shortcuts])
        qaction.setCheckable(action.checked_when is not None)
        if action.context is not Context.WINDOW:
            qaction.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        qaction.setAutoRepeat(action.topic in {"playback", "graph", "network"})
        qaction.triggered.connect(partial(self._on_triggered, action))
        return qaction

    def _listen(self) -> None:
        desk = self._desk
        events: tuple[Callable[[Callable[[object], None]], None], ...] = (
            desk.document.recording_replaced.connect,
            desk.document.run_ended.connect,
            desk.document.run_state_changed.connect,
            desk.document.program_replaced.connect,
            desk.document.path_changed.connect,
            desk.document.blankness_changed.connect,
            desk.playhead.moved.connect,
            desk.playhead.resized.connect,
            desk.selection.changed.connect,
            desk.player.changed.connect,
            desk.preferences.changed.connect,
            desk.recents.changed.connect,
            desk.runs.asked.connect,
            desk.runs.refused.connect,
            desk.training.control.changed.connect,
            desk.training.book.changed.connect,
            desk.builder.changed.connect,
        )
        for connect in events:
            connect(self.refresh_soon)
        self._theme.changed.connect(self._on_theme)

    def _on_triggered(self, action: Action, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 (Qt passes it)
        self.trigger(action)
        self.refresh_soon()

    def _on_theme(self, tokens: Tokens) -> None:
        for action in self.actions:
            icon = QIcon() if action.icon is None else themed_icon(action.icon, tokens)
            self._qactions[action.id].setIcon(icon)


def tool_tip(action: Action, reason: str) -> str:
    """Return what the mouse is told: what it does, its key, and why it cannot be used now."""
    text = action.tip
    if action.shortcuts:
        text = f"{text}\n{key_text(action.shortcuts[0])}"
    return f"{text}\n{reason}" if reason else text
