"""Who appears in a picture: every step and leaf of an iteration and the group it belongs to."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.graph.bookkeeping import bookkeeping
from engine.graph.grouping import scope_tree
from engine.graph.iterations import Iteration
from engine.graph.scopes import ROOT, ScopeTree
from engine.trace.facts import FailedCall, Phase, Role, Step
from engine.trace.gradients import sent_to
from engine.trace.ids import StepIndex, TensorId, ValueId
from engine.trace.recording import Recording

_MOST_HOISTED = 8


@dataclass(slots=True)
class Leaf:
    """A tensor that comes from outside the iteration; ``uses`` are the forward steps that take it."""

    value: ValueId
    tensor: TensorId
    role: Role
    scope: int
    uses: list[StepIndex] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Contribution:
    """A backward step sent ``sent``, one of its outputs, to the gradient that the program got as ``leaf``."""

    step: StepIndex
    slot: int
    sent: ValueId
    leaf: ValueId


@dataclass(slots=True)
class Cast:
    """The unfolded picture.

    ``forward`` has no bookkeeping steps; ``shares_box`` tells for each of those the op whose box stands for it, too.
    ``backward_scope`` and ``mirror`` tell for each backward step the group it belongs to and what it stands beside: a
    forward or backward step, or None. ``accumulates`` maps AccumulateGrad steps to the leaf, if it is in the picture.
    ``contributions`` are to gradients that the engine added up, which therefore come from no step.
    """

    forward: list[Step]
    backward: list[Step]
    optimizer: list[Step]
    failures: list[FailedCall]
    tree: ScopeTree
    leaves: dict[ValueId, Leaf] = field(default_factory=dict)
    leaf_of_tensor: dict[TensorId, ValueId] = field(default_factory=dict)
    backward_scope: dict[StepIndex, int] = field(default_factory=dict)
    mirror: dict[StepIndex, StepIndex | None] = field(default_factory=dict)
    accumulates: dict[StepIndex, ValueId | None] = field(default_factory=dict)
    shares_box: dict[StepIndex, StepIndex] = field(default_factory=dict)
    contributions: list[Contribution] = field(default_factory=list)


def cast_of(recording: Recording, iteration: Iteration) -> Cast:
    """Find out who appears in the picture of ``iteration``."""
    steps = recording.steps[iteration.first_step : iteration.last_step + 1]
    phases: dict[Phase, list[Step]] = {phase: [] for phase in Phase}
    for step in steps:
        phases[step.phase].append(step)
    shares_box = bookkeeping(recording, phases[Phase.FORWARD])
    forward = [step for step in phases[Phase.FORWARD] if step.index not in shares_box]
    is_last = iteration.last_step == len(recording.steps) - 1
    failures = recording.failures[-1:] if is_last else []
    cast = Cast(
        forward,
        phases[Phase.BACKWARD],
        phases[Phase.OPTIMIZER],
        failures,
        scope_tree(recording, iteration, forward, failures[0] if failures else None),
        shares_box=shares_box,
    )
    _find_leaves(cast, recording, iteration)
    _place_backward(cast, recording, iteration)
    cast.contributions.extend(_contributions(cast, recording, iteration))
    return cast


def _find_leaves(cast: Cast, recording: Recording, iteration: Iteration) -> None:
    values, first, last = recording.values, iteration.first_step, iteration.last_step
    for step in cast.forward:
        for value in step.inputs:
            if value is None:
                continue
            producer = values[value].producer
            if producer is None or not first <= producer <= last:
                _use_leaf(cast, recording, value, cast.tree.scope_of[step.index]).uses.append(step.index)
    for failure in cast.failures:
        for value in failure.inputs:
            if value is not None and _comes_from_outside(recording, value, iteration):
                _use_leaf(cast, recording, value, cast.tree.failed_in)
    if not cast.forward and not cast.failures:
        _add_bystanders(cast, recording, iteration)
    _hoist_inputs(cast, recording)


def _contributions(cast: Cast, recording: Recording, iteration: Iteration) -> Iterator[Contribution]:
    for returned in recording.returned_gradients:
        asked = recording.values[returned.of]
        if returned.value not in cast.leaves or asked.grad_node is None:
            continue
        for sent in sent_to(recording, returned.call, asked.grad_node, asked.grad_slot):
            if sent.step in iteration:
                yield Contribution(sent.step, sent.slot, sent.value, returned.value)


def _hoist_inputs(cast: Cast, recording: Recording) -> None:
    """Named inputs stand outside the modules that take them, unless there are many."""
    inputs = [
        leaf
        for leaf in cast.leaves.values()
        if leaf.role in (Role.INPUT, Role.CONSTANT) and leaf.scope != ROOT and recording.names(leaf.value)
    ]
    if len(inputs) <= _MOST_HOISTED:
        for leaf in inputs:
            leaf.scope = ROOT


def _comes_from_outside(recording: Recording, value: ValueId, iteration: Iteration) -> bool:
    producer = recording.values[value].producer
    return producer is None or producer not in iteration


def _use_leaf(cast: Cast, recording: Recording, value: ValueId, scope: int) -> Leaf:
    leaf = cast.leaves.get(value)
    if leaf is None:
        fact = recording.values[value]
        leaf = cast.leaves[value] = Leaf(value, fact.tensor, fact.role, scope)
        cast.leaf_of_tensor.setdefault(fact.tensor, value)
    elif leaf.scope != ROOT:
        leaf.scope = cast.tree.common(leaf.scope, scope)
    return leaf


def _add_bystanders(cast: Cast, recording: Recording, iteration: Iteration) -> None:
    """A program that computes nothing still shows the tensors that it named."""
    for fact in recording.values[:400]:
        is_ours = fact.producer is None and fact.role is not Role.GRADIENT
        if is_ours and recording.names(fact.id) and len(iteration) <= len(recording.steps) and len(cast.leaves) < 40:
            _use_leaf(cast, recording, fact.id, ROOT)


def _place_backward(cast: Cast, recording: Recording, iteration: Iteration) -> None:
    nodes, scope_of, mirrors, scopes = recording.grad_nodes, cast.tree.scope_of, cast.mirror, cast.backward_scope
    previous: StepIndex | None = None
    for step in cast.backward:
        node = None if step.grad_node is None else nodes[step.grad_node]
        if node is not None and node.variable is not None:
            _place_accumulation(cast, recording, iteration, step, node.variable)
            continue
        mirror = None
        if node is not None:
            mirror = node.step
            if mirror is None or mirror not in iteration:
                mirror = node.made_by if node.made_by is not None and node.made_by in iteration else None
        if mirror is None and previous is not None:
            mirror = mirrors[previous]
        mirrors[step.index] = mirror
        found = None if mirror is None else scope_of.get(mirror)
        scopes[step.index] = _scope_of(cast, mirror) if found is None else found
        previous = step.index


def _place_accumulation(cast: Cast, recording: Recording, iteration: Iteration, step: Step, variable: ValueId) -> None:
    tensor = recording.values[variable].tensor
    value = cast.leaf_of_tensor.get(tensor)
    producer = recording.values[variable].producer
    cast.mirror[step.index] = producer if value is None and producer is not None and producer in iteration else None
    if value is None and cast.mirror[step.index] is None:
        value = _use_leaf(cast, recording, variable, ROOT).value
    cast.accumulates[step.index] = value
    if value is not None:
        cast.backward_scope[step.index] = cast.leaves[value].scope
    else:
        cast.backward_scope[step.index] = _scope_of(cast, cast.mirror[step.index])


def _scope_of(cast: Cast, mirror: StepIndex | None) -> int:
    if mirror is None:
        return ROOT
    found = cast.tree.scope_of.get(mirror)
    return cast.backward_scope.get(mirror, ROOT) if found is None else found
