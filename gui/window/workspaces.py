"""The pages of the window, one a workspace; a page is built when it is shown first."""

from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.model.workspace import Workspace


class Workspaces(QStackedWidget):
    """Shows one page at a time."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._makers: dict[Workspace, Callable[[], QWidget]] = {}
        self._pages: dict[Workspace, QWidget] = {}

    def put(self, workspace: Workspace, make: Callable[[], QWidget]) -> None:
        """Say how the page of a workspace is built."""
        self._makers[workspace] = make

    def show_workspace(self, workspace: Workspace) -> None:
        """Show a workspace."""
        if workspace not in self._pages:
            self._pages[workspace] = self._makers[workspace]()
            self.addWidget(self._pages[workspace])
        self.setCurrentWidget(self._pages[workspace])
        self.setFocusProxy(self._pages[workspace])
