"""The backward steps of one forward step: what came in from outside and what was sent on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from engine.trace.facts import BackwardCall, Phase, Step
from engine.trace.ids import BackwardCallId, GradNodeId, StepIndex, ValueId
from engine.trace.recording import Recording

Place: TypeAlias = tuple[GradNodeId, int]
"""Where a gradient arrives: a node and which of its inputs."""


@dataclass(slots=True)
class Pass:
    """One run of the backward engine: the step in which each node ran.

    ``is_nested`` says that another run lies inside of it or around it: which gradient belongs to which is not told.
    """

    call: BackwardCall
    steps: dict[GradNodeId, Step] = field(default_factory=dict)
    is_nested: bool = False

    @property
    def span(self) -> tuple[int, int]:
        """The first of its steps and the last."""
        indices = [step.index for step in self.steps.values()]
        return (min(indices), max(indices)) if indices else (self.call.first_step, self.call.first_step)


@dataclass(frozen=True, slots=True)
class Sent:
    """A gradient that left a group, by the step that sent it; ``value`` None where nothing was sent."""

    step: StepIndex
    value: ValueId | None


@dataclass(slots=True)
class Group:
    """The nodes that one forward step made, as they ran in one backward pass.

    Attributes:
        arrived: What came in from outside, by place: one gradient, or several that were added.
        sent: What left for other nodes, by place.
        mixed: Whether a root of the pass lies where gradients from inside arrive too: they cannot be told apart.
    """

    forward: StepIndex
    members: list[Step] = field(default_factory=list)
    arrived: dict[Place, tuple[ValueId, ...]] = field(default_factory=dict)
    sent: dict[Place, list[Sent]] = field(default_factory=dict)
    mixed: bool = False


def passes(recording: Recording) -> dict[BackwardCallId, Pass]:
    """Return every backward pass."""
    found = {call.id: Pass(call) for call in recording.backward_calls}
    for step in recording.steps:
        if step.phase is Phase.BACKWARD and step.backward_call is not None and step.grad_node is not None:
            found[step.backward_call].steps[step.grad_node] = step
    ended: Pass | None = None
    for run in sorted(found.values(), key=lambda one: one.span):
        if ended is not None and run.steps and run.span[0] < ended.span[1]:
            run.is_nested = ended.is_nested = True
        if ended is None or run.span[1] > ended.span[1]:
            ended = run
    return found


def groups(recording: Recording, run: Pass) -> Iterator[Group]:
    """Yield the groups of one backward pass, for every forward step with a node that ran."""
    found: dict[StepIndex, Group] = {}
    for node, step in run.steps.items():
        maker = recording.grad_nodes[node].step
        if maker is not None:
            found.setdefault(maker, Group(maker)).members.append(step)
    for group in found.values():
        enter(recording, run, group, group.members, _made_in(recording, group.forward))
        yield group


Ours: TypeAlias = Callable[[GradNodeId], bool]
"""Whether a node belongs to a group, also one that did not run."""


def enter(recording: Recording, run: Pass, group: Group, steps: Sequence[Step], is_ours: Ours) -> None:
    """Enter what arrived at the nodes of these steps from others, and what they sent to others, into their group."""
    for step in steps:
        _enter(recording, run, group, step, is_ours)
        _leave(recording, group, step, is_ours)


def _enter(recording: Recording, run: Pass, group: Group, member: Step, is_ours: Ours) -> None:
    node = member.grad_node
    assert node is not None
    for slot, value in enumerate(member.inputs):
        if value is None:
            continue
        ways = contributions(recording, run, (node, slot))
        outside = [value for source, value in ways if not is_ours(source)]
        if len(outside) == len(ways):
            group.arrived[node, slot] = (value,)
        elif outside:
            group.arrived[node, slot] = tuple(outside)
            group.mixed = group.mixed or node in run.call.roots


def contributions(recording: Recording, run: Pass, place: Place) -> list[tuple[GradNodeId, ValueId]]:
    """Return which nodes sent which gradients to a place, in the order in which they ran."""
    node, slot = place
    found = []
    for edge in recording.edges_into(node):
        step = run.steps.get(edge.source) if edge.input_index == slot else None
        value = step.outputs[edge.slot] if step is not None and edge.slot < len(step.outputs) else None
        if step is not None and value is not None:
            found.append((step.index, edge.source, value))
    return [(source, value) for _, source, value in sorted(found)]


def _leave(recording: Recording, group: Group, member: Step, is_ours: Ours) -> None:
    assert member.grad_node is not None
    for edge in recording.edges_from(member.grad_node):
        if not is_ours(edge.target):
            place = (edge.target, edge.input_index)
            value = member.outputs[edge.slot] if edge.slot < len(member.outputs) else None
            group.sent.setdefault(place, []).append(Sent(member.index, value))


def _made_in(recording: Recording, forward: StepIndex) -> Ours:
    return lambda node: recording.grad_nodes[node].step == forward
