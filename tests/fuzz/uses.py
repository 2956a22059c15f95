"""Everything that the window and the command line do with a recording, without a window."""

from pathlib import Path

import msgspec

from engine.drawing.arrange import arrange
from engine.explain.failures import failure_detail
from engine.explain.health import health_of
from engine.explain.problems import problems
from engine.explain.step import explain_step
from engine.explain.summary import statistics_of, summary_line
from engine.explain.why import why_gradient
from engine.graph import Folding, build_view_graph, iterations
from engine.interchange.dot import dot_text
from engine.interchange.drawing_json import drawing_json
from engine.interchange.graphml import graphml_text
from engine.interchange.mermaid import mermaid_text
from engine.interchange.recording_json import recording_json
from engine.interchange.summary_text import step_line, summary_text
from engine.interchange.svg import svg_pieces
from engine.interchange.tensor_choice import Named, Parameters, chosen_values, step_of
from engine.interchange.tensors import TensorFileError, write_tensors
from engine.trace.file import write_recording
from engine.trace.gradients import gradient_state
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from engine.trace.tensors import UnreadableDtypeError
from gui.inspector.pages import Tab, page
from gui.inspector.subject import subject_of
from gui.model.selection import Selected
from gui.theme.tokens import LIGHT


def use_all(recording: Recording, folder: Path) -> None:
    """Do all of it; whatever raises is a fault."""
    summary_text(recording)
    msgspec.json.encode(recording_json(recording))
    problems(recording)
    failure_detail(recording)
    use_pictures(recording)
    use_steps(recording)
    use_values(recording)
    write_recording(folder / "again.chainrule", recording)
    for choice in (Named(None), Parameters(None)):
        try:
            write_tensors(
                folder / "t.safetensors", recording, chosen_values(recording, choice), step_of(recording, choice)
            )
        except TensorFileError:
            continue


def use_pictures(recording: Recording) -> None:
    """Draw each iteration, folded in several ways, in every format."""
    last = StepIndex(len(recording) - 1)
    for iteration in iterations(recording)[:3]:
        for folding in (Folding(), Folding().with_all_open(), Folding().with_level(0)):
            view = build_view_graph(recording, iteration, folding)
            drawing = arrange(view)
            "".join(svg_pieces(drawing, recording, last, LIGHT))
            dot_text(view, LIGHT)
            mermaid_text(view, LIGHT)
            graphml_text(view)
            msgspec.json.encode(drawing_json(drawing))


def use_steps(recording: Recording) -> None:
    """Explain each step, and show each page of the inspector about it."""
    for step in recording.steps:
        step_line(recording, step)
        explain_step(recording, step.index)
        subject = subject_of(recording, Selected(), step.index)
        if subject is not None:
            for tab in Tab:
                page(recording, subject, tab, step.index)


def use_values(recording: Recording) -> None:
    """Ask about each value."""
    last = StepIndex(len(recording) - 1)
    for value in recording.values:
        summary_line(recording, value)
        statistics_of(recording, value)
        health_of(recording, value.id)
        gradient_state(recording, value, last)
        why_gradient(recording, value.id, last)
        try:
            recording.array(value.id)
        except UnreadableDtypeError:
            continue
