"""Takes layers that are dragged onto the canvas: onto a wire, onto a box, or where nothing is."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPointF
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent

from gui.builder.palette import LAYER_MIME
from gui.builder.surface import Surface
from gui.model.layer_search import LayerHit
from gui.model.network_changes import After, Free, OnLink, Where


class LayerDrops(QObject):
    """Watches a canvas for layers that are carried over it."""

    def __init__(self, surface: Surface, hits: Sequence[LayerHit]) -> None:
        super().__init__(surface)
        self._surface = surface
        self._hits = {hit.title: hit for hit in hits}
        surface.setAcceptDrops(True)
        surface.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show where the layer would go, and put it there."""
        match event:
            case QDragLeaveEvent():
                self._surface.attend(hovered=None, hovered_link=None)
            case QDragEnterEvent() | QDragMoveEvent() if event.mimeData().hasFormat(LAYER_MIME):
                self._show(event.position())
                event.acceptProposedAction()
                return True
            case QDropEvent() if event.mimeData().hasFormat(LAYER_MIME):
                self._take(event)
                return True
        return super().eventFilter(watched, event)

    def _show(self, at: QPointF) -> None:
        surface = self._surface
        point = surface.world(at)
        name = surface.scene.node_at(point)
        link = surface.scene.wire_at(point) if name is None else None
        if (name, link) != (surface.attention.hovered, surface.attention.hovered_link):
            surface.attend(hovered=name, hovered_link=link)

    def _take(self, event: QDropEvent) -> None:
        surface = self._surface
        surface.attend(hovered=None, hovered_link=None)
        hit = self._hits.get(bytes(event.mimeData().data(LAYER_MIME).data()).decode(errors="replace"))
        if hit is not None and hit.new is not None:
            surface.model.add_node(hit.new, self._where(event.position()))
            surface.setFocus()
        event.acceptProposedAction()

    def _where(self, at: QPointF) -> Where:
        scene, point = self._surface.scene, self._surface.world(at)
        name = scene.node_at(point)
        if name is not None:
            return After(tuple(scene.boxes[name].members)[-1:])
        link = scene.wire_at(point)
        return Free(*point) if link is None else OnLink(link)
