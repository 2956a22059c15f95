"""Heading and subtitle of what is inspected."""

from typing import assert_never

from engine.explain.fan_in import op_title
from engine.explain.notation import Notation, short_name
from engine.trace.facts import Role, Span, Step, Value
from engine.trace.ids import ValueId
from engine.trace.recording import Recording
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

_LONGEST_MEANING = 18
_ROLES = {
    Role.PARAMETER: "parameter",
    Role.BUFFER: "buffer",
    Role.INPUT: "leaf",
    Role.CONSTANT: "constant",
    Role.INTERMEDIATE: "tensor",
    Role.GRADIENT: "gradient",
}


def line_text(span: Span | None) -> str:
    """Return `` · line 3``, or nothing."""
    return "" if span is None or span.file != 0 else f" · line {span.line}"


def value_title(recording: Recording, value: ValueId) -> str:
    """Return a value's name in the program, its expression, or a made-up name such as ``linear_2``."""
    names = recording.names(value)
    if names:
        return names[0]
    meaning = Notation(recording).meaning(value)
    fact = recording.values[value]
    if 0 < len(meaning) <= _LONGEST_MEANING:
        return meaning
    if fact.role is not Role.GRADIENT:
        return recording.shown_name(value)
    return "gradient" if fact.producer is None else op_title(recording.steps[fact.producer].name)


def titles(recording: Recording, subject: Subject) -> tuple[str, str]:
    """Return name and subtitle, e.g. ``h`` and ``output of relu · line 3``."""
    match subject:
        case ValueSubject(value, _):
            return value_title(recording, value), _value_subtitle(recording, recording.values[value])
        case BackwardSubject(index):
            step = recording.steps[index]
            title = op_title(step.name)
            return step.name, f"backward of {title}{line_text(step.span)} · step {index + 1}"
        case GradientSubject(index, _, leaf):
            name = "leaf" if leaf is None else value_title(recording, leaf)
            return f"{name}.grad", f"gradient of a {_leaf_word(recording, leaf)} · step {index + 1}"
        case OptimizerSubject(index):
            step = recording.steps[index]
            return step.name, f"optimizer{line_text(step.span)} · step {index + 1}"
        case ModuleSubject() | StretchSubject():
            return _group_titles(recording, subject)
        case OpSubject(index):
            step = recording.steps[index]
            return step.name, f"forward op{line_text(step.span)}"
        case _:
            assert_never(subject)


def _group_titles(recording: Recording, subject: ModuleSubject | StretchSubject) -> tuple[str, str]:
    if isinstance(subject, StretchSubject):
        phase = recording.steps[subject.step].phase.value
        return f"steps {subject.step + 1} to {subject.last + 1}", f"{phase} · several steps folded into one box"
    module = recording.module_calls[subject.call]
    parent, _, own = module.path.rpartition(".")
    if own.isdigit():
        own, parent = module.path, ""
    where = f" · in {short_name(parent)}" if parent else ""
    return short_name(own) or module.class_name, f"{module.class_name} · call {module.call + 1}{where}"


def _leaf_word(recording: Recording, leaf: ValueId | None) -> str:
    is_parameter = leaf is not None and recording.values[leaf].role is Role.PARAMETER
    return "parameter" if is_parameter else "leaf"


def _value_subtitle(recording: Recording, fact: Value) -> str:
    if fact.producer is None:
        role = "leaf" if fact.is_leaf and fact.role is Role.INTERMEDIATE else _ROLES[fact.role]
        return f"{role}{line_text(fact.span)}"
    step: Step = recording.steps[fact.producer]
    kind = "gradient from" if fact.role is Role.GRADIENT else "output of"
    return f"{kind} {op_title(step.name)}{line_text(step.span)}"
