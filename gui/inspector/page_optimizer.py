"""The page of an optimizer step: what it changed, and one element of one parameter from gradient to new value."""

import numpy as np

from engine.explain.element_update import ElementUpdate, element_update
from engine.explain.explanation import OptimizerExplanation, Update, Verdict
from engine.explain.step import explain_step
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from engine.trace.tensors import shape_text
from gui.inspector.blocks import (
    Block,
    EquationLine,
    Formula,
    Heading,
    Paragraph,
    Piece,
    Row,
    Rule,
    Summary,
    ToElement,
    plain,
)
from gui.inspector.cost_rows import cost_rows

_MOST_UPDATES = 12
_SYMBOL = 2
"""Names of so few letters are symbols and keep their case."""


def optimizer_page(recording: Recording, index: StepIndex, picked: ToElement | None) -> tuple[Block, ...]:
    """Return the page; ``picked`` is the element of a parameter (its value before or after) that was clicked."""
    explanation = explain_step(recording, index)
    blocks: list[Block] = []
    if isinstance(explanation, OptimizerExplanation):
        if explanation.settings:
            blocks.append(Summary(explanation.settings))
        blocks += [Formula(explanation.formula.replace(";  ", "\n"))]
        blocks.append(Paragraph(plain(explanation.sentence), is_muted=True))
        position, element = _pick(recording, explanation, picked)
        order = sorted(range(len(explanation.updates)), key=lambda at: (at >= _MOST_UPDATES and at != position, at))
        for at in sorted(order[:_MOST_UPDATES]):
            is_picked = at == position
            blocks += _update(explanation.updates[at], element if is_picked else None)
            if is_picked and element is not None:
                blocks += _element(recording, index, position, element)
        hidden = len(explanation.updates) - _MOST_UPDATES
        if hidden > 0:
            blocks.append(Paragraph(plain(f"and {hidden} more parameters"), is_muted=True))
    blocks += [Rule(), *cost_rows(recording, index)]
    return tuple(blocks)


def _pick(recording: Recording, explanation: OptimizerExplanation, picked: ToElement | None) -> tuple[int, int | None]:
    """Return position and element to follow: the one that was clicked, else the largest change of the first."""
    tensor = None if picked is None else recording.values[picked.value].tensor
    for position, update in enumerate(explanation.updates):
        value = update.before.value
        if picked is not None and value is not None and recording.values[value].tensor == tensor:
            return position, picked.element
    for position, update in enumerate(explanation.updates):
        delta = update.delta.array
        if delta is not None and delta.size:
            return position, int(np.argmax(np.abs(delta)))
    return 0, None


def _update(update: Update, element: int | None) -> list[Block]:
    return [
        Heading(update.name, shape_text(update.after.shape)),
        EquationLine((update.before, update.delta, update.after), ("+", "="), update.before.value, element),
    ]


def _element(recording: Recording, index: StepIndex, position: int, element: int) -> list[Block]:
    found = element_update(recording, recording.steps[index], position, element)
    if found is None:
        return [Paragraph(plain("The numbers of this element were not kept."), is_muted=True)]
    place = f"[{', '.join(map(str, found.place))}]" if found.place else "the only one"
    blocks: list[Block] = [Row("Element", (Piece(place, is_mono=True), Piece("  click another cell", is_muted=True)))]
    for quantity in found.quantities:
        rule = Piece(f"{quantity.rule}\n", is_mono=True, is_muted=True) if len(quantity.rule) > 1 else Piece("")
        name = quantity.name if len(quantity.name) <= _SYMBOL else quantity.name.capitalize()
        blocks.append(Row(name, (rule, Piece(quantity.text, is_mono=True))))
    blocks.append(Paragraph(plain(_verdict(found)), is_muted=True))
    return blocks


def _verdict(found: ElementUpdate) -> str:
    match found.check.verdict:
        case Verdict.MATCHES:
            return "✓ the rule gives what torch stored"
        case Verdict.DIFFERS:
            return (
                "The rule with the settings above gives another number, so only what was recorded is shown; "
                "this parameter may belong to a group with settings of its own."
            )
        case Verdict.SYMBOLIC_ONLY:
            return f"Only what was recorded is shown: {found.check.reason}."
