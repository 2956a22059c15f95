"""Summary, numbers and distribution of one tensor: the head of most pages."""

from engine.explain.numerals import array_of
from engine.explain.summary import summary_line
from engine.trace.ids import ValueId
from engine.trace.recording import Recording
from gui.inspector.blocks import Block, Distribution, Heading, Numbers, Paragraph, Summary, plain

_FEW_FOR_HISTOGRAM = 2


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
