"""Laying the recording compared with over the graph, or leaving it to a canvas of its own."""

from gui.canvas.graph_source import GraphSource
from gui.model.document import Document


class OverlayControl:
    """Says how one canvas shows what the recording is compared with."""

    def __init__(self, document: Document, source: GraphSource) -> None:
        self._document = document
        self._source = source

    @property
    def is_shown(self) -> bool:
        """Whether the recording compared with lies over this one."""
        return self._source.overlay is not None and not self._source.stands_beside

    def toggle(self) -> None:
        """Lay the recording compared with over this one, or take it off."""
        self._source.show_overlay(shown=not self._source.shows_overlay)

    def stand_beside(self, *, beside: bool) -> None:
        """Say only what became of each box: the recording compared with has a canvas of its own, or no longer."""
        self._source.stand_beside(beside=beside)

    @property
    def name(self) -> str | None:
        """What the header calls the recording compared with; nothing where a title stands above each canvas."""
        compared = None if self._source.stands_beside else self._document.compared
        return None if compared is None else compared.name
