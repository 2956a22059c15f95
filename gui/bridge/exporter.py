"""Gets everything that an export needs from the canvas, so that it can be made on another thread."""

from engine.graph.view import NodeKey
from gui.bridge.picture_job import PictureJob
from gui.bridge.shown import Shown
from gui.canvas.panel import CanvasPanel
from gui.model.document import Document
from gui.model.export import ExportChoice, ExportProblemError, Extent
from gui.model.playhead import Playhead
from gui.theme.skins import dressed
from gui.theme.theme import Theme


class CanvasExporter:
    """Exports the drawing of the canvas at the playhead; see ``gui.dialogs.export_dialog.Exporter``."""

    def __init__(self, canvas: CanvasPanel, document: Document, playhead: Playhead, theme: Theme) -> None:
        self._canvas = canvas
        self._document = document
        self._playhead = playhead
        self._theme = theme

    @property
    def step_count(self) -> int:
        """How many steps there are."""
        return self._playhead.step_count

    def prepare(self, choice: ExportChoice) -> PictureJob:
        """Return the work to be done, about what the canvas shows now.

        Raises:
            ExportProblemError: If there is nothing to export.
        """
        canvas = self._canvas
        drawing, view, recording = canvas.current_drawing(), canvas.current_view(), self._document.recording
        if drawing is None or view is None or recording is None:
            raise ExportProblemError("There is no graph to export yet: run a program first.")
        shown = Shown(
            recording=recording,
            view=view,
            drawing=drawing,
            step=self._playhead.current,
            folding=canvas.view_state.folding,
            keys=self._selected() if choice.extent is Extent.SELECTION else None,
            hidden=canvas.view_state.hidden,
            page=canvas.visible_rect() if choice.extent is Extent.VIEW else None,
            overlay=canvas.overlay,
        )
        return PictureJob(shown, choice, dressed(choice.theme, self._theme.skin), canvas.lens)

    def _selected(self) -> frozenset[NodeKey]:
        keys = self._canvas.picks.picked.selected
        if not keys:
            raise ExportProblemError("Nothing is selected: click a node first.")
        return keys
