"""What actions may ask of the network builder."""

from typing import Protocol

from gui.model.observable import Event


class BlockPort(Protocol):
    """Blocks of the network, and those that are kept."""

    @property
    def selected(self) -> tuple[str, ...]:
        """The blocks in which selected nodes are."""
        ...

    @property
    def all(self) -> tuple[str, ...]:
        """All blocks of the network."""
        ...

    def group(self) -> None:
        """Ask for a name and make what is selected a block."""
        ...

    def ungroup(self) -> None:
        """Dissolve the blocks of what is selected."""
        ...

    def fold(self) -> None:
        """Fold the blocks of what is selected, or open them."""
        ...

    def fold_all(self) -> None:
        """Fold every block, or open them."""
        ...

    def keep(self) -> None:
        """Keep the blocks of what is selected."""
        ...

    def show(self) -> None:
        """Open the list of kept blocks."""
        ...


class BuilderPort(Protocol):
    """The network builder, as actions see it.

    Attributes:
        changed: What can be done may have changed.
    """

    changed: Event[object]

    @property
    def selected(self) -> int:
        """How many nodes are selected."""
        ...

    @property
    def has_wire(self) -> bool:
        """Whether a connection is selected."""
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
    def can_paste(self) -> bool:
        """Whether something was copied."""
        ...

    @property
    def blocks(self) -> BlockPort:
        """What is done with blocks."""
        ...

    @property
    def source_trouble(self) -> str:
        """Why there is no source; empty when there is."""
        ...

    def open(self) -> None:
        """Show the builder."""
        ...

    def add(self, *, is_branch: bool) -> None:
        """Let the person look for a layer to add after what is selected, or beside what comes after it."""
        ...

    def connect(self) -> None:
        """Let the person look for what to connect the selected node with."""
        ...

    def remove(self) -> None:
        """Remove what is selected."""
        ...

    def undo(self) -> None:
        """Take the last edit back."""
        ...

    def redo(self) -> None:
        """Do it again."""
        ...

    def copy(self) -> None:
        """Keep what is selected, to be pasted."""
        ...

    def cut(self) -> None:
        """Keep what is selected, and remove it."""
        ...

    def paste(self) -> None:
        """Paste what was copied."""
        ...

    def duplicate(self) -> None:
        """Add a copy of what is selected."""
        ...

    def select_all(self) -> None:
        """Select every node."""
        ...

    def rename(self) -> None:
        """Edit the name of the selected node."""
        ...

    def edit(self) -> None:
        """Edit the settings of the selected node."""
        ...

    def align(self, edge: str) -> None:
        """Put what is selected in one line: ``left`` or ``top``."""
        ...

    def tidy(self) -> None:
        """Lay everything out."""
        ...

    def nudge(self, right: int, down: int) -> None:
        """Move what is selected by small steps."""
        ...

    def walk(self, direction: int) -> None:
        """Select what feeds the selected node (-1), or what it feeds (1)."""
        ...

    def walk_beside(self, direction: int) -> None:
        """Select the next node to the right (1) or to the left (-1)."""
        ...

    def fit_all(self) -> None:
        """Show the whole network."""
        ...

    def fit_selection(self) -> None:
        """Show what is selected."""
        ...

    def zoom(self, direction: int) -> None:
        """Show the network larger (1), smaller (-1) or at 100 % (0)."""
        ...

    def start_from(self, title: str) -> None:
        """Go on with a template."""
        ...

    def clear(self) -> None:
        """Go on with an input that leads to the output."""
        ...

    def use_in_editor(self) -> None:
        """Put the source into the editor."""
        ...

    def train(self) -> None:
        """Go where the network is trained."""
        ...

    def read_from_editor(self) -> None:
        """Put the network that the editor holds onto the canvas."""
        ...

    def open_file(self) -> None:
        """Ask for a Python file and put its network onto the canvas."""
        ...

    def copy_source(self) -> None:
        """Put the source on the clipboard."""
        ...
