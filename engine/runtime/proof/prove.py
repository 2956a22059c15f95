"""All checks of one recording, in an order in which the first faults come first."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch

from engine.protocol.proof import Check, Depth, Finding, Found, ProofRequest, Verdict
from engine.runtime.proof.arrivals import ArrivalChecker
from engine.runtime.proof.backward import Differentiator
from engine.runtime.proof.calls import Caller
from engine.runtime.proof.groups import Group, Pass, groups, passes
from engine.runtime.proof.memory import MemoryChecker
from engine.runtime.proof.optimizer import OptimizerReplayer
from engine.runtime.proof.perturb import Perturber
from engine.runtime.proof.replay import Replayer
from engine.runtime.proof.second_order import Second, SecondOrder
from engine.runtime.proof.slopes import SlopeChecker
from engine.runtime.proof.structure import StructureChecker, check_whole
from engine.runtime.proof.values import Values
from engine.trace.facts import Phase, Step
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording


@dataclass(slots=True)
class _Progress:
    """Collects findings and counts pieces of work."""

    total: int
    done: int = 0
    findings: list[Finding] = field(default_factory=list)

    def found(self) -> Found:
        """Return what was found since the last time."""
        findings, self.findings = tuple(self.findings), []
        return Found(findings, min(self.done, self.total), self.total)


class Prover:
    """Runs the checks that were asked for."""

    def __init__(self, recording: Recording, request: ProofRequest) -> None:
        self._recording = recording
        self._is_full = request.depth is Depth.FULL
        self._picked = _picked(len(recording), request.sample)
        values = Values(recording)
        caller = Caller(recording, values)
        self._passes = passes(recording)
        self._replayer = Replayer(recording, values, caller)
        self._structure = StructureChecker(recording, self._passes)
        self._memory = MemoryChecker(recording)
        self._optimizers = OptimizerReplayer(recording, values)
        self._arrivals = ArrivalChecker(recording, values)
        self._differentiator = Differentiator(recording, values, caller, self._replayer)
        self._second = SecondOrder(recording, values, self._differentiator, self._passes)
        self._slopes = SlopeChecker(values, caller, self._differentiator)
        self._perturber = Perturber(caller)
        self._progress = _Progress(self._work())

    def messages(self) -> Iterator[Found]:
        """Yield findings, piece by piece of work."""
        if self._recording.info.threads:
            torch.set_num_threads(min(self._recording.info.threads, 4 * torch.get_num_threads()))
        self._progress.findings.extend(check_whole(self._recording))
        yield self._progress.found()
        for step in self._recording.steps:
            self._progress.findings.extend(self._structure.check(step))
            self._progress.findings.extend(self._memory.check(step))
            self._progress.findings.extend(self._once(step))
            self._progress.done += 1
            yield self._progress.found()
        for fact in self._recording.returned_gradients:
            self._progress.findings.extend(self._arrivals.returned(fact, self._passes[fact.call]))
        yield self._progress.found()
        if not self._is_full:
            return
        yield from self._backward()
        yield from self._perturbed()

    def _once(self, step: Step) -> Iterator[Finding]:
        """Run one step again, or add up what it took."""
        if step.phase is Phase.OPTIMIZER:
            yield self._optimizers.check(step)
        elif step.index in self._picked:
            if step.phase is Phase.FORWARD:
                yield self._replayer.check(step)
            elif step.backward_call is not None:
                yield from self._arrivals.check(step, self._passes[step.backward_call])

    def _backward(self) -> Iterator[Found]:
        for run in self._passes.values():
            grouped = 0
            seconds = [second for second in self._second.found(run) if self._is_picked(second.group.members)]
            joint = {step.index for second in seconds for step in second.own}
            left: set[int] = set()
            for group in groups(self._recording, run):
                grouped += len(group.members)
                if self._is_picked(group.members):
                    found = list(self._differentiated(group, run))
                    late = [one for one in found if _is_open(one) and one.step in joint]
                    left.update(one.step for one in late if one.step is not None)
                    self._progress.findings.extend(one for one in found if one not in late)
                self._progress.done += len(group.members)
                yield self._progress.found()
            self._progress.findings.extend(self._unmade(run, seconds, left))
            self._progress.done += len(run.steps) - grouped
            yield self._progress.found()

    def _differentiated(self, group: Group, run: Pass) -> Iterator[Finding]:
        forward = self._recording.steps[group.forward]
        if self._replayer.setting(forward.index) is None and forward.index not in self._picked:
            self._replayer.check(forward)  # left out of the sample, and needed now
        yield from self._differentiator.check(group, run)
        yield from self._slopes.check(group, run)

    def _is_picked(self, members: list[Step]) -> bool:
        return any(member.index in self._picked for member in members)

    def _unmade(self, run: Pass, seconds: list[Second], left: set[int]) -> Iterator[Finding]:
        """Differentiate backward steps again; say of those without any step known why nothing was compared.

        ``left`` are steps of which only together with these can be said whether they are right.
        """
        checked: set[StepIndex] = set()
        for second in seconds:
            checked.update(member.index for member in second.group.members)
            yield from self._second.check(second, run, left)
        for node, step in run.steps.items():
            fact = self._recording.grad_nodes[node]
            is_unmade = fact.step is None and fact.variable is None
            if is_unmade and step.index in self._picked and step.index not in checked:
                yield from self._differentiator.without_forward(step, fact)

    def _perturbed(self) -> Iterator[Found]:
        for step in self._recording.steps:
            setting = self._replayer.setting(step.index)
            if step.phase is Phase.FORWARD and setting is not None and step.index in self._picked:
                self._progress.findings.extend(self._perturber.check(step, setting))
            self._progress.done += 1
            yield self._progress.found()

    def _work(self) -> int:
        """Return how many pieces of work there are."""
        if not self._is_full:
            return len(self._recording)
        return 2 * len(self._recording) + sum(len(run.steps) for run in self._passes.values())


def _is_open(finding: Finding) -> bool:
    """Whether a gradient was not compared."""
    return finding.check is Check.DERIVATIVE and finding.verdict is Verdict.NOT_CHECKED


def _picked(count: int, sample: int | None) -> range | frozenset[int]:
    """Return the steps that are run again: all, or an even sample."""
    if sample is None or sample >= count:
        return range(count)
    return frozenset(number * count // max(1, sample) for number in range(sample))
