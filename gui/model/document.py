"""The program and its recording: what is open in the window."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from engine.trace.batch import Batch
from engine.trace.outcome import Outcome
from engine.trace.recording import Recording
from gui.model.compared import Compared
from gui.model.observable import Event


class RunState(Enum):
    """What the worker is doing with the document."""

    IDLE = "idle"
    LOADING = "loading torch"
    RUNNING = "running"
    STOPPING = "stopping"


class Provenance(Enum):
    """Where the recording shown comes from: a person must be able to tell what ran on this machine just now."""

    RUN = "run here"
    FILE = "opened from a file"
    GROWING = "opened from a file that is still being written"
    SHIPPED = "came with Chainrule"


@dataclass(frozen=True, slots=True)
class ProgramChanged:
    """The text was replaced by something other than typing."""

    text: str


class Document:
    """The open program, where it is stored, its latest recording and the state of its run.

    ``is_settling`` says that the run has ended and that numbers of it are still being fetched.

    Attributes:
        program_replaced: The whole text was replaced (a file or an example was opened).
        recording_replaced: A new recording is shown (a run started, a file was opened).
        recording_extended: A batch was appended to the recording shown.
        run_ended: The run of the recording shown ended; numbers may still come.
        settled: No more numbers come by themselves.
        run_state_changed: The worker starts, runs, stops.
        path_changed: The document has another path or dirty state.
        compared_changed: The recording shown is compared with another one, or no longer.
        blankness_changed: The text became empty (True), or is something to run again.
    """

    def __init__(self) -> None:
        self.program_replaced: Event[ProgramChanged] = Event()
        self.recording_replaced: Event[Recording | None] = Event()
        self.recording_extended: Event[Batch] = Event()
        self.run_ended: Event[Outcome] = Event()
        self.settled: Event[None] = Event()
        self.run_state_changed: Event[RunState] = Event()
        self.path_changed: Event[Path | None] = Event()
        self.compared_changed: Event[Compared | None] = Event()
        self.blankness_changed: Event[bool] = Event()
        self.program = ""
        self.title = "untitled.py"
        self.path: Path | None = None
        self.is_dirty = False
        self.recording: Recording | None = None
        self.compared: Compared | None = None
        self.provenance = Provenance.RUN
        self.run_state = RunState.IDLE
        self.is_settling = False

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to run."""
        return not self.program.strip()

    def replace_program(self, text: str, title: str, path: Path | None = None) -> None:
        """Open another program text."""
        self.program = text
        self.title = title
        self.path = path
        self.is_dirty = False
        self.program_replaced.emit(ProgramChanged(text))
        self.path_changed.emit(path)

    def edit_program(self, text: str) -> None:
        """Take over what the person typed."""
        if text == self.program:
            return
        was_blank, self.program = self.is_blank, text
        if self.is_blank != was_blank:
            self.blankness_changed.emit(self.is_blank)
        if not self.is_dirty:
            self.is_dirty = True
            self.path_changed.emit(self.path)

    def show_recording(
        self,
        recording: Recording | None,
        provenance: Provenance = Provenance.RUN,
        compared: Compared | None = None,
    ) -> None:
        """Show another recording, and how it differs from one that it is compared with already."""
        self.recording = recording
        self.provenance = provenance
        self.compared = compared
        self.is_settling = False
        self.recording_replaced.emit(recording)

    def compare_with(self, compared: Compared | None) -> None:
        """Show how the recording differs from another one, where a view can."""
        self.compared = compared
        self.compared_changed.emit(compared)

    def extend(self, batch: Batch) -> None:
        """Append a batch to the recording shown."""
        if self.recording is None:
            return
        self.recording.append(batch)
        self.recording_extended.emit(batch)

    def end_run(self, outcome: Outcome) -> None:
        """The run of the recording shown ended."""
        if self.recording is not None:
            self.recording.end(outcome)
            self.is_settling = True
        self.run_ended.emit(outcome)

    def settle(self) -> None:
        """No more numbers of the ended run come by themselves."""
        self.is_settling = False
        self.settled.emit(None)

    def set_run_state(self, state: RunState) -> None:
        """Say what the worker is doing."""
        if state is self.run_state:
            return
        self.run_state = state
        self.run_state_changed.emit(state)
