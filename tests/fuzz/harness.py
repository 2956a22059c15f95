"""What must hold for every file: opened or refused in one sentence, in bounded memory, alike by both readers."""

import re
import tracemalloc
from pathlib import Path

from engine.trace.file import Progress, RecordingFileError, RecordingFollower, read_recording
from engine.trace.file.frames import VERSION
from engine.trace.invariants import check_recording
from engine.trace.recording import Recording
from tests.engine.trace.made import chain, facts_of
from tests.engine.trace.test_execution_facts import described
from tests.engine.trace.test_file_versions import CORPUS
from tests.support.recordings import starter_recording

MOST_BYTES = 8_000_000
"""Memory that opening a file of some kilobytes may take."""

SENTENCES = (
    r"^f\.chainrule is damaged at byte \d+\.$",
    r"^f\.chainrule is not a Chainrule recording\.$",
    r"^f\.chainrule ends before its recording begins\.$",
    rf"^f\.chainrule was written by a newer version of Chainrule \(file \d+, this one reads up to {VERSION}\): .*\.$",
)


def seeds(folder: Path) -> list[bytes]:
    """Valid files to start from."""
    from engine.trace.file import write_recording

    found = [path.read_bytes() for path in sorted(CORPUS.glob("*/*.chainrule"))]
    for number, recording in enumerate((starter_recording(), described(), chain(12))):
        path = folder / f"seed{number}.chainrule"
        write_recording(path, recording)
        found.append(path.read_bytes())
    return found


def recordings() -> list[Recording]:
    """Recordings to lie about."""
    kept = [read_recording(path) for path in sorted(CORPUS.glob("*/*.chainrule"))]
    return [*kept, starter_recording(), described(), chain(12)]


def open_both_ways(path: Path, content: bytes) -> Recording | None:
    """Open a file with the reader and with the follower; return the recording, or None when it is refused."""
    path.write_bytes(content)
    tracemalloc.start()
    try:
        recording, refusal = _read(path)
        followed, other_refusal = _follow(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MOST_BYTES + 60 * len(content), f"opening {len(content)} bytes took {peak} bytes"
    assert refusal == other_refusal
    if recording is None or followed is None:
        assert any(re.match(sentence, refusal) for sentence in SENTENCES), refusal
        return None
    check_recording(recording)
    assert facts_of(recording) == facts_of(followed)
    assert recording.outcome == followed.outcome
    return recording


def _read(path: Path) -> tuple[Recording | None, str]:
    try:
        return read_recording(path), ""
    except RecordingFileError as error:
        return None, str(error)


def _follow(path: Path) -> tuple[Recording | None, str]:
    try:
        follower = RecordingFollower(path)
        assert follower.read_on() is not Progress.GROWING
        return follower.end(), ""
    except RecordingFileError as error:
        return None, str(error)
