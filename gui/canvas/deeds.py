"""What each key on the canvas does."""

from collections.abc import Callable
from typing import Protocol

from gui.canvas.focus_control import FocusControl
from gui.canvas.keys import Deed
from gui.canvas.move_control import MoveControl
from gui.canvas.pick_control import PickControl
from gui.canvas.view_control import ViewControl
from gui.canvas.view_history import ViewHistory
from gui.model.playhead import Playhead


class Canvas(Protocol):
    """What the keys work on."""

    views: ViewControl
    picks: PickControl
    focuses: FocusControl
    places: ViewHistory
    moves: MoveControl

    def fit_selection(self) -> None:
        """Centre the selection; asked again at once: fit it."""
        ...

    def fit_all(self) -> None:
        """Show the whole graph."""
        ...

    def expand_selection(self) -> None:
        """Open the selected groups."""
        ...

    def collapse_selection(self) -> None:
        """Fold the groups around the selection."""
        ...

    def expand_all(self) -> None:
        """Open every group."""
        ...

    def collapse_all(self) -> None:
        """Fold every group."""
        ...

    def walk_to_producer(self) -> None:
        """Select a producer."""
        ...

    def walk_to_consumer(self) -> None:
        """Select a consumer."""
        ...

    def trace_selection(self) -> None:
        """Dim the rest."""
        ...

    def hide_selection(self) -> None:
        """Hide the selected nodes."""
        ...

    def unhide_all(self) -> None:
        """Show all again."""
        ...

    def toggle_minimap(self) -> None:
        """Show or hide the overview."""
        ...

    def flip_direction(self) -> None:
        """Left to right, or top down."""
        ...

    def copy_image(self) -> None:
        """Copy the view."""
        ...


def deed_table(canvas: Canvas, playhead: Playhead) -> dict[Deed, Callable[[], object]]:
    """Return what to call for each deed."""
    return {
        Deed.NEXT_STEP: lambda: playhead.move(1),
        Deed.PREVIOUS_STEP: lambda: playhead.move(-1),
        Deed.FIRST_STEP: lambda: playhead.seek(-1),
        Deed.LAST_STEP: lambda: playhead.seek(playhead.step_count - 1),
        Deed.FIT_SELECTION: canvas.fit_selection,
        Deed.FIT_ALL: canvas.fit_all,
        Deed.ZOOM_RESET: canvas.views.zoom_reset,
        Deed.ZOOM_IN: canvas.views.zoom_in,
        Deed.ZOOM_OUT: canvas.views.zoom_out,
        Deed.EXPAND: canvas.expand_selection,
        Deed.COLLAPSE: canvas.collapse_selection,
        Deed.EXPAND_ALL: canvas.expand_all,
        Deed.COLLAPSE_ALL: canvas.collapse_all,
        Deed.TO_PRODUCER: canvas.walk_to_producer,
        Deed.TO_CONSUMER: canvas.walk_to_consumer,
        Deed.NEXT_SIBLING: lambda: canvas.picks.walk_sibling(1),
        Deed.PREVIOUS_SIBLING: lambda: canvas.picks.walk_sibling(-1),
        Deed.TRACE: canvas.trace_selection,
        Deed.FEWER_HOPS: lambda: canvas.picks.trace_hops(-1),
        Deed.MORE_HOPS: lambda: canvas.picks.trace_hops(1),
        Deed.FOCUS: canvas.focuses.enter,
        Deed.UP: canvas.focuses.up,
        Deed.BACK: canvas.places.back,
        Deed.FORWARD: canvas.places.forward,
        Deed.HIDE: canvas.hide_selection,
        Deed.UNHIDE: canvas.unhide_all,
        Deed.FORGET_MOVES: canvas.moves.forget,
        Deed.MINIMAP: canvas.toggle_minimap,
        Deed.FLIP: canvas.flip_direction,
        Deed.COPY_IMAGE: canvas.copy_image,
        Deed.CLEAR: canvas.picks.clear,
    }
