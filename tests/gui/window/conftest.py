import pytest

from tests.support.workbench import build, destroy, run_starter


@pytest.fixture
def workbench(qtbot, tmp_path):
    """A window that is shown, empty."""
    bench = build(tmp_path)
    with qtbot.waitExposed(bench.window):
        bench.window.show()
    bench.window.activateWindow()
    yield bench
    destroy(bench)


@pytest.fixture
def ran(workbench, qtbot):
    """The same after a run: the playhead stands at the end."""
    run_starter(workbench)
    qtbot.waitUntil(lambda: workbench.models.playhead.current == 8 and not workbench.runs.is_running, timeout=3000)
    return workbench
