"""What the inspector is about: the selection, or what happened at the playhead."""

from dataclasses import dataclass
from typing import TypeAlias

from engine.explain.rules.table import stem
from engine.trace.facts import Phase
from engine.trace.ids import ModuleCallId, StepIndex, ValueId
from engine.trace.recording import Recording
from gui.model.selection import Selected

_GROUPS = ("group:", "backgroup:")


@dataclass(frozen=True, slots=True)
class ValueSubject:
    """A tensor: a leaf, or an output of the forward op at ``step``."""

    value: ValueId
    step: StepIndex | None


@dataclass(frozen=True, slots=True)
class BackwardSubject:
    """The run of an autograd node."""

    step: StepIndex


@dataclass(frozen=True, slots=True)
class GradientSubject:
    """The ``.grad`` of a leaf, filled at ``step`` by AccumulateGrad."""

    step: StepIndex
    value: ValueId | None
    leaf: ValueId | None


@dataclass(frozen=True, slots=True)
class OptimizerSubject:
    """A step of an optimizer."""

    step: StepIndex


@dataclass(frozen=True, slots=True)
class ModuleSubject:
    """One call of a module, folded into one box."""

    call: ModuleCallId
    step: StepIndex


@dataclass(frozen=True, slots=True)
class StretchSubject:
    """Several steps folded into one box: rounds of a loop, or a part of a long pass."""

    step: StepIndex
    last: StepIndex


@dataclass(frozen=True, slots=True)
class OpSubject:
    """A forward op without an output tensor."""

    step: StepIndex


Subject: TypeAlias = (
    ValueSubject | BackwardSubject | GradientSubject | OptimizerSubject | ModuleSubject | StretchSubject | OpSubject
)


def subject_of(recording: Recording | None, selected: Selected, playhead: StepIndex) -> Subject | None:
    """Return what to show: what is selected, else the playhead's step, else nothing."""
    if recording is None:
        return None
    step, value = selected.step, selected.value
    if step is not None and not 0 <= step < len(recording):
        step = None
    if value is not None and not 0 <= value < len(recording.values):
        value = None
    if selected.node is not None and selected.node.startswith(_GROUPS):
        found = _group(recording, selected, step)
        if found is not None:
            return found
    if value is not None and (step is None or recording.steps[step].phase is Phase.FORWARD):
        return ValueSubject(value, recording.values[value].producer if step is None else step)
    if step is None:
        step = playhead if selected.node is None and 0 <= playhead < len(recording) else None
    return None if step is None else _at_step(recording, step)


def _at_step(recording: Recording, index: StepIndex) -> Subject:
    step = recording.steps[index]
    if step.phase is Phase.OPTIMIZER:
        return OptimizerSubject(index)
    if step.phase is Phase.BACKWARD:
        if stem(step.name) == "AccumulateGrad" and step.grad_node is not None:
            leaf = recording.grad_nodes[step.grad_node].variable
            return GradientSubject(index, step.outputs[0] if step.outputs else None, leaf)
        return BackwardSubject(index)
    output = next((value for value in step.outputs if value is not None), None)
    return OpSubject(index) if output is None else ValueSubject(output, index)


def _group(recording: Recording, selected: Selected, step: StepIndex | None) -> Subject | None:
    if selected.node is None or step is None:
        return None
    key = selected.node.split(":", 1)[1]
    last = selected.last_step
    is_artificial = "/" in key.rsplit("#", 1)[-1]
    if is_artificial and last is not None and step <= last < len(recording):
        return StretchSubject(step, last)
    module = _module(recording, key, step)
    return None if module is None else ModuleSubject(module, step)


def _module(recording: Recording, key: str, step: StepIndex | None) -> ModuleCallId | None:
    """Find the module call of a group's key, ``path#number``; among several, the one that ran at ``step``."""
    path = key.rsplit("#", 1)[0]
    call = None if step is None else recording.steps[step].module
    if call is None and step is not None:
        node = recording.steps[step].grad_node
        made_by = None if node is None else recording.grad_nodes[node].step
        call = None if made_by is None else recording.steps[made_by].module
    while call is not None and recording.module_calls[call].path != path:
        call = recording.module_calls[call].parent
    return call
