"""The widget that paints the graph and takes the mouse and the keys."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from engine.drawing.drawing import Point, Rect
from engine.trace.ids import StepIndex
from gui.canvas.edge_finder import edge_at
from gui.canvas.emphasis import NO_EMPHASIS, Emphasis
from gui.canvas.framing import Window, is_whole
from gui.canvas.interactions import Interaction, interaction_for
from gui.canvas.lens import Lens
from gui.canvas.level import Level, level_of
from gui.canvas.lift import Lift
from gui.canvas.minimap import Minimap, minimap_of
from gui.canvas.overlays import EMPTY_TEXT, legend_frame
from gui.canvas.scene import Scene
from gui.canvas.scene_painter import ScenePainter
from gui.canvas.surface_painter import SurfacePainter, View
from gui.model.playhead import BEFORE_FIRST
from gui.theme.tokens import Tokens
from gui.widgets.camera import Camera
from gui.widgets.camera_control import CameraControl
from gui.widgets.wheel import after_wheel, pinch_of

_HOVER_MS = 250
_EDGE_REACH_PX = 5.0
_SETTLE_MS = 120
"""The camera rests when it has not moved for so long."""
_MINIMAP_FROM = (420.0, 260.0)
"""Smaller views have no overview."""
_BESIDE_CARD_PX = 864.0
"""In a narrower view the card would stand over overview and legend."""


class Surface(QWidget):
    """Paints what it is given and says what the person did; it decides nothing.

    Attributes:
        control: The camera.
        shows_minimap: Whether the person wants the overview.
        covered_px: How much of the bottom something else stands over.
        empty_text: What an empty canvas says.

    Signals:
        clicked: Node index or None, and whether it adds to the selection.
        double_clicked: Node index or None, and the view point.
        node_dragged: Node index, how far in world units (``Point``), and whether the mouse let it go.
        marked: World rectangle (``Rect``) of a marquee.
        hovered: Node index or None.
        tooltip_wanted: Node index, and the global position.
        edge_tooltip_wanted: Edge index, and the global position.
        menu_wanted: Node index or None, and the global position.
        key_pressed: The ``QKeyEvent``; whoever acts on it accepts it.
        resized: The view has another size.
    """

    clicked = Signal(object, bool)
    double_clicked = Signal(object, object)
    node_dragged = Signal(int, object, bool)
    marked = Signal(object)
    hovered = Signal(object)
    tooltip_wanted = Signal(object, object)
    edge_tooltip_wanted = Signal(object, object)
    menu_wanted = Signal(object, object)
    key_pressed = Signal(object)
    resized = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvasSurface")
        self.setAccessibleName("Graph")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(200, 120)
        self.control = CameraControl(self)
        self.control.moved.connect(self._on_moved)
        self.shows_minimap = True
        self.covered_px = 0.0
        self.empty_text = EMPTY_TEXT
        self._tokens = tokens
        self._view_painter = SurfacePainter(tokens)
        self._scene: Scene | None = None
        self._step: StepIndex = BEFORE_FIRST
        self._emphasis = NO_EMPHASIS
        self._interaction: Interaction | None = None
        self._hover_index: int | None = None
        self._hover_edge: int | None = None
        self._settle_timer = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle_timer.timeout.connect(self.update)
        self._hover_timer = QTimer(self, singleShot=True, interval=_HOVER_MS)
        self._hover_timer.timeout.connect(self._on_hover_due)

    @property
    def scene(self) -> Scene | None:
        """What is painted."""
        return self._scene

    @property
    def camera(self) -> Camera:
        """Where the camera is."""
        return self.control.camera

    def show_scene(self, scene: Scene | None, painter: ScenePainter | None, tokens: Tokens, lens: Lens) -> None:
        """Paint this from now on."""
        self._scene, self._tokens = scene, tokens
        self._view_painter.show(scene, painter, tokens, lens)
        self.show_lift(None)
        self._hover(None)
        self.update()

    @property
    def is_tiled(self) -> bool:
        """Whether the scene is too large to be painted anew for every frame."""
        return self._view_painter.is_tiled

    def show_lift(self, lift: Lift | None) -> None:
        """Paint some nodes of a scene that is tiled elsewhere, or in their places again."""
        self._view_painter.lift = lift
        self._emphasis = replace(self._emphasis, lifted=frozenset() if lift is None else lift.indices)
        self.update()

    def show_step(self, step: StepIndex) -> None:
        """Paint the state right after ``step``."""
        self._step = step
        self.update()

    def show_emphasis(self, emphasis: Emphasis) -> None:
        """Pick this out."""
        lift = self._view_painter.lift
        lifted = frozenset[int]() if lift is None else lift.indices
        self._emphasis = replace(emphasis, edge=self._hover_edge, lifted=lifted)
        self.update()

    @property
    def is_pending(self) -> bool:
        """Whether the next frame will be sharper or truer than the last one; it comes by itself."""
        return self._view_painter.is_pending

    def view_size(self) -> tuple[float, float]:
        """Width and height in pixels."""
        return float(self.width()), float(self.height())

    def steer(self, camera: Camera) -> None:
        """Move the camera by hand."""
        self.control.steer(camera)

    def glide(self, camera: Camera) -> None:
        """Let the camera glide somewhere, on the person's wish."""
        self.control.take(is_free=True)
        self.control.glide(camera)

    def click(self, at: QPointF, *, adds: bool) -> None:
        """Say that something was clicked."""
        self.clicked.emit(self.node_at(at), adds)

    def drag_node(self, index: int, by: Point, *, is_done: bool) -> None:
        """Say that a node is dragged."""
        self.node_dragged.emit(index, by, is_done)

    def mark(self, area: Rect) -> None:
        """Say that a marquee was drawn."""
        self.marked.emit(area)

    def node_at(self, at: QPointF) -> int | None:
        """The node under a view point; None over the minimap."""
        minimap = self.minimap()
        if self._scene is None or (minimap is not None and minimap.holds((at.x(), at.y()))):
            return None
        index = self._scene.node_at(*self.camera.to_world((at.x(), at.y())))
        return None if index in self._emphasis.hidden else index

    def minimap(self) -> Minimap | None:
        """The overview, if it is shown: it hides where there is no room for it and where it would tell nothing."""
        if self._scene is None or not self.shows_minimap or not self._scene.nodes:
            return None
        width, height = self.view_size()
        if width < _MINIMAP_FROM[0] or height < _MINIMAP_FROM[1] or (self.covered_px and width < _BESIDE_CARD_PX):
            return None
        minimap = minimap_of(self._scene.drawing.bounds, width, height)
        return None if self._is_needless(minimap) else minimap

    @property
    def legend_bottom_px(self) -> float:
        """Where the legend of a lens ends: above a card where there is no room beside it."""
        return self.height() - (self.covered_px if self.width() < _BESIDE_CARD_PX else 0.0)

    def obstacles(self) -> tuple[Rect, ...]:
        """What stands over the drawing in corners of the view, in view pixels: the overview and a lens's legend."""
        minimap = self.minimap()
        frames = () if minimap is None else (minimap.frame,)
        painter = self._view_painter.painter
        scale = None if painter is None else painter.scale
        return frames if scale is None else (*frames, legend_frame(self.legend_bottom_px, scale))

    def _is_needless(self, minimap: Minimap) -> bool:
        """Whether the overview would cover nodes of a drawing that is in view as a whole."""
        assert self._scene is not None
        target, bounds = self.control.target, self._scene.drawing.bounds
        if not is_whole(target, bounds, Window(*self.view_size())):
            return False
        frame = minimap.frame
        x, y = target.to_world((frame.x, frame.y))
        return bool(self._scene.nodes_in(Rect(x, y, frame.width / target.scale, frame.height / target.scale)).size)

    def grab_sharp(self) -> QPixmap:
        """Return the view as it looks at rest, in device pixels."""
        self._settle_timer.stop()
        self._view_painter.is_sharp = True
        return self.grab()

    def _on_moved(self) -> None:
        self._settle_timer.start()
        self.update()

    def _on_hover_due(self) -> None:
        if self.underMouse() and self._hover_index is not None:
            self.tooltip_wanted.emit(self._hover_index, self.cursor().pos())
        elif self.underMouse() and self._hover_edge is not None:
            self.edge_tooltip_wanted.emit(self._hover_edge, self.cursor().pos())

    def _hover(self, index: int | None, edge: int | None = None) -> None:
        if (index, edge) == (self._hover_index, self._hover_edge):
            return
        was, self._hover_index, self._hover_edge = self._hover_index, index, edge
        QToolTip.hideText()
        self._hover_timer.stop() if index is None and edge is None else self._hover_timer.start()
        self._emphasis = replace(self._emphasis, edge=edge)
        self.update()
        if index != was:
            self.hovered.emit(index)

    def _edge_at(self, at: QPointF) -> int | None:
        """The edge under a view point; from afar nobody can point at one."""
        minimap = self.minimap()
        is_covered = minimap is not None and minimap.holds((at.x(), at.y()))
        if self._scene is None or is_covered or level_of(self.camera.scale) is Level.BLOCKS:
            return None
        edge = edge_at(self._scene, self.camera.to_world((at.x(), at.y())), _EDGE_REACH_PX / self.camera.scale)
        ends = () if edge is None else (int(self._scene.sources[edge]), int(self._scene.targets[edge]))
        return None if self._emphasis.hidden.intersection(ends) else edge

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint drawing, legend, minimap and gesture."""
        painter = QPainter(self)
        try:
            self.paint_view(painter)
        finally:
            painter.end()  # an error must not leave a painter behind: Qt would end the process

    def paint_view(self, painter: QPainter) -> None:
        """Paint the view on the widget, or on an image of its size with any number of pixels for each view pixel."""
        view = View(
            camera=self.camera,
            width=float(self.width()),
            height=float(self.height()),
            step=self._step,
            emphasis=self._emphasis,
            minimap=self.minimap(),
            legend_bottom_px=self.legend_bottom_px,
            is_moving=self._settle_timer.isActive(),
        )
        self._view_painter.paint(painter, view, self.empty_text)
        if self._interaction is not None and self._scene is not None:
            self._interaction.paint(painter, self._tokens)
        if self.is_pending:
            QTimer.singleShot(0, self, self.update)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a gesture."""
        self._interaction = interaction_for(event, self.minimap(), self.node_at(event.position()))
        if self._interaction is None:
            event.ignore()
            return
        self._hover(None)
        self._interaction.move(self, event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with a gesture, or hover."""
        if self._interaction is None:
            node = self.node_at(event.position())
            self._hover(node, self._edge_at(event.position()) if node is None else None)
            return
        self.setCursor(self._interaction.cursor)
        self._interaction.move(self, event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a gesture."""
        interaction, self._interaction = self._interaction, None
        self.unsetCursor()
        self.update()
        if interaction is not None:
            interaction.release(self, event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open a group, or go to a node's step."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.double_clicked.emit(self.node_at(event.position()), event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Hover nothing."""
        super().leaveEvent(event)
        self._hover(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom or pan."""
        if self._scene is not None:
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
        """Offer the key to the panel."""
        event.ignore()
        self.key_pressed.emit(event)
        if not event.isAccepted():
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu."""
        self.menu_wanted.emit(self.node_at(QPointF(event.pos())), event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say so."""
        super().resizeEvent(event)
        self.resized.emit()
