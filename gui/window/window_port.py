"""The window as actions see it."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from gui.commands.ports import Drawer, Place
from gui.window.main_window import MainWindow


class WindowCommands:
    """Does to the window what actions ask; see ``gui.commands.ports.WindowPort``."""

    def __init__(self, window: MainWindow, places: Mapping[Place, QWidget]) -> None:
        self._window = window
        self._places = dict(places)

    def search(self, text: str) -> None:
        """Put the keyboard into the search field."""
        self._window.parts.top.search.begin(text)

    def toggle_drawer(self, drawer: Drawer) -> None:
        """Open or close a page of the drawer."""
        bottom = self._window.parts.bottom
        if bottom.page is drawer:
            bottom.close_drawer()
        else:
            bottom.open(drawer)

    def shows_drawer(self, drawer: Drawer) -> bool:
        """Whether a page of the drawer is open."""
        return self._window.is_put_together and self._window.parts.bottom.page is drawer

    def toggle_full_screen(self) -> None:
        """Fill the screen, or stop doing so."""
        self._window.toggle_full_screen()

    @property
    def is_full_screen(self) -> bool:
        """Whether the window fills the screen."""
        return self._window.isFullScreen()

    def show_menu(self) -> None:
        """Open the program's menu."""
        self._window.parts.top.open_menu()

    def show_devices(self) -> None:
        """Open the list of devices."""
        self._window.parts.top.open_devices()

    def focus(self, place: Place) -> None:
        """Put the keyboard into a part of the window, and show which one."""
        self._places[place].setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._window.focus_frame.show_around(self._places[place])

    def focus_next(self, direction: int) -> None:
        """Put the keyboard into the next (1) or previous (-1) part."""
        places = list(self._places)
        focused = self._window.focusWidget()
        at = next((i for i, place in enumerate(places) if _holds(self._places[place], focused)), None)
        start = -1 if at is None and direction > 0 else (at or 0)
        self.focus(places[(start + direction) % len(places)])

    def leave(self) -> None:
        """Close the window."""
        self._window.close()


def _holds(part: QWidget, widget: QWidget | None) -> bool:
    return widget is not None and (part is widget or part.isAncestorOf(widget))
