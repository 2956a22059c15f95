"""What actions may ask of the things they act upon."""

from enum import Enum
from pathlib import Path
from typing import Protocol

from engine.graph.filters import Filter

LENS_KEYS = ("structure", "values", "gradients", "time", "memory", "health", "difference")
"""The lenses of the canvas in the order of their digits."""


class Drawer(Enum):
    """What the drawer below the timeline can show."""

    CHARTS = "Charts"
    CONSOLE = "Console"
    DECISIONS = "Decisions"


class Place(Enum):
    """Parts of the window that can take the keyboard."""

    EDITOR = "Editor"
    CANVAS = "Graph"
    TIMELINE = "Timeline"
    INSPECTOR = "Inspector"


class GraphPort(Protocol):
    """The canvas, as actions see it."""

    def fit_all(self) -> None:
        """Show the whole graph."""
        ...

    def fit_selection(self) -> None:
        """Bring the selection to the middle; a second time make it fill the view."""
        ...

    def zoom_actual(self) -> None:
        """Zoom to 100 %."""
        ...

    def zoom_in(self) -> None:
        """Show the graph larger."""
        ...

    def zoom_out(self) -> None:
        """Show the graph smaller."""
        ...

    def search(self, text: str) -> int:
        """Mark the nodes that a query finds and return how many there are; an empty query unmarks."""
        ...

    def expand(self) -> None:
        """Open the selected group."""
        ...

    def collapse(self) -> None:
        """Fold the group of the selection."""
        ...

    def expand_all(self) -> None:
        """Open every group."""
        ...

    def collapse_all(self) -> None:
        """Fold every group."""
        ...

    def toggle_trace(self) -> None:
        """Light up only what leads to the selection and what follows from it."""
        ...

    def trace_hops(self, change: int) -> None:
        """Follow the trace further (1) or less far (-1)."""
        ...

    def focus(self) -> None:
        """Look at the selected group alone, or at the one around the selection."""
        ...

    def focus_up(self) -> None:
        """Look at the group around the one that is shown alone, at last at the whole program."""
        ...

    @property
    def is_focused(self) -> bool:
        """Whether one group is shown alone."""
        ...

    def go_back(self) -> None:
        """Go to what was looked at before."""
        ...

    def go_forward(self) -> None:
        """Go to where one came back from."""
        ...

    def hide_selection(self) -> None:
        """Take the selected node out of the picture."""
        ...

    @property
    def has_moved(self) -> bool:
        """Whether the person dragged nodes elsewhere."""
        ...

    def forget_moves(self) -> None:
        """Put every node back to its place."""
        ...

    def unhide_all(self) -> None:
        """Bring everything back."""
        ...

    def hides(self, kind: Filter) -> bool:
        """Whether a kind of node is taken out of the picture."""
        ...

    def toggle_filter(self, kind: Filter) -> None:
        """Take a kind of node out of the picture, or bring it back."""
        ...

    @property
    def can_show_between(self) -> bool:
        """Whether nodes are selected between which something can lie."""
        ...

    @property
    def shows_only_between(self) -> bool:
        """Whether only what lies between chosen nodes is shown."""
        ...

    def toggle_between(self) -> None:
        """Show only what lies between the selected nodes, or everything again."""
        ...

    def walk(self, direction: int) -> None:
        """Select a producer (-1) or consumer (1) of the selection."""
        ...

    def undo(self) -> None:
        """Take back the last folding or hiding."""
        ...

    def redo(self) -> None:
        """Do it again."""
        ...

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        ...

    @property
    def can_redo(self) -> bool:
        """Whether there is something to do again."""
        ...

    @property
    def shows_overlay(self) -> bool:
        """Whether the recording compared with lies over the graph."""
        ...

    def toggle_overlay(self) -> None:
        """Lay it over the graph, or take it off."""
        ...

    def flip_direction(self) -> None:
        """Let the forward pass run left to right or top down."""
        ...

    @property
    def lens(self) -> str:
        """The lens in force, one of ``LENS_KEYS``."""
        ...

    def set_lens(self, key: str) -> None:
        """Put a lens in force."""
        ...

    @property
    def has_log_scale(self) -> bool:
        """Whether the scale of the lens is logarithmic."""
        ...

    def toggle_log_scale(self) -> None:
        """Let the scale of the lens be linear, or logarithmic."""
        ...

    @property
    def shows_minimap(self) -> bool:
        """Whether the overview is shown."""
        ...

    def toggle_minimap(self) -> None:
        """Show or hide the overview."""
        ...

    def copy_image(self) -> None:
        """Put a picture of what is visible on the clipboard."""
        ...


