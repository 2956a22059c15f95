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
        reference_bytes: How much memory large values may hold by reference after a drain, to be read when nobody waits;
            0: drains write all numbers at once.
        small_bytes: Numbers of up to this size are not held but written by the drain: that is cheap, and safe.
        look_bytes: Room in the store that only values that somebody looks at may take.
        kernels: Whether the operators of ATen that each step was executed as are kept.
        measures: Whether FLOPs, bytes moved, memory and device times are kept for each step.
        weak_bytes: Where no numbers are kept, tensors beyond this size are not held until the next drain.
        step_limit: The recorder halts by itself after this many steps, or at the end of the backward pass after them.
    """

    values: ValuePolicy = ValuePolicy.ALL
    held_bytes: int = 1_000_000_000
    largest_value_bytes: int = 256_000_000
    largest_statistics_elements: int = 50_000_000
    step_limit: int | None = None
    reference_bytes: int = 0
    small_bytes: int = 65_536
    look_bytes: int = 0
    kernels: bool = False
    measures: bool = True
    weak_bytes: int = 65_536
