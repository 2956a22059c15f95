"""The widget that paints the network and takes the mouse."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from engine.drawing.drawing import Rect
from engine.network.network import Link, NodeName
from gui.builder.gestures import DrawWire, Gesture, MoveBoxes, Pan, Rubber
from gui.builder.scene import PORT_REACH_PX, Port, Scene, Side
from gui.builder.scene_painter import Attention, ScenePainter, paint_hint
from gui.builder.wire_painter import is_on_plus
from gui.model.network import NetworkModel
from gui.model.network_changes import Free, OnLink, Where
from gui.theme.tokens import Tokens
from gui.widgets.camera import Camera, Margins, fitted, gliding
from gui.widgets.camera_control import CameraControl
from gui.widgets.wheel import after_wheel, pinch_of

EMPTY_HINT = (
    "An empty network",
    "Drag a layer here, press Tab to find one,",
    "choose a template, or read an nn.Module.",
)
_MARGINS = Margins(36.0, 28.0, 56.0, 28.0)


class Surface(QWidget):
    """Paints the model's network and edits it by the mouse.

    Attributes:
        control: The camera.
        attention: What is picked out.

    Signals:
        finder_wanted: Where a layer shall go (``Where``), and the point of the view (``QPointF``).
        row_wanted: A ``RowHit`` that shall be edited.
        title_wanted: The node that shall be renamed.
        fold_wanted: The block that shall be folded, or opened.
        menu_wanted: The global position.
        taken: It took the keyboard.
        moved: The camera or the scene changed: what stands over the canvas may have to move.
    """

    finder_wanted = Signal(object, object)
    row_wanted = Signal(object)
    title_wanted = Signal(object)
    fold_wanted = Signal(str)
    menu_wanted = Signal(object)
    moved = Signal()
    taken = Signal()

    def __init__(self, model: NetworkModel, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("builderSurface")
        self.setAccessibleName("Network")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(220, 160)
        self.model = model
        self.attention = Attention()
        self.control = CameraControl(self)
        self.control.moved.connect(self._on_moved)
        self._tokens = tokens
        self._painter = ScenePainter(tokens)
        self._scene = Scene(model.network, model.known)
        self._gesture: Gesture | None = None
        self._presses = 0
        model.changed.connect(self._on_changed)
        model.told.connect(self._on_told)
        model.selection_changed.connect(lambda _none: self._on_selection())

    @property
    def scene(self) -> Scene:
        """What is painted."""
        return self._scene

    @property
    def camera(self) -> Camera:
        """Where the camera is."""
        return self.control.camera

    def restyle(self, tokens: Tokens) -> None:
        """Use the colours of another theme."""
        self._tokens, self._painter = tokens, ScenePainter(tokens)
        self.update()

    def view_size(self) -> tuple[float, float]:
        """Width and height in pixels."""
        return float(self.width()), float(self.height())

    def world(self, at: QPointF) -> tuple[float, float]:
        """Return the point of the canvas under a point of the view."""
        return self.camera.to_world((at.x(), at.y()))

    def view_rect(self, area: Rect) -> Rect:
        """Return where a rectangle of the canvas appears."""
        return self.camera.rect_to_view(area)

    def steer(self, camera: Camera) -> None:
        """Move the camera by hand."""
        self.control.steer(camera)

    def attend(self, **changes: object) -> None:
        """Pick other things out."""
        self.attention = replace(self.attention, **changes)  # type: ignore[arg-type]  # the names are those of its fields
        self.update()

    def fit_all(self) -> None:
        """Show the whole network."""
        bounds = self._scene.bounds()
        if bounds is not None:
            self.control.is_free = False
            self.control.glide(self._fitted(bounds))

    def fit_selection(self) -> None:
        """Show what is selected, or everything."""
        bounds = self._scene.bounds_of(self.model.selection)
        if bounds is None:
            self.fit_all()
        else:
            self.control.is_free = True
            self.control.glide(self._fitted(bounds))

    def zoom(self, factor: float) -> None:
        """Show the network larger or smaller, around the middle."""
        width, height = self.view_size()
        self.control.is_free = True
        self.control.glide(self.camera.zoomed(factor, (width / 2, height / 2)))

    def reveal(self, names: tuple[NodeName, ...]) -> None:
        """Move just so far that these nodes are in view."""
        bounds = self._scene.bounds_of(names)
        if bounds is not None:
            self.control.glide(gliding(self.control.target, bounds, *self.view_size(), _MARGINS))

    def look_for(self, where: Where, at: QPointF) -> None:
        """Let the person look for a layer to put there."""
        self.finder_wanted.emit(where, at)

    def click(self, at: QPointF, *, adds: bool) -> None:
        """Select what is there; a second click on a line edits it."""
        point = self.world(at)
        name, model = self._scene.node_at(point), self.model
        if name is None:
            link = self._scene.wire_at(point)
            wire = next((wire for wire in self._scene.wires if wire.link == link), None)
            if wire is not None and wire.link == self.attention.hovered_link and is_on_plus(wire, point):
                self.look_for(OnLink(wire.link), at)
            elif link is not None or not adds:
                model.select((), link)
            return
        members = self._scene.boxes[name].members
        if adds:
            kept = [one for one in model.selection if one not in members]
            model.select(kept if name in model.selection else [*kept, *members])
            return
        hit = self._scene.row_at(point)
        model.select(members)
        if hit is not None:
            self.row_wanted.emit(hit)

    def _fitted(self, bounds: Rect) -> Camera:
        return fitted(bounds, *self.view_size(), _MARGINS)

    def _on_moved(self) -> None:
        self.moved.emit()
        self.update()

    def _on_changed(self, _is_more: bool) -> None:  # noqa: FBT001 - the event's own payload
        had_nothing = not self._scene.boxes
        before = self._scene.network
        self._rebuild()
        is_other = not ({node.name for node in before.nodes} & {node.name for node in self.model.network.nodes})
        if (had_nothing or is_other or not self.control.is_free) and self._gesture is None:
            bounds = self._scene.bounds()
            if bounds is not None:
                self.control.glide(self._fitted(bounds))

    def _on_told(self, _none: None) -> None:
        if self._scene.network is self.model.network and self._scene.known is self.model.known:
            self.attend(trial=self.model.trial)  # torch was asked, and nothing is known that was not
        else:
            self._rebuild()

    def _rebuild(self) -> None:
        model = self.model
        self._scene = Scene(model.network, model.known)
        names = frozenset(node.name for node in model.network.nodes)
        hovered = self.attention.hovered if self.attention.hovered in self._scene.boxes else None
        port = self.attention.hovered_port
        port = port if port is not None and self._scene.has_port(port) else None
        self.attend(wrong=frozenset(model.known.misfits) & names, trial=model.trial, hovered=hovered, hovered_port=port)
        self.moved.emit()

    def _on_selection(self) -> None:
        self.attend(selected=frozenset(self.model.selection), selected_link=self.model.selected_link)
        if self.control.is_free and self._gesture is None:
            self.reveal(self.model.selection)

    def _hover(self, at: QPointF) -> None:
        point = self.world(at)
        reach = PORT_REACH_PX / min(1.0, self.camera.scale)
        port = self._scene.grip_at(point, reach)
        name = self._scene.node_at(point)
        hit = self._scene.row_at(point) if port is None else None
        link = self._scene.wire_at(point) if name is None and port is None else None
        attention = self.attention
        index = None if hit is None else hit.index
        new = (name, index, link, port)
        if new != (attention.hovered, attention.hovered_row, attention.hovered_link, attention.hovered_port):
            self.attend(hovered=name, hovered_row=index, hovered_link=link, hovered_port=port)
            self.setToolTip(self._tip(name, link))
        self.setCursor(Qt.CursorShape.IBeamCursor if hit is not None else Qt.CursorShape.ArrowCursor)

    def _tip(self, name: NodeName | None, link: Link | None) -> str:
        members = () if name is None else self._scene.boxes[name].members
        misfit = next((self.model.known.misfits[one] for one in members if one in self.model.known.misfits), None)
        if misfit is not None:
            return misfit.text
        return "" if link is None else f"{link.source} → {link.target}\n{self.model.known.wire_text(link)}".strip()

    def _begin(self, event: QMouseEvent) -> Gesture | None:
        at, modifiers = event.position(), event.modifiers()
        if event.button() is Qt.MouseButton.MiddleButton:
            return Pan(at, clicks=False)
        if event.button() is not Qt.MouseButton.LeftButton:
            return None
        point = self.world(at)
        port = self._scene.grip_at(point, PORT_REACH_PX / min(1.0, self.camera.scale))
        adds = bool(modifiers & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier))
        if port is not None and not adds:
            return self._wire_from(at, port)
        name = self._scene.node_at(point)
        if name is not None and not adds:
            self._presses += 1
            return MoveBoxes(at, name, f"drag {self._presses}")
        if adds:
            return Rubber(at, zooms=bool(modifiers & Qt.KeyboardModifier.ControlModifier))
        return Pan(at, clicks=True)

    def _wire_from(self, at: QPointF, port: Port) -> DrawWire:
        """Begin a wire; one that ends at this input is pulled off it."""
        if port.side is Side.INPUT:
            for link in self.model.network.links:
                if (link.target, link.target_port) == (port.name, port.index):
                    return DrawWire(at, Port(link.source, Side.OUTPUT, link.source_port), link)
        return DrawWire(at, port, None)

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the network and the gesture."""
        del event
        painter = QPainter(self)
        try:
            painter.fillRect(self.rect(), QColor(self._tokens.canvas))
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
            if not self._scene.boxes:
                paint_hint(painter, *self.view_size(), self._tokens, EMPTY_HINT)
            camera = self.camera
            painter.save()
            painter.scale(camera.scale, camera.scale)
            painter.translate(-camera.x, -camera.y)
            self._painter.paint(painter, self._scene, camera.seen(*self.view_size()), camera.scale, self.attention)
            painter.restore()
            if self._gesture is not None:
                self._gesture.paint(painter, self._tokens)
        finally:
            painter.end()  # an error must not leave a painter behind: Qt would end the process

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a gesture."""
        self._gesture = self._begin(event)
        if self._gesture is None:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with a gesture, or hover."""
        if self._gesture is None:
            self._hover(event.position())
            return
        self.setCursor(self._gesture.cursor)
        self._gesture.move(self, event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a gesture."""
        gesture = self._gesture
        if gesture is not None:
            gesture.release(self, event.position())
        self._gesture = None
        self.unsetCursor()
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Rename a node by its heading, fold or open a block, or add a layer where nothing is."""
        point = self.world(event.position())
        name = self._scene.node_at(point)
        if event.button() is not Qt.MouseButton.LeftButton or self._scene.grip_at(point) is not None:
            return
        block = self._scene.block_at(point)
        if block:
            self.fold_wanted.emit(block)
        elif name is None:
            link = self._scene.wire_at(point)
            self.look_for(Free(*point) if link is None else OnLink(link), event.position())
        elif self._scene.is_title(point):
            self.title_wanted.emit(name)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Say so."""
        super().focusInEvent(event)
        self.taken.emit()

    def leaveEvent(self, event: QEvent) -> None:
        """Hover nothing."""
        super().leaveEvent(event)
        self.attend(hovered=None, hovered_row=None, hovered_link=None, hovered_port=None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom or pan."""
        self.steer(after_wheel(self.camera, event))
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Zoom by pinching."""
        pinch = pinch_of(event)
        if pinch is None:
            return super().event(event)
        self.steer(self.camera.zoomed(*pinch))
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape lets go of a gesture, then of the selection; all other keys are actions."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self._gesture is not None:
            self._gesture.cancel(self)
            self._gesture = None
            self.update()
        elif self.model.selection or self.model.selected_link is not None:
            self.model.select(())
        else:
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Select what is there and ask for the menu."""
        name = self._scene.node_at(self.world(QPointF(event.pos())))
        if name is not None and name not in self.model.selection:
            self.model.select(self._scene.boxes[name].members)
        self.menu_wanted.emit(event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the whole network in view until the person moved the camera."""
        super().resizeEvent(event)
        bounds = self._scene.bounds()
        if not self.control.is_free and bounds is not None:
            self.control.jump(self._fitted(bounds))
        self.moved.emit()
