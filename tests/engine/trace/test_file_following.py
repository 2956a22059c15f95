"""Files that another process is writing: followed as they grow, and what is left when the writer dies."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.trace.batch import Batch
from engine.trace.file import (
    Progress,
    RecordingFileError,
    RecordingFollower,
    RecordingWriter,
    growing_file,
    read_recording,
    unfinished_text,
    write_recording,
)
from engine.trace.outcome import OutcomeKind
from engine.trace.recording import Recording
from engine.trace.split import batches
from tests.engine.trace.made import arrays_of, chain, facts_of, is_prefix
from tests.support.programs import ROOT

WRITER = """
import sys
from pathlib import Path
from engine.trace.file import RecordingWriter
from engine.trace.split import batches
from tests.engine.trace.made import chain

recording = chain(30)
with RecordingWriter(Path(sys.argv[1])) as writer:
    writer.begin(recording.info, recording.store)
    for batch in batches(recording, steps_per_batch=10):
        writer.append(batch)
        print(len(batch.steps), flush=True)
        if sys.stdin.readline() != "on\\n":
            break
    else:
        writer.end(recording.outcome)
"""


def started(path: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", WRITER, str(path)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def say(process: "subprocess.Popen[str]", text: str) -> None:
    assert process.stdin is not None
    process.stdin.write(text)
    process.stdin.flush()


def hear(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_a_recording_is_followed_batch_by_batch_while_another_process_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "run.chainrule"
    whole = chain(30)
    taken: list[int] = []

    def take(recording: Recording, batch: Batch) -> None:
        recording.append(batch)
        taken.append(len(batch.steps))

    with started(path) as process:
        assert hear(process) == "10\n"
        follower = RecordingFollower(path, take)
        assert follower.path == tmp_path / "run.part.chainrule"
        for count in (10, 20, 30):
            assert follower.read_on() is Progress.GROWING
            assert follower.recording is not None
            assert len(follower.recording) == count
            assert is_prefix(follower.recording, whole)
            say(process, "on\n")
            hear(process)
        process.wait()
        assert follower.read_on() is Progress.ENDED
        recording = follower.end()
    assert taken == [10, 10, 10]
    assert facts_of(recording) == facts_of(whole)
    assert arrays_of(recording) == arrays_of(whole)  # also now that the part has become the file
    assert recording.outcome == whole.outcome
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.chainrule"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_writer_that_is_killed_leaves_what_it_wrote_and_the_older_file(tmp_path: Path) -> None:
    path, part = tmp_path / "run.chainrule", tmp_path / "run.part.chainrule"
    write_recording(path, chain(3))
    before = path.read_bytes()
    with started(path) as process:
        hear(process)
        say(process, "on\n")
        hear(process)
        assert growing_file(path) == part
        assert unfinished_text(path) == (
            "A later recording of run.chainrule is being written now: it is in run.part.chainrule."
        )
        follower = RecordingFollower(path)
        assert follower.read_on() is Progress.GROWING
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert follower.read_on() is Progress.CUT_OFF
    assert path.read_bytes() == before
    assert growing_file(path) is None
    assert unfinished_text(path) == "A later recording of run.chainrule was cut off: it is in run.part.chainrule."
    left = read_recording(part)
    assert is_prefix(left, chain(30))
    assert (len(left), left.outcome.kind) == (20, OutcomeKind.RUNNING)
    assert left.outcome.message == "The recording ends early: its file was cut off after 20 steps."
    assert follower.end().outcome == left.outcome

    write_recording(path, chain(5))  # the next run neither takes nor removes what was left
    assert (len(read_recording(path)), len(read_recording(part))) == (5, 20)
    assert unfinished_text(path) == ""


def test_a_missing_recording_names_the_unfinished_one(tmp_path: Path) -> None:
    path = tmp_path / "run.chainrule"
    recording = chain(2)
    with RecordingWriter(path) as writer:
        writer.begin(recording.info, recording.store)
        writer.keep()
        with pytest.raises(RecordingFileError, match=r"yet: it is being written as run\.part\.chainrule, which can be"):
            read_recording(path)
    with pytest.raises(RecordingFileError, match=r"but run\.part\.chainrule beside it is a recording that was cut off"):
        read_recording(path)
    assert len(read_recording(tmp_path / "run.part.chainrule")) == 0


def test_two_writers_of_one_recording_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "run.chainrule"
    first, second = chain(2), chain(3)
    with RecordingWriter(path) as one, RecordingWriter(path) as other:
        assert (one.part.name, other.part.name) == ("run.part.chainrule", "run.part2.chainrule")
        for writer, recording in ((one, first), (other, second)):
            writer.begin(recording.info, recording.store)
            for batch in batches(recording):
                writer.append(batch)
        other.end(second.outcome)
        one.end(first.outcome)
    assert len(read_recording(path)) == 2
    assert list(tmp_path.iterdir()) == [path]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(cuts=st.lists(st.integers(0, 6000), max_size=12), most=st.none() | st.integers(1, 500))
def test_a_file_that_arrives_in_any_portions_gives_what_it_gives_at_once(
    tmp_path: Path, cuts: list[int], most: int | None
) -> None:
    source, path = tmp_path / "source.chainrule", tmp_path / "copy.chainrule"
    whole = chain(30)
    if not source.exists():
        with RecordingWriter(source) as writer:
            writer.begin(whole.info, whole.store)
            for batch in batches(whole, steps_per_batch=4):
                writer.append(batch)
            writer.end(whole.outcome)
    content = source.read_bytes()
    path.write_bytes(b"")
    follower = RecordingFollower(path)
    progress = Progress.CUT_OFF
    for cut in [*sorted(min(cut, len(content)) for cut in cuts), len(content)]:
        with path.open("ab") as file:
            file.write(content[file.tell() : cut])
        while (progress := follower.read_on(most)) is Progress.GROWING:
            pass
        if follower.recording is not None:
            assert is_prefix(follower.recording, whole)
    assert progress is Progress.ENDED
    assert facts_of(follower.end()) == facts_of(whole)
    assert arrays_of(follower.end()) == arrays_of(whole)


def test_damage_is_told_and_what_came_before_stays(tmp_path: Path) -> None:
    path = tmp_path / "run.chainrule"
    with RecordingWriter(path) as writer:
        whole = chain(20)
        writer.begin(whole.info, whole.store)
        for batch in batches(whole, steps_per_batch=10):
            writer.append(batch)
        writer.end(whole.outcome)
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)
    follower = RecordingFollower(path)
    with pytest.raises(RecordingFileError, match=r"run\.chainrule is damaged at byte \d+\."):
        follower.read_on()
    assert follower.recording is not None
    assert len(follower.recording) == 20


def test_what_is_no_recording_cannot_be_followed(tmp_path: Path) -> None:
    with pytest.raises(RecordingFileError, match="There is no file"):
        RecordingFollower(tmp_path / "none.chainrule")
    other = tmp_path / "other.chainrule"
    other.write_bytes(b"something else")
    with pytest.raises(RecordingFileError, match="is not a Chainrule recording"):
        RecordingFollower(other).read_on()
    other.write_bytes(b"CHAIN")
    follower = RecordingFollower(other)
    assert follower.read_on() is Progress.CUT_OFF
    with pytest.raises(RecordingFileError, match="is not a Chainrule recording"):
        follower.end()
