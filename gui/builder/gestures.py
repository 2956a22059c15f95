"""What a drag of the mouse does on the network canvas, one object for each gesture."""

from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from engine.drawing.drawing import Rect
from engine.network.network import Link, NodeName
from gui.builder.scene import Port, Scene, Side
from gui.builder.scene_painter import Attention, paint_marquee
from gui.model.network import NetworkModel
from gui.model.network_boxes import Place
from gui.model.network_changes import Free, FromPort
from gui.theme.tokens import Tokens
from gui.widgets.camera import Camera, Margins, fitted

DRAG_START_PX = 4.0
"""A press that moves less than this is a click."""
SNAP_PX = 26.0
_LARGEST_SCALE = 4.0


class Stage(Protocol):
    """What a gesture may reach."""

    model: NetworkModel
    attention: Attention

    @property
    def camera(self) -> Camera:
        """Where the camera is."""
        ...

    @property
    def scene(self) -> Scene:
        """What is painted."""
        ...

    def steer(self, camera: Camera) -> None:
        """Move the camera by hand."""
        ...

    def attend(self, **changes: object) -> None:
        """Pick other things out."""
        ...

    def world(self, at: QPointF) -> tuple[float, float]:
        """Return the point of the canvas under a point of the view."""
        ...

    def view_size(self) -> tuple[float, float]:
        """Width and height in pixels."""
        ...

    def look_for(self, where: FromPort, at: QPointF) -> None:
        """Let the person look for a layer to put there."""
        ...

    def click(self, at: QPointF, *, adds: bool) -> None:
        """Do what a click at a point does."""
        ...


class Gesture(Protocol):
    """From press to release."""

    cursor: Qt.CursorShape

    def move(self, stage: Stage, at: QPointF) -> None:
        """The mouse moved."""
        ...

    def release(self, stage: Stage, at: QPointF) -> None:
        """The button was let go."""
        ...

    def cancel(self, stage: Stage) -> None:
        """Escape was pressed."""
        ...

    def paint(self, painter: QPainter, tokens: Tokens) -> None:
        """Paint over the canvas, in view coordinates."""
        ...


class _Quiet:
    """A gesture that leaves nothing behind and paints nothing."""

    cursor = Qt.CursorShape.ArrowCursor

    def cancel(self, stage: Stage) -> None:
        """Nothing to take back."""

    def paint(self, painter: QPainter, tokens: Tokens) -> None:
        """Nothing to see."""


class Pan(_Quiet):
    """Drags the canvas; without a drag, it is a click."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, start: QPointF, *, clicks: bool) -> None:
        self._start = self._last = start
        self._clicks = clicks
        self._has_moved = False

    def move(self, stage: Stage, at: QPointF) -> None:
        """Follow the mouse once it has clearly moved."""
        if not self._has_moved and (at - self._start).manhattanLength() < DRAG_START_PX:
            return
        self._has_moved = True
        by, self._last = at - self._last, at
        stage.steer(stage.camera.panned(by.x(), by.y()))

    def release(self, stage: Stage, at: QPointF) -> None:
        """Click if nothing was dragged."""
        if self._clicks and not self._has_moved:
            stage.click(at, adds=False)


class Rubber(_Quiet):
    """Draws a rectangle that selects, or that is zoomed to; without a drag, it is a click that adds."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, start: QPointF, *, zooms: bool) -> None:
        self._start = self._end = start
        self._zooms = zooms

    @property
    def _rect(self) -> QRectF:
        return QRectF(self._start, self._end).normalized()

    def move(self, stage: Stage, at: QPointF) -> None:
        """Stretch the rectangle."""
        self._end = at
        stage.attend()

    def release(self, stage: Stage, at: QPointF) -> None:
        """Select, or zoom."""
        rect = self._rect
        if max(rect.width(), rect.height()) < DRAG_START_PX:
            stage.click(at, adds=True)
            return
        left, top = stage.world(rect.topLeft())
        scale = stage.camera.scale
        if self._zooms:
            area = Rect(left, top, rect.width() / scale, rect.height() / scale)
            stage.steer(fitted(area, *stage.view_size(), Margins(), _LARGEST_SCALE))
            return
        found = stage.scene.nodes_in(Place(left, top, rect.width() / scale, rect.height() / scale))
        kept = [name for name in stage.model.selection if name not in found]
        stage.model.select([*kept, *found])

    def paint(self, painter: QPainter, tokens: Tokens) -> None:
        """Paint the rectangle."""
        paint_marquee(painter, self._rect, tokens)


