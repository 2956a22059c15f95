"""The five pages of the inspector: Value, Gradient, Why, Formula, Source."""

from enum import Enum
from typing import assert_never

from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from gui.inspector.blocks import Block, Paragraph, ToElement, plain
from gui.inspector.page_formula import formula_page
from gui.inspector.page_gradient import gradient_page
from gui.inspector.page_source import source_page
from gui.inspector.page_value import value_page
from gui.inspector.page_why import why_page
from gui.inspector.subject import Subject


class Tab(Enum):
    """The pages, in order."""

    VALUE = "Value"
    GRADIENT = "Gradient"
    WHY = "Why"
    FORMULA = "Formula"
    SOURCE = "Source"


def page(
    recording: Recording, subject: Subject, tab: Tab, at: StepIndex, picked: ToElement | None = None
) -> tuple[Block, ...]:
    """Return one page about a subject as things stand right after step ``at``."""
    match tab:
        case Tab.VALUE:
            return value_page(recording, subject, at, picked)
        case Tab.GRADIENT:
            return gradient_page(recording, subject, at)
        case Tab.WHY:
            return why_page(recording, subject, at)
        case Tab.FORMULA:
            return formula_page(recording, subject)
        case Tab.SOURCE:
            return source_page(recording, subject)
        case _:
            assert_never(tab)


def empty_page() -> tuple[Block, ...]:
    """Return what stands here while nothing is selected."""
    return (
        Paragraph(plain("Select a node. Hover for a summary.")),
        Paragraph(plain("Three things to try:"), is_muted=True),
        Paragraph(plain("→  press Right to see the first operation happen"), is_muted=True),
        Paragraph(plain("→  press Ctrl+B to jump to where the backward pass begins"), is_muted=True),
        Paragraph(plain("→  click a value and open Why to see where its gradient comes from"), is_muted=True),
    )
