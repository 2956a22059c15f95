"""What facts say about each other: nothing is missing, nothing invented, nothing used before it is made."""

from collections.abc import Iterator

from engine.protocol.proof import Check, Finding, Verdict
from engine.runtime.proof.groups import Pass
from engine.trace.facts import Absence, Phase, Role, Step, Value
from engine.trace.ids import BackwardCallId, TensorId, ValueId
from engine.trace.invariants import InvariantError, check_recording
from engine.trace.recording import Recording


def check_whole(recording: Recording) -> Iterator[Finding]:
    """Check what is true of every recording, and that the versions of each tensor follow one another."""
    try:
        check_recording(recording)
    except InvariantError as error:
        yield Finding(Check.STRUCTURE, Verdict.FAILED, None, str(error))
        return
    yield Finding(Check.STRUCTURE, Verdict.PROVEN, None)
    yield from _versions(recording)
    returned = {fact.value for fact in recording.returned_gradients}  # the engine added them up
    for call in recording.backward_calls:
        for value in call.root_values:
            fact = recording.values[value]
            may_be_older = bool(recording.stops) or recording.info.is_part
            if fact.producer is None and not fact.is_leaf and not may_be_older and value not in returned:
                text = f"a backward pass begins at {_name(recording, value)}, which no step in the recording computed"
                yield Finding(Check.STRUCTURE, Verdict.FAILED, call.first_step, text)


def _versions(recording: Recording) -> Iterator[Finding]:
    newest: dict[TensorId, int] = {}
    for value in recording.values:
        before = newest.get(value.tensor, -1)
        newest[value.tensor] = value.version
        if value.version != before + 1:
            text = f"{_name(recording, value.id)} has no version {before + 1}: a write into it is missing"
            yield Finding(Check.STRUCTURE, Verdict.FAILED, value.producer, text)


class StructureChecker:
    """Checks each step against the facts that it refers to."""

    def __init__(self, recording: Recording, passes: dict[BackwardCallId, Pass]) -> None:
        self._recording = recording
        self._passes = passes
        self._returned = {fact.value for fact in recording.returned_gradients}

    def check(self, step: Step) -> Iterator[Finding]:
        """Yield one finding about a step."""
        text = next(self._problems(step), "")
        verdict = Verdict.FAILED if text else Verdict.PROVEN
        yield Finding(Check.STRUCTURE, verdict, step.index, text)

    def _problems(self, step: Step) -> Iterator[str]:
        for value in step.inputs:
            if value is not None:
                producer = self._recording.values[value].producer
                if producer == step.index and step.name == "AccumulateGrad" and value in step.outputs:
                    continue  # the sum of what arrived became ``.grad`` itself
                if producer is not None and producer >= step.index:
                    yield f"it takes {_name(self._recording, value)}, which only step {producer} makes"
        match step.phase:
            case Phase.FORWARD:
                yield from self._forward(step)
            case Phase.BACKWARD:
                yield from self._backward(step)
            case Phase.OPTIMIZER:
                yield from self._update(step)

    def _forward(self, step: Step) -> Iterator[str]:
        recording = self._recording
        if tuple(a.value for a in step.arguments if a.value is not None) != step.inputs:
            yield "its arguments and its inputs are not the same tensors"
        for value in () if recording.info.is_part else dict.fromkeys(step.inputs):
            fact = None if value is None else recording.values[value]
            if value is None or fact is None or fact.producer is not None:
                continue
            if value in self._returned or self._is_part(fact):
                continue  # the engine added it up; or it belongs to a tensor of a class of its own
            if fact.role is Role.INTERMEDIATE or (fact.grad_node is not None and not fact.is_leaf):
                yield f"{_name(recording, value)} was computed by a step that is not in the recording"
        for value in step.outputs:
            if value is None or value in step.inputs:
                continue
            fact = recording.values[value]
            if fact.producer != step.index:
                made = "no step" if fact.producer is None else f"step {fact.producer}"
                yield f"it gives {_name(recording, value)}, which {made} is said to have made"
            node = None if fact.grad_node is None or fact.is_leaf else recording.grad_nodes[fact.grad_node]
            maker = None if node is None else node.step
            # A custom function that wrote into its input later has given it its own node.
            is_kept = any(self._is_same_graph(value, other) for other in step.inputs if other is not None)
            if maker not in (None, step.index) and value not in recording.steps[maker].inputs and not is_kept:
                yield f"the autograd node of {_name(recording, value)} was made by step {maker}"

    def _is_part(self, fact: Value) -> bool:
        return fact.base is not None and self._recording.absence(fact.base) is Absence.IN_PARTS

    def _is_same_graph(self, value: ValueId, before: ValueId) -> bool:
        """Whether a value is a tensor as it was, but for its numbers: written where no gradient is wanted."""
        fact, earlier = self._recording.values[value], self._recording.values[before]
        return (fact.tensor, fact.grad_node) == (earlier.tensor, earlier.grad_node)

    def _backward(self, step: Step) -> Iterator[str]:
        assert step.grad_node is not None
        assert step.backward_call is not None
        run = self._passes[step.backward_call]
        if run.is_nested:
            return
        for edge in self._recording.edges_from(step.grad_node):
            target = run.steps.get(edge.target)
            has_sent = edge.slot < len(step.outputs) and step.outputs[edge.slot] is not None
            if target is not None and has_sent and target.index < step.index:
                yield f"it sends a gradient to {target.name}, which had run before, at step {target.index}"

    def _update(self, step: Step) -> Iterator[str]:
        recording = self._recording
        for parameter, gradient, after in zip(step.inputs[::2], step.inputs[1::2], step.outputs, strict=False):
            if parameter is None or after is None:
                continue
            tensor = recording.values[parameter].tensor
            if recording.values[after].tensor != tensor:
                yield f"it takes {_name(recording, parameter)} and gives another tensor"
            if gradient is not None and recording.grad_at(tensor, step.index) != gradient:
                yield f"the gradient of {_name(recording, parameter)} that it takes is not the one that has arrived"


def _name(recording: Recording, value: ValueId) -> str:
    names = recording.names(value)
    return names[0] if names else f"value {value}"