class MoveBoxes(_Quiet):
    """Drags the selected boxes; a free one may be dropped on a wire. Without a drag, it is a click."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, start: QPointF, name: NodeName, key: str) -> None:
        self._start = self._last = start
        self._name = name
        self._key = key
        self._has_moved = False

    def move(self, stage: Stage, at: QPointF) -> None:
        """Move with the mouse."""
        if not self._has_moved:
            if (at - self._start).manhattanLength() < DRAG_START_PX:
                return
            self._has_moved = True
            if self._name not in stage.model.selection:
                stage.model.select(stage.scene.box_of(self._name).members)
        by, self._last = at - self._last, at
        stage.model.move_selection(by.x() / stage.camera.scale, by.y() / stage.camera.scale, self._key)
        stage.attend(landing=self._landing(stage, at))

    def _landing(self, stage: Stage, at: QPointF) -> Link | None:
        network = stage.model.network
        is_free = not any(self._name in (link.source, link.target) for link in network.links)
        box = stage.scene.boxes.get(self._name)
        if not is_free or box is None or len(stage.model.selection) != 1 or not box.inputs or not box.outputs:
            return None
        return stage.scene.wire_at(stage.world(at), SNAP_PX)

    def release(self, stage: Stage, at: QPointF) -> None:
        """Stay, or go onto the wire below."""
        landing = stage.attention.landing
        stage.attend(landing=None)
        if not self._has_moved:
            stage.click(at, adds=False)
        elif landing is not None:
            stage.model.put_on(self._name, landing)

    def cancel(self, stage: Stage) -> None:
        """Go back to where they were."""
        stage.attend(landing=None)
        if self._has_moved:
            stage.model.undo()


class DrawWire(_Quiet):
    """Draws a wire from a port; near a port that it can go to, it snaps to it.

    ``taken`` is the connection that was pulled off its input, if it began there.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, start: QPointF, port: Port, taken: Link | None) -> None:
        self._start = start
        self._port = port
        self._taken = taken
        self._has_moved = False

    def move(self, stage: Stage, at: QPointF) -> None:
        """Follow the mouse, and snap."""
        if not self._has_moved and (at - self._start).manhattanLength() < DRAG_START_PX:
            return
        self._has_moved = True
        stage.attend(drag=(self._port, stage.world(at)), snap=self._snap(stage, at), hovered_port=None)

    def _snap(self, stage: Stage, at: QPointF) -> Port | None:
        point = stage.world(at)
        wanted = Side.INPUT if self._port.side is Side.OUTPUT else Side.OUTPUT
        reach = SNAP_PX / min(1.0, stage.camera.scale)
        near = stage.scene.port_at(point, reach, wanted)
        if near is None:
            near = self._of_box(stage, point, wanted)
        return None if near is None or near.name == self._port.name else near

    def _of_box(self, stage: Stage, point: tuple[float, float], wanted: Side) -> Port | None:
        """The first free port of the box under the mouse: one need not meet the port itself."""
        name = stage.scene.node_at(point)
        if name is None:
            return None
        box = stage.scene.boxes[name]
        used = {(link.target, link.target_port) for link in stage.model.network.links if link.target in box.members}
        ports = box.in_ports if wanted is Side.INPUT else box.out_ports
        free = [port for port in ports if wanted is Side.OUTPUT or (port.name, port.index) not in used]
        return (free or ports)[0] if ports else None

    def release(self, stage: Stage, at: QPointF) -> None:
        """Connect, or let go of the wire that was pulled off, or look for a layer to connect with."""
        snap = stage.attention.snap
        stage.attend(drag=None, snap=None)
        if not self._has_moved:
            stage.click(at, adds=False)
        elif snap is not None:
            self._connect(stage, snap)
        elif self._taken is not None:
            stage.model.select((), self._taken)
            stage.model.remove_selection()
        elif self._port.side is Side.OUTPUT:
            stage.look_for(FromPort(self._port.name, self._port.index, Free(*stage.world(at))), at)

    def _connect(self, stage: Stage, snap: Port) -> None:
        source, target = (self._port, snap) if self._port.side is Side.OUTPUT else (snap, self._port)
        link = Link(source.name, source.index, target.name, target.index)
        stage.model.connect(link, instead_of=self._taken)

    def cancel(self, stage: Stage) -> None:
        """Let go."""
        stage.attend(drag=None, snap=None)
