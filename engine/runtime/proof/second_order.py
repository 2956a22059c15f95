"""Second and higher derivatives again: of a call and its earlier backward steps, taken together as one function.

Under ``create_graph`` the backward steps of a call ``y = f(x)`` make nodes of their own, since the gradients that they
send, ``g = J(x)^T a``, depend on ``x`` and on the gradients ``a`` that arrived. So in a later backward pass the nodes
of the call and those of its backward steps together differentiate one function ``(x, a) -> (y, g)``, which torch can
compute and differentiate again from the recorded numbers. Where that pass keeps its graph too, what it sent joins the
results of that function for the pass after it, and so on.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import torch
from torch import Tensor

from engine.protocol.proof import Check, Finding, Verdict
from engine.runtime.proof.backward import Differentiator, NotProvableError
from engine.runtime.proof.calls import RefusedError
from engine.runtime.proof.compare import difference, same_bits
from engine.runtime.proof.groups import Group, Ours, Pass, Place, enter, groups
from engine.runtime.proof.literals import NotRebuildableError
from engine.runtime.proof.values import Values
from engine.trace.facts import Step
from engine.trace.ids import BackwardCallId, GradNodeId, StepIndex, ValueId
from engine.trace.recording import Recording

_NO_SLOPE = "finite differences are taken of first derivatives only"
_MIXED = "gradients from inside and outside of it cannot be told apart"

_Chain: TypeAlias = tuple[StepIndex, StepIndex]


@dataclass(frozen=True, slots=True)
class _Earlier:
    """The backward steps of one call in a pass that made nodes.

    Attributes:
        group: What ran in that pass of the nodes of the call, and of those of its backward steps before that.
        nodes: Those that the group made, and all that it made before.
        before: What came before it, None for a first derivative.
    """

    group: Group
    run: Pass
    nodes: frozenset[GradNodeId]
    before: "_Earlier | None" = None


@dataclass(slots=True)
class Second:
    """What ran in one pass of the nodes of a call and of its earlier backward steps.

    Attributes:
        earlier: These backward steps.
        group: All these nodes together; ``members`` are those that backward steps made.
        own: The nodes of the call itself that ran.
    """

    earlier: _Earlier
    group: Group
    own: list[Step]


@dataclass(frozen=True, slots=True, eq=False)
class _Sum:
    """Several gradients that were sent to one tensor, of which only the sum can be computed again; their places."""

    total: Tensor
    places: frozenset[Place]


@dataclass(slots=True)
class _Again:
    """The function run again: its results and what they depend on, by place in the recorded graph."""

    results: dict[Place, Tensor] = field(default_factory=dict)
    sums: dict[Place, _Sum] = field(default_factory=dict)
    sources: dict[Place, Tensor] = field(default_factory=dict)


class SecondOrder:
    """Computes the gradients that nodes made by backward steps sent."""

    def __init__(
        self,
        recording: Recording,
        values: Values,
        differentiator: Differentiator,
        passes: Mapping[BackwardCallId, Pass],
    ) -> None:
        self._recording = recording
        self._values = values
        self._differentiator = differentiator
        self._passes = passes
        self._makers: dict[StepIndex, _Earlier] | None = None

    def found(self, run: Pass) -> Iterator[Second]:
        """Yield what ran in a pass of nodes whose makers are known."""
        if self._makers is None:
            self._makers = {}
            for earlier in sorted(self._passes.values(), key=lambda one: one.span):
                if earlier.call.create_graph:
                    self._enter_makers(earlier, self._makers)
        yield from self._seconds(run, self._makers)

    def _seconds(self, run: Pass, makers: Mapping[StepIndex, _Earlier]) -> Iterator[Second]:
        latest: dict[_Chain, _Earlier] = {}
        nodes: dict[_Chain, list[Step]] = {}
        own: dict[StepIndex | None, list[Step]] = {}
        for node, step in run.steps.items():
            fact = self._recording.grad_nodes[node]
            own.setdefault(fact.step, []).append(step)
            maker = None if fact.made_by is None else makers.get(fact.made_by)
            if maker is not None and node in maker.nodes:
                chain = _chain(maker)
                known = latest.get(chain)
                if known is None or len(known.nodes) < len(maker.nodes):
                    latest[chain] = maker
                nodes.setdefault(chain, []).append(step)
        for chain, earlier in latest.items():
            group = Group(earlier.group.forward, nodes[chain])
            mine = own.get(group.forward, [])
            enter(self._recording, run, group, [*nodes[chain], *mine], self._ours(earlier))
            yield Second(earlier, group, mine)

    def _enter_makers(self, run: Pass, makers: dict[StepIndex, _Earlier]) -> None:
        """Enter the backward steps of a pass that made nodes, with the steps of the same call around each."""
        joint = list(self._seconds(run, makers))
        for group in groups(self._recording, run):
            first = _Earlier(group, run, self._nodes(group, group.members))
            makers.update((member.index, first) for member in group.members)
        for second in joint:
            members = [*second.group.members, *second.own]
            nodes = second.earlier.nodes | self._nodes(second.group, members)
            later = _Earlier(second.group, run, nodes, second.earlier)
            makers.update((member.index, later) for member in members)

    def _ours(self, earlier: _Earlier) -> Ours:
        return lambda node: node in earlier.nodes or self._recording.grad_nodes[node].step == earlier.group.forward

    def _nodes(self, group: Group, steps: Sequence[Step]) -> frozenset[GradNodeId]:
        """Return the nodes that the backward steps of a group made to compute what they sent.

        What the engine made to add up gradients from outside, or afterwards, is not among them.
        """
        members = {member.index for member in steps}
        waiting = list(self._nodes_of(value for member in steps for value in member.outputs))
        inputs = (
            value
            for member in steps
            for slot, value in enumerate(member.inputs)
            if value is not None and (member.grad_node, slot) in group.arrived
        )
        summed = set(self._nodes_of(value for value in inputs if self._recording.values[value].producer is None))
        found: set[GradNodeId] = set()
        while waiting:
            node = waiting.pop()
            if node not in found and node not in summed and self._recording.grad_nodes[node].made_by in members:
                found.add(node)
                waiting += [edge.target for edge in self._recording.edges_from(node)]
        return frozenset(found)

    def _nodes_of(self, values: Iterable[ValueId | None]) -> Iterator[GradNodeId]:
        for value in values:
            node = None if value is None else self._recording.values[value].grad_node
            if node is not None:
                yield node

    def check(self, second: Second, run: Pass, left: Container[int]) -> Iterator[Finding]:
        """Yield a finding for each node that an earlier backward step made, and for those in ``left`` of the call."""
        verdict, text = Verdict.PROVEN, ""
        try:
            text = self._wrong(second, run)
            verdict = Verdict.FAILED if text else Verdict.PROVEN
        except (NotProvableError, NotRebuildableError) as error:
            verdict, text = Verdict.NOT_CHECKED, str(error)
        except RefusedError as error:
            verdict, text = Verdict.FAILED, f"torch refuses the recorded gradients: {error}"[:500]
        for member in second.group.members:
            yield Finding(Check.DERIVATIVE, verdict, member.index, text)
            yield Finding(Check.SLOPE, Verdict.NOT_CHECKED, member.index, _NO_SLOPE)
        for step in second.own:
            if step.index in left:
                yield Finding(Check.DERIVATIVE, verdict, step.index, text)

    def _wrong(self, second: Second, run: Pass) -> str:
        """Return how a gradient differs, nothing where all are as torch computes them."""
        if run.is_nested or second.group.mixed:
            raise NotProvableError(_MIXED)
        again = self._again(second.earlier)
        computed = self._gradients(second.group, again)
        for place in second.group.sent:
            recorded = self._differentiator.recorded(second.group, place)
            if recorded is None:
                continue  # nothing was asked for, or nothing to send
            found = difference(computed.get(place, torch.zeros_like(recorded)), recorded)
            if found is not None and not found.is_rounding:
                return f"the second derivative is another: {found.text}"
        return ""

    def _gradients(self, group: Group, again: _Again) -> dict[Place, Tensor]:
        pairs, places = self._known(group, again)
        arrived = [self._values.total(parts) for _, parts in pairs]
        sent = _sent([result for result, _ in pairs], [again.sources[place] for place in places], arrived)
        return {place: gradient for place, gradient in zip(places, sent, strict=True) if gradient is not None}

    def _again(self, earlier: _Earlier) -> _Again:
        """Return the function of all passes up to one, run again."""
        if earlier.before is None:
            return self._first(earlier)
        if earlier.group.mixed:
            raise NotProvableError(_MIXED)
        again = self._again(earlier.before)
        pairs, places = self._known(earlier.group, again)
        arrived = [self._arrived(parts, again) for _, parts in pairs]
        sent = _sent([result for result, _ in pairs], [again.sources[place] for place in places], arrived)
        for place, gradient in zip(places, sent, strict=True):
            self._enter_sent(earlier.group, place, gradient, again)
        return again

    def _first(self, first: _Earlier) -> _Again:
        linear = self._differentiator.linear(first.group, first.run)
        ran = self._differentiator.rerun(linear)
        again = _Again()
        for place, value in self._differentiator.operands(linear.forward.inputs):
            if value in ran.leaves:
                again.sources[place] = ran.leaves[value]
        for place, position in self._differentiator.places(linear.forward.outputs).items():
            output = ran.outputs[position]
            if output is not None and output.requires_grad:
                again.results[place] = output
        roots, arrived = [], []
        for position, parts in linear.arrived:
            output = ran.outputs[position]
            if output is not None:
                roots.append(output)
                arrived.append(self._arrived(parts, again))
        wanted = {place: value for place, value in linear.wanted.items() if value in ran.leaves}
        sent = _sent(roots, [ran.leaves[value] for value in wanted.values()], arrived)
        for place, gradient in zip(wanted, sent, strict=True):
            self._enter_sent(first.group, place, gradient, again)
        return again

    def _known(self, group: Group, again: _Again) -> tuple[list[tuple[Tensor, tuple[ValueId, ...]]], list[Place]]:
        """Return the results that gradients arrived for, with these, and the places that others were sent to.

        Raises:
            NotProvableError: If the function run again has no such result, or was given no such tensor.
        """
        if any(place not in again.sources for place in group.sent):
            raise NotProvableError("it sends a gradient to a tensor that it was not given")
        found: list[tuple[Tensor, tuple[ValueId, ...]]] = []
        summed: dict[_Sum, list[tuple[ValueId, ...]]] = {}
        for place, parts in group.arrived.items():
            if place in again.results:
                found.append((again.results[place], parts))
            elif place in again.sums:
                summed.setdefault(again.sums[place], []).append(parts)
            else:
                raise NotProvableError("a gradient arrives for something that is no result of it")
        for one, arrived in summed.items():
            if len(arrived) < len(one.places) or not self._are_same(arrived):
                raise NotProvableError("gradients that it sent to one tensor are told apart later")
            found.append((one.total, arrived[0]))
        return found, list(group.sent)

    def _are_same(self, arrived: list[tuple[ValueId, ...]]) -> bool:
        first, *others = (self._values.total(parts) for parts in arrived)
        return all(same_bits(first, other) for other in others)

    def _arrived(self, parts: tuple[ValueId, ...], again: _Again) -> Tensor:
        """Return the gradient that arrived, as a source where the recorded one belonged to a graph."""
        gradient = self._values.total(parts)
        fact = self._recording.values[parts[0]]
        if fact.grad_node is None:
            return gradient
        if len(parts) > 1:
            raise NotProvableError("gradients were added before they arrived")
        again.sources[fact.grad_node, fact.grad_slot] = gradient.detach().requires_grad_()
        return again.sources[fact.grad_node, fact.grad_slot]

    def _enter_sent(self, group: Group, place: Place, gradient: Tensor | None, again: _Again) -> None:
        """Say under which node the recorded graph knows a gradient that a first backward step sent."""
        sent = [self._recording.values[one.value] for one in group.sent[place] if one.value is not None]
        places = [(fact.grad_node, fact.grad_slot) for fact in sent if fact.grad_node is not None]
        if gradient is None or not places:
            return
        if len(sent) == 1:
            again.results[places[0]] = gradient
        elif len(set(places)) < len(places):
            raise NotProvableError("it sent one gradient to a tensor several times")
        else:
            one = _Sum(gradient, frozenset(places))
            again.sums.update((part, one) for part in places)


def _chain(earlier: _Earlier) -> "_Chain":
    """Return what a chain of passes began with: a call and the first of its backward steps."""
    while earlier.before is not None:
        earlier = earlier.before
    return earlier.group.forward, earlier.group.members[0].index


def _sent(roots: list[Tensor], leaves: list[Tensor], arrived: list[Tensor]) -> tuple[Tensor | None, ...]:
    try:
        return torch.autograd.grad(roots, leaves, arrived, create_graph=True, allow_unused=True)
    except RuntimeError as error:
        raise RefusedError(str(error).split("\n", 1)[0]) from error
