"""The Gradient page: not yet, none, or a number; and what it is the sum of."""

from typing import assert_never

from engine.explain.explanation import Contribution
from engine.explain.fan_in import MOST_TOLD, contributions
from engine.explain.why import why_gradient
from engine.trace.facts import Phase
from engine.trace.gradients import Arrived, NoGradient, NotYet, gradient_state
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording
from gui.inspector.blocks import Block, Heading, Paragraph, Piece, Row, Rule, ToStep, plain
from gui.inspector.page_group import group_output
from gui.inspector.page_tensor import tensor_blocks
from gui.inspector.rows import value_link
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

_NOTHING: tuple[Block, ...] = (
    Paragraph(plain("Nothing flows back through here: no tensor comes out of it."), is_muted=True),
)


def gradient_page(recording: Recording, subject: Subject, at: StepIndex) -> tuple[Block, ...]:
    """Return the Gradient page."""
    match subject:
        case ValueSubject(value, _):
            return _of_value(recording, value, at)
        case BackwardSubject(index):
            return _arrivals(recording, index)
        case GradientSubject(index, value, _):
            blocks = () if value is None else tensor_blocks(recording, value)
            return (*blocks, *_sum_of(recording, index, 0))
        case ModuleSubject() | StretchSubject():
            output = group_output(recording, subject)
            return _NOTHING if output is None else _of_value(recording, output, at)
        case OptimizerSubject(index):
            pairs = recording.steps[index].inputs[1::2]
            rows = [
                Row("Gradient" if i == 0 else "", (value_link(recording, v),))
                for i, v in enumerate(pairs)
                if v is not None
            ]
            return (Paragraph(plain("The gradients that this step used:"), is_muted=True), *rows)
        case OpSubject():
            return _NOTHING
        case _:
            assert_never(subject)


def _of_value(recording: Recording, value: ValueId, at: StepIndex) -> tuple[Block, ...]:
    state = gradient_state(recording, recording.values[value], at)
    match state:
        case NotYet(step):
            text = (
                Piece("Not yet. ", is_muted=True),
                Piece(f"It arrives at step {step + 1}", ToStep(step)),
                Piece("."),
            )
            return (Paragraph(text),)
        case NoGradient():
            reasons = why_gradient(recording, value, at)
            return (Paragraph(plain("None.")), *(Paragraph(plain(line.text), is_muted=True) for line in reasons))
        case Arrived(gradient, step, accumulated):
            kind = "Stored in .grad" if accumulated else "Flowed through"
            note = (Piece(f"{kind} at ", is_muted=True), Piece(f"step {step + 1}", ToStep(step)))
            fact = recording.values[value]
            slot = 0 if accumulated else fact.grad_slot
            return (*tensor_blocks(recording, gradient), Paragraph(note), *_sum_of(recording, step, slot))
        case _:
            assert_never(state)


def _arrivals(recording: Recording, index: StepIndex) -> tuple[Block, ...]:
    step = recording.steps[index]
    blocks: list[Block] = []
    for slot, value in enumerate(step.inputs):
        if value is not None:
            blocks.append(Heading("Upstream gradient", f"of output {slot}" if len(step.inputs) > 1 else ""))
            blocks += tensor_blocks(recording, value)
            blocks += _sum_of(recording, index, slot)
    return tuple(blocks)


def _sum_of(recording: Recording, index: StepIndex, slot: int) -> tuple[Block, ...]:
    step = recording.steps[index]
    if step.phase is not Phase.BACKWARD or step.grad_node is None:
        return ()
    parts = contributions(recording, step, slot)
    if not parts:
        return ()
    title = "Sum of" if len(parts) > 1 else "Sent by"
    rows = [Row(title if i == 0 else "+", _part(part)) for i, part in enumerate(parts[:MOST_TOLD])]
    if len(parts) > len(rows):
        rows.append(Row("+", (Piece(f"{len(parts) - len(rows):,} more", is_muted=True),)))
    return (Rule(), *rows)


def _part(part: Contribution) -> tuple[Piece, ...]:
    number = (Piece(f"{part.text}  ", is_mono=True),) if part.text else ()
    return (*number, Piece("from ", is_muted=True), Piece(f"{part.source} (step {part.step + 1})", ToStep(part.step)))
