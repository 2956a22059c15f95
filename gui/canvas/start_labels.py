"""The gradient with which each backward call began, for the small text under its first node. Qt-free."""

from collections.abc import Container

from engine.trace.ids import StepIndex
from engine.trace.numbers import number_text
from gui.canvas.valuebook import ValueBook


def start_texts(book: ValueBook, shown: Container[StepIndex | None]) -> dict[StepIndex, str]:
    """Return ``start: 1`` by the first step of each backward call whose seed gradient is a single number.

    Args:
        book: Where the numbers come from.
        shown: The steps of the picture; a training run has thousands of calls elsewhere.
    """
    recording = book.recording
    texts: dict[StepIndex, str] = {}
    for call in recording.backward_calls:
        if call.first_step not in shown or call.first_step >= len(recording):
            continue
        seed = next((value for value in recording.steps[call.first_step].inputs if value is not None), None)
        if seed is None or recording.values[seed].shape:
            continue
        numbers = book.numbers(seed)
        if numbers is not None:
            texts[call.first_step] = f"start: {number_text(float(numbers))}"
    return texts
