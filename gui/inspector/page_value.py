"""The Value page: numbers, distribution and what is known of a tensor."""

from typing import assert_never

from engine.explain.explanation import BackwardExplanation, OptimizerExplanation
from engine.explain.notation import short_name
from engine.explain.numerals import array_of, array_text
from engine.explain.step import explain_step
from engine.explain.summary import summary_line
from engine.trace.facts import GradNode, Phase
from engine.trace.ids import StepIndex, ValueId
from engine.trace.numbers import duration_text
from engine.trace.recording import Recording
from engine.trace.tensors import shape_text
from gui.inspector.blocks import (
    Block,
    Distribution,
    EquationLine,
    Formula,
    Heading,
    Numbers,
    Paragraph,
    Piece,
    Row,
    Rule,
    Summary,
    ToStep,
    ToValue,
    plain,
)
from gui.inspector.rows import step_link, value_link, value_rows
from gui.inspector.subject import (
    BackwardSubject,
    GradientSubject,
    ModuleSubject,
    OpSubject,
    OptimizerSubject,
    Subject,
    ValueSubject,
)
from gui.inspector.titles import value_title

_FEW_FOR_HISTOGRAM = 2
_MOST_UPDATES = 12


def value_page(recording: Recording, subject: Subject, at: StepIndex) -> tuple[Block, ...]:
    """Return the Value page."""
    match subject:
        case ValueSubject(value, _):
            return (*tensor_blocks(recording, value), Rule(), *value_rows(recording, value, at))
        case BackwardSubject(index):
            return _backward(recording, index)
        case GradientSubject(index, value, leaf):
            return _gradient(recording, index, value, leaf)
        case OptimizerSubject(index):
            return _optimizer(recording, index)
        case ModuleSubject(call, _):
            return _module(recording, call)
        case OpSubject(index):
            step = recording.steps[index]
            rows = [Row("Takes", (value_link(recording, value),)) for value in step.inputs if value is not None]
            return (Paragraph(plain("This op gave no tensor.")), *rows)
        case _:
            assert_never(subject)


def tensor_blocks(recording: Recording, value: ValueId) -> tuple[Block, ...]:
    """Return summary, numbers and distribution of one tensor, or why they are not there."""
    fact = recording.values[value]
    blocks: list[Block] = [Summary(summary_line(recording, fact))]
    array = array_of(recording, value)
    if array is None:
        blocks.append(Paragraph(plain(_absence_text(recording, value)), is_muted=True))
    elif array.size == 0:
        blocks.append(Paragraph(plain("This tensor has no elements."), is_muted=True))
    else:
        blocks.append(Numbers(array))
        if array.size > _FEW_FOR_HISTOGRAM:
            blocks += [Heading("Distribution"), Distribution(array)]
    return tuple(blocks)


def _absence_text(recording: Recording, value: ValueId) -> str:
    absence = recording.absence(value)
    if absence is None:
        return f"Values of type {recording.values[value].dtype} cannot be shown as numbers."
    return f"The numbers were not kept: {absence.value}."


def _backward(recording: Recording, index: StepIndex) -> tuple[Block, ...]:
    step = recording.steps[index]
    explanation = explain_step(recording, index)
    blocks: list[Block] = []
    if isinstance(explanation, BackwardExplanation):
        blocks.append(Heading("upstream × local = sent on"))
        for sent in explanation.inputs:
            blocks += [Formula(sent.formula), EquationLine(sent.terms, sent.symbols)]
            blocks += [Paragraph(plain(note), is_muted=True) for note in sent.notes]
        blocks.append(Paragraph(plain(explanation.sentence), is_muted=True))
        blocks.append(Rule())
        blocks += [
            Row(
                "Saved" if position == 0 else "",
                (Piece(f"{note.name}: ", is_muted=True), _saved(note.text, note.value)),
            )
            for position, note in enumerate(explanation.saved)
        ]
    node = None if step.grad_node is None else recording.grad_nodes[step.grad_node]
    if node is not None and node.step is not None:
        blocks.append(Row("Forward op", (step_link(recording, node.step),)))
    blocks.append(Row("Time", plain(duration_text(step.duration_ns))))
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
        history = recording.grad_changes(recording.values[leaf].tensor)
        for position, change in enumerate(history[:8]):
            array = array_of(recording, change.value)
            text = "None" if change.value is None else "" if array is None else array_text(array)
            pieces = (Piece(f"{text}  "), Piece(f"step {change.step + 1}", ToStep(change.step)))
            rows.append(Row("History" if position == 0 else "", pieces))
    rows.append(Row("Time", plain(duration_text(recording.steps[index].duration_ns))))
    return (*(() if value is None else tensor_blocks(recording, value)), *rows)


def _optimizer(recording: Recording, index: StepIndex) -> tuple[Block, ...]:
    explanation = explain_step(recording, index)
    blocks: list[Block] = []
    if isinstance(explanation, OptimizerExplanation):
        if explanation.settings:
            blocks.append(Summary(explanation.settings))
        blocks += [Formula(explanation.formula), Paragraph(plain(explanation.sentence), is_muted=True)]
        for update in explanation.updates[:_MOST_UPDATES]:
            blocks.append(Heading(update.name, shape_text(update.after.shape)))
            blocks.append(EquationLine((update.before, update.delta, update.after), ("+", "=")))
            if update.numbers:
                blocks.append(Formula(update.numbers))
        hidden = len(explanation.updates) - _MOST_UPDATES
        if hidden > 0:
            blocks.append(Paragraph(plain(f"and {hidden} more parameters"), is_muted=True))
    blocks += [Rule(), Row("Time", plain(duration_text(recording.steps[index].duration_ns)))]
    return tuple(blocks)


def _module(recording: Recording, call: int) -> tuple[Block, ...]:
    forward = (step for step in recording.steps if step.phase is Phase.FORWARD and step.module is not None)
    inside = [step for step in forward if step.module is not None and _is_inside(recording, step.module, call)]
    module = recording.module_calls[call]
    prefix = f"{module.path}."
    made = {value for step in inside for value in step.outputs}
    taken = [value for step in inside for value in step.inputs if value is not None and value not in made]
    parameters = [v for v in dict.fromkeys(taken) if any(name.startswith(prefix) for name in recording.names(v))]
    entering = [v for v in dict.fromkeys(taken) if v not in parameters]
    count = sum(_elements(recording, value) for value in parameters)
    time_ns = sum(step.duration_ns for step in inside)
    ops = f"{len(inside)} op{'' if len(inside) == 1 else 's'}"
    blocks: list[Block] = [Summary(f"{ops} · {count:,} parameters · {duration_text(time_ns)}")]
    blocks += [Row("Takes" if i == 0 else "", (value_link(recording, v),)) for i, v in enumerate(entering[:8])]
    blocks += [Row("Parameters" if i == 0 else "", (value_link(recording, v),)) for i, v in enumerate(parameters[:12])]
    output = next((value for step in reversed(inside) for value in step.outputs if value is not None), None)
    if output is not None:
        blocks += [Row("Gives", (value_link(recording, output),)), Rule(), Heading("Output")]
        blocks += tensor_blocks(recording, output)
    return tuple(blocks)


def _elements(recording: Recording, value: ValueId) -> int:
    size = 1
    for extent in recording.values[value].shape:
        size *= extent
    return size


def _is_inside(recording: Recording, call: int, ancestor: int) -> bool:
    current: int | None = call
    while current is not None and current != ancestor:
        current = recording.module_calls[current].parent
    return current is not None
