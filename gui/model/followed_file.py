"""A recording that another process is writing, shown while it grows."""

from pathlib import Path

from engine.trace.batch import Batch
from engine.trace.file import Progress, RecordingFileError, RecordingFollower
from engine.trace.pieces import pieces
from engine.trace.recording import Recording
from gui.model.document import Document, Provenance
from gui.model.observable import Event
from gui.model.playhead import Playhead

MOST_BYTES = 2_000_000
"""Of one look at the file, so that the window stays quick."""


class FollowedFile:
    """The file that the document shows live, if any; whoever owns the clock calls ``read_on`` now and then.

    Attributes:
        changed: Emitted with whether a file is followed.
        troubled: Emitted with a sentence when the file ends in a way that it should not.
    """

    def __init__(self, document: Document, playhead: Playhead) -> None:
        self.changed: Event[bool] = Event()
        self.troubled: Event[str] = Event()
        self._document = document
        self._playhead = playhead
        self._follower: RecordingFollower | None = None
        self._is_shown = False
        document.recording_replaced.connect(self._on_replaced)

    @property
    def is_following(self) -> bool:
        """Whether the document shows a file that may grow."""
        return self._follower is not None

    def open(self, path: Path) -> None:
        """Show the recording in a file that is being written, and follow it.

        Raises:
            RecordingFileError: If it cannot be read; the document stays as it was.
        """
        self._is_shown = False
        follower = RecordingFollower(path, self._take)
        progress = follower.read_on()
        recording = follower.recording
        if recording is None:
            raise RecordingFileError(f"{follower.path.name} was only just begun: open it again in a moment.")
        self._document.replace_program(recording.info.program, follower.path.name)
        self._document.show_recording(recording, Provenance.GROWING)
        self._playhead.resize(len(recording))
        self._playhead.seek(len(recording) - 1)
        self._follower = follower
        self._is_shown = True
        if progress is Progress.GROWING:
            self.changed.emit(self.is_following)
        else:
            self._end(follower, progress)

    def read_on(self) -> None:
        """Take in what has arrived since the last look."""
        follower = self._follower
        if follower is None:
            return
        try:
            progress = follower.read_on(MOST_BYTES)
        except RecordingFileError as error:
            self._stop()
            self.troubled.emit(str(error))
            return
        if progress is not Progress.GROWING:
            self._end(follower, progress)

    def _take(self, recording: Recording, batch: Batch) -> None:
        if not self._is_shown:
            recording.append(batch)
            return
        was_at_end = self._playhead.current == self._playhead.step_count - 1
        for piece in pieces(batch):
            self._document.extend(piece)
        self._playhead.resize(len(recording))
        if was_at_end:
            self._playhead.seek(len(recording) - 1)

    def _end(self, follower: RecordingFollower, progress: Progress) -> None:
        recording = follower.end()
        self._stop()
        self._document.provenance = Provenance.FILE
        self._document.end_run(recording.outcome)
        if progress is Progress.CUT_OFF:
            self.troubled.emit(f"“{follower.path.name}” grows no more, because its writer is gone.")

    def _stop(self) -> None:
        self._follower = None
        self.changed.emit(False)  # noqa: FBT003 - the event's own payload

    def _on_replaced(self, recording: Recording | None) -> None:
        if self._follower is not None and recording is not self._follower.recording:
            self._stop()
