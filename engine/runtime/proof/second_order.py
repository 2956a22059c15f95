"""Second derivatives again: of a call and its first backward steps, taken together as one function.

Under ``create_graph`` the backward steps of a call ``y = f(x)`` make nodes of their own, since the gradients that they
send, ``g = J(x)^T a``, depend on ``x`` and on the gradients ``a`` that arrived. So in a later backward pass the nodes
of the call and those of its backward steps together differentiate one function ``(x, a) -> (y, g)``, which torch can
compute and differentiate again from the recorded numbers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from engine.protocol.proof import Check, Finding, Verdict
from engine.runtime.proof.backward import Differentiator, NotProvableError
from engine.runtime.proof.calls import RefusedError
from engine.runtime.proof.compare import difference
from engine.runtime.proof.groups import Group, Ours, Pass, Place, enter, groups
from engine.runtime.proof.literals import NotRebuildableError
from engine.runtime.proof.values import Values
from engine.trace.facts import Step
from engine.trace.ids import BackwardCallId, GradNodeId, StepIndex, ValueId
from engine.trace.recording import Recording

_NO_SLOPE = "finite differences are taken of first derivatives only"


@dataclass(frozen=True, slots=True)
class _First:
    """The backward steps of one call in the pass that made nodes, and these nodes."""

    group: Group
    run: Pass
    nodes: frozenset[GradNodeId]


@dataclass(slots=True)
class Second:
    """What ran in one pass of the nodes of a call and of its first backward steps.

    Attributes:
        first: The first backward steps.
        group: All these nodes together; ``members`` are those that the first backward steps made.
    """

    first: _First
    group: Group


@dataclass(slots=True)
class _Again:
    """The function run again: its results and what they depend on, by place in the recorded graph."""

    results: dict[Place, Tensor] = field(default_factory=dict)
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
        self._firsts: dict[StepIndex, _First] | None = None

    def found(self, run: Pass) -> Iterator[Second]:
        """Yield what ran in a pass of nodes whose makers are known."""
        made: dict[StepIndex, _First] = {}
        nodes: dict[StepIndex, list[Step]] = {}
        own: dict[StepIndex | None, list[Step]] = {}
        for node, step in run.steps.items():
            fact = self._recording.grad_nodes[node]
            own.setdefault(fact.step, []).append(step)
            first = None if fact.made_by is None else self._makers().get(fact.made_by)
            if first is not None and node in first.nodes:
                key = first.group.members[0].index
                made[key] = first
                nodes.setdefault(key, []).append(step)
        for key, first in made.items():
            group = Group(first.group.forward, nodes[key])
            enter(self._recording, run, group, [*nodes[key], *own.get(group.forward, ())], self._ours(first))
            yield Second(first, group)

    def _ours(self, first: _First) -> Ours:
        return lambda node: node in first.nodes or self._recording.grad_nodes[node].step == first.group.forward

    def _nodes(self, group: Group) -> frozenset[GradNodeId]:
        """Return the nodes that the backward steps of a group made to compute what they sent.

        What the engine made to add up gradients afterwards is not among them.
        """
        members = {member.index for member in group.members}
        values = (value for member in group.members for value in member.outputs if value is not None)
        waiting = [node for value in values if (node := self._recording.values[value].grad_node) is not None]
        found: set[GradNodeId] = set()
        while waiting:
            node = waiting.pop()
            if node not in found and self._recording.grad_nodes[node].made_by in members:
                found.add(node)
                waiting += [edge.target for edge in self._recording.edges_from(node)]
        return frozenset(found)

    def _makers(self) -> dict[StepIndex, _First]:
        """Return, by backward step that may have made nodes, the steps of the same call around it."""
        if self._firsts is None:
            self._firsts = {
                member.index: first
                for run in self._passes.values()
                if run.call.create_graph
                for first in (_First(group, run, self._nodes(group)) for group in groups(self._recording, run))
                for member in first.group.members
            }
        return self._firsts

    def check(self, second: Second, run: Pass) -> Iterator[Finding]:
        """Yield a finding for each node that a first backward step made."""
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

    def _wrong(self, second: Second, run: Pass) -> str:
        """Return how a gradient differs, nothing where all are as torch computes them."""
        if run.is_nested or second.group.mixed:
            raise NotProvableError("gradients from inside and outside of it cannot be told apart")
        again = self._again(second.first)
        if any(place not in again.results for place in second.group.arrived):
            raise NotProvableError("a gradient arrives for something that is no result of it")
        if any(place not in again.sources for place in second.group.sent):
            raise NotProvableError("it sends a gradient to a tensor that it was not given")
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
        results = [again.results[place] for place in group.arrived]
        arrived = [self._values.total(parts) for parts in group.arrived.values()]
        places = list(group.sent)
        try:
            found = torch.autograd.grad(results, [again.sources[place] for place in places], arrived, allow_unused=True)
        except RuntimeError as error:
            raise RefusedError(str(error).split("\n", 1)[0]) from error
        return {place: gradient for place, gradient in zip(places, found, strict=True) if gradient is not None}

    def _again(self, first: _First) -> _Again:
        linear = self._differentiator.linear(first.group, first.run)
        ran = self._differentiator.rerun(linear)
        again = _Again()
        for place, value in self._differentiator.operands(linear.forward):
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
        sent = [one.value for one in group.sent[place] if one.value is not None]
        if gradient is None or not sent:
            return
        if len(sent) > 1:
            raise NotProvableError("it sent several gradients to one tensor")
        fact = self._recording.values[sent[0]]
        if fact.grad_node is not None:
            again.results[fact.grad_node, fact.grad_slot] = gradient


def _sent(roots: list[Tensor], leaves: list[Tensor], arrived: list[Tensor]) -> tuple[Tensor | None, ...]:
    try:
        return torch.autograd.grad(roots, leaves, arrived, create_graph=True, allow_unused=True)
    except RuntimeError as error:
        raise RefusedError(str(error).split("\n", 1)[0]) from error
