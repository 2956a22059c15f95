"""The window's texts in one place: what is shown where."""

from gui.window.main_window import MainWindow


class WindowDisplays:
    """Hands each text to the part that shows it."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def show_step(self, headline: str, details: str) -> None:
        """Where the playhead stands."""
        self._window.parts.top.show_step(headline, details)

    def show_speed(self, speed: float) -> None:
        """How fast Play goes."""
        self._window.parts.top.show_speed(speed)

    def show_device(self, title: str) -> None:
        """Where programs run."""
        self._window.parts.top.show_device(title)

    def show_status(self, left: str, right: str) -> None:
        """What the worker does and what was recorded."""
        self._window.parts.status.show_texts(left, right)

    def show_title(self, title: str, *, is_dirty: bool) -> None:
        """Which program is open."""
        self._window.setWindowTitle(f"{title}[*] – Chainrule")
        self._window.setWindowModified(is_dirty)
