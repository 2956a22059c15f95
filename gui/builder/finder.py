"""The field in which one types to find a layer, at the place where it will go."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFocusEvent, QHideEvent
from PySide6.QtWidgets import QWidget

from engine.network.network import Link, Network
from gui.model.layer_search import LayerHit, find_layers
from gui.model.network import NetworkModel
from gui.model.network_blocks import BlockShelf
from gui.model.network_changes import Free, Where, input_ports_of
from gui.model.network_insertion import put_block
from gui.theme.theme import Theme
from gui.widgets.omnibox import Omnibox, Source

WIDTH_PX = 460
_HEIGHT_PX = 32
_LIST_PX = 360
_MARGIN_PX = 8
PLACEHOLDER = "Add a layer: type a name, or what it does"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list."""

    title: str
    detail: str
    hint: str
    choose: Callable[[], None]
    reason: str = ""
    stays: bool = False


class LayerFinder(Omnibox):
    """Shows itself where a layer is wanted, and goes when one was chosen or none is wanted any more."""

    def __init__(self, model: NetworkModel, shelf: BlockShelf, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, "Enter adds it", parent)
        self.setObjectName("layerFinder")
        self._model = model
        self._shelf = shelf
        self._frame = parent
        self.hide()

    def look_for_layer(self, add: Callable[[LayerHit], None], at: QPoint) -> None:
        """Let the person choose what to add; ``at`` is a point of the parent."""

        def lines(query: str) -> tuple[Line, ...]:
            hits = find_layers(query, self._model.network, self._shelf.blocks)
            return tuple(Line(hit.title, hit.help, hit.group, partial(add, hit)) for hit in hits)

        self._open(lines, PLACEHOLDER, at)

    def look_for_port(self, links: Callable[[Network], list[tuple[str, str, Link]]], at: QPoint) -> None:
        """Let the person choose where the selected node shall lead."""

        def lines(query: str) -> tuple[Line, ...]:
            words = query.lower().split()
            found = [one for one in links(self._model.network) if all(word in one[0].lower() for word in words)]
            return tuple(Line(title, detail, "", partial(self._model.connect, link))
                         for title, detail, link in found)  # fmt: skip

        self._open(lines, "Connect with", at)

    def _open(self, lines: Callable[[str], tuple[Line, ...]], placeholder: str, at: QPoint) -> None:
        self.use(Source(lines, lambda _query: "", self.hide))
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        room = self._frame.rect()
        width = min(WIDTH_PX, room.width() - 2 * _MARGIN_PX)
        left = max(_MARGIN_PX, min(at.x() - width // 2, room.width() - width - _MARGIN_PX))
        lowest = max(_MARGIN_PX, room.height() - _HEIGHT_PX - _LIST_PX)
        self.setGeometry(QRect(left, max(_MARGIN_PX, min(at.y(), lowest)), width, _HEIGHT_PX))
        self.show()
        self.raise_()
        self.begin("")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Go away with the keyboard."""
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.hide()

    def hideEvent(self, event: QHideEvent) -> None:
        """Take the list along."""
        super().hideEvent(event)
        self.put_away()


def adding(model: NetworkModel, where: Where, middle: Free) -> Callable[[LayerHit], None]:
    """Return what adds a found thing where it is wanted; a template goes to the middle of the view."""

    def add(hit: LayerHit) -> None:
        if hit.new is not None:
            model.add_node(hit.new, where)
        elif hit.block is not None:
            put_block(model, hit.block, hit.title, where)
        elif hit.piece is not None:
            model.add_piece(hit.piece, middle)

    return add


def ways_from(model: NetworkModel) -> Callable[[Network], list[tuple[str, str, Link]]]:
    """Return what lists the inputs that the selected node can lead to."""
    sources = model.selection

    def links(network: Network) -> list[tuple[str, str, Link]]:
        if not sources:
            return []
        return [
            (f"{node.name} · {name}", node.type or node.kind.value, Link(sources[-1], 0, node.name, port))
            for node in network.nodes
            if node.name not in sources
            for port, name in input_ports_of(network, node)
        ]

    return links
