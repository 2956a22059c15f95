"""The recording file: round trips, cuts, damage, versions, and what is left behind."""

import os
import struct
import time
import zlib
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import (
    Data,
    GradChange,
    GradLink,
    GradNode,
    Metric,
    Name,
    Output,
    Phase,
    Role,
    Step,
    Stream,
    Value,
)
from engine.trace.file import RecordingFileError, RecordingWriter, read_recording, write_recording
from engine.trace.file.frames import CHECKSUM, HEAD, HEADER, MAGIC, FrameKind, frames_in
from engine.trace.ids import GradNodeId, StepIndex, StorageId, TensorId, ValueId
from engine.trace.invariants import check_recording
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording
from engine.trace.split import batches
from tests.support.recordings import starter_recording

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
        values.append(_value(index, producer, elements))
        data.append(Data(ValueId(index), offset, raw.nbytes, None))
        names.append(Name(ValueId(index), f"x{index}"))
        if index:
            steps.append(_step(index - 1))
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


def _value(index: int, producer: StepIndex | None, elements: int) -> Value:
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


def _step(index: int) -> Step:
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


@pytest.fixture(scope="module")
def starter_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("file") / "starter.chainrule"
    write_recording(path, starter_recording())
    return path.read_bytes()


def test_a_recording_comes_back_as_it_was(tmp_path: Path) -> None:
    for name, recording in (("starter", starter_recording()), ("chain", chain(40))):
        path = tmp_path / f"{name}.chainrule"
        write_recording(path, recording)
        back = read_recording(path)
        assert facts_of(back) == facts_of(recording)
        assert arrays_of(back) == arrays_of(recording)
        assert (back.info, back.outcome, back.files) == (recording.info, recording.outcome, recording.files)


def test_arrays_from_a_file_are_aligned_and_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "a.chainrule"
    write_recording(path, starter_recording())
    array = read_recording(path).array(ValueId(0))
    assert array is not None
    assert array.flags.aligned
    assert not array.flags.owndata
    assert not array.flags.writeable


def test_writing_in_batches_gives_the_same_as_writing_at_once(tmp_path: Path) -> None:
    recording = chain(50)
    path = tmp_path / "streamed.chainrule"
    with RecordingWriter(path) as writer:
        writer.begin(recording.info, recording.store)
        for batch in batches(recording, steps_per_batch=7):
            writer.append(batch)
        writer.end(recording.outcome)
    back = read_recording(path)
    assert facts_of(back) == facts_of(recording)
    assert arrays_of(back) == arrays_of(recording)


@given(steps_per_batch=st.integers(1, 12))
def test_batches_refer_to_nothing_later_however_they_are_cut(steps_per_batch: int) -> None:
    for recording in (starter_recording(), chain(30)):
        rebuilt = Recording(recording.info, recording.store)
        for batch in batches(recording, steps_per_batch):
            rebuilt.append(batch)
        rebuilt.end(recording.outcome)
        check_recording(rebuilt)
        assert facts_of(rebuilt) == facts_of(recording)


def test_a_file_cut_at_any_byte_opens_up_to_the_last_whole_frame_or_says_why_not(
    tmp_path: Path, starter_bytes: bytes
) -> None:
    path = tmp_path / "cut.chainrule"
    whole = starter_recording()
    found = set()
    for length in range(len(starter_bytes)):
        path.write_bytes(starter_bytes[:length])
        recording = opened(path)
        if isinstance(recording, str):
            found.add(recording)
        else:
            assert is_prefix(recording, whole)
            found.add((len(recording), recording.outcome.message))
    assert found == {
        "cut.chainrule is not a Chainrule recording.",
        "cut.chainrule ends before its recording begins.",
        (0, "The recording ends early: its file was cut off after 0 steps."),
        (9, "The recording ends early: its file was cut off after 9 steps."),
        (9, "Finished in 3.1 ms."),  # only the closing frame is missing
    }


def test_a_cut_long_recording_keeps_the_batches_before_the_cut(tmp_path: Path) -> None:
    recording = chain(30)
    path = tmp_path / "long.chainrule"
    with RecordingWriter(path) as writer:
        writer.begin(recording.info, recording.store)
        for batch in batches(recording, steps_per_batch=10):
            writer.append(batch)
        writer.end(recording.outcome)
    content = path.read_bytes()
    found = set()
    for length in range(HEADER.size, len(content), 3):
        path.write_bytes(content[:length])
        cut = opened(path)
        if isinstance(cut, Recording):
            assert is_prefix(cut, recording)
            found.add(len(cut))
    assert found == {0, 10, 20, 30}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400, deadline=None)
@given(data=st.data())
def test_flipped_bits_are_noticed(tmp_path: Path, starter_bytes: bytes, data: st.DataObject) -> None:
    damaged = bytearray(starter_bytes)
    for position in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=4)):
        damaged[position] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "flipped.chainrule"
    path.write_bytes(damaged)
    recording = opened(path)
    if isinstance(recording, str):
        assert recording.startswith("flipped.chainrule ")
        assert recording.endswith(".")
    else:  # a length that now points past the end looks like a file that was cut off
        assert bytes(damaged) == starter_bytes or recording.outcome.kind is OutcomeKind.RUNNING or len(recording) == 9
        assert is_prefix(recording, starter_recording())


