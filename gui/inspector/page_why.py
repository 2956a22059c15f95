"""The Why page: a short proof, each line a jump."""

from engine.explain.why import why_gradient
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording
from gui.inspector.blocks import Block, Heading, Paragraph, Piece, ToStep, plain
from gui.inspector.page_group import group_output
from gui.inspector.subject import (
    BackwardSubject,
    GradientSubject,
    ModuleSubject,
    OpSubject,
    OptimizerSubject,
    StretchSubject,
    Subject,
    ValueSubject,
)


def why_page(recording: Recording, subject: Subject, at: StepIndex) -> tuple[Block, ...]:
    """Return the Why page."""
    target = _target(recording, subject)
    if target is None:
        return (Paragraph(plain("There is no single gradient to explain here; select a tensor."), is_muted=True),)
    blocks: list[Block] = [Heading("Why is this gradient what it is?")]
    for number, line in enumerate(why_gradient(recording, target, at), start=1):
        link = () if line.step is None else (Piece("  show", ToStep(line.step)),)
        blocks.append(Paragraph((Piece(f"{number}.  ", is_muted=True), Piece(line.text), *link)))
    return tuple(blocks)


def _target(recording: Recording, subject: Subject) -> ValueId | None:
    match subject:
        case ValueSubject(value, _):
            return value
        case GradientSubject(_, value, leaf):
            return leaf if leaf is not None else value
        case BackwardSubject(index):
            return next((v for v in recording.steps[index].outputs if v is not None), None)
        case ModuleSubject() | StretchSubject():
            return group_output(recording, subject)
        case OptimizerSubject() | OpSubject():
            return None
