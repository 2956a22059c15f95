"""Recording files that are cut off, damaged, newer, forged or something else."""

import os
import struct
import zlib
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.trace.batch import Batch, RunInfo
from engine.trace.facts import (
    Data,
    GradChange,
    GradLink,
    GradNode,
    Name,
    Phase,
)
from engine.trace.file import RecordingFileError, RecordingWriter, read_recording
from engine.trace.file.frames import CHECKSUM, HEAD, HEADER, MAGIC, VERSION, FrameKind, frames_in
from engine.trace.ids import GradNodeId, StepIndex, TensorId, ValueId
from engine.trace.outcome import OutcomeKind
from engine.trace.recording import Recording
from engine.trace.split import batches
from tests.engine.trace.made import chain, is_prefix, made_step, made_value, opened
from tests.support.recordings import starter_recording


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
    path.write_bytes(HEADER.pack(MAGIC, VERSION + 1) + starter_bytes[HEADER.size :])
    with pytest.raises(RecordingFileError) as caught:
        read_recording(path)
    assert str(caught.value) == (
        "new.chainrule was written by a newer version of Chainrule (file 3, this one reads up to 2): "
        "install the newest Chainrule to open it."
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
    content = bytearray(HEADER.pack(MAGIC, VERSION))
    for kind, payload in payloads:
        head = HEAD.pack(kind, len(payload))
        content += head + CHECKSUM.pack(zlib.crc32(payload, zlib.crc32(head))) + payload
    path.write_bytes(content)
    return path


INFO = (FrameKind.INFO, msgspec.msgpack.encode(RunInfo(program="")))
FIRST_VALUE = made_value(0, None, 3)

FORGERIES = {
    "value that does not exist": Batch(names=(Name(ValueId(0), "x"),)),
    "negative id": Batch(values=(FIRST_VALUE,), names=(Name(ValueId(-1), "x"),)),
    "gap in the numbers": Batch(values=(made_value(3, None, 3),)),
    "producer that does not exist": Batch(values=(made_value(0, StepIndex(4), 3),)),
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
        steps=(msgspec.structs.replace(made_step(0), phase=Phase.BACKWARD, inputs=(), outputs=()),)
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
