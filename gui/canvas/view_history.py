"""Where on the canvas one was: back and forward, as in a browser."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent

from gui.canvas.surface import Surface
from gui.canvas.view_state import ViewState
from gui.model.history import History
from gui.widgets.camera import Camera

_REST_MS = 350
"""A place counts once the camera has rested there."""
_ZOOMED, _MOVED = 1.3, 0.4
"""Another place is nearer or further by so much, or so much of the view away."""
_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right)


@dataclass(frozen=True, slots=True)
class Place:
    """What was looked at: groups and hidden nodes, and the camera."""

    state: ViewState
    camera: Camera


class ViewHistory(QObject):
    """Remembers the places of one surface.

    Args:
        surface: Whose camera it is.
        look: Says what is open and hidden now.
        restore: Brings that back.
    """

    def __init__(self, surface: Surface, look: Callable[[], ViewState], restore: Callable[[ViewState], None]) -> None:
        super().__init__(surface)
        self._surface = surface
        self._look = look
        self._restore = restore
        self._history: History[Place] | None = None
        self._timer = QTimer(self, singleShot=True, interval=_REST_MS)
        self._timer.timeout.connect(self.note)
        surface.control.moved.connect(self._timer.start)
        surface.installEventFilter(self)

    def forget(self) -> None:
        """Another recording is shown: its places are others."""
        self._history = None
        self._timer.start()

    def pass_over(self) -> None:
        """The playhead moved the camera, not the person: such places are not worth coming back to."""
        self._timer.stop()

    def note(self) -> None:
        """Remember where the camera rests, unless that is where it was."""
        self._timer.stop()
        here = Place(self._look(), self._surface.control.target)
        if self._history is None:
            self._history = History(here)
        elif self._is_elsewhere(self._history.state, here):
            self._history.record(here)

    def _is_elsewhere(self, before: Place, now: Place) -> bool:
        a, b = before.camera, now.camera
        if before.state != now.state or not 1 / _ZOOMED < b.scale / a.scale < _ZOOMED:
            return True
        width, height = self._surface.view_size()
        far = max(abs(a.x - b.x) * b.scale / max(width, 1.0), abs(a.y - b.y) * b.scale / max(height, 1.0))
        return far > _MOVED

    def back(self) -> None:
        """Go to the place before."""
        self.note()
        if self._history is not None:
            self._go(self._history.undo())

    def forward(self) -> None:
        """Go to the place that one came back from."""
        if self._history is not None and self._history.can_redo:
            self._go(self._history.redo())

    def _go(self, place: Place) -> None:
        if place.state != self._look():
            self._restore(place.state)
        self._surface.glide(place.camera)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """On the graph Alt with an arrow goes through places; elsewhere it is a shortcut of the window."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_alone = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.AltModifier
            if is_alone and event.key() in _KEYS:
                event.accept()
                return True
        return False
