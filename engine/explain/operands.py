"""From a recorded backward step to what a rule computes with, and to the words in its formula."""

import ast
from dataclasses import dataclass, field

import numpy as np

from engine.explain.notation import Notation
from engine.explain.numerals import array_of, prose_number
from engine.explain.rules.rule import Rule
from engine.explain.rules.run import LARGEST, Floats, NodeRun, Plain, signed
from engine.trace.facts import GradNode, Step
from engine.trace.ids import ValueId
from engine.trace.recording import Recording
from engine.trace.tensors import Array, element_count


@dataclass(frozen=True, slots=True)
class Operands:
    """Everything that is known about one run of an autograd node; ``words`` fill its formula's templates."""

    run: NodeRun
    words: dict[str, str] = field(default_factory=dict)


def plain_of(text: str) -> Plain:
    """Return the Python object that a saved object's ``repr`` means: a number, a tuple of whole numbers, a text."""
    try:
        found: object = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
    if isinstance(found, (list, tuple)):
        return tuple(item for item in found if isinstance(item, int))
    return found if isinstance(found, (int, float, bool, str)) or found is None else text


def operands_of(recording: Recording, step: Step, rule: Rule | None, notation: Notation) -> Operands:
    """Collect what a backward step got, sent, and what its forward op saved or was called with."""
    assert step.grad_node is not None
    node = recording.grad_nodes[step.grad_node]
    forward = None if node.step is None else recording.steps[node.step]
    arrays: dict[str, Array] = {}
    plain: dict[str, Plain] = {}
    words: dict[str, str] = {}
    _take_saved(recording, node, notation, (arrays, plain, words))
    if rule is not None and forward is not None and forward.name in rule.ops:
        _take_arguments(recording, forward, rule, notation, (arrays, plain, words))
    _name_slots(recording, step, rule, notation, words)
    run = NodeRun(
        upstream=tuple(_gradient(recording, value) for value in step.inputs),
        shapes=tuple(None if value is None else recording.values[value].shape for value in step.outputs),
        arrays=arrays,
        plain=plain,
    )
    return Operands(run, words)


_Found = tuple[dict[str, Array], dict[str, Plain], dict[str, str]]


def _gradient(recording: Recording, value: ValueId | None) -> Floats | None:
    if value is None or element_count(recording.values[value].shape) > LARGEST:
        return None
    array = array_of(recording, value)
    return None if array is None or np.iscomplexobj(array) else array.astype(np.float64)


def _take_saved(recording: Recording, node: GradNode, notation: Notation, found: _Found) -> None:
    arrays, plain, words = found
    for saved in node.saved:
        name = saved.name.removeprefix("_saved_")
        if saved.value is not None:
            array = array_of(recording, saved.value)
            if array is not None:
                arrays[name] = array
            if name not in ("result", "output"):
                words[name] = notation.of(saved.value)
            continue
        plain[name] = plain_of(saved.text)
        words[name] = _plain_word(plain[name])


def _plain_word(value: Plain) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return prose_number(signed(value))
    return prose_number(value) if isinstance(value, (bool, float)) else str(value)


def _take_arguments(recording: Recording, forward: Step, rule: Rule, notation: Notation, found: _Found) -> None:
    """Use the call's own arguments where nothing was saved: they come in the order of the rule's operands."""
    arrays, plain, words = found
    for name, argument in zip(rule.operands, forward.arguments, strict=False):
        if argument.value is None:
            if name not in arrays and plain.get(name) is None and argument.name in ("", name):
                plain[name] = plain_of(argument.text)
                words[name] = _plain_word(plain[name])
            continue
        words.setdefault(name, notation.of(argument.value))
        array = None if name in arrays else array_of(recording, argument.value)
        if array is not None:
            arrays[name] = array


def _name_slots(recording: Recording, step: Step, rule: Rule | None, notation: Notation, words: dict[str, str]) -> None:
    assert step.grad_node is not None
    node = recording.grad_nodes[step.grad_node]
    forward = None if node.step is None else recording.steps[node.step]
    for edge in recording.edges_from(step.grad_node):
        symbol, _ = notation.target(edge.target, edge.input_index, forward)
        if rule is not None and edge.slot < len(rule.operands):
            words[rule.operands[edge.slot]] = symbol
