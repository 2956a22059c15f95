"""Every gradient again: by torch's own derivative of the call, run on the recorded numbers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine.protocol.proof import Check, Finding, Verdict
from engine.runtime.proof.bases import Base, Bases
from engine.runtime.proof.calls import Caller, Ran, RefusedError
from engine.runtime.proof.compare import Difference, difference, same_bits
from engine.runtime.proof.groups import Group, Pass, Place
from engine.runtime.proof.literals import NotRebuildableError
from engine.runtime.proof.replay import Replayer
from engine.runtime.proof.settings import Setting
from engine.runtime.proof.values import Values
from engine.trace.facts import GradNode, Step
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording

_ON_BASE = "it runs on the base of a view that cannot be told from the recording"


class NotProvableError(Exception):
    """Why the gradients of a step cannot be computed again."""


@dataclass(frozen=True, slots=True)
class Linear:
    """What is needed to compute gradients of a call again.

    Attributes:
        forward: The forward step.
        setting: The setting in which it gave the recorded numbers.
        arrived: For each result that a gradient arrived for: its position, and the gradients that were added.
        wanted: The operand that each sent gradient belongs to.
        results: What the call gives; last the whole that it wrote through a view, if gradients arrive for that.
        base: That whole.
    """

    forward: Step
    setting: Setting
    arrived: tuple[tuple[int, tuple[ValueId, ...]], ...]
    wanted: dict[Place, ValueId]
    results: tuple[ValueId | None, ...]
    base: Base | None = None


class Differentiator:
    """Computes the gradients of recorded calls again."""

    def __init__(self, recording: Recording, values: Values, caller: Caller, replayer: Replayer) -> None:
        self._recording = recording
        self._values = values
        self._caller = caller
        self._replayer = replayer
        self._bases = Bases(recording)
        self._accumulators = {
            recording.values[node.variable].tensor: node.id
            for node in recording.grad_nodes
            if node.variable is not None
        }

    def linear(self, group: Group, run: Pass) -> Linear:
        """Return what the gradients of a group are computed from.

        Raises:
            NotProvableError: If something of it is not known.
        """
        forward = self._recording.steps[group.forward]
        setting = self._replayer.setting(forward.index)
        if setting is None:
            raise NotProvableError("its forward step could not be proven")
        if run.is_nested:
            raise NotProvableError("one backward pass ran inside of another")
        if setting.batched:
            raise NotProvableError("it ran under vmap")
        if group.mixed:
            raise NotProvableError("the backward pass began inside of the call")
        base, given = None, forward.outputs
        results, operands = self.places(given), dict(self.operands(forward.inputs))
        if any(place not in results for place in group.arrived) or any(place not in operands for place in group.sent):
            base = self._bases.find(forward, {member.grad_node for member in group.members})
        if base is not None:
            given = given if base.after is None else (*given, base.after)
            results, operands = self.places(given), operands | dict(self.operands((base.before,)))
        if any(place not in results for place in group.arrived):
            is_view = any(member.name == "CopySlices" for member in group.members)
            raise NotProvableError(_ON_BASE if is_view else "a gradient arrives for something that is no result of it")
        if any(place not in operands for place in group.sent):
            raise NotProvableError("it sends a gradient to a tensor that its forward step was not given")
        arrived = tuple((results[place], parts) for place, parts in group.arrived.items())
        wanted = {place: operands[place] for place in group.sent}
        return Linear(forward, replace(setting, grad=True), arrived, wanted, given, base)

    def rerun(self, linear: Linear) -> Ran:
        """Run the forward step of a group again, with its operands as leaves.

        Raises:
            NotProvableError: If none of them can be one.
        """
        ran = self._caller.run(linear.forward, linear.setting, base=linear.base)
        if ran.shares_memory:
            raise NotProvableError("what it reads lies in the memory that it writes")
        return ran

    def check(self, group: Group, run: Pass) -> Iterator[Finding]:
        """Yield a finding for each backward step of a group."""
        try:
            wrong = self._wrong(group, run)
        except (NotProvableError, NotRebuildableError) as error:
            for member in group.members:
                yield Finding(Check.DERIVATIVE, Verdict.NOT_CHECKED, member.index, str(error))
            return
        except RefusedError as error:
            for member in group.members:
                text = f"torch refuses the recorded gradients: {error}"[:500]
                yield Finding(Check.DERIVATIVE, Verdict.FAILED, member.index, text)
            return
        for member in group.members:
            if member.index in wrong:
                text = f"the gradient is another: {wrong[member.index]}"
                yield Finding(Check.DERIVATIVE, Verdict.FAILED, member.index, text)
            else:
                yield Finding(Check.DERIVATIVE, Verdict.PROVEN, member.index)

    def _wrong(self, group: Group, run: Pass) -> dict[StepIndex, str]:
        """Return how gradients differ, by the step that sent them."""
        linear = self.linear(group, run)
        computed = self._gradients(linear)
        wrong: dict[StepIndex, str] = {}
        for place, value in linear.wanted.items():
            found = self._compared(group, run, place, computed.get(value))
            if found is not None and not found.is_rounding:
                sender = next((sent.step for sent in group.sent[place] if sent.value is not None), None)
                wrong.setdefault(group.members[0].index if sender is None else sender, found.text)
        return wrong

    def without_forward(self, step: Step, node: GradNode) -> Iterator[Finding]:
        """Say why the gradients of a node that no forward step made are not computed again.

        Where the engine added gradients up under ``create_graph``, each of them gets what arrives for the sum.
        """
        if node.made_by is not None and step.name == "AddBackward0" and self._is_passed_on(step):
            yield Finding(Check.DERIVATIVE, Verdict.PROVEN, step.index)
            yield Finding(Check.SLOPE, Verdict.PROVEN, step.index)
            return
        reason = "no forward step is known for it"
        if node.made_by is not None:
            reason = "its node was made by the backward pass (create_graph)"
        yield Finding(Check.DERIVATIVE, Verdict.NOT_CHECKED, step.index, reason)
        yield Finding(Check.SLOPE, Verdict.NOT_CHECKED, step.index, reason)

    def _is_passed_on(self, step: Step) -> bool:
        """Whether everything that a step sends is what came in, bit for bit."""
        sent = [value for value in step.outputs if value is not None]
        if len(step.inputs) != 1 or step.inputs[0] is None or not sent:
            return False
        try:
            came = self._values.tensor(step.inputs[0], as_it_lay=False)
            return all(same_bits(self._values.tensor(value, as_it_lay=False), came) for value in sent)
        except NotRebuildableError:
            return False

    def recorded(self, group: Group, place: Place, *, is_wide: bool = False) -> Tensor | None:
        """Return the gradient that a group sent to a place, the sum where it was several; None for none.

        Raises:
            NotRebuildableError: If its numbers are missing.
        """
        parts = tuple(sent.value for sent in group.sent[place] if sent.value is not None)
        return self._values.total(parts, is_wide=is_wide) if parts else None

    def _gradients(self, linear: Linear) -> dict[ValueId, Tensor | None]:
        ran = self.rerun(linear)
        leaves = {value: ran.leaves[value] for value in linear.wanted.values() if value in ran.leaves}
        pairs = [(ran.outputs[position], self._values.total(parts)) for position, parts in linear.arrived]
        outputs = [output for output, _ in pairs if output is not None]
        if not leaves or not outputs:
            return {}
        try:
            found = torch.autograd.grad(
                outputs, list(leaves.values()), [gradient for _, gradient in pairs], allow_unused=True
            )
        except RuntimeError as error:
            raise RefusedError(str(error).split("\n", 1)[0]) from error
        return dict(zip(leaves, found, strict=True))

    def _compared(self, group: Group, run: Pass, place: Place, computed: Tensor | None) -> Difference | None:
        recorded = self.recorded(group, place)
        if recorded is None:
            if computed is None or place[0] not in run.steps or not bool(computed.count_nonzero()):
                return None  # nothing was asked for, or nothing to send
            return Difference("nothing was sent where a gradient is due")
        if computed is None:
            if not bool(recorded.count_nonzero()):
                return None
            return Difference("something was sent where no gradient is due")
        return difference(computed, recorded)

    def places(self, values: tuple[ValueId | None, ...]) -> dict[Place, int]:
        """Return at which place in the graph gradients of each value arrive, with its position."""
        found: dict[Place, int] = {}
        for position, value in enumerate(values):
            fact = None if value is None else self._recording.values[value]
            if fact is not None and fact.grad_node is not None and not fact.is_leaf:
                found.setdefault((fact.grad_node, fact.grad_slot), position)
        return found

    def operands(self, inputs: Iterable[ValueId | None]) -> Iterator[tuple[Place, ValueId]]:
        """Yield where gradients of the inputs of a step go."""
        for value in dict.fromkeys(inputs):
            fact = None if value is None else self._recording.values[value]
            if value is None or fact is None:
                continue
            if fact.grad_node is not None:
                yield (fact.grad_node, fact.grad_slot), value
            elif fact.is_leaf and fact.requires_grad and fact.tensor in self._accumulators:
                yield (self._accumulators[fact.tensor], 0), value  # written before its node was known
