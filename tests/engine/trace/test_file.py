"""The recording file: round trips, and what is left behind when writing fails."""

import os
import struct
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import (
    Data,
)
from engine.trace.file import RecordingFileError, RecordingWriter, read_recording, write_recording
from engine.trace.file.frames import FrameKind, frames_in
from engine.trace.ids import ValueId
from engine.trace.invariants import check_recording
from engine.trace.outcome import OutcomeKind
from engine.trace.recording import Recording
from engine.trace.split import batches
from tests.engine.trace.made import FINISHED, arrays_of, chain, facts_of, made_value
from tests.support.recordings import starter_recording


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


def test_overlapping_numbers_are_written_once(tmp_path: Path) -> None:
    store = MemoryBytes()
    store.write(memoryview(struct.pack("<6f", *range(6))))
    path = tmp_path / "views.chainrule"
    with RecordingWriter(path) as writer:
        writer.begin(RunInfo(program=""), store)
        middle = Batch(values=(made_value(0, None, 2),), data=(Data(ValueId(0), 8, 8, None),))
        whole = Batch(values=(made_value(1, None, 6),), data=(Data(ValueId(1), 0, 24, None),))
        again = Batch(values=(made_value(2, None, 3),), data=(Data(ValueId(2), 4, 12, None),))
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
