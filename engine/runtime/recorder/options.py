"""What a recorder is asked to keep."""

from dataclasses import dataclass

from engine.protocol.request import ValuePolicy


@dataclass(frozen=True, slots=True)
class RecorderOptions:
    """Choices for one recording.

    Attributes:
        values: Which numbers are kept.
        held_bytes: How many bytes of copies may wait for the next drain; what is overwritten beyond that is lost.
        largest_value_bytes: Numbers of a single tensor beyond this size are not kept.
        largest_statistics_elements: Statistics are made for tensors of at most this many elements.
        step_limit: The recorder halts by itself after this many steps, or at the end of the backward pass after them.
    """

    values: ValuePolicy = ValuePolicy.ALL
    held_bytes: int = 1_000_000_000
    largest_value_bytes: int = 256_000_000
    largest_statistics_elements: int = 50_000_000
    step_limit: int | None = None
