"""The Formula page: the op in symbols and numbers, and its derivative."""

from collections.abc import Sequence
from typing import assert_never

from engine.explain.explanation import (
    AccumulationExplanation,
    BackwardExplanation,
    Definition,
    ForwardExplanation,
    OptimizerExplanation,
    Verdict,
)
from engine.explain.step import explain_step
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from gui.inspector.blocks import Block, EquationLine, Formula, Heading, Paragraph, Piece, Row, ToStep, ToValue, plain
from gui.inspector.page_group import group_formulas
from gui.inspector.subject import ModuleSubject, StretchSubject, Subject, ValueSubject


def formula_page(recording: Recording, subject: Subject) -> tuple[Block, ...]:
    """Return the Formula page."""
    if isinstance(subject, (ModuleSubject, StretchSubject)):
        return group_formulas(recording, subject)
    step = subject.step
    if step is None:
        return (Paragraph(plain("This tensor was made by the program, not computed."), is_muted=True),)
    blocks = list(_of_step(recording, step))
    if isinstance(subject, ValueSubject):
        blocks += _derivative(recording, step)
    return tuple(blocks)


def _of_step(recording: Recording, index: StepIndex) -> Sequence[Block]:
    explanation = explain_step(recording, index)
    match explanation:
        case None:
            return (Paragraph(plain("Nothing is known about this node."), is_muted=True),)
        case ForwardExplanation():
            numbers = (Formula(explanation.numbers),) if explanation.numbers else ()
            return (Formula(explanation.formula), *numbers, *_definitions(explanation.definitions))
        case BackwardExplanation():
            return _backward(explanation)
        case AccumulationExplanation():
            line = EquationLine(explanation.terms, explanation.symbols)
            return (Formula(explanation.formula), line, Paragraph(plain(explanation.sentence), is_muted=True))
        case OptimizerExplanation():
            lines = [Formula(f"{update.name}  {update.numbers}") for update in explanation.updates if update.numbers]
            return (Formula(explanation.formula.replace(";  ", "\n")), *lines)
        case _:
            assert_never(explanation)


def _backward(explanation: BackwardExplanation) -> Sequence[Block]:
    blocks: list[Block] = []
    for sent in explanation.inputs:
        blocks += [Formula(sent.formula), EquationLine(sent.terms, sent.symbols)]
        match sent.check.verdict:
            case Verdict.MATCHES:
                blocks.append(Paragraph(plain("✓ equals what torch sent"), is_muted=True))
            case Verdict.DIFFERS:
                gap = 0.0 if sent.check.max_abs is None else sent.check.max_abs
                blocks.append(Paragraph(plain(f"torch sent something else, up to {gap:.3g} apart")))
            case Verdict.SYMBOLIC_ONLY:
                blocks.append(Paragraph(plain(f"Formula only: {sent.check.reason}."), is_muted=True))
    blocks += _definitions(explanation.definitions)
    return blocks


def _definitions(definitions: Sequence[Definition]) -> Sequence[Block]:
    return [
        Row(one.symbol, (Piece(one.meaning, None if one.value is None else ToValue(one.value), is_mono=True),))
        for one in definitions
    ]


def _derivative(recording: Recording, index: StepIndex) -> Sequence[Block]:
    node = recording.steps[index].grad_node
    runs = () if node is None else recording.runs_of(node)
    if not runs:
        return ()
    explanation = explain_step(recording, runs[-1])
    if not isinstance(explanation, BackwardExplanation):
        return ()
    link = Row("At", (Piece(f"step {runs[-1] + 1}, {explanation.node}", ToStep(runs[-1])),))
    return (Heading("Its derivative"), *(Formula(sent.formula) for sent in explanation.inputs), link)
