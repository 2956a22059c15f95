"""The property rows of a tensor, with links."""

import math
from typing import assert_never

from engine.explain.explanation import ForwardExplanation
from engine.explain.fan_in import op_title
from engine.explain.meanings import meanings
from engine.explain.notation import short_name
from engine.explain.numerals import array_of, array_text
from engine.explain.step import explain_step
from engine.explain.why import why_gradient
from engine.trace.facts import Phase, Value
from engine.trace.gradients import Arrived, NoGradient, NotYet, gradient_state
from engine.trace.ids import StepIndex, ValueId
from engine.trace.numbers import bytes_text
from engine.trace.recording import Recording
from engine.trace.tensors import shape_text, type_text
from gui.inspector.blocks import Piece, Row, Text, ToStep, ToValue, plain
from gui.inspector.cost_rows import cost_rows
from gui.inspector.titles import value_title

_ITEM_BYTES = {"float64": 8, "int64": 8, "complex64": 8, "complex128": 16, "float16": 2, "bfloat16": 2, "int16": 2}
_MOST = 8


def step_link(recording: Recording, index: StepIndex) -> Piece:
    """Return a link to a step, named as a person would: ``relu (line 4)``."""
    step = recording.steps[index]
    name = step.name if step.phase is Phase.FORWARD else op_title(step.name)
    line = "" if step.span is None or step.span.file != 0 else f" (line {step.span.line})"
    return Piece(f"{name}{line}", ToStep(index))


def value_link(recording: Recording, value: ValueId) -> Piece:
    """Return a link to a value: its name and type."""
    return Piece(f"{short_name(value_title(recording, value))} {type_text(recording.values[value])}", ToValue(value))


def gradient_text(recording: Recording, fact: Value, at: StepIndex) -> Text:
    """Return the state of a gradient in words: not yet, none with the reason, or the number."""
    state = gradient_state(recording, fact, at)
    match state:
        case NotYet(step):
            return (Piece("not yet", is_muted=True), Piece(" · arrives at ", is_muted=True), _step_piece(step))
        case NoGradient():
            reason = why_gradient(recording, fact.id, at)
            return (Piece("none"), Piece(f" · {reason[0].text}" if reason else "", is_muted=True))
        case Arrived(value, step, _):
            array = array_of(recording, value)
            text = shape_text(fact.shape) if array is None else array_text(array)
            return (Piece(text, ToValue(value), is_mono=True), Piece("  arrived at ", is_muted=True), _step_piece(step))
        case _:
            assert_never(state)


def _step_piece(step: StepIndex) -> Piece:
    return Piece(f"step {step + 1}", ToStep(step))


def value_rows(recording: Recording, value: ValueId, at: StepIndex) -> tuple[Row, ...]:
    """Return every property of a tensor that says something."""
    fact = recording.values[value]
    rows = [
        Row("Gradient", gradient_text(recording, fact, at)),
        Row("Made by", _made_by(recording, fact)),
        Row("Used by", _used_by(recording, fact)),
    ]
    saved = _saved_for(recording, value)
    if saved:
        rows.append(Row("Saved for", saved))
    names = recording.names(value)
    if names:
        rows.append(Row("Names", plain(", ".join(names))))
    rows.append(Row("Version", _version(recording, fact)))
    if fact.producer is not None:
        rows += cost_rows(recording, fact.producer)
    flags = [fact.dtype, fact.device, "requires_grad" if fact.requires_grad else "no grad"]
    if fact.is_leaf:
        flags.append("leaf")
    rows.append(Row("Type", plain(" · ".join(flags))))
    return tuple(rows)


def _made_by(recording: Recording, fact: Value) -> Text:
    if fact.producer is None:
        line = "" if fact.span is None or fact.span.file != 0 else f", line {fact.span.line}"
        return plain(f"the program{line}")
    link = step_link(recording, fact.producer)
    explanation = explain_step(recording, fact.producer)
    if isinstance(explanation, ForwardExplanation):
        formula = explanation.formula.split(" = ", 1)[-1]
        where = meanings(explanation.definitions)
        return (Piece(formula, link.link), Piece("".join(f", {text}" for text in where), is_muted=True))
    return (link,)


def _used_by(recording: Recording, fact: Value) -> Text:
    uses = [index for index in recording.consumers(fact.id) if recording.steps[index].phase is Phase.FORWARD]
    if not uses:
        return (Piece("nothing", is_muted=True),)
    return _listed(recording, uses)


def _listed(recording: Recording, steps: list[StepIndex]) -> Text:
    pieces: list[Piece] = []
    for position, index in enumerate(steps[:_MOST]):
        pieces += ([Piece(", ")] if position else []) + [step_link(recording, index)]
    if len(steps) > _MOST:
        pieces.append(Piece(f" and {len(steps) - _MOST} more", is_muted=True))
    return tuple(pieces)


def _saved_for(recording: Recording, value: ValueId) -> Text:
    """Backward nodes near the value that kept it: its own and those of its consumers."""
    nodes = [recording.values[value].grad_node]
    nodes += [recording.steps[index].grad_node for index in recording.consumers(value)]
    pieces: list[Piece] = []
    for node in dict.fromkeys(node for node in nodes if node is not None):
        fact = recording.grad_nodes[node]
        if any(saved.value == value for saved in fact.saved):
            runs = recording.runs_of(node)
            pieces += ([Piece(", ")] if pieces else []) + [Piece(fact.name, ToStep(runs[0]) if runs else None)]
    return tuple(pieces)


def _version(recording: Recording, fact: Value) -> Text:
    pieces = [Piece(str(fact.version))]
    if fact.base is not None:
        pieces += [Piece(" · view of "), value_link(recording, fact.base)]
    else:
        size = math.prod(fact.shape) * _ITEM_BYTES.get(
            fact.dtype, 1 if "8" in fact.dtype or fact.dtype == "bool" else 4
        )
        pieces.append(Piece(f" · own storage, {bytes_text(size)}"))
    others = [other for other in recording.versions(fact.tensor) if other != fact.id]
    if others:
        pieces.append(Piece(" · other versions "))
        for other in others[:_MOST]:
            pieces += [Piece(f"{recording.values[other].version} ", ToValue(other))]
    return tuple(pieces)
