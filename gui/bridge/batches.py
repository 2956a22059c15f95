"""Joining batches, so that the window takes in many at once."""

from collections.abc import Sequence
from itertools import chain

from engine.trace.batch import Batch


def join(batches: Sequence[Batch]) -> Batch:
    """Return one batch that says what ``batches`` say in turn."""
    if len(batches) == 1:
        return batches[0]
    fields = Batch.__struct_fields__
    return Batch(**{name: tuple(chain.from_iterable(getattr(batch, name) for batch in batches)) for name in fields})
