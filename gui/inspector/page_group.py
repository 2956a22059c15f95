"""The pages of a folded module, or of another stretch of steps folded into one box."""

from engine.explain.explanation import ForwardExplanation
from engine.explain.step import explain_step
from engine.trace.facts import Phase, Role, Step
from engine.trace.ids import ModuleCallId, StepIndex, ValueId
from engine.trace.numbers import duration_text
from engine.trace.recording import Recording
from engine.trace.tensors import element_count, shape_text
from gui.inspector.blocks import Block, Heading, Paragraph, Piece, Row, Rule, Summary, Text, ToStep, ToValue, plain
from gui.inspector.page_tensor import tensor_blocks
from gui.inspector.rows import step_link, value_link
from gui.inspector.subject import ModuleSubject, StretchSubject

_MOST_ROWS = 12
_MOST_OPS = 24
_MOST_FORMULAS = 12


def group_steps(recording: Recording, subject: ModuleSubject | StretchSubject) -> list[Step]:
    """Return the forward ops of a module call, or all steps of a stretch, in order."""
    if isinstance(subject, StretchSubject):
        return recording.steps[subject.step : subject.last + 1]
    inside = _calls_inside(recording, subject.call)
    return [step for step in recording.steps if step.module in inside and step.phase is Phase.FORWARD]


def group_output(recording: Recording, subject: ModuleSubject | StretchSubject) -> ValueId | None:
    """Return the last tensor that came out."""
    steps = reversed(group_steps(recording, subject))
    return next((value for step in steps for value in step.outputs if value is not None), None)


def _calls_inside(recording: Recording, call: ModuleCallId) -> set[ModuleCallId]:
    """A call and all calls that it made; a call always comes after the one that made it."""
    inside = {call}
    for other in recording.module_calls[call + 1 :]:
        if other.parent in inside:
            inside.add(other.id)
    return inside


def group_page(recording: Recording, subject: ModuleSubject | StretchSubject) -> tuple[Block, ...]:
    """Return the Value page of a box that holds several steps."""
    if isinstance(subject, ModuleSubject):
        return _module_page(recording, subject)
    return _stretch_page(recording, subject)


def _module_page(recording: Recording, subject: ModuleSubject) -> tuple[Block, ...]:
    """Return what goes in, what comes out, parameters, time and ops of one call of a module."""
    steps = group_steps(recording, subject)
    entering, parameters = _taken(recording, steps)
    count = sum(element_count(recording.values[value].shape) for value in parameters)
    output = group_output(recording, subject)
    ops = f"{len(steps)} op{'' if len(steps) == 1 else 's'}"
    blocks: list[Block] = [Summary(f"{ops} · {count:,} parameters")]
    blocks += _value_rows(recording, "Takes", entering)
    if output is not None:
        blocks.append(Row("Gives", (value_link(recording, output),)))
    blocks.append(Row("Time", plain(_time_text(recording, steps))))
    blocks += _ops_rows(recording, steps)
    if parameters:
        blocks += [Rule(), Heading("Parameters", f"{count:,} in {len(parameters)}")]
        blocks += _parameter_rows(recording, subject, parameters)
    if output is not None:
        blocks += [Rule(), Heading("Output"), *tensor_blocks(recording, output)]
    return tuple(blocks)


def _stretch_page(recording: Recording, subject: StretchSubject) -> tuple[Block, ...]:
    """Return counts, time and steps of a stretch."""
    steps = group_steps(recording, subject)
    time_ns = sum(step.duration_ns for step in steps)
    blocks: list[Block] = [Summary(f"{len(steps)} step{'' if len(steps) == 1 else 's'} · {duration_text(time_ns)}")]
    forward = [step for step in steps if step.phase is Phase.FORWARD]
    if forward:
        entering, parameters = _taken(recording, forward)
        blocks += _value_rows(recording, "Takes", entering)
        blocks += _value_rows(recording, "Parameters", parameters)
        output = next((value for step in reversed(forward) for value in step.outputs if value is not None), None)
        if output is not None:
            blocks.append(Row("Gives", (value_link(recording, output),)))
    blocks += _ops_rows(recording, steps)
    return tuple(blocks)


