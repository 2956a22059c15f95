"""The ``.chainrule`` file: a recording as a stream of checked frames (the format is described in FORMAT.md)."""

from engine.trace.file.errors import RecordingFileError
from engine.trace.file.follower import Progress, RecordingFollower, growing_file
from engine.trace.file.reader import read_recording
from engine.trace.file.replacing import replacing
from engine.trace.file.unfinished import unfinished_text
from engine.trace.file.writer import RecordingWriter, write_recording

__all__ = [
    "Progress",
    "RecordingFileError",
    "RecordingFollower",
    "RecordingWriter",
    "growing_file",
    "read_recording",
    "replacing",
    "unfinished_text",
    "write_recording",
]
