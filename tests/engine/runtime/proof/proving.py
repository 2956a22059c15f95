"""Records texts, plants faults in recordings, and proves them, all in this process."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import torch
from msgspec.structs import replace

from engine.program.source import SourceMap
from engine.protocol.proof import Check, Depth, Finding, ProofRequest, Verdict
from engine.runtime.proof.prove import Prover
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import Phase, Step, Value
from engine.trace.recording import Recording
from engine.trace.split import batches

HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\ntorch.manual_seed(7)\n"


def recorded(text: str) -> Recording:
    """The recording of a program that ran to its end."""
    program = HEAD + text
    store = MemoryBytes()
    recorder = Recorder(RecorderOptions(), store, SourceMap("p.py", program))
    namespace: dict[str, Any] = {"__name__": "__main__"}
    code = compile(program, "p.py", "exec")
    with recorder:
        exec(code, namespace)
    recording = Recording(RunInfo(program=program, threads=torch.get_num_threads()), store)
    recording.append(recorder.drain(namespace))
    return recording


@dataclass
class Report:
    findings: list[Finding] = field(default_factory=list)

    def of(self, verdict: Verdict, check: Check | None = None) -> list[Finding]:
        return [f for f in self.findings if f.verdict is verdict and check in (None, f.check)]

    @property
    def failures(self) -> list[tuple[Check, int | None, str]]:
        return [(f.check, f.step, f.text) for f in self.of(Verdict.FAILED)]

    @property
    def reasons(self) -> set[str]:
        return {f.text for f in self.of(Verdict.NOT_CHECKED)}

    def failed_checks(self) -> set[Check]:
        return {check for check, _, _ in self.failures}


def proven(recording: Recording, depth: Depth = Depth.FULL, sample: int | None = None) -> Report:
    threads, default = torch.get_num_threads(), torch.get_default_dtype()
    state = torch.get_rng_state()
    report = Report()
    for found in Prover(recording, ProofRequest(path="", depth=depth, sample=sample)).messages():
        report.findings.extend(found.findings)
    torch.set_num_threads(threads)
    torch.set_rng_state(state)
    assert torch.get_default_dtype() is default
    return report


def altered(recording: Recording, change: Callable[[Batch], Batch]) -> Recording:
    """A recording of the same facts but for what ``change`` makes of them."""
    made = Recording(recording.info, recording.store)
    for batch in batches(recording):
        made.append(change(batch))
    return made


def with_step(recording: Recording, index: int, **fields: Any) -> Recording:
    def change(batch: Batch) -> Batch:
        return replace(batch, steps=tuple(replace(s, **fields) if s.index == index else s for s in batch.steps))

    return altered(recording, change)


def rewired(recording: Recording, index: int, old: int, new: int) -> Recording:
    """The step takes another value, in its inputs and in its arguments."""
    step = recording.steps[index]
    assert old in step.inputs
    inputs = tuple(new if value == old else value for value in step.inputs)
    arguments = tuple(replace(a, value=new) if a.value == old else a for a in step.arguments)
    return with_step(recording, index, inputs=inputs, arguments=arguments)


def with_bytes_of(recording: Recording, value: int, other: int) -> Recording:
    """A value has the numbers of another one."""
    numbers = recording.data(other)
    assert numbers is not None

    def change(batch: Batch) -> Batch:
        return replace(batch, data=tuple(replace(numbers, value=value) if d.value == value else d for d in batch.data))

    return altered(recording, change)


def without_step(recording: Recording, index: int) -> Recording:
    """The step is gone, and all that it said; what comes later is numbered anew."""

    def earlier(step: int | None) -> int | None:
        if step is None or step == index:
            return None
        return step - 1 if step > index else step

    def position(step: int) -> int:
        return step - 1 if step > index else step

    def change(batch: Batch) -> Batch:
        return replace(
            batch,
            steps=tuple(replace(s, index=position(s.index)) for s in batch.steps if s.index != index),
            values=tuple(replace(v, producer=earlier(v.producer)) for v in batch.values),
            grad_nodes=tuple(replace(n, step=earlier(n.step), made_by=earlier(n.made_by)) for n in batch.grad_nodes),
            grad_changes=tuple(replace(c, step=position(c.step)) for c in batch.grad_changes),
            backward_calls=tuple(replace(c, first_step=position(c.first_step)) for c in batch.backward_calls),
            metrics=tuple(replace(m, step=position(m.step)) for m in batch.metrics),
            kernels=(),
            costs=(),
            random_states=tuple(replace(s, step=position(s.step)) for s in batch.random_states if s.step != index),
        )

    return altered(recording, change)


def steps_named(recording: Recording, name: str) -> list[Step]:
    return [step for step in recording.steps if step.name == name]


def alike(recording: Recording, value: int, among: Iterable[int | None]) -> list[int]:
    """Other values of the same shape and type, with other numbers."""
    fact: Value = recording.values[value]
    mine = recording.array(fact.id)
    assert mine is not None
    found = []
    for other in among:
        if other is None or other == value:
            continue
        one = recording.values[other]
        theirs = recording.array(one.id)
        is_alike = one.shape == fact.shape and one.dtype == fact.dtype
        if is_alike and theirs is not None and theirs.tobytes() != mine.tobytes():
            found.append(other)
    return found


def forward_steps(recording: Recording) -> list[Step]:
    return [step for step in recording.steps if step.phase is Phase.FORWARD]
