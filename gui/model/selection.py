"""What the person has picked: a node of the graph, a value, or nothing."""

from dataclasses import dataclass
from enum import Enum

from engine.graph.view import NodeKey
from engine.trace.ids import StepIndex, ValueId
from gui.model.observable import Event


class Origin(Enum):
    """Who selected: a view need not scroll to what was picked inside it."""

    CANVAS = "canvas"
    TIMELINE = "timeline"
    EDITOR = "editor"
    INSPECTOR = "inspector"
    PROGRAM = "program"
    """Following the playhead, a search hit, a command."""


@dataclass(frozen=True, slots=True)
class Selected:
    """What is selected; all None means nothing."""

    node: NodeKey | None = None
    step: StepIndex | None = None
    value: ValueId | None = None
    origin: Origin = Origin.PROGRAM
    last_step: StepIndex | None = None
    """The end of a folded group; ``step`` is its beginning."""


NOTHING = Selected()


class Selection:
    """The one selection of the window.

    Attributes:
        changed: Emitted with the new ``Selected``.
        hovered: Emitted with the node key under the mouse, or None.
        hovered_step: Emitted with the step under the mouse, or None, by views that know steps and not nodes.
    """

    def __init__(self) -> None:
        self.changed: Event[Selected] = Event()
        self.hovered: Event[NodeKey | None] = Event()
        self.hovered_step: Event[StepIndex | None] = Event()
        self._current = NOTHING

    @property
    def current(self) -> Selected:
        """What is selected now."""
        return self._current

    def select(self, selected: Selected) -> None:
        """Select something."""
        if selected == self._current:
            return
        self._current = selected
        self.changed.emit(selected)

    def clear(self) -> None:
        """Select nothing."""
        self.select(NOTHING)

    def hover(self, node: NodeKey | None) -> None:
        """Say which node the mouse is over."""
        self.hovered.emit(node)

    def hover_step(self, step: StepIndex | None) -> None:
        """Say which step the mouse is over, e.g. its sub-expression in the editor or its cell in the timeline."""
        self.hovered_step.emit(step)
