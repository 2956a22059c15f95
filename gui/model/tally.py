"""Counts over the recording shown, kept up to date batch by batch."""

from engine.trace.batch import Batch
from engine.trace.facts import Phase
from engine.trace.recording import Recording
from gui.model.document import Document


class Tally:
    """How many steps of each phase there are, how many tensors, how many bytes of numbers are kept."""

    def __init__(self, document: Document) -> None:
        self.steps = dict.fromkeys(Phase, 0)
        self.tensors = 0
        self.kept_bytes = 0
        self.outputs = 0
        document.recording_replaced.connect(self._on_replaced)
        document.recording_extended.connect(self._on_extended)
        self._on_replaced(document.recording)

    def _on_replaced(self, recording: Recording | None) -> None:
        phases = [] if recording is None else [step.phase for step in recording.steps]
        self.steps = {phase: phases.count(phase) for phase in Phase}
        self.tensors = self.kept_bytes = self.outputs = 0
        if recording is None:
            return
        self.tensors = len(recording.values)
        self.outputs = len(recording.outputs)
        kept = (recording.data(value.id) for value in recording.values)
        self.kept_bytes = sum(data.nbytes for data in kept if data is not None and data.absence is None)

    def _on_extended(self, batch: Batch) -> None:
        for step in batch.steps:
            self.steps[step.phase] += 1
        self.tensors += len(batch.values)
        self.outputs += len(batch.outputs)
        self.kept_bytes += sum(data.nbytes for data in batch.data if data.absence is None)
