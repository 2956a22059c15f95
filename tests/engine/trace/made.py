"""Recordings for the tests of the file, and ways to compare them."""

import struct
from pathlib import Path

import msgspec

from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import (
    Data,
    Metric,
    Name,
    Output,
    Phase,
    Role,
    Step,
    Stream,
    Value,
)
from engine.trace.file import RecordingFileError, read_recording
from engine.trace.ids import StepIndex, StorageId, TensorId, ValueId
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording
from engine.trace.split import batches

FINISHED = Outcome(OutcomeKind.FINISHED, "Finished.")


def facts_of(recording: Recording) -> list[bytes]:
    return [msgspec.msgpack.encode(batch) for batch in batches(recording)]  # as bytes, NaN equals itself


def opened(path: Path) -> Recording | str:
    """The recording, or the sentence that says why there is none."""
    try:
        return read_recording(path)
    except RecordingFileError as error:
        return str(error)


def arrays_of(recording: Recording) -> list[object]:
    arrays = (recording.array(value.id) for value in recording.values)
    return [None if array is None else array.tolist() for array in arrays]


def is_prefix(part: Recording, whole: Recording) -> bool:
    return (
        part.steps == whole.steps[: len(part.steps)]
        and part.values == whole.values[: len(part.values)]
        and arrays_of(part) == arrays_of(whole)[: len(part.values)]
    )


def chain(count: int, elements: int = 3) -> Recording:
    """``count`` additions, each of the result of the one before."""
    store = MemoryBytes()
    recording = Recording(RunInfo(program="x = x + 1\n" * count), store)
    steps, values, data, names = [], [], [], []
    for index in range(count + 1):
        raw = memoryview(struct.pack(f"<{elements}f", *([float(index)] * elements)))
        offset = store.write(raw)
        assert offset is not None
        producer = StepIndex(index - 1) if index else None
        values.append(made_value(index, producer, elements))
        data.append(Data(ValueId(index), offset, raw.nbytes, None))
        names.append(Name(ValueId(index), f"x{index}"))
        if index:
            steps.append(made_step(index - 1))
    recording.append(
        Batch(
            steps=tuple(steps),
            values=tuple(values),
            data=tuple(data),
            names=tuple(names),
            metrics=(Metric(StepIndex(0), "loss", 1.5), Metric(StepIndex(count), "loss", float("nan"))),
            outputs=(Output(StepIndex(count), Stream.OUT, "done\n"),),
            files=("helper.py",),
        )
    )
    recording.end(FINISHED)
    return recording


def made_value(index: int, producer: StepIndex | None, elements: int) -> Value:
    return Value(
        id=ValueId(index),
        tensor=TensorId(index),
        version=0,
        shape=(elements,),
        dtype="float32",
        device="cpu",
        requires_grad=False,
        is_leaf=True,
        role=Role.INTERMEDIATE,
        storage=StorageId(index),
        base=None,
        producer=producer,
        span=None,
        grad_node=None,
        grad_slot=0,
    )


def made_step(index: int) -> Step:
    return Step(
        index=StepIndex(index),
        phase=Phase.FORWARD,
        name="add",
        target="torch.Tensor.add",
        span=None,
        inputs=(ValueId(index),),
        outputs=(ValueId(index + 1),),
        arguments=(),
        module=None,
        grad_node=None,
        backward_call=None,
        started_ns=index,
        duration_ns=1,
        function="<module>",
        thread=0,
    )
