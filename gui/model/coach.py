"""The first three hints: each waits for the person's own action, and none comes back."""

from enum import Enum

from engine.graph.view import NodeKey
from engine.trace.facts import Phase
from engine.trace.outcome import Outcome
from engine.trace.recording import Recording
from gui.model.document import Document
from gui.model.observable import Event
from gui.model.playhead import BEFORE_FIRST, Playhead, PlayheadMoved
from gui.model.preferences import Choices, Lesson, Preferences
from gui.model.selection import Origin, Selected, Selection


class Cue(Enum):
    """What the person is told now."""

    NOTHING = "nothing"
    STEP = "step forward"
    STEP_BACK = "step back: the run stands at its end"
    BACKWARD = "go to the start of the backward pass"
    GRADIENT = "point at a gradient"


class Coach:
    """Knows which lesson is next and whether this is the moment for it.

    Attributes:
        changed: Emitted with the cue to show.
    """

    def __init__(self, document: Document, playhead: Playhead, selection: Selection, preferences: Preferences) -> None:
        self.changed: Event[Cue] = Event()
        self._document = document
        self._playhead = playhead
        self._preferences = preferences
        self._cue = Cue.NOTHING
        document.recording_replaced.connect(self._on_replaced)
        document.run_ended.connect(self._on_ended)
        playhead.moved.connect(self._on_moved)
        selection.hovered.connect(self._on_hovered)
        selection.changed.connect(self._on_selected)
        preferences.changed.connect(self._on_choices)

    @property
    def cue(self) -> Cue:
        """What is shown."""
        return self._cue

    def dismiss(self) -> None:
        """The person wants no more hints."""
        self._preferences.reach(Lesson.DONE)

    def _on_replaced(self, _recording: Recording | None) -> None:
        self._refresh()

    def _on_ended(self, _outcome: Outcome) -> None:
        self._refresh()

    def _on_choices(self, _choices: Choices) -> None:
        self._refresh()

    def _on_moved(self, moved: PlayheadMoved) -> None:
        if self._settled() is not None:
            lesson = self._preferences.choices.lesson
            if lesson is Lesson.STEP and abs(moved.current - moved.previous) == 1:
                self._preferences.reach(Lesson.BACKWARD)
            elif lesson is Lesson.BACKWARD and moved.previous != BEFORE_FIRST and self._is_where_backward_begins():
                self._preferences.reach(Lesson.GRADIENT)
        self._refresh()

    def _on_hovered(self, node: NodeKey | None) -> None:
        if node is not None:
            self._on_looked()

    def _on_selected(self, selected: Selected) -> None:
        if selected.origin is Origin.CANVAS and selected.node is not None:
            self._on_looked()

    def _on_looked(self) -> None:
        if self._cue is Cue.GRADIENT:
            self._preferences.reach(Lesson.DONE)

    def _refresh(self) -> None:
        cue = self._fitting()
        if cue is not self._cue:
            self._cue = cue
            self.changed.emit(cue)

    def _fitting(self) -> Cue:
        recording = self._settled()
        if recording is None:
            return Cue.NOTHING
        current, lesson = self._playhead.current, self._preferences.choices.lesson
        if lesson is Lesson.STEP and current == BEFORE_FIRST:
            return Cue.STEP
        if lesson is Lesson.STEP and current == len(recording) - 1:
            return Cue.STEP_BACK
        if lesson is Lesson.BACKWARD and recording.backward_calls and self._phase() is Phase.FORWARD:
            return Cue.BACKWARD
        if lesson is Lesson.GRADIENT and self._phase() is Phase.BACKWARD:
            return Cue.GRADIENT
        return Cue.NOTHING

    def _settled(self) -> Recording | None:
        """The recording shown, when its run is over and went well: what moves the playhead then is a person."""
        recording = self._document.recording
        return recording if recording is not None and recording.steps and recording.outcome.succeeded else None

    def _is_where_backward_begins(self) -> bool:
        """Whether the playhead stands right before or inside a backward pass."""
        recording, current = self._document.recording, self._playhead.current
        if recording is None or current + 1 >= len(recording):
            return False
        return recording.steps[current + 1].phase is Phase.BACKWARD

    def _phase(self) -> Phase | None:
        recording, current = self._document.recording, self._playhead.current
        if recording is None or not 0 <= current < len(recording):
            return None
        return recording.steps[current].phase
