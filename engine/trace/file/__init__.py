"""The ``.chainrule`` file: a recording as a stream of checked frames (the format is described in FORMAT.md)."""

from engine.trace.file.errors import RecordingFileError
from engine.trace.file.reader import read_recording
from engine.trace.file.replacing import replacing
from engine.trace.file.writer import RecordingWriter, write_recording

__all__ = ["RecordingFileError", "RecordingWriter", "read_recording", "replacing", "write_recording"]
