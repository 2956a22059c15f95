"""The canvas as actions see it."""

from engine.graph.filters import Filter
from engine.trace.recording import Recording
from gui.canvas.lens import Lens, Progression
from gui.canvas.panel import CanvasPanel
from gui.model.document import Document
from gui.model.history import History
from gui.model.preferences import Preferences


class CanvasGraph:
    """Does to the canvas what actions ask; see ``gui.commands.ports.GraphPort``."""

    def __init__(self, canvas: CanvasPanel, document: Document, preferences: Preferences) -> None:
        self._canvas = canvas
        self._preferences = preferences
        self._history = History(canvas.view_state)
        document.recording_replaced.connect(self._forget)

    def fit_all(self) -> None:
        """Show the whole graph."""
        self._canvas.fit_all()

    def fit_selection(self) -> None:
        """Bring the selection to the middle; again: fit it."""
        self._canvas.fit_selection()

    def zoom_actual(self) -> None:
        """Zoom to 100 %."""
        self._canvas.views.zoom_reset()

    def zoom_in(self) -> None:
        """Show the graph larger."""
        self._canvas.views.zoom_in()

    def zoom_out(self) -> None:
        """Show the graph smaller."""
        self._canvas.views.zoom_out()

    def search(self, text: str) -> int:
        """Mark the nodes that a query finds."""
        return self._canvas.search(text)

    def expand(self) -> None:
        """Open the selected group."""
        self._canvas.expand_selection()

    def collapse(self) -> None:
        """Fold the group of the selection."""
        self._canvas.collapse_selection()

    def expand_all(self) -> None:
        """Open every group."""
        self._canvas.expand_all()

    def collapse_all(self) -> None:
        """Fold every group."""
        self._canvas.collapse_all()

    def toggle_trace(self) -> None:
        """Light up only what belongs to the selection."""
        self._canvas.trace_selection()

    def trace_hops(self, change: int) -> None:
        """Follow the trace further (1) or less far (-1)."""
        self._canvas.picks.trace_hops(change)

    def focus(self) -> None:
        """Look at the selected group alone."""
        self._canvas.focuses.enter()

    def focus_up(self) -> None:
        """Look at the group around it."""
        self._canvas.focuses.up()

    @property
    def is_focused(self) -> bool:
        """Whether one group is shown alone."""
        return self._canvas.focuses.group is not None

    def go_back(self) -> None:
        """Go to what was looked at before."""
        self._canvas.places.back()

    def go_forward(self) -> None:
        """Go to where one came back from."""
        self._canvas.places.forward()

    def hide_selection(self) -> None:
        """Take the selected node out of the picture."""
        self._canvas.hide_selection()

    @property
    def has_moved(self) -> bool:
        """Whether the person dragged nodes elsewhere."""
        return self._canvas.moves.has_moved

    def forget_moves(self) -> None:
        """Put every node back to its place."""
        self._canvas.moves.forget()

    def unhide_all(self) -> None:
        """Bring everything back."""
        self._canvas.unhide_all()

    def hides(self, kind: Filter) -> bool:
        """Whether a kind of node is taken out."""
        return self._canvas.filters.hides(kind)

    def toggle_filter(self, kind: Filter) -> None:
        """Take a kind of node out, or bring it back."""
        self._canvas.filters.toggle(kind)

    @property
    def can_show_between(self) -> bool:
        """Whether two nodes are selected."""
        return self._canvas.filters.can_show_between

    @property
    def shows_only_between(self) -> bool:
        """Whether only what lies between two nodes is shown."""
        return self._canvas.filters.shows_only_between

    def toggle_between(self) -> None:
        """Show only what lies between the selected nodes, or everything."""
        self._canvas.filters.toggle_between()

    def walk(self, direction: int) -> None:
        """Select a producer (-1) or consumer (1)."""
        if direction < 0:
            self._canvas.walk_to_producer()
        else:
            self._canvas.walk_to_consumer()

    def undo(self) -> None:
        """Take back the last folding or hiding."""
        self._observe()
        self._canvas.restore(self._history.undo())

    def redo(self) -> None:
        """Do it again."""
        self._observe()
        self._canvas.restore(self._history.redo())

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        self._observe()
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is something to do again."""
        self._observe()
        return self._history.can_redo

    def _observe(self) -> None:
        """Take up what was folded or hidden meanwhile, by whatever way."""
        self._history.record(self._canvas.view_state)

    def _forget(self, _recording: Recording | None) -> None:
        self._history.restart(self._canvas.view_state)

    @property
    def shows_overlay(self) -> bool:
        """Whether the recording compared with lies over the graph."""
        return self._canvas.overlays.is_shown

    def toggle_overlay(self) -> None:
        """Lay it over the graph, or take it off."""
        self._canvas.overlays.toggle()

    def flip_direction(self) -> None:
        """Left to right, or top down."""
        self._canvas.flip_direction()

    @property
    def lens(self) -> str:
        """The lens in force."""
        return self._canvas.lens.value

    def set_lens(self, key: str) -> None:
        """Put a lens in force."""
        self._canvas.set_lens(Lens(key))

    @property
    def has_log_scale(self) -> bool:
        """Whether the scale of the lens is logarithmic."""
        return self._canvas.progression is Progression.LOG

    def toggle_log_scale(self) -> None:
        """Linear, or logarithmic."""
        self._canvas.set_progression(Progression.LINEAR if self.has_log_scale else Progression.LOG)

    @property
    def shows_minimap(self) -> bool:
        """Whether the overview is shown."""
        return self._canvas.surface.shows_minimap

    def toggle_minimap(self) -> None:
        """Show or hide the overview, also at the next start."""
        self._canvas.toggle_minimap()
        self._preferences.show_minimap(shown=self.shows_minimap)

    def copy_image(self) -> None:
        """Put a picture on the clipboard."""
        self._canvas.copy_image()
