"""Summary, numbers and distribution of one tensor: the head of most pages."""

from engine.explain.numerals import array_of
from engine.explain.summary import summary_line
from engine.trace.facts import Absence, Histogram
from engine.trace.ids import ValueId
from engine.trace.numbers import number_text
from engine.trace.recording import Recording
from gui.inspector.blocks import Block, Distribution, Formula, Heading, Numbers, Paragraph, Summary, plain

_FEW_FOR_HISTOGRAM = 2
_MOST_PREVIEWED = 16


def tensor_blocks(recording: Recording, value: ValueId) -> tuple[Block, ...]:
    """Return summary, numbers and distribution of one tensor, or what is known of them and why they are not there."""
    fact = recording.values[value]
    blocks: list[Block] = [Summary(summary_line(recording, fact))]
    array = array_of(recording, value)
    if array is None:
        blocks += _without_numbers(recording, value)
    elif array.size == 0:
        blocks.append(Paragraph(plain("This tensor has no elements."), is_muted=True))
    else:
        blocks.append(Numbers(array))
        if array.size > _FEW_FOR_HISTOGRAM:
            blocks += [Heading("Distribution"), Distribution(array)]
    return tuple(blocks)


def _without_numbers(recording: Recording, value: ValueId) -> list[Block]:
    blocks: list[Block] = [Paragraph(plain(_state_text(recording, value)), is_muted=True)]
    recorded = recording.histogram(value)
    if recorded is not None:
        blocks += [Formula(_preview_text(recorded)), Heading("Distribution"), Distribution(recorded)]
    return blocks


def _preview_text(recorded: Histogram) -> str:
    shown = ", ".join(number_text(number, 3).replace("-", "−") for number in recorded.preview[:_MOST_PREVIEWED])
    return f"{shown}, …" if len(recorded.preview) > _MOST_PREVIEWED else shown


def _state_text(recording: Recording, value: ValueId) -> str:
    """Return in one sentence why there are no numbers to show."""
    absence = recording.absence(value)
    if absence is None:
        return f"Values of type {recording.values[value].dtype} cannot be shown as numbers."
    return _ABSENT.get(absence) or f"The numbers were not kept: {absence.value}."


_ABSENT = {
    Absence.NOT_YET: "The numbers are being fetched.",
    Absence.SUMMARY_ONLY: "Of these numbers only statistics were kept.",
    Absence.LOST: "The numbers are lost: the process ended before they were kept.",
    Absence.OVERWRITTEN: "The numbers were not kept: something overwrote them before they could be.",
    Absence.NO_NUMBERS: "Tensors of this kind have a shape and no numbers.",
    Absence.IN_PARTS: "Its numbers are those of its parts, which are values of their own.",
}
"""Sentences of their own; the other reasons are told in their own words."""
