"""A recording that another process writes, opened in the window."""

import pytest

from engine.trace.file import RecordingWriter
from engine.trace.split import batches
from gui.model.notices import NoticeLevel
from tests.engine.trace.made import chain
from tests.support import workbench as benches


@pytest.fixture
def bench(qtbot, tmp_path):
    bench = benches.build(tmp_path)
    bench.window.show()
    yield bench
    benches.destroy(bench)


def test_it_grows_in_the_window_by_itself(bench, qtbot, tmp_path):
    said = []
    bench.models.notices.posted.connect(said.append)
    whole = chain(30)
    first, second, third = batches(whole, steps_per_batch=10)
    with RecordingWriter(tmp_path / "run.chainrule") as writer:
        writer.begin(whole.info, whole.store)
        writer.append(first)
        bench.flow.open_path(writer.part)
        assert said[-1].text == "“run.part.chainrule” is still being written: the window follows it."
        assert bench.models.playhead.step_count == 10
        writer.append(second)
        qtbot.waitUntil(lambda: bench.models.playhead.step_count == 20)
        assert bench.models.playhead.current == 19
        writer.append(third)
        writer.end(whole.outcome)
    qtbot.waitUntil(lambda: not bench.files.followed.is_following)
    assert bench.models.playhead.step_count == 30
    assert bench.models.document.recording.outcome == whole.outcome
    assert all(notice.level is NoticeLevel.INFO for notice in said)
