"""What is true of every recording, checked before facts from elsewhere are believed."""

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from engine.trace.batch import Batch
from engine.trace.bytestore import ByteStore
from engine.trace.facts import Data, GradNode, Phase, Step, Value
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from engine.trace.references import references
from engine.trace.split import batches
from engine.trace.tensors import element_count, type_names

Holds: TypeAlias = Callable[[int, int], bool]
"""Says whether a store has ``nbytes`` bytes at ``offset``."""

MAX_DIMENSIONS = 64
"""numpy's own limit; torch stops at the same number."""


_ITEM_BYTES = {name: np.dtype(code).itemsize for name, code in type_names.items()} | {"bfloat16": 2}


class InvariantError(ValueError):
    """Facts contradict each other; the text is one sentence without a capital or a full stop."""


def check_batch(recording: Recording, batch: Batch, holds: Holds) -> None:
    """Check that ``batch`` may follow what ``recording`` already has.

    Ids continue without gaps, every reference is to something known, numbers have as many bytes as their shape says.

    Args:
        recording: What came before; not changed.
        batch: What is to be appended.
        holds: Says which bytes the recording's store has.

    Raises:
        InvariantError: If something does not hold.
    """
    _check_continuation(recording, batch)
    _check_references(recording, batch)
    for step in batch.steps:
        _check_step(step)
    for value in batch.values:
        _check_shape(value)
    _check_order(recording, batch)
    for state in batch.random_states:
        if not holds(state.offset, state.nbytes):
            raise InvariantError(f"the random state of step {state.step} is missing")
    old, new = recording.values, batch.values
    for data in batch.data:
        _check_data(data, old[data.value] if data.value < len(old) else new[data.value - len(old)], holds)


def check_recording(recording: Recording) -> None:
    """Check a whole recording, e.g. one that a recorder made.

    Raises:
        InvariantError: If something does not hold.
    """
    rebuilt = Recording(recording.info, recording.store)
    for batch in batches(recording):
        check_batch(rebuilt, batch, holder(recording.store))
        rebuilt.append(batch)


def holder(store: ByteStore) -> Holds:
    """Return a ``Holds`` that asks a store by reading from it."""

    def holds(offset: int, nbytes: int) -> bool:
        try:
            store.read(offset, nbytes)
        except ValueError:
            return False
        return True

    return holds


def _check_order(recording: Recording, batch: Batch) -> None:
    """What lies in something, or was made by it, came later: whoever walks outwards or back comes to an end."""
    for region in batch.regions:
        if region.parent is not None and region.parent >= region.id:
            raise InvariantError(f"region {region.id} lies in a later one")
    for call in batch.module_calls:
        if call.parent is not None and call.parent >= call.id:
            raise InvariantError(f"module call {call.id} lies in a later one")
    for node in batch.grad_nodes:
        _check_origin(recording, batch, node)


def _check_origin(recording: Recording, batch: Batch, node: GradNode) -> None:
    def known(index: StepIndex) -> Step:
        count = len(recording.steps)
        return recording.steps[index] if index < count else batch.steps[index - count]

    if node.step is not None and known(node.step).phase is Phase.BACKWARD:
        raise InvariantError(f"autograd node {node.id} was made by a backward step as if that were a forward one")
    if node.made_by is not None:
        maker = known(node.made_by)
        if maker.phase is not Phase.BACKWARD or maker.grad_node is None or maker.grad_node >= node.id:
            raise InvariantError(f"autograd node {node.id} was made by the run of a later one")


def _check_continuation(recording: Recording, batch: Batch) -> None:
    for kind, known, ids in (
        ("step", recording.steps, [step.index for step in batch.steps]),
        ("value", recording.values, [value.id for value in batch.values]),
        ("autograd node", recording.grad_nodes, [node.id for node in batch.grad_nodes]),
        ("backward call", recording.backward_calls, [call.id for call in batch.backward_calls]),
        ("module call", recording.module_calls, [call.id for call in batch.module_calls]),
        ("region", recording.regions, [region.id for region in batch.regions]),
    ):
        if ids != list(range(len(known), len(known) + len(ids))):
            raise InvariantError(f"the numbers of the {kind}s do not continue after {len(known)}")


def _check_references(recording: Recording, batch: Batch) -> None:
    found = references(batch)
    steps = len(recording.steps) + len(batch.steps)
    _check_range("step", found.steps, steps)
    _check_range("step", found.positions, steps + 1)
    _check_range("value", found.values, len(recording.values) + len(batch.values))
    _check_range("autograd node", found.grad_nodes, len(recording.grad_nodes) + len(batch.grad_nodes))
    _check_range("backward call", found.backward_calls, len(recording.backward_calls) + len(batch.backward_calls))
    _check_range("module call", found.module_calls, len(recording.module_calls) + len(batch.module_calls))
    _check_range("region", found.regions, len(recording.regions) + len(batch.regions))
    _check_range("source file", found.files, len(recording.files) + len(batch.files))


def _check_range(kind: str, ids: Sequence[int], limit: int) -> None:
    if ids and (min(ids) < 0 or max(ids) >= limit):
        wrong = next(number for number in ids if not 0 <= number < limit)
        raise InvariantError(f"something refers to {kind} {wrong}, which does not exist")


def _check_step(step: Step) -> None:
    if step.duration_ns < 0:
        raise InvariantError(f"step {step.index} takes a negative time")
    if step.phase is Phase.BACKWARD and (step.grad_node is None or step.backward_call is None):
        raise InvariantError(f"backward step {step.index} has no autograd node or belongs to no backward call")


def _check_shape(value: Value) -> None:
    if len(value.shape) > MAX_DIMENSIONS or any(size < 0 for size in value.shape):
        raise InvariantError(f"value {value.id} has an impossible shape")


def _check_data(data: Data, value: Value, holds: Holds) -> None:
    if data.absence is not None:
        return
    size = item_size(value.dtype)
    if size is not None and data.nbytes != element_count(value.shape) * size:
        raise InvariantError(f"value {value.id} has {data.nbytes} bytes, which do not fit its shape")
    if math.prod(filter(None, value.shape)) >= 2**59:  # numpy refuses such shapes even when one size is 0
        raise InvariantError(f"value {value.id} has an impossible shape")
    if not holds(data.offset, data.nbytes):
        raise InvariantError(f"the numbers of value {value.id} are missing")


def item_size(dtype: str) -> int | None:
    """Return the bytes of one element of a torch dtype, or None when it has no plain form."""
    return _ITEM_BYTES.get(dtype)