def group_formulas(recording: Recording, subject: ModuleSubject | StretchSubject) -> tuple[Block, ...]:
    """Return the formula of each op, with a link to it."""
    steps = [step for step in group_steps(recording, subject) if step.phase is Phase.FORWARD]
    rows: list[Block] = []
    for step in steps[:_MOST_FORMULAS]:
        explanation = explain_step(recording, step.index)
        if isinstance(explanation, ForwardExplanation):
            link = ToStep(step.index)
            rows.append(Row(step.name, (Piece(explanation.formula, link, is_mono=True),)))
    if not rows:
        return (Paragraph(plain("No op of the forward pass lies in here."), is_muted=True),)
    if len(steps) > _MOST_FORMULAS:
        rows.append(Paragraph(plain(f"and {len(steps) - _MOST_FORMULAS} more ops"), is_muted=True))
    return tuple(rows)


def _taken(recording: Recording, steps: list[Step]) -> tuple[list[ValueId], list[ValueId]]:
    """Return the values that come from outside: what flows in, and parameters (with buffers)."""
    made = {value for step in steps for value in step.outputs}
    taken = dict.fromkeys(v for step in steps for v in step.inputs if v is not None and v not in made)
    own = {Role.PARAMETER, Role.BUFFER}
    roles = {value: recording.values[value].role for value in taken}
    flowing = [v for v in taken if roles[v] not in own and not _is_number(recording, v)]
    return flowing, [value for value in taken if roles[value] is Role.PARAMETER]


def _is_number(recording: Recording, value: ValueId) -> bool:
    fact = recording.values[value]
    return fact.producer is None and fact.shape == () and not fact.requires_grad


def _value_rows(recording: Recording, label: str, values: list[ValueId]) -> list[Block]:
    rows: list[Block] = [
        Row(label if place == 0 else "", (value_link(recording, value),))
        for place, value in enumerate(values[:_MOST_ROWS])
    ]
    if len(values) > _MOST_ROWS:
        rows.append(Row("", (Piece(f"and {len(values) - _MOST_ROWS} more", is_muted=True),)))
    return rows


def _parameter_rows(recording: Recording, subject: ModuleSubject, values: list[ValueId]) -> list[Block]:
    prefix = f"{recording.module_calls[subject.call].path}."
    rows: list[Block] = []
    for value in values[:_MOST_ROWS]:
        names = recording.names(value)
        name = names[0].removeprefix(prefix) if names else recording.shown_name(value)
        shape = recording.values[value].shape
        size = Piece(f"  {shape_text(shape)} · {element_count(shape):,}", is_muted=True)
        rows.append(Paragraph((Piece(name, ToValue(value)), size)))
    if len(values) > _MOST_ROWS:
        rows.append(Paragraph(plain(f"and {len(values) - _MOST_ROWS} more"), is_muted=True))
    return rows


def _time_text(recording: Recording, steps: list[Step]) -> str:
    forward_ns = sum(step.duration_ns for step in steps)
    indices = {step.index for step in steps}
    backward_ns = sum(
        step.duration_ns
        for step in recording.steps
        if step.phase is Phase.BACKWARD
        and step.grad_node is not None
        and recording.grad_nodes[step.grad_node].step in indices
    )
    text = f"{duration_text(forward_ns)} forward"
    return f"{text} · {duration_text(backward_ns)} backward" if backward_ns else text


def _ops_rows(recording: Recording, steps: list[Step]) -> list[Block]:
    pieces: list[Piece] = []
    for place, step in enumerate(steps[:_MOST_OPS]):
        pieces += ([Piece(", ")] if place else []) + [_op_link(recording, step.index)]
    if len(steps) > _MOST_OPS:
        pieces.append(Piece(f" and {len(steps) - _MOST_OPS} more", is_muted=True))
    text: Text = tuple(pieces)
    return [Row("Ops", text)] if pieces else []


def _op_link(recording: Recording, index: StepIndex) -> Piece:
    link = step_link(recording, index)
    return Piece(link.text.split(" (", 1)[0], link.link)
