"""The kept recordings of single iterations, the newest within a budget of bytes."""

import msgspec

from engine.trace.batch import RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording
from engine.training.facts import Sample, SampleReason

STEP_BYTES = 2_500
"""What the facts of a step take beside its numbers."""


class Ring:
    """Keeps samples within a budget: those that were asked for or alerted stay longest, then the newest.

    ``budget_bytes`` counts the numbers and about what the facts take. A single sample beyond the budget is kept all the
    same, alone.
    """

    def __init__(self, info: RunInfo, budget_bytes: int) -> None:
        self._info = msgspec.structs.replace(info, is_part=True)
        self._budget_bytes = budget_bytes
        self._samples: dict[int, Sample] = {}
        self._used_bytes = 0

    @property
    def used_bytes(self) -> int:
        """How many bytes the kept samples take."""
        return self._used_bytes

    @property
    def budget_bytes(self) -> int:
        """How many bytes they may take."""
        return self._budget_bytes

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The kept samples in the order of their iterations."""
        return tuple(self._samples[iteration] for iteration in sorted(self._samples))

    def add(self, sample: Sample) -> tuple[Sample, ...]:
        """Keep a sample, in place of one of the same iteration; return those that had to go."""
        self._drop(sample.iteration)
        self._samples[sample.iteration] = sample
        self._used_bytes += sample_bytes(sample)
        gone = []
        while self._used_bytes > self._budget_bytes and len(self._samples) > 1:
            first = min(
                (kept for kept in self._samples.values() if kept is not sample),
                key=lambda kept: (kept.reason is not SampleReason.PERIODIC, kept.iteration),
            )
            self._drop(first.iteration)
            gone.append(first)
        return tuple(gone)

    def recording(self, iteration: int) -> Recording | None:
        """Return the recording of a kept iteration, None when it is not kept."""
        sample = self._samples.get(iteration)
        return None if sample is None else recording_of(sample, self._info)

    def _drop(self, iteration: int) -> None:
        sample = self._samples.pop(iteration, None)
        if sample is not None:
            self._used_bytes -= sample_bytes(sample)


def recording_of(sample: Sample, info: RunInfo) -> Recording:
    """Return a sample as a recording of its own, which every view can show."""
    store = MemoryBytes()
    store.write(memoryview(sample.data))
    recording = Recording(msgspec.structs.replace(info, is_part=True), store)
    recording.append(sample.batch)
    note = f" {sample.note}" if sample.note else ""
    message = f"Iteration {sample.iteration} ({sample.reason}).{note}"
    recording.end(Outcome(kind=OutcomeKind.FINISHED, message=message))
    return recording


def sample_bytes(sample: Sample) -> int:
    """Return about how many bytes a sample takes."""
    updates = () if sample.update is None else sample.update.parameters
    kept = sum(3 * len(one.before) + sum(map(len, one.state.values())) for one in updates)
    return len(sample.data) + kept + STEP_BYTES * len(sample.batch.steps)
