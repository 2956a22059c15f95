"""Why an action cannot be used now."""

from gui.commands.action import Desk
from gui.model.document import RunState

NO_RUN = "Run a program first."


def has_steps(desk: Desk) -> str:
    """Steps are there."""
    return "" if desk.playhead.step_count else NO_RUN


def has_recording(desk: Desk) -> str:
    """A recording is shown."""
    return "" if desk.document.recording is not None else NO_RUN


def has_whole_recording(desk: Desk) -> str:
    """A recording is shown to which nothing is added any more."""
    if desk.document.recording is None:
        return NO_RUN
    is_growing = desk.document.run_state is RunState.RUNNING or desk.runs.is_waiting or desk.document.is_settling
    return "Wait until the program has ended." if is_growing else ""


def has_next(desk: Desk) -> str:
    """The playhead can go forward."""
    if not desk.playhead.step_count:
        return NO_RUN
    return "" if desk.playhead.can_move(1) else "This is the last step."


def has_previous(desk: Desk) -> str:
    """The playhead can go back."""
    if not desk.playhead.step_count:
        return NO_RUN
    return "" if desk.playhead.can_move(-1) else "Nothing has happened before this."


def has_backward(desk: Desk) -> str:
    """The program called backward."""
    recording = desk.document.recording
    if recording is None or not recording.steps:
        return NO_RUN
    return "" if recording.backward_calls else "This program has no backward pass."


def has_program(desk: Desk) -> str:
    """There is a text to run."""
    return "" if desk.document.program.strip() else "Type a program first, or open an example."


def is_running(desk: Desk) -> str:
    """A program runs."""
    runs = desk.document.run_state is RunState.RUNNING or desk.runs.is_waiting
    return "" if runs else "No program is running."


def has_selection(desk: Desk) -> str:
    """A node is selected."""
    return "" if desk.selection.current.node is not None else "Select a node of the graph first."


def can_undo(desk: Desk) -> str:
    """Folding or hiding can be taken back."""
    return "" if desk.graph.can_undo else "There is nothing to undo in the graph."


def can_redo(desk: Desk) -> str:
    """Folding or hiding can be done again."""
    return "" if desk.graph.can_redo else "There is nothing to redo in the graph."
