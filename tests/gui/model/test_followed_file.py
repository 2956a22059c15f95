"""A file that is still being written, shown live."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.trace.file import RecordingWriter
from engine.trace.outcome import OutcomeKind
from engine.trace.split import batches
from gui.model.document import Document, Provenance
from gui.model.files import FileProblemError, Files
from gui.model.playhead import Playhead
from gui.model.recent import RecentFiles
from tests.engine.trace.made import chain


class Desk:
    """A document, its files, and a writer that has written 10 of 30 steps."""

    def __init__(self, folder: Path) -> None:
        self.document = Document()
        self.playhead = Playhead()
        self.files = Files(self.document, self.playhead, RecentFiles())
        self.followed = self.files.followed
        self.target = folder / "run.chainrule"
        self.writer = RecordingWriter(self.target)
        self.whole = chain(30)
        self.waiting = list(batches(self.whole, steps_per_batch=10))
        self.heard: list[int] = []
        self.troubles: list[str] = []
        self.document.recording_extended.connect(lambda batch: self.heard.append(len(batch.steps)))
        self.followed.troubled.connect(self.troubles.append)
        self.writer.begin(self.whole.info, self.whole.store)

    def write(self) -> None:
        self.writer.append(self.waiting.pop(0))

    @property
    def steps(self) -> int:
        assert self.document.recording is not None
        return len(self.document.recording)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    with desk.writer:
        desk.write()
        yield desk


def test_steps_appear_as_they_are_written_and_the_playhead_stays_at_the_end(desk: Desk) -> None:
    desk.files.open(desk.target)
    assert desk.followed.is_following
    assert (desk.steps, desk.playhead.current) == (10, 9)
    assert desk.document.provenance is Provenance.GROWING
    desk.write()
    desk.followed.read_on()
    assert (desk.steps, desk.playhead.current, desk.heard) == (20, 19, [10])
    desk.playhead.seek(3)
    desk.write()
    desk.followed.read_on()
    assert (desk.steps, desk.playhead.current, desk.playhead.step_count) == (30, 3, 30)


def test_the_end_of_the_run_is_the_end_of_following(desk: Desk) -> None:
    ends = []
    desk.document.run_ended.connect(ends.append)
    desk.files.open(desk.writer.part)
    while desk.waiting:
        desk.write()
    desk.writer.end(desk.whole.outcome)
    desk.followed.read_on()
    assert desk.steps == 30
    assert ends == [desk.whole.outcome]
    assert not desk.followed.is_following
    assert desk.troubles == []
    array = desk.document.recording.array(desk.document.recording.values[30].id)  # type: ignore[union-attr]
    assert array is not None
    assert array.tolist() == [30.0] * 3


def test_a_writer_that_dies_is_told(desk: Desk) -> None:
    desk.files.open(desk.target)
    desk.writer.keep()
    desk.writer.discard()
    desk.followed.read_on()
    assert desk.troubles == ["“run.part.chainrule” grows no more, because its writer is gone."]
    assert desk.document.recording is not None
    assert desk.document.recording.outcome.kind is OutcomeKind.RUNNING
    assert not desk.followed.is_following


def test_opening_something_else_ends_it(desk: Desk) -> None:
    desk.files.open(desk.target)
    desk.files.new()
    desk.write()
    desk.followed.read_on()
    assert not desk.followed.is_following
    assert desk.document.recording is None


def test_an_older_whole_file_opens_as_it_is(desk: Desk) -> None:
    desk.writer.end(desk.whole.outcome)
    with RecordingWriter(desk.target) as again:
        again.begin(desk.whole.info, desk.whole.store)
        desk.files.open(desk.target)
        assert not desk.followed.is_following
        assert desk.steps == 10


def test_a_file_that_has_only_begun_says_so(tmp_path: Path) -> None:
    document, playhead = Document(), Playhead()
    files = Files(document, playhead, RecentFiles())
    with RecordingWriter(tmp_path / "run.chainrule"), pytest.raises(FileProblemError, match="was only just begun"):
        files.open(tmp_path / "run.chainrule")
    assert document.recording is None
