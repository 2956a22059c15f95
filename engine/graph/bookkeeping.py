"""Steps in which a module counts for itself: they share the box of the op that the module is there for."""

from collections.abc import Sequence
from itertools import groupby

from engine.trace.facts import Role, Step
from engine.trace.ids import ModuleCallId, StepIndex
from engine.trace.recording import Recording

_WHOLE_NUMBERS = frozenset({"uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "bool"})


def bookkeeping(recording: Recording, steps: Sequence[Step]) -> dict[StepIndex, StepIndex]:
    """Return for each bookkeeping step among forward ``steps`` the op with which it shares a box.

    Bookkeeping is a change of a buffer of whole numbers within a module, such as the count of batches of a batch norm.
    Its op is the nearest one after it, else before it, that the same call of the module made without any other step
    between them.
    """
    found: dict[StepIndex, StepIndex] = {}
    for call, run in groupby(steps, key=_call):
        if call is None:
            continue
        members = list(run)
        counts = [_counts(recording, step) for step in members]
        if not any(counts) or all(counts):
            continue
        for position, step in enumerate(members):
            if counts[position]:
                later = (at for at in range(position + 1, len(members)) if not counts[at])
                main = next(later, None)
                if main is None:
                    main = max(at for at in range(position) if not counts[at])
                found[step.index] = members[main].index
    return found


def _call(step: Step) -> ModuleCallId | None:
    return step.module


def _counts(recording: Recording, step: Step) -> bool:
    """Whether a step changes a buffer of whole numbers in place and does nothing else."""
    if step.grad_node is not None or len(step.outputs) != 1 or not step.inputs:
        return False
    before, after = step.inputs[0], step.outputs[0]
    if before is None or after is None:
        return False
    changed, result = recording.values[before], recording.values[after]
    is_buffer = changed.role is Role.BUFFER and changed.dtype in _WHOLE_NUMBERS
    return is_buffer and result.tensor == changed.tensor