class FilePort(Protocol):
    """Opening and saving, with the questions that go with it."""

    def new(self) -> None:
        """Start with an empty program."""
        ...

    def open(self) -> None:
        """Ask for a file and open it."""
        ...

    def open_path(self, path: Path) -> None:
        """Open this file."""
        ...

    def save(self) -> bool:
        """Save the program; False when it was not saved."""
        ...

    def save_as(self) -> bool:
        """Ask where, and save the program or the recording there."""
        ...

    def save_recording(self) -> None:
        """Ask where, and save the recording there."""
        ...


class ValuePort(Protocol):
    """The numbers of the recording."""

    def save(self) -> None:
        """Ask where, and save the selected value or all named ones there."""
        ...


class ProofPort(Protocol):
    """Proofs of the recording."""

    def verify(self) -> None:
        """Prove that the recording shown is what torch computes."""
        ...


class DialogPort(Protocol):
    """Windows on top of the window."""

    def export(self) -> None:
        """Export a picture."""
        ...

    def gallery(self) -> None:
        """Choose an example program."""
        ...

    def shortcuts(self) -> None:
        """Show all keys."""
        ...

    def about(self) -> None:
        """Say what this program is."""
        ...

    def doctor(self) -> None:
        """Say what is installed and what is missing."""
        ...


class TrainPort(Protocol):
    """The Train workspace, as actions see it."""

    def ask_until(self) -> None:
        """Ask how far to train."""
        ...

    def save_checkpoint(self) -> None:
        """Ask where, and keep the state of the run there."""
        ...

    def resume(self) -> None:
        """Ask for a checkpoint, and go on from it."""
        ...

    def log_runs(self) -> None:
        """Ask where runs shall be written for TensorBoard, and write them there."""
        ...

    def open_update(self) -> None:
        """Show the optimizer's step of a kept iteration, number by number."""
        ...

    def toggle_log(self) -> None:
        """Let the chart of the loss be logarithmic, or linear."""
        ...

    def show_face(self, name: str) -> None:
        """Show the network ``Live``, as ``Canvas`` or as ``Code``."""
        ...

    def look_at_batch(self) -> None:
        """Show the last batch."""
        ...

    def edit_number(self) -> None:
        """Open the card on which single numbers of what is trained are looked at and changed."""
        ...


class WindowPort(Protocol):
    """The frame around the panels."""

    def search(self, text: str) -> None:
        """Put the keyboard into the search field, with a text to start from."""
        ...

    def toggle_drawer(self, drawer: Drawer) -> None:
        """Open or close a page of the drawer."""
        ...

    def shows_drawer(self, drawer: Drawer) -> bool:
        """Whether a page of the drawer is open."""
        ...

    def toggle_full_screen(self) -> None:
        """Fill the screen, or stop doing so."""
        ...

    @property
    def is_full_screen(self) -> bool:
        """Whether the window fills the screen."""
        ...

    def show_menu(self) -> None:
        """Open the program's menu."""
        ...

    def show_devices(self) -> None:
        """Open the list of devices."""
        ...

    def focus(self, place: Place) -> None:
        """Put the keyboard into a part of the window."""
        ...

    def focus_next(self, direction: int) -> None:
        """Put the keyboard into the next (1) or previous (-1) part."""
        ...

    def leave(self) -> None:
        """Close the window."""
        ...
