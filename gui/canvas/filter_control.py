"""Taking kinds of nodes out of the picture, and saying how many are gone."""

from engine.drawing.drawing import Drawing
from engine.graph.filters import Filter, Filters
from gui.canvas.graph_source import GraphSource
from gui.canvas.header import Header
from gui.canvas.pick_control import PickControl
from gui.canvas.surface import Surface


class FilterControl:
    """Changes the filters of the source; the header tells how many nodes they hide and brings them back on a click."""

    def __init__(self, surface: Surface, source: GraphSource, picks: PickControl, header: Header) -> None:
        self._surface = surface
        self._source = source
        self._picks = picks
        self._header = header
        source.drawing_ready.connect(self._on_drawing)
        header.unfilter_requested.connect(self.clear)

    def hides(self, kind: Filter) -> bool:
        """Whether a kind of node is taken out."""
        return kind in self._source.filters.hidden

    @property
    def shows_only_between(self) -> bool:
        """Whether only what lies between chosen nodes is shown."""
        return bool(self._source.filters.between)

    @property
    def can_show_between(self) -> bool:
        """Whether two nodes are selected between which something can lie."""
        return self._surface.scene is not None and len(self._picks.indices) > 1

    def toggle(self, kind: Filter) -> None:
        """Take a kind of node out of the picture, or bring it back."""
        self._source.filter(self._source.filters.with_toggled(kind))

    def toggle_between(self) -> None:
        """Show only what lies between the selected nodes, or everything again."""
        filters, scene = self._source.filters, self._surface.scene
        if filters.between:
            self._source.filter(Filters(filters.hidden))
        elif scene is not None and self.can_show_between:
            ends = frozenset(scene.nodes[index].node.key for index in self._picks.indices)
            self._source.filter(Filters(filters.hidden, ends))

    def clear(self) -> None:
        """Bring everything back."""
        self._source.filter(Filters())

    def _on_drawing(self, _drawing: Drawing | None) -> None:
        view = self._source.view
        self._header.show_hidden(0 if view is None else view.hidden)