def test_damage_in_the_middle_is_named_by_its_place(tmp_path: Path, starter_bytes: bytes) -> None:
    frames = list(frames_in(memoryview(starter_bytes)))
    batch = next(frame for frame in frames if frame.kind is FrameKind.BATCH)
    damaged = bytearray(starter_bytes)
    damaged[batch.payload_start + 100] ^= 1
    path = tmp_path / "d.chainrule"
    path.write_bytes(damaged)
    with pytest.raises(RecordingFileError, match=rf"^d\.chainrule is damaged at byte {batch.start}\.$"):
        read_recording(path)


def test_a_newer_version_says_so(tmp_path: Path, starter_bytes: bytes) -> None:
    path = tmp_path / "new.chainrule"
    path.write_bytes(HEADER.pack(MAGIC, 2) + starter_bytes[HEADER.size :])
    with pytest.raises(RecordingFileError) as caught:
        read_recording(path)
    assert str(caught.value) == (
        "new.chainrule was written by a newer version (2) of Chainrule; this one reads up to 1."
    )


@pytest.mark.parametrize("content", [b"", b"CHAIN", b"import torch\n", b"PK\x03\x04" + bytes(100)])
def test_other_files_are_no_recordings(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.chainrule"
    path.write_bytes(content)
    with pytest.raises(RecordingFileError, match=r"^other\.chainrule is not a Chainrule recording\.$"):
        read_recording(path)


def test_missing_files_and_folders_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(RecordingFileError, match=r"^There is no file .*gone\.chainrule\.$"):
        read_recording(tmp_path / "gone.chainrule")
    with pytest.raises(RecordingFileError, match=r" is a folder\.$"):
        read_recording(tmp_path)
    with pytest.raises(RecordingFileError, match=r" is not a plain file\.$"):
        read_recording(Path(os.devnull))


def forged(path: Path, *payloads: tuple[FrameKind, bytes]) -> Path:
    """Write a file whose checksums are right, whatever it says."""
    content = bytearray(HEADER.pack(MAGIC, 1))
    for kind, payload in payloads:
        head = HEAD.pack(kind, len(payload))
        content += head + CHECKSUM.pack(zlib.crc32(payload, zlib.crc32(head))) + payload
    path.write_bytes(content)
    return path


INFO = (FrameKind.INFO, msgspec.msgpack.encode(RunInfo(program="")))
FIRST_VALUE = _value(0, None, 3)

FORGERIES = {
    "value that does not exist": Batch(names=(Name(ValueId(0), "x"),)),
    "negative id": Batch(values=(FIRST_VALUE,), names=(Name(ValueId(-1), "x"),)),
    "gap in the numbers": Batch(values=(_value(3, None, 3),)),
    "producer that does not exist": Batch(values=(_value(0, StepIndex(4), 3),)),
    "numbers outside the file": Batch(values=(FIRST_VALUE,), data=(Data(ValueId(0), 10**9, 12, None),)),
    "numbers that do not fit": Batch(values=(FIRST_VALUE,), data=(Data(ValueId(0), 0, 8, None),)),
    "huge shape without numbers": Batch(
        values=(msgspec.structs.replace(FIRST_VALUE, shape=(0, 2**40, 2**40)),), data=(Data(ValueId(0), 0, 0, None),)
    ),
    "negative size": Batch(values=(msgspec.structs.replace(FIRST_VALUE, shape=(-1,)),)),
    "gradient of the future": Batch(grad_changes=(GradChange(TensorId(0), StepIndex(9), None),)),
    "link to nothing": Batch(values=(FIRST_VALUE,), grad_links=(GradLink(ValueId(0), None, GradNodeId(5), 0),)),
    "variable that does not exist": Batch(
        grad_nodes=(GradNode(GradNodeId(0), "AccumulateGrad", None, None, ValueId(7), ()),)
    ),
    "backward step without a node": Batch(
        steps=(msgspec.structs.replace(_step(0), phase=Phase.BACKWARD, inputs=(), outputs=()),)
    ),
}


@pytest.mark.parametrize("batch", FORGERIES.values(), ids=FORGERIES.keys())
def test_facts_that_contradict_each_other_are_not_believed(tmp_path: Path, batch: Batch) -> None:
    path = forged(tmp_path / "forged.chainrule", INFO, (FrameKind.BATCH, msgspec.msgpack.encode(batch)))
    with pytest.raises(RecordingFileError, match=r"^forged\.chainrule is damaged at byte \d+\.$"):
        read_recording(path)


@pytest.mark.parametrize(
    "frames",
    [
        [(FrameKind.BATCH, msgspec.msgpack.encode(Batch()))],
        [INFO, INFO],
        [INFO, (FrameKind.BATCH, b"\x81\xa5steps\xdd\xff\xff\xff\xff")],
        [INFO, (FrameKind.BATCH, b"\x81\xa5steps\x01")],
        [INFO, (FrameKind.DATA, b"\x00")],
        [INFO, (FrameKind.DATA, struct.pack("<QB", 0, 200) + bytes(10))],
        [INFO, (FrameKind.DATA, struct.pack("<QB", 0, 0) + b"ab"), (FrameKind.DATA, struct.pack("<QB", 1, 0) + b"c")],
        [INFO, (FrameKind.END, msgspec.msgpack.encode({"steps": 3}))],
        [INFO, (FrameKind.OUTCOME, msgspec.msgpack.encode({"kind": "splendid", "message": ""}))],
    ],
)
def test_frames_in_the_wrong_place_or_form_are_damage(tmp_path: Path, frames: list[tuple[FrameKind, bytes]]) -> None:
    path = forged(tmp_path / "forged.chainrule", *frames)
    with pytest.raises(RecordingFileError, match=r"^forged\.chainrule is damaged at byte \d+\.$"):
        read_recording(path)


def test_overlapping_numbers_are_written_once(tmp_path: Path) -> None:
    store = MemoryBytes()
    store.write(memoryview(struct.pack("<6f", *range(6))))
    path = tmp_path / "views.chainrule"
    with RecordingWriter(path) as writer:
        writer.begin(RunInfo(program=""), store)
        middle = Batch(values=(_value(0, None, 2),), data=(Data(ValueId(0), 8, 8, None),))
        whole = Batch(values=(_value(1, None, 6),), data=(Data(ValueId(1), 0, 24, None),))
        again = Batch(values=(_value(2, None, 3),), data=(Data(ValueId(2), 4, 12, None),))
        for batch in (middle, whole, again):
            writer.append(batch)
        writer.end(FINISHED)
    assert arrays_of(read_recording(path)) == [[2.0, 3.0], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [1.0, 2.0, 3.0]]
    raw = sum(1 for frame in frames_in(memoryview(path.read_bytes())) if frame.kind is FrameKind.DATA)
    assert raw == 3  # the middle, then the two ends


def test_a_failed_write_leaves_the_old_file_whole_and_nothing_else(tmp_path: Path, starter_bytes: bytes) -> None:
    path = tmp_path / "kept.chainrule"
    path.write_bytes(starter_bytes)
    recording = starter_recording()
    broken = Recording(recording.info, MemoryBytes())  # its numbers are gone
    for batch in batches(recording):
        broken.append(batch)
    with pytest.raises(RecordingFileError, match="some of the numbers are gone"):
        write_recording(path, broken)
    assert path.read_bytes() == starter_bytes
    assert list(tmp_path.iterdir()) == [path]


def test_a_writer_that_never_ends_leaves_the_old_file(tmp_path: Path, starter_bytes: bytes) -> None:
    path = tmp_path / "kept.chainrule"
    path.write_bytes(starter_bytes)
    recording = starter_recording()
    with RecordingWriter(path) as writer:
        writer.begin(recording.info, recording.store)
        assert len(list(tmp_path.iterdir())) == 2
    assert path.read_bytes() == starter_bytes
    assert list(tmp_path.iterdir()) == [path]


def test_targets_that_cannot_be_written(tmp_path: Path) -> None:
    recording = starter_recording()
    with pytest.raises(RecordingFileError, match=r"is a folder\.$"):
        write_recording(tmp_path, recording)
    with pytest.raises(RecordingFileError, match=r"^The folder .*none does not exist\.$"):
        write_recording(tmp_path / "none" / "x.chainrule", recording)
    with pytest.raises(RecordingFileError, match=r"is not a plain file\.$"):
        write_recording(Path(os.devnull), recording)


def test_saving_through_a_link_keeps_the_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.chainrule", tmp_path / "link.chainrule"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_recording(link, starter_recording())
    assert link.is_symlink()
    assert len(read_recording(target)) == 9


def test_saving_over_the_open_file_keeps_both(tmp_path: Path) -> None:
    path = tmp_path / "same.chainrule"
    write_recording(path, chain(20))
    opened = read_recording(path)
    write_recording(path, opened)
    assert arrays_of(opened) == arrays_of(chain(20))
    assert arrays_of(read_recording(path)) == arrays_of(chain(20))


def test_a_recording_saved_while_it_runs_says_so(tmp_path: Path) -> None:
    recording = starter_recording()
    running = Recording(recording.info, recording.store)
    for batch in batches(recording):
        running.append(batch)
    write_recording(tmp_path / "r.chainrule", running)
    outcome = read_recording(tmp_path / "r.chainrule").outcome
    assert outcome.kind is OutcomeKind.RUNNING
    assert outcome.message == "The recording was saved while the program was still running."


def test_fifty_thousand_steps_open(tmp_path: Path) -> None:
    path = tmp_path / "large.chainrule"
    recording = chain(50_000)
    started = time.perf_counter()
    write_recording(path, recording)
    written = time.perf_counter()
    back = read_recording(path)
    read = time.perf_counter()
    print(f"50,000 steps, {path.stat().st_size} bytes: written in {written - started:.2f} s")
    print(f"read in {read - written:.2f} s")
    assert len(back) == 50_000
    array = back.array(ValueId(50_000))
    assert array is not None
    assert array.tolist() == [50_000.0] * 3
