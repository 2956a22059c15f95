"""The strip below the canvas: the layers that are wanted most, to be dragged onto it or clicked, and a way to all."""

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLayout, QToolButton, QWidget

from engine.network.network import Network
from gui.model.layer_search import LayerHit, find_layers

HEIGHT_PX = 36
LAYER_MIME = "application/x-chainrule-layer"
_GAP_PX = 2
_SIDE_PX = 10


def palette_hits() -> tuple[LayerHit, ...]:
    """Return what the strip offers, the likeliest first."""
    return find_layers("", Network())


class Tile(QToolButton):
    """One layer: a click adds it, a drag carries it.

    Signals:
        chosen: It was clicked.
    """

    chosen = Signal(object)

    def __init__(self, hit: LayerHit, parent: QWidget) -> None:
        super().__init__(parent)
        self.hit = hit
        self._pressed_at: QPointF | None = None
        self.setText(hit.title)
        self.setToolTip(f"{hit.help}.\nDrag it onto the canvas, a wire or a box, or click to add it.")
        self.setProperty("look", "quiet")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(lambda: self.chosen.emit(hit))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag may begin."""
        self._pressed_at = event.position() if event.button() is Qt.MouseButton.LeftButton else None
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carry the layer once the mouse has clearly moved."""
        start = self._pressed_at
        if start is None or (event.position() - start).manhattanLength() < QApplication.startDragDistance():
            super().mouseMoveEvent(event)
            return
        self._pressed_at = None
        self.setDown(False)
        drag = QDrag(self)
        drag.setMimeData(carried(self.hit))
        drag.setPixmap(self.grab())
        drag.setHotSpot(QPoint(round(start.x()), round(start.y())))
        drag.exec(Qt.DropAction.CopyAction)


class Palette(QWidget):
    """As many tiles as there is room for.

    Signals:
        chosen: A ``LayerHit`` was clicked.
        all_wanted: All layers shall be offered.
    """

    chosen = Signal(object)
    all_wanted = Signal()

    def __init__(self, hits: Sequence[LayerHit], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("builderPalette")
        self.setAccessibleName("Layers to add")
        self.setFixedHeight(HEIGHT_PX)
        self.tiles = tuple(Tile(hit, self) for hit in hits)
        self.everything = QToolButton(self)
        self.everything.setText("All layers…")
        self.everything.setToolTip("Find any layer by typing (Tab, or a double click on the canvas)")
        self.everything.setProperty("look", "quiet")
        self.everything.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.everything.clicked.connect(self.all_wanted)
        row = QHBoxLayout(self)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        row.setContentsMargins(_SIDE_PX, 0, _SIDE_PX, 0)
        row.setSpacing(_GAP_PX)
        row.addWidget(self.everything)
        for tile in self.tiles:
            tile.chosen.connect(self.chosen)
            row.addWidget(tile)
        row.addStretch(1)

    def minimumSizeHint(self) -> QSize:
        """It never asks for room: tiles give way."""
        return QSize(0, HEIGHT_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the tiles that find room."""
        super().resizeEvent(event)
        left = self.width() - 2 * _SIDE_PX - self.everything.sizeHint().width()
        for tile in self.tiles:
            left -= tile.sizeHint().width() + _GAP_PX
            tile.setVisible(left >= 0)


def carried(hit: LayerHit) -> QMimeData:
    """Return what a drag carries of a layer."""
    data = QMimeData()
    data.setData(LAYER_MIME, QByteArray(hit.title.encode()))
    return data
