"""What the person prefers, kept from one start to the next."""

from dataclasses import dataclass, replace
from enum import StrEnum

from gui.model.observable import Event
from gui.model.workspace import Workspace

SCALES_PERCENT = (80, 90, 100, 110, 125, 150, 175, 200)


class Appearance(StrEnum):
    """Which theme the window takes."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Lesson(StrEnum):
    """Which of the first hints is next."""

    STEP = "step"
    BACKWARD = "backward"
    GRADIENT = "gradient"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """All preferences; the defaults are those of a first start."""

    appearance: Appearance = Appearance.SYSTEM
    scale_percent: int = 100
    device: str = "cpu"
    shows_minimap: bool = True
    shows_card: bool = True
    runs_while_typing: bool = False
    records_kernels: bool = False
    lesson: Lesson = Lesson.STEP
    skin: str = "chainrule"
    """The colours of the graph, one of ``gui.theme.skins.Skin``."""
    workspace: Workspace = Workspace.EXPLORE


class Preferences:
    """Holds the choices in force.

    Attributes:
        changed: Emitted with the new choices.
    """

    def __init__(self, choices: Choices | None = None) -> None:
        self.changed: Event[Choices] = Event()
        self._choices = choices or Choices()

    @property
    def choices(self) -> Choices:
        """The choices in force."""
        return self._choices

    def choose_appearance(self, appearance: Appearance) -> None:
        """Take another theme."""
        self._put(replace(self._choices, appearance=appearance))

    def choose_skin(self, skin: str) -> None:
        """Draw the graph in the colours of another tool."""
        self._put(replace(self._choices, skin=skin))

    def choose_scale(self, scale_percent: int) -> None:
        """Take another size of everything, 80 to 200."""
        self._put(replace(self._choices, scale_percent=max(80, min(200, scale_percent))))

    def choose_device(self, device: str) -> None:
        """Run programs on another device."""
        self._put(replace(self._choices, device=device))

    def show_minimap(self, *, shown: bool) -> None:
        """Show or hide the overview of the graph."""
        self._put(replace(self._choices, shows_minimap=shown))

    def show_card(self, *, shown: bool) -> None:
        """Let the chain-rule card appear at backward steps, or keep it away."""
        self._put(replace(self._choices, shows_card=shown))

    def run_while_typing(self, *, wanted: bool) -> None:
        """Run quick programs by themselves when typing pauses."""
        self._put(replace(self._choices, runs_while_typing=wanted))

    def record_kernels(self, *, wanted: bool) -> None:
        """Record the operators that steps are executed as, from the next run on."""
        self._put(replace(self._choices, records_kernels=wanted))

    def choose_workspace(self, workspace: Workspace) -> None:
        """Arrange the window for something else."""
        self._put(replace(self._choices, workspace=workspace))

    def reach(self, lesson: Lesson) -> None:
        """Another of the first hints is next."""
        self._put(replace(self._choices, lesson=lesson))

    def _put(self, choices: Choices) -> None:
        if choices != self._choices:
            self._choices = choices
            self.changed.emit(choices)
