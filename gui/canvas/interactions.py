"""What a drag of the mouse does, one object for each gesture."""

from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen

from engine.drawing.drawing import Point, Rect
from gui.canvas.minimap import Minimap
from gui.theme.tokens import Tokens
from gui.widgets.camera import Camera, Margins, fitted
from gui.widgets.lettering import faded

DRAG_START_PX = 4.0
"""A press that moves less than this is a click."""


class Stage(Protocol):
    """What a gesture may do to the canvas."""

    @property
    def camera(self) -> Camera:
        """Where the camera is."""
        ...

    def steer(self, camera: Camera) -> None:
        """Move the camera by hand."""
        ...

    def glide(self, camera: Camera) -> None:
        """Let the camera glide somewhere."""
        ...

    def click(self, at: QPointF, *, adds: bool) -> None:
        """Select what is under a view point."""
        ...

    def drag_node(self, index: int, by: Point, *, is_done: bool) -> None:
        """Move a node by world units from where it was when the gesture began."""
        ...

    def mark(self, area: Rect) -> None:
        """Select all nodes in a world rectangle."""
        ...

    def view_size(self) -> tuple[float, float]:
        """Width and height in pixels."""
        ...


class Interaction(Protocol):
    """A gesture from press to release."""

    cursor: Qt.CursorShape

    def move(self, stage: Stage, at: QPointF) -> None:
        """The mouse moved to a view point."""
        ...

    def release(self, stage: Stage, at: QPointF) -> None:
        """The button was let go."""
        ...

    def paint(self, painter: QPainter, tokens: Tokens) -> None:
        """Paint the gesture over the canvas, in view coordinates."""
        ...


class Pan:
    """Drags the drawing; without a drag, it is a click."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, start: QPointF, *, clicks: bool, adds: bool = False) -> None:
        self._start = self._last = start
        self._clicks = clicks
        self._adds = adds
        self._has_moved = False

    def move(self, stage: Stage, at: QPointF) -> None:
        """Follow the mouse once it has clearly moved."""
        if not self._has_moved and (at - self._start).manhattanLength() < DRAG_START_PX:
            return
        self._has_moved = True
        by = at - self._last
        self._last = at
        stage.steer(stage.camera.panned(by.x(), by.y()))

    def release(self, stage: Stage, at: QPointF) -> None:
        """Click if nothing was dragged."""
        if self._clicks and not self._has_moved:
            stage.click(at, adds=self._adds)

    def paint(self, painter: QPainter, tokens: Tokens) -> None:
        """Nothing to see."""


class MoveNode:
    """Drags a node, and what is selected with it; without a drag, it is a click."""

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, start: QPointF, index: int) -> None:
        self._start = start
        self._index = index
        self._has_moved = False

    def _by(self, stage: Stage, at: QPointF) -> Point:
        scale = stage.camera.scale
        return ((at.x() - self._start.x()) / scale, (at.y() - self._start.y()) / scale)

    def move(self, stage: Stage, at: QPointF) -> None:
        """Follow the mouse once it has clearly moved."""
        if self._has_moved or (at - self._start).manhattanLength() >= DRAG_START_PX:
            self._has_moved = True
            self.cursor = Qt.CursorShape.SizeAllCursor
            stage.drag_node(self._index, self._by(stage, at), is_done=False)

    def release(self, stage: Stage, at: QPointF) -> None:
        """Leave it there, or click."""
        if self._has_moved:
            stage.drag_node(self._index, self._by(stage, at), is_done=True)
        else:
            stage.click(at, adds=False)

    def paint(self, painter: QPainter, tokens: Tokens) -> None:
        """Nothing to see."""


class _Rubber:
    """Draws a rectangle."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, start: QPointF) -> None:
        self._start = self._end = start

    @property
    def _rect(self) -> QRectF:
        return QRectF(self._start, self._end).normalized()

    @property
    def _is_drag(self) -> bool:
        return max(self._rect.width(), self._rect.height()) >= DRAG_START_PX

    def _world(self, stage: Stage) -> Rect:
        left, top = stage.camera.to_world((self._rect.left(), self._rect.top()))
        return Rect(left, top, self._rect.width() / stage.camera.scale, self._rect.height() / stage.camera.scale)

    def move(self, stage: Stage, at: QPointF) -> None:
        """Stretch the rectangle."""
        self._end = at
        stage.steer(stage.camera)

    def paint(self, painter: QPainter, tokens: Tokens) -> None:
        """Paint the rectangle."""
        painter.setPen(QPen(QColor(tokens.accent), 1.0))
        painter.setBrush(faded(tokens.accent, 0.10))
        painter.drawRect(self._rect)


class Marquee(_Rubber):
    """Selects the nodes inside a rectangle; without a drag it adds what was clicked."""

    def release(self, stage: Stage, at: QPointF) -> None:
        """Select."""
        if self._is_drag:
            stage.mark(self._world(stage))
        else:
            stage.click(at, adds=True)


class ZoomToRect(_Rubber):
    """Shows what lies inside a rectangle."""

    def release(self, stage: Stage, at: QPointF) -> None:
        """Zoom; a mere click does nothing."""
        if self._is_drag:
            width, height = stage.view_size()
            stage.glide(fitted(self._world(stage), width, height, Margins(), max_scale=8.0))


class MinimapDrag:
    """Moves the view by pointing into the overview."""

    cursor = Qt.CursorShape.PointingHandCursor

    def __init__(self, minimap: Minimap) -> None:
        self._minimap = minimap

    def move(self, stage: Stage, at: QPointF) -> None:
        """Centre the view on the point."""
        width, height = stage.view_size()
        stage.steer(stage.camera.centred(self._minimap.to_world((at.x(), at.y())), width, height))

    def release(self, stage: Stage, at: QPointF) -> None:
        """Stay there."""

    def paint(self, painter: QPainter, tokens: Tokens) -> None:
        """Nothing to see."""


def interaction_for(event: QMouseEvent, minimap: Minimap | None, node: int | None) -> Interaction | None:
    """Return the gesture that a press begins, if any; ``node`` is what lies under the mouse."""
    at = event.position()
    if event.button() is Qt.MouseButton.MiddleButton:
        return Pan(at, clicks=False)
    if event.button() is not Qt.MouseButton.LeftButton:
        return None
    if minimap is not None and minimap.holds((at.x(), at.y())):
        return MinimapDrag(minimap)
    modifiers = event.modifiers()
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return Marquee(at)
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        return ZoomToRect(at)
    return Pan(at, clicks=True) if node is None else MoveNode(at, node)
