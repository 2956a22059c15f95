"""What an action is, and what it may reach."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from gui.commands.builder_ports import BuilderPort
from gui.commands.compare_ports import BesidePort, ComparisonPort
from gui.commands.ports import (
    DialogPort,
    FilePort,
    GraphPort,
    ProofPort,
    TrainPort,
    ValuePort,
    WindowPort,
)
from gui.model.document import Document
from gui.model.notices import Notices
from gui.model.player import Player
from gui.model.playhead import Playhead
from gui.model.preferences import Preferences
from gui.model.recent import RecentFiles
from gui.model.run_controller import RunController
from gui.model.selection import Selection
from gui.model.training import Training
from gui.theme.icons import Icon


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that actions act upon."""

    document: Document
    playhead: Playhead
    selection: Selection
    player: Player
    runs: RunController
    recents: RecentFiles
    preferences: Preferences
    notices: Notices
    graph: GraphPort
    files: FilePort
    values: ValuePort
    proofs: ProofPort
    comparisons: ComparisonPort
    beside: BesidePort
    dialogs: DialogPort
    window: WindowPort
    training: Training
    train: TrainPort
    builder: BuilderPort


class Menu(Enum):
    """Where an action stands in the menu."""

    FILE = "File"
    RECENT = "Open recent"
    EDIT = "Edit"
    RUN = "Run"
    PLAYBACK = "Step and play"
    TRAIN = "Train"
    NETWORK = "Network"
    TEMPLATE = "Start from a template"
    VIEW = "View"
    LENS = "Lens"
    APPEARANCE = "Appearance"
    SKIN = "Colours of the graph"
    SIZE = "Size of everything"
    GRAPH = "Graph"
    FILTER = "Hide in the graph"
    COMPARE = "Compare"
    HELP = "Help"


class Context(Enum):
    """Where the keys of an action work."""

    WINDOW = "everywhere"
    VIEWS = "graph, timeline and inspector"
    """Never while typing: single letters and arrows."""
    TRAIN = "Train workspace"
    """Never while typing, as above; the views of the Explore workspace are not shown then."""
    BUILDER = "canvas of the network"
    """Never while typing."""


Handler: TypeAlias = Callable[[Desk], object]
Condition: TypeAlias = Callable[[Desk], str]
"""Returns the reason why an action cannot be used now, as one sentence; empty when it can."""


def always(_desk: Desk) -> str:
    """The condition that always holds."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing that a person can do.

    Attributes:
        id: Dotted, for ever the same, e.g. ``run.start``.
        title: As in a menu, e.g. ``Run``; ``label`` replaces it where it depends on what is open.
        tip: What it does, as one sentence.
        shortcuts: Portable key texts, e.g. ``Ctrl+Return``; the first one is shown.
        handler: Does it.
        enabled_when: Why it cannot be used now.
        checked_when: For actions that are on or off: whether it is on.
        begins_section: Whether a line stands above it in the menu.
    """

    id: str
    title: str
    tip: str
    menu: Menu
    handler: Handler
    icon: Icon | None = None
    shortcuts: tuple[str, ...] = ()
    context: Context = Context.WINDOW
    enabled_when: Condition = always
    checked_when: Callable[[Desk], bool] | None = None
    label: Callable[[Desk], str] | None = None
    begins_section: bool = False

    @property
    def topic(self) -> str:
        """The first part of the id."""
        return self.id.partition(".")[0]
