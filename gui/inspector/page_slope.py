"""``upstream × local = sent on`` of one input, and its check with finite differences."""

import numpy as np

from engine.explain.explanation import SentOn
from engine.explain.numerals import prose_number
from engine.explain.slope_check import SlopeCheck, can_check, slope_check
from engine.trace.facts import Step
from engine.trace.numbers import number_text
from engine.trace.recording import Recording
from gui.inspector.blocks import Block, EquationLine, Paragraph, Piece, Row, Text, ToElement, plain

_DIGITS = 6


def sent_blocks(
    recording: Recording, step: Step, sent: SentOn, picked: ToElement | None, *, is_first: bool
) -> list[Block]:
    """Return the equation of one input and, where the op can be computed again, the check of one element.

    What the check does is told once on a page, at the first input.
    """
    last = sent.terms[-1]
    if last.value is None or last.array is None or last.array.size == 0 or not can_check(recording, step, sent):
        return [EquationLine(sent.terms, sent.symbols)]
    element = picked.element if picked is not None and picked.value == last.value else None
    equation = EquationLine(sent.terms, sent.symbols, last.value, element)
    if element is None:
        offer = ToElement(last.value, int(np.argmax(np.abs(last.array))))
        text: Text = (Piece("Check with finite differences", offer),)
        if is_first:
            text += (Piece(f"\nnudges one element of {sent.name} by ±ε and compares the slope", is_muted=True),)
        return [equation, Paragraph(text)]
    found = slope_check(recording, step, sent, element)
    return [equation] if found is None else [equation, *_check_rows(sent, found)]


def _check_rows(sent: SentOn, found: SlopeCheck) -> list[Block]:
    place = f"{sent.name}[{', '.join(map(str, found.place))}]" if found.place else sent.name
    nudge = prose_number(found.nudge)
    rows: list[Block] = [
        Row("Nudged", (Piece(f"{place} ± {nudge}", is_mono=True), Piece("  click another cell", is_muted=True))),
        Row("Σ g·f up", (_mono(found.up),)),
        Row("Σ g·f down", (_mono(found.down),)),
        Row("Slope", (Piece("(up − down)/2ε\n", is_mono=True, is_muted=True), _mono(found.slope))),
        Row("Sent on", (_mono(found.gradient),)),
    ]
    if found.agrees:
        verdict = "✓ The slope is the gradient that torch sent on."
    else:
        verdict = "The slope is not the gradient: f has a kink or a jump here, or its derivative is wrong."
    note = "Only this op is computed again, in double precision, with the upstream gradient g as weights."
    return [*rows, Paragraph(plain(verdict)), Paragraph(plain(note), is_muted=True)]


def _mono(number: float) -> Piece:
    return Piece(number_text(number, _DIGITS).replace("-", "−"), is_mono=True)
