"""The Value page: numbers, distribution and what is known of a tensor."""

from typing import assert_never

from engine.explain.explanation import BackwardExplanation
from engine.explain.notation import short_name
from engine.explain.numerals import FEW, array_of, array_text
from engine.explain.step import explain_step
from engine.trace.facts import GradNode
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording
from engine.trace.tensors import element_count
from gui.inspector.blocks import (
    Block,
    Formula,
    Heading,
    Paragraph,
    Piece,
    Row,
    Rule,
    ToElement,
    ToStep,
    ToValue,
    plain,
)
from gui.inspector.cost_rows import cost_rows
from gui.inspector.page_group import group_page
from gui.inspector.page_optimizer import optimizer_page
from gui.inspector.page_slope import sent_blocks
from gui.inspector.page_tensor import tensor_blocks
from gui.inspector.rows import step_link, value_link, value_rows
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
from gui.inspector.titles import value_title

_MOST_ARRIVALS = 10
_MOST_CHANGES = 8
_MOST_SAVED = 48
"""A program may save thousands of tensors for one backward step of its own."""


def value_page(
    recording: Recording, subject: Subject, at: StepIndex, picked: ToElement | None = None
) -> tuple[Block, ...]:
    """Return the Value page; ``picked`` is the element of a parameter that is followed through an optimizer step."""
    match subject:
        case ValueSubject(value, _):
            return (*tensor_blocks(recording, value), Rule(), *value_rows(recording, value, at))
        case BackwardSubject(index):
            return _backward(recording, index, picked)
        case GradientSubject(index, value, leaf):
            return _gradient(recording, index, value, leaf)
        case OptimizerSubject(index):
            return optimizer_page(recording, index, picked)
        case ModuleSubject() | StretchSubject():
            return group_page(recording, subject)
        case OpSubject(index):
            step = recording.steps[index]
            taken = [value for value in step.inputs if value is not None][:_MOST_SAVED]
            rows = [Row("Takes", (value_link(recording, value),)) for value in taken]
            return (Paragraph(plain("This op gave no tensor.")), *rows)
        case _:
            assert_never(subject)


def _backward(recording: Recording, index: StepIndex, picked: ToElement | None) -> tuple[Block, ...]:
    step = recording.steps[index]
    explanation = explain_step(recording, index)
    blocks: list[Block] = []
    if isinstance(explanation, BackwardExplanation):
        blocks.append(Heading("upstream × local = sent on"))
        for sent in explanation.inputs:
            blocks.append(Formula(sent.formula))
            blocks += sent_blocks(recording, step, sent, picked, is_first=sent is explanation.inputs[0])
            blocks += [Paragraph(plain(note), is_muted=True) for note in sent.notes]
        if explanation.more_inputs:
            blocks.append(Paragraph(plain(f"… and {explanation.more_inputs:,} more inputs."), is_muted=True))
        blocks.append(Paragraph(plain(explanation.sentence), is_muted=True))
        blocks.append(Rule())
        blocks += [
            Row(
                "Saved" if position == 0 else "",
                (Piece(f"{note.name}: ", is_muted=True), _saved(note.text, note.value)),
            )
            for position, note in enumerate(explanation.saved[:_MOST_SAVED])
        ]
    node = None if step.grad_node is None else recording.grad_nodes[step.grad_node]
    if node is not None and node.step is not None:
        blocks.append(Row("Forward op", (step_link(recording, node.step),)))
    blocks += cost_rows(recording, index)
    output = None if node is None else _output_of(recording, node)
    if output is not None:
        blocks += [Rule(), Heading(short_name(value_title(recording, output)), "what was differentiated")]
        blocks += [*tensor_blocks(recording, output), *value_rows(recording, output, index)]
    return tuple(blocks)


def _output_of(recording: Recording, node: GradNode) -> ValueId | None:
    """Return the tensor whose ``grad_fn`` the node is."""
    outputs = () if node.step is None else recording.steps[node.step].outputs
    return next((v for v in outputs if v is not None and recording.values[v].grad_node == node.id), None)


def _saved(text: str, value: ValueId | None) -> Piece:
    return Piece(text, None if value is None else ToValue(value), is_mono=True)


def _gradient(recording: Recording, index: StepIndex, value: ValueId | None, leaf: ValueId | None) -> tuple[Block, ...]:
    rows: list[Block] = [Rule()]
    if leaf is not None:
        rows.append(Row("Gradient of", (value_link(recording, leaf),)))
        rows += _history(recording, leaf)
    rows += cost_rows(recording, index)
    return (*(() if value is None else tensor_blocks(recording, value)), *rows)


def _history(recording: Recording, leaf: ValueId) -> list[Block]:
    """Return how ``.grad`` changed: small ones in numbers, of large ones only when gradients arrived."""
    changes = recording.grad_changes(recording.values[leaf].tensor)
    if element_count(recording.values[leaf].shape) > FEW:
        arrivals = [change.step for change in changes if change.value is not None]
        pieces: list[Piece] = []
        for position, step in enumerate(arrivals[:_MOST_ARRIVALS]):
            pieces += ([Piece(", ")] if position else [Piece("at step ")]) + [Piece(str(step + 1), ToStep(step))]
        if len(arrivals) > _MOST_ARRIVALS:
            pieces.append(Piece(f" and {len(arrivals) - _MOST_ARRIVALS} more", is_muted=True))
        return [Row("Arrived", tuple(pieces))]
    rows: list[Block] = []
    for position, change in enumerate(changes[:_MOST_CHANGES]):
        array = array_of(recording, change.value)
        text = "None" if change.value is None else "" if array is None else array_text(array)
        where = (Piece(f"{text}  ", is_mono=True), Piece(f"step {change.step + 1}", ToStep(change.step)))
        rows.append(Row("History" if position == 0 else "", where))
    if len(changes) > _MOST_CHANGES:
        rows.append(Row("", (Piece(f"and {len(changes) - _MOST_CHANGES} more changes", is_muted=True),)))
    return rows
