"""Where panels that build networks are made and given their actions; ``gui.workbench`` calls these."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from gui.bridge.block_folder import BlockFolder
from gui.builder.panel import BuilderPanel
from gui.builder.port import Asker, BuilderCommands
from gui.builder.window import BuilderWindow
from gui.commands.action import Menu
from gui.commands.book import ActionBook
from gui.commands.builder_actions import BUILDER_MENU
from gui.model.models import Models
from gui.model.network import NetworkModel
from gui.model.network_blocks import BlockShelf
from gui.model.workspace import Workspace


class BuilderPlace:
    """The window in which a network is built, made when it is opened first."""

    def __init__(
        self, parent: QWidget, models: Models, network: NetworkModel, prompts: Asker, may_replace: Callable[[], bool]
    ) -> None:
        self._parent = parent
        self._models = models
        self._network = network
        self.shelf = BlockShelf(BlockFolder())
        self._book: ActionBook | None = None
        self.window: BuilderWindow | None = None
        self.port = BuilderCommands(
            network, self.shelf, models.document, models.notices, prompts, self.show, self._may_leave, self._train
        )
        self._may_replace = may_replace

    def use_book(self, book: ActionBook) -> None:
        """Take the actions from here."""
        self._book = book

    def make_panel(self, *, is_compact: bool = False) -> BuilderPanel:
        """Return a panel on the network, with its actions, for whoever has a place for it."""
        assert self._book is not None
        book = self._book
        panel = BuilderPanel(self._network, self.shelf, self._models.theme, is_compact=is_compact)
        for action in book.builder_actions():
            panel.surface.addAction(action)
        starts = [action.id for action in book.actions if action.menu is Menu.TEMPLATE]
        panel.use_actions(book.qaction, BUILDER_MENU, starts)
        self.port.attend(panel)
        return panel

    def make_compact_panel(self) -> BuilderPanel:
        """Return a panel for a place with little room."""
        return self.make_panel(is_compact=True)

    def show(self) -> BuilderPanel:
        """Open the window."""
        if self.window is None:
            self.window = BuilderWindow(self.make_panel(), self._parent)
            if not self._network.known.is_answer:
                self._network.ask()
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()
        return self.window.panel

    def close(self) -> None:
        """Close the window."""
        if self.window is not None:
            self.window.close()

    def _may_leave(self) -> bool:
        """Bring the main window forward, where the text will be, and ask whether the one there may go."""
        self._go_to_main_window()
        if not self._may_replace():
            return False
        self._models.preferences.choose_workspace(Workspace.EXPLORE)
        return True

    def _train(self) -> None:
        self._go_to_main_window()
        self._models.preferences.choose_workspace(Workspace.TRAIN)

    def _go_to_main_window(self) -> None:
        self._parent.raise_()
        self._parent.activateWindow()
